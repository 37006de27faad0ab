"""A way in with a broker and stores in memory, and a clock that stands still."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from wiredesk_core.agents.pool import Broken
from wiredesk_core.archive.memory import MemoryArchive
from wiredesk_core.audit.memory import MemoryAudit
from wiredesk_core.audit.trail import Trail
from wiredesk_core.broker.memory import MemoryPublisher
from wiredesk_core.clock import FixedClock
from wiredesk_core.keys import mint_key, store_key
from wiredesk_core.registry.memory import MemoryRegistry
from wiredesk_core.usage import Ledger
from wiredesk_ingest.body import Limits
from wiredesk_ingest.dry_run import DryRun
from wiredesk_ingest.provider_file import read_profiles
from wiredesk_ingest.providers import Profile
from wiredesk_ingest.push import create_app
from wiredesk_ingest.worker import prepare, work

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PROFILES = '[northwire]\nlanguage = "en"\n[kestrel]\n'
MIB = 1024 * 1024


class HerePool:
    """Does in this process what a WorkerPool does in others."""

    async def run(self, payloads: Sequence[bytes]) -> Sequence[bytes | Broken]:
        return work(list(payloads))


@dataclass(frozen=True)
class House:
    """All that a way in is built from."""

    publisher: MemoryPublisher
    registry: MemoryRegistry
    profiles: Mapping[str, Profile]
    clock: FixedClock
    audit: MemoryAudit
    trail: Trail
    ledger: Ledger
    archive: MemoryArchive = field(default_factory=MemoryArchive)

    def app(self, limits: Limits = Limits(body=MIB), **more: Any) -> FastAPI:  # noqa: B008  # frozen value
        return create_app(
            publisher=self.publisher,
            registry=self.registry,
            archive=self.archive,
            profiles=self.profiles,
            clock=self.clock,
            inspect=DryRun(HerePool()),
            trail=self.trail,
            ledger=self.ledger,
            limits=limits,
            gateway_url="https://desk.example/",
            **more,
        )


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def profiles() -> Iterator[Mapping[str, Profile]]:
    """The profiles, in this process as well, where HerePool works."""
    prepare(PROFILES)
    yield read_profiles(PROFILES)
    prepare("")


@pytest.fixture
def house(profiles: Mapping[str, Profile], clock: FixedClock) -> House:
    audit, registry = MemoryAudit(), MemoryRegistry(clock)
    return House(MemoryPublisher(), registry, profiles, clock, audit, Trail(audit), Ledger(registry))


Minter = Callable[..., str]


@pytest.fixture
async def token(house: House) -> str:
    """A key that may push for northwire and for a provider that nobody has heard of."""
    token, key = mint_key(name="feed", scopes={"wires:write"}, providers={"northwire", "nobody"}, now=NOW)
    await store_key(house.registry, key)
    return token


@pytest.fixture
async def http(house: House, token: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the push API that shows its key."""
    async with _client(house.app(), token) as client:
        yield client


def _client(app: FastAPI, token: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(
        transport=transport, base_url="http://ingest", headers={"authorization": f"Bearer {token}"}
    )
