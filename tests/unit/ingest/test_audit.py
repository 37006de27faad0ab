"""What ingest leaves in the audit: one entry a push, each ruling, each decision; without an audit nothing is taken."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import httpx
import pytest
from wiredesk_core.audit.memory import MemoryAudit
from wiredesk_core.audit.trail import Trail
from wiredesk_core.deeds import Deed, Entry
from wiredesk_core.failures import StoreBusy
from wiredesk_core.keys import SCOPES, mint_key, store_key
from wiredesk_core.testing import set_aside

WIRE = b"A headline\n\nA text."
SIGNING = b"a key of northwire, for tests: 32"
RULING = {"provider": "northwire", "uri": "urn:example:1", "verdict": "kill", "reason": "not confirmed"}


class AwayAudit(MemoryAudit):
    """A store that does not answer."""

    async def append(self, deeds: Sequence[Deed]) -> tuple[Entry, ...]:
        raise StoreBusy(f"away, with {len(deeds)}")


@pytest.fixture
async def token(house: Any) -> str:
    token, key = mint_key(name="night desk", scopes=SCOPES, now=house.clock.now())
    await store_key(house.registry, key)
    return token


def door(house: Any, token: str = "") -> httpx.AsyncClient:
    transport = httpx.ASGITransport(house.app(signing={"northwire": [SIGNING]}))
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return httpx.AsyncClient(transport=transport, base_url="http://ingest", headers=headers)


async def deeds(house: Any) -> list[Deed]:
    await house.trail.flush()
    return [entry.deed for entry in await house.audit.read()]


async def test_a_push_is_one_entry_under_its_first_receipt(house: Any, token: str) -> None:
    lines = b'{"headline": "A"}\n{"headline": "B"}\n'
    async with door(house, token) as http:
        answer = await http.post(
            "/v1/wires/northwire", content=lines,
            headers={"content-type": "application/x-ndjson", "x-request-id": "r-1"},
        )  # fmt: skip
    (told,) = await deeds(house)
    assert (told.action, told.outcome, told.service, told.name) == ("wires.pushed", "allowed", "ingest", "night desk")
    assert told.subject == answer.json()["receipts"][0]["receipt_id"]
    assert (told.reason, told.request_id) == (f"2 of northwire, {len(lines)} bytes", "r-1")
    assert told.actor in token


async def test_a_signed_push_is_its_providers(house: Any) -> None:
    timestamp = str(int(house.clock.now().timestamp()))
    mac = hmac.digest(SIGNING, f"msg_1.{timestamp}.".encode() + WIRE, "sha256")
    signature = f"v1,{base64.b64encode(mac).decode()}"
    headers = {"webhook-id": "msg_1", "webhook-timestamp": timestamp, "webhook-signature": signature}
    async with door(house) as http:
        assert (await http.post("/v1/wires/northwire", content=WIRE, headers=headers)).status_code == 202
    (told,) = await deeds(house)
    assert (told.actor, told.action) == ("signature:northwire", "wires.pushed")


async def test_a_dry_run_and_a_refused_body_change_nothing_and_leave_nothing(house: Any, token: str) -> None:
    async with door(house, token) as http:
        assert (await http.post("/v1/wires/northwire?dry_run=true", content=WIRE)).status_code == 200
        assert (await http.post("/v1/wires/northwire", content=b" ")).status_code == 400
    assert await deeds(house) == []


async def test_rulings_and_decisions_are_told_with_their_reasons(house: Any, token: str) -> None:
    await house.archive.shelve([set_aside("wire.received-3-17", provider="northwire")])
    async with door(house, token) as http:
        ruled = await http.post("/v1/rulings", json=RULING)
        assert (await http.post("/v1/quarantine/wire.received-3-17/replay", json={})).status_code == 202
        assert (await http.post("/v1/quarantine/wire.received-3-17/drop", json={"reason": "spam"})).status_code == 202
    assert [(told.action, told.subject, told.reason) for told in await deeds(house)] == [
        ("ruling.kill", ruled.json()["item_id"], "not confirmed"),
        ("quarantine.replay", "wire.received-3-17", ""),
        ("quarantine.drop", "wire.received-3-17", "spam"),
    ]


async def test_without_an_audit_nothing_is_published(house: Any, token: str) -> None:
    closed = replace(house, trail=Trail(AwayAudit()))
    await house.archive.shelve([set_aside("wire.received-3-17", provider="northwire")])
    async with door(closed, token) as http:
        answers = [
            await http.post("/v1/wires/northwire", content=WIRE),
            await http.post("/v1/rulings", json=RULING),
            await http.post("/v1/quarantine/wire.received-3-17/replay", json={}),
        ]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(503, "unavailable")] * 3
    assert house.publisher.records == []


async def test_a_push_for_a_provider_that_is_not_the_keys_is_named(house: Any) -> None:
    token, key = mint_key(name="feed", scopes={"wires:write"}, providers={"kestrel"}, now=house.clock.now())
    await store_key(house.registry, key)
    async with door(house, token) as http:
        assert (await http.post("/v1/wires/northwire", content=WIRE)).status_code == 403
    (told,) = await deeds(house)
    assert (told.actor, told.outcome, told.reason) == (key.key_id, "refused", "provider_not_allowed")
    assert told.subject == "POST /v1/wires/northwire"
