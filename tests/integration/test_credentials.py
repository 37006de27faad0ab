"""Keys and signatures before several replicas: what one knows holds at the others."""

from __future__ import annotations

import base64
import hmac
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from wiredesk_core.archive.memory import MemoryArchive
from wiredesk_core.audit.memory import MemoryAudit
from wiredesk_core.audit.trail import Trail
from wiredesk_core.broker.memory import MemoryPublisher
from wiredesk_core.clock import FixedClock
from wiredesk_core.keys import mint_key, revoke_key, store_key
from wiredesk_core.ports import Registry
from wiredesk_core.registry import open_registry
from wiredesk_core.testing import NOON
from wiredesk_core.usage import Ledger
from wiredesk_ingest.providers import Profile
from wiredesk_ingest.push import create_app
from wiredesk_ingest.reception import Arrival

SECRET, BODY = b"a key of northwire, of 32 bytes!", b"A headline\n\nA text."


class Replica:
    """One of several ingest services; they share a Registry and nothing else."""

    def __init__(self, registry: Registry, clock: FixedClock) -> None:
        async def inspect(arrivals: Sequence[Arrival]) -> list[dict[str, Any]]:
            return [{} for _ in arrivals]

        self.publisher, self.audit = MemoryPublisher(), MemoryAudit()
        self.app: FastAPI = create_app(
            publisher=self.publisher,
            registry=registry,
            archive=MemoryArchive(),
            profiles={"northwire": Profile("northwire")},
            clock=clock,
            inspect=inspect,
            trail=Trail(self.audit),
            ledger=Ledger(registry),
            signing={"northwire": [SECRET]},
        )

    async def push(self, headers: Mapping[str, str], body: bytes = BODY) -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://ingest") as client:
            return await client.post("/v1/wires/northwire", content=body, headers=dict(headers))


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
async def replicas(tmp_path: Path, clock: FixedClock) -> AsyncIterator[tuple[Replica, Replica, Registry]]:
    registry = open_registry(f"sqlite:{tmp_path / 'registry.db'}", clock)
    yield Replica(registry, clock), Replica(registry, clock), registry
    await registry.close()


def signed(body: bytes = BODY) -> dict[str, str]:
    timestamp = str(int(NOON.timestamp()))
    mac = hmac.digest(SECRET, f"msg_1.{timestamp}.".encode() + body, "sha256")
    signature = f"v1,{base64.b64encode(mac).decode()}"
    return {"webhook-id": "msg_1", "webhook-timestamp": timestamp, "webhook-signature": signature}


async def test_a_signed_push_overheard_and_sent_to_another_replica_is_the_push_that_it_was(
    replicas: tuple[Replica, Replica, Registry],
) -> None:
    one, other, _ = replicas
    taken, replayed = await one.push(signed()), await other.push(signed())
    assert taken.status_code == 202
    assert replayed.json()["receipts"] == taken.json()["receipts"]
    receipts = [record.headers["receipt_id"] for r in (one, other) for record in r.publisher.on("wire.received")]
    assert len(set(receipts)) == 1


async def test_its_id_opens_for_no_other_body_at_another_replica(replicas: tuple[Replica, Replica, Registry]) -> None:
    one, other, _ = replicas
    await one.push(signed())
    answer = await other.push(signed(b"Another headline"), b"Another headline")
    assert answer.status_code == 422
    assert other.publisher.records == []


async def test_a_key_revoked_at_one_replica_opens_no_other_three_seconds_later(
    replicas: tuple[Replica, Replica, Registry], clock: FixedClock
) -> None:
    one, other, registry = replicas
    token, key = mint_key(name="feed", scopes=["wires:write"], now=NOON)
    await store_key(registry, key)
    headers = {"authorization": f"Bearer {token}"}
    assert [(await each.push(headers)).status_code for each in (one, other)] == [202, 202]
    await revoke_key(registry, key.key_id)
    clock.advance(timedelta(seconds=3))
    assert [(await each.push(headers)).status_code for each in (one, other)] == [401, 401]
