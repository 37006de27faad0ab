"""Closed by default, one shape for every failure, and a document that says so."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from wiredesk_core.archive.memory import MemoryArchive
from wiredesk_core.failures import StoreBusy
from wiredesk_core.keys import SCOPES
from wiredesk_core.messages import Changed
from wiredesk_core.testing import note, set_aside
from wiredesk_gateway.testing import Newsroom

Connect = Callable[..., Awaitable[httpx.AsyncClient]]
OPEN = {"/healthz", "/readyz", "/metrics", "/openapi.json"}


class BrokenArchive(MemoryArchive):
    """Fails at every reading."""

    failure: Exception

    async def served(self, item_ids: Sequence[str]) -> Mapping[str, Changed]:
        del item_ids
        raise self.failure


def doors_of(app: FastAPI) -> dict[tuple[str, str], list[str]]:
    """Every documented (method, path), with the scopes of which one is needed."""
    document = app.openapi()
    return {
        (method.upper(), path): told.get("x-scopes-any-of", [])
        for path, operations in document["paths"].items()
        for method, told in operations.items()
    }


def filled(path: str) -> str:
    return re.sub(r"{\w+}", "x", path)


async def test_every_route_but_health_and_its_document_needs_a_key(
    newsroom: Newsroom, stranger: httpx.AsyncClient
) -> None:
    doors = doors_of(newsroom.app())
    assert len(doors) >= 10
    for method, path in {*doors, ("GET", "/openapi.json")}:
        answer = await stranger.request(method, filled(path))
        assert answer.status_code == (200 if path in OPEN else 401), (method, path)
        if path not in OPEN:
            assert answer.json()["code"] == "key_missing"
            assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_every_path_that_is_served_is_documented(newsroom: Newsroom, stranger: httpx.AsyncClient) -> None:
    def walk(routes: Any) -> set[str]:
        found = {route.path for route in routes if isinstance(route, APIRoute)}
        return found.union(
            *(walk(r.routes) for r in routes if not isinstance(r, APIRoute) and getattr(r, "routes", None))
        )

    app = newsroom.app()
    assert walk(app.routes) <= {path for _, path in doors_of(app)}


@pytest.mark.parametrize("scope", sorted(SCOPES))
async def test_a_key_opens_only_the_routes_of_its_scopes(newsroom: Newsroom, connect: Connect, scope: str) -> None:
    client = await connect(scope)
    for (method, path), scopes in doors_of(newsroom.app()).items():
        if not scopes or path.endswith("/stream"):
            continue
        answer = await client.request(method, filled(path))
        assert answer.status_code in ({200, 400, 404} if scope in scopes else {403}), (method, path)


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer wd_x_y", "Basic d2Q6eA==", "wd_x_y", "Bearer wd_" + "a" * 500, "Bearer wd_é_ü"]
)
async def test_a_header_that_is_no_key_opens_nothing(stranger: httpx.AsyncClient, header: str) -> None:
    answer = await stranger.get("/v1/items", headers={b"authorization": header.encode()})
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


async def test_two_credentials_are_none(newsroom: Newsroom, stranger: httpx.AsyncClient) -> None:
    token = await newsroom.token("items:read")
    right, wrong = ("authorization", f"Bearer {token}"), ("authorization", "Bearer wd_x_y")
    assert (await stranger.get("/v1/items", headers=[right])).status_code == 200
    for headers in ([right, wrong], [wrong, right], [right, right]):
        answer = await stranger.get("/v1/items", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "key_malformed")
        assert token not in answer.text


async def test_a_key_in_the_query_string_is_not_taken(newsroom: Newsroom, stranger: httpx.AsyncClient) -> None:
    token = await newsroom.token("items:read")
    assert (await stranger.get("/v1/items", params={"key": token})).status_code == 401


async def test_unknown_paths_and_methods_are_problems_too(reader: httpx.AsyncClient) -> None:
    missing = await reader.get("/v1/nothing")
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
    wrong = await reader.post("/v1/items")
    assert (wrong.status_code, wrong.json()["code"]) == (405, "method_not_allowed")
    assert "GET" in wrong.headers["allow"]
    for answer in (missing, wrong):
        told = answer.json()
        assert {"type", "title", "status", "detail", "instance", "code", "request_id"} <= set(told)
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["x-request-id"] == told["request_id"]


async def test_what_breaks_inside_stays_inside(newsroom: Newsroom, connect: Connect) -> None:
    token = await newsroom.token("items:read")
    archive = newsroom.archive = BrokenArchive()
    transport = httpx.ASGITransport(newsroom.app())
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway.example") as client:
        client.headers["authorization"] = f"Bearer {token}"
        archive.failure = ZeroDivisionError("secret detail of the inside")
        broken = await client.get("/v1/items/x")
        assert (broken.status_code, broken.json()["code"]) == (500, "internal_error")
        assert "secret" not in broken.text
        assert broken.headers["x-request-id"] == broken.json()["request_id"]
        archive.failure = StoreBusy("/path/of/the/file")
        busy = await client.get("/v1/items/x")
        assert (busy.status_code, busy.headers["retry-after"]) == (503, "2")
        assert "/path" not in busy.text
        unready = await client.get("/readyz")
        assert (unready.status_code, unready.json()["checks"]["archive"]) == (503, "failed")
        assert "/path" not in unready.text


async def test_a_decent_request_id_is_kept_and_an_indecent_one_replaced(stranger: httpx.AsyncClient) -> None:
    kept = await stranger.get("/healthz", headers={"x-request-id": "desk-7.a"})
    assert kept.headers["x-request-id"] == "desk-7.a"
    for indecent in ("a b", 'x"y', "a" * 200, ""):
        answer = await stranger.get("/healthz", headers={"x-request-id": indecent})
        assert answer.headers["x-request-id"] != indecent
        assert len(answer.headers["x-request-id"]) == 32


async def test_health_says_what_it_looked_at(newsroom: Newsroom, stranger: httpx.AsyncClient) -> None:
    assert (await stranger.get("/healthz")).json() == {"status": "alive"}
    ready = (await stranger.get("/readyz")).json()
    assert ready == {
        "status": "ready",
        "checks": {"archive": "ok", "index": "ok", "registry": "ok", "changes": "ok"},
    }
    assert "wiredesk_http_requests_total" in (await stranger.get("/metrics")).text


async def test_the_document_is_openapi_3_1_with_examples_and_problems(stranger: httpx.AsyncClient) -> None:
    document = (await stranger.get("/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    search = document["paths"]["/v1/items"]["get"]
    assert {"q", "provider", "cursor"} <= {parameter["name"] for parameter in search["parameters"]}
    assert search["security"] == [{"key": ["items:read"]}]
    assert "422" not in search["responses"]
    assert search["responses"]["400"]["content"]["application/problem+json"]
    one = document["paths"]["/v1/items/{item_id}"]["get"]
    assert {"name": "item_id", "in": "path", "required": True, "schema": {"type": "string"}} in one["parameters"]
    assert one["responses"]["200"]["content"]["application/json"]["example"]
    assert "restricted_notes" not in (await stranger.get("/openapi.json")).text


async def test_a_receipt_tells_what_became_of_a_push(newsroom: Newsroom, connect: Connect) -> None:
    fact = await newsroom.serve()
    notes = [
        note(),
        note(stage="applied", item_id=fact.item_id, uri=fact.uri, disposition="accepted"),
        note(stage="applied", item_id="hidden", uri="urn:hidden", disposition="accepted"),
    ]
    await newsroom.archive.note(notes)
    pusher = await connect("wires:write", providers=("harbour",))
    told = (await pusher.get("/v1/receipts/receipt-1")).json()
    assert [one["stage"] for one in told["notes"]] == ["received", "applied", "applied"]
    assert told["notes"][1]["disposition"] == "accepted"
    reader = await connect("items:read")
    seen = await reader.get("/v1/receipts/receipt-1")
    assert len(seen.json()["notes"]) == 2
    assert "urn:hidden" not in seen.text
    other = await connect("wires:write", providers=("kestrel",))
    assert (await other.get("/v1/receipts/receipt-1")).status_code == 404
    assert (await pusher.get("/v1/receipts/unknown")).status_code == 404


async def test_quarantine_shows_why_and_how_a_record_begins(newsroom: Newsroom, connect: Connect) -> None:
    await newsroom.archive.shelve(
        [
            set_aside("q-1", b"\xff\x00 not a wire"),
            set_aside("q-2", '{"headline": "Überfahrt'.encode(), provider="kestrel"),
            set_aside("q-3", ("x" * 1999 + "é" * 10).encode(), provider="northwire"),
        ]
    )
    admin = await connect("quarantine:admin")
    entries = {entry["quarantine_id"]: entry for entry in (await admin.get("/v1/quarantine")).json()["quarantined"]}
    assert entries["q-1"]["base64"] == "/wAgbm90IGEgd2lyZQ=="
    assert entries["q-2"]["text"].endswith("Überfahrt")
    assert (entries["q-3"]["text"], entries["q-3"]["truncated"]) == ("x" * 1999, True)
    assert {"code", "detail", "origin", "attempts", "at"} <= set(entries["q-1"])
    kestrel = await connect("quarantine:admin", providers=("kestrel",))
    own = (await kestrel.get("/v1/quarantine")).json()["quarantined"]
    assert [entry["quarantine_id"] for entry in own] == ["q-2"]
    assert (await kestrel.get("/v1/quarantine", params={"provider": "harbour"})).json()["quarantined"] == []


async def test_status_counts_what_the_archive_holds(newsroom: Newsroom, connect: Connect) -> None:
    await newsroom.archive.shelve([set_aside("q-1", b"no wire")])
    await newsroom.archive.note([note(stage="applied", item_id="i", uri="urn:i", disposition="accepted")])
    told = (await (await connect("status:read")).get("/v1/status")).json()
    assert told["quarantined"] == 1
    assert told["dispositions"]["accepted"] == 1
    assert told["unsent"] == 0
