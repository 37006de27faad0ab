"""A gateway over stores in memory, for tests: keys to it, and a hand that puts items into it as indexing would."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI
from wiredesk_core.archive.memory import MemoryArchive
from wiredesk_core.audit import OpenAudit
from wiredesk_core.audit.memory import MemoryAudit
from wiredesk_core.audit.trail import Trail
from wiredesk_core.clock import FixedClock
from wiredesk_core.index.memory import MemoryIndex
from wiredesk_core.item import Item, Status
from wiredesk_core.keys import mint_key, store_key
from wiredesk_core.keys.ring import Issuer
from wiredesk_core.lifecycle import Standing, Verdict
from wiredesk_core.messages import Changed, Tombstone
from wiredesk_core.ports import Archive, Index, IndexGone, IndexPut
from wiredesk_core.registry.memory import MemoryRegistry
from wiredesk_core.testing import NOON, accepted, after, changed, make_item, ruled
from wiredesk_core.usage import Ledger

from wiredesk_gateway.app import create_app
from wiredesk_gateway.changes import MemoryChangeLog
from wiredesk_gateway.desk import Limits

SIGNING_KEY = b"for tests alone, of no use elsewhere"


@dataclass
class Newsroom:
    """Stores, in memory unless others are given, and all that is done to them."""

    archive: Archive = field(default_factory=MemoryArchive)
    index: Index = field(default_factory=MemoryIndex)
    log: MemoryChangeLog = field(default_factory=MemoryChangeLog)
    clock: FixedClock = field(default_factory=lambda: FixedClock(after(60)))
    registry: MemoryRegistry = field(init=False)
    origins: tuple[str, ...] = ()
    issuer: Issuer | None = None
    audit: OpenAudit = field(default_factory=MemoryAudit)
    trail: Trail = field(init=False)
    ledger: Ledger = field(init=False)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    limits: Limits = field(
        default_factory=lambda: Limits(longest_wait=5, heartbeat=0.05, streams_per_key=2, snapshot_page=2)
    )

    def __post_init__(self) -> None:
        self.registry = MemoryRegistry(self.clock)
        self.trail = Trail(self.audit)
        self.ledger = Ledger(self.registry)

    def app(self) -> FastAPI:
        """The gateway over these stores."""
        return create_app(
            archive=self.archive,
            index=self.index,
            registry=self.registry,
            audit=self.audit,
            trail=self.trail,
            ledger=self.ledger,
            changes=self.log,
            clock=self.clock,
            signing_key=SIGNING_KEY,
            limits=self.limits,
            stopping=self.stopping,
            origins=self.origins,
            issuer=self.issuer,
        )

    async def token(self, *scopes: str, **more: Any) -> str:
        """A new key's token."""
        token, key = mint_key(name="test", scopes=scopes, now=NOON, **more)
        await store_key(self.registry, key)
        return token

    async def serve(self, item: Item | None = None, standing: Standing = Standing.open, **more: Any) -> Changed:
        """A version arrives and becomes the newest revision: archived, indexed, announced."""
        item = item or make_item()
        version = accepted(item)
        await self.archive.record([version])
        former = (await self.archive.served([version.item_id])).get(version.item_id)
        revision = 1 if former is None else former.revision + 1
        fields = {
            "revision": revision,
            "former_standing": Standing.absent if former is None else former.standing,
            "standing": standing,
            **more,
        }
        fact = changed(item, **fields)
        await self.archive.save([fact], {fact.item_id: None})
        await self.index.write([_indexed(fact)])
        self.log.append(fact)
        return fact

    async def kill(self, item: Item | None = None, **more: Any) -> Changed:
        """The provider kills the item."""
        item = item or make_item()
        dead = item.model_copy(update={"status": Status.canceled, "version": item.version + "9", **more})
        return await self.serve(dead, Standing.killed, cause="status")

    async def purge(self, item: Item | None = None) -> Changed:
        """An operator has its words destroyed."""
        version = accepted(item or make_item())
        ruling = ruled(version, Verdict.purge)
        await self.archive.record([ruling])
        former = (await self.archive.served([version.item_id]))[version.item_id]
        tombstone = Tombstone(
            item_id=version.item_id, uri=version.item.uri, provider=version.item.provider, killed_at=ruling.ruled_at,
            reason=ruling.reason, purged=True,
        )  # fmt: skip
        more = {"former_standing": former.standing, "cause": "desk", "article": None, "tombstone": tombstone}
        fact = changed(version.item, revision=former.revision + 1, standing=Standing.killed, **more)
        await self.archive.save([fact], {fact.item_id: None})
        await self.index.write([_indexed(fact)])
        self.log.append(fact)
        return fact


def _indexed(fact: Changed) -> IndexPut | IndexGone:
    if fact.article is None:
        return IndexGone(fact.item_id, fact.revision)
    return IndexPut("open" if fact.standing is Standing.open else "sealed", fact.article, fact.changed_at)
