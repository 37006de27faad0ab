"""/v1/quarantine: which records, page by page, one whole, and its bytes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from wiredesk_core.testing import after, decision, set_aside
from wiredesk_gateway.testing import Newsroom

Connect = Callable[..., Awaitable[httpx.AsyncClient]]


@pytest.fixture
async def admin(newsroom: Newsroom, connect: Connect) -> httpx.AsyncClient:
    await newsroom.archive.shelve(
        [
            set_aside("a", at=after(1)),
            set_aside("b", b"\xff\x00 bytes", at=after(2), code="json_broken", stage="apply"),
            set_aside("c", at=after(3), provider="kestrel", receipt_id="receipt-9"),
        ]
    )
    await newsroom.archive.decide([decision(quarantine_id="a", reason="mended")])
    return await connect("quarantine:admin")


async def ids(client: httpx.AsyncClient, **params: Any) -> list[str]:
    answer = await client.get("/v1/quarantine", params=params)
    assert answer.status_code == 200, answer.text
    return [entry["quarantine_id"] for entry in answer.json()["quarantined"]]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["c", "b", "a"]),
        ({"provider": ["kestrel", "harbour"]}, ["c", "b", "a"]),
        ({"code": "json_broken"}, ["b"]),
        ({"stage": "apply"}, ["b"]),
        ({"state": "shelved"}, ["c", "b"]),
        ({"receipt_id": "receipt-9"}, ["c"]),
        ({"since": after(2).isoformat()}, ["c", "b"]),
        ({"until": after(2).isoformat(), "state": "replayed"}, ["a"]),
    ],
)
async def test_filters_join_with_and(admin: httpx.AsyncClient, asked: dict[str, Any], found: list[str]) -> None:
    assert await ids(admin, **asked) == found


@pytest.mark.parametrize("asked", [{"state": "lost"}, {"since": "yesterday"}, {"limit": 501}, {"colour": "red"}])
async def test_what_cannot_be_asked_is_refused(admin: httpx.AsyncClient, asked: dict[str, Any]) -> None:
    assert (await admin.get("/v1/quarantine", params=asked)).status_code == 400


async def test_pages_follow_their_cursor_which_belongs_to_one_question(admin: httpx.AsyncClient) -> None:
    first = (await admin.get("/v1/quarantine", params={"limit": 2})).json()
    assert ([e["quarantine_id"] for e in first["quarantined"]], first["has_more"]) == (["c", "b"], True)
    last = (await admin.get("/v1/quarantine", params={"limit": 2, "cursor": first["next"]})).json()
    assert ([e["quarantine_id"] for e in last["quarantined"]], last["next"]) == (["a"], None)
    other = await admin.get("/v1/quarantine", params={"code": "json_broken", "cursor": first["next"]})
    assert (other.status_code, other.json()["code"]) == (400, "cursor_of_another_query")


async def test_one_record_tells_its_headers_and_what_was_decided(admin: httpx.AsyncClient) -> None:
    entry = (await admin.get("/v1/quarantine/a")).json()
    assert (entry["state"], entry["origin"]["topic"]) == ("replayed", "wire.received")
    assert entry["headers"] == {"content-type": "text/plain; q=\\xe9"}
    (made,) = entry["decisions"]
    assert (made["kind"], made["by"], made["reason"], made["round"]) == ("replay", "desk editor", "mended", 1)


async def test_bytes_come_as_they_came_until_they_are_dropped(newsroom: Newsroom, admin: httpx.AsyncClient) -> None:
    answer = await admin.get("/v1/quarantine/b/bytes")
    assert (answer.status_code, answer.content) == (200, b"\xff\x00 bytes")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == "attachment"
    await newsroom.archive.decide([decision("drop", "b", reason="nobody needs it")])
    gone = await admin.get("/v1/quarantine/b/bytes")
    assert (gone.status_code, gone.json()["code"]) == (410, "quarantine_dropped")
    entry = (await admin.get("/v1/quarantine/b")).json()
    assert (entry["state"], entry["size"], entry["text"]) == ("dropped", 8, "")


async def test_a_provider_s_admin_finds_nothing_of_others(connect: Connect, admin: httpx.AsyncClient) -> None:
    own = await connect("quarantine:admin", providers=("kestrel",))
    assert await ids(own) == ["c"]
    for path in ("/v1/quarantine/a", "/v1/quarantine/a/bytes", "/v1/quarantine/nothing"):
        answer = await own.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "quarantine_not_found")
    reader = await connect("items:read")
    assert (await reader.get("/v1/quarantine/a/bytes")).status_code == 403
