"""The enrichment stage: versions of items in, their layers out. A story that cannot be enriched is never lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import orjson
from wiredesk_core.agents.pool import Broken
from wiredesk_core.agents.stage import Done, Outcome, Record, Rejected, read_or_reject
from wiredesk_core.article import LAYERS, LayerStatus
from wiredesk_core.item import Status
from wiredesk_core.messages import ACCEPTED, Enriched, Outgoing, VersionAccepted, envelope
from wiredesk_core.ports import Clock
from wiredesk_core.topics import ITEM_ENRICHED


class Pool(Protocol):
    """Where stories are enriched: a WorkerPool, or a stand-in."""

    async def run(self, payloads: Sequence[bytes]) -> Sequence[bytes | Broken]:
        """One result a payload, in order."""
        ...


class EnrichStage:
    """`item.accepted` to `item.enriched`. Cancel marks and kills pass by: there is nothing to add to them."""

    name = "enrich"

    def __init__(self, pool: Pool, clock: Clock, chain: int) -> None:
        self._pool = pool
        self._clock = clock
        self._chain = chain

    async def handle(self, records: Sequence[Record]) -> Sequence[Outcome]:
        """Layers for every version that has a story in it."""
        read = [read_version(record) for record in records]
        stories = [version for version in read if isinstance(version, VersionAccepted)]
        made = await self._pool.run([version.item.model_dump_json().encode() for version in stories])
        results = iter(made)
        return [
            Done((self._output(version, next(results)),)) if isinstance(version, VersionAccepted) else version
            for version in read
        ]

    async def settle(self, records: Sequence[Record], outcomes: Sequence[Outcome]) -> None:
        """Nothing is kept here."""

    def _output(self, version: VersionAccepted, result: bytes | Broken) -> Outgoing:
        made = failed_layers(result) if isinstance(result, Broken) else orjson.loads(result)
        enriched = Enriched(
            receipt_id=version.receipt_id,
            item_id=version.item_id,
            uri=version.item.uri,
            wire_sha256=version.wire_sha256,
            version=version.item.version,
            chain=self._chain,
            story_sha256=version.story_sha256,
            **made,
        )
        headers = envelope(
            ITEM_ENRICHED.name,
            source="enrichment",
            identity=f"{version.item_id}/{version.wire_sha256}/{self._chain}",
            at=self._clock.now(),
            receipt_id=version.receipt_id,
        )
        return Outgoing(ITEM_ENRICHED.name, version.item_id.encode(), enriched.model_dump_json().encode(), headers)


def read_version(record: Record) -> VersionAccepted | Done | Rejected:
    """The version to enrich, Done where there is nothing to enrich, Rejected where nothing can be read."""
    fact = read_or_reject(record, ACCEPTED.validate_json)
    if isinstance(fact, Rejected):
        return fact
    if isinstance(fact, VersionAccepted) and fact.item.status is not Status.canceled:
        return fact
    return Done()


def failed_layers(broken: Broken) -> dict[str, Any]:
    """What is said of a story that its worker did not survive: every layer failed, and why."""
    return {"layers": {name: {"status": LayerStatus.failed, "reason": broken.code} for name in LAYERS}, "values": {}}
