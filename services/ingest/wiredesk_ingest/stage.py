"""The parse stage: a record of `wire.received` becomes facts about items, or goes to quarantine with the reason."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from wiredesk_core.agents.pool import Broken
from wiredesk_core.agents.stage import Done, Outcome, Record, Rejected
from wiredesk_core.failures import Unreadable
from wiredesk_core.identity import item_id_of
from wiredesk_core.lifecycle import Disposition
from wiredesk_core.messages import (
    Accepted,
    CancelMarked,
    Headers,
    Outgoing,
    ReceiptNote,
    Reparsed,
    VersionAccepted,
    envelope,
    replay_of,
)
from wiredesk_core.moments import iso
from wiredesk_core.ports import Clock
from wiredesk_core.topics import ITEM_ACCEPTED, ITEM_ACCEPTED_BULK, RECEIPT_NOTED

from wiredesk_ingest.framing import pack_wire, unpack_outcome
from wiredesk_ingest.intake import IsSpent, Reading, facts_of, read_wire, reparsed_of
from wiredesk_ingest.noise import Noise
from wiredesk_ingest.providers import Profile
from wiredesk_ingest.reception import UNTYPED, note_headers
from wiredesk_ingest.wire import Wire

STAGE = "parse"
LONGEST_DETAIL = 1000
"""Characters of an explanation that a receipt keeps."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a wire came from, as the headers of its record say."""

    receipt_id: str
    provider: str
    received_at: datetime
    content_type: str
    filename: str | None
    round: int
    rederived_at: datetime | None
    """When all wires of a time were asked to be read again; None for a wire that is read for its own sake."""


def read_record(
    headers: Headers,
    value: bytes,
    profiles: Mapping[str, Profile],
    now: datetime,
    is_spent: IsSpent = lambda: False,
) -> Outcome:
    """What follows from one wire: a fact for each item and cancel mark, and what its receipt should say.

    is_spent: as for read_wire.
    Raises nothing but what is a fault of ours: a wire that cannot be read is Rejected.
    """
    origin = None
    try:
        origin = origin_of(headers)
        return _read(origin, value, profiles, now, is_spent)
    except Unreadable as unreadable:
        return reject(headers, origin, unreadable.code, unreadable.detail, now)


def origin_of(headers: Headers) -> Origin:
    """Reads the headers. Raises Unreadable when one is missing or cannot be read."""
    try:
        receipt_id, provider = headers["receipt_id"].decode(), headers["provider"].decode()
        received_at = datetime.fromisoformat(headers["received_at"].decode())
        filename = headers.get("filename", b"").decode()
    except (KeyError, ValueError) as error:
        detail = "the record needs the headers receipt_id, provider and received_at (ISO 8601), all in UTF-8"
        raise Unreadable("headers_unreadable", f"{detail}: {error!r}") from error
    content_type = headers.get("content-type", UNTYPED.encode()).decode("latin-1")
    replay = replay_of(headers)
    rederived_at = replay.rederived_at if replay else None
    return Origin(receipt_id, provider, received_at, content_type, filename or None, round_of(headers), rederived_at)


def round_of(headers: Headers) -> int:
    """1 for a wire that comes for the first time, one more for each replay from quarantine."""
    replay = replay_of(headers)
    return replay.round if replay else 1


def reject(headers: Headers, origin: Origin | None, code: str, detail: str, now: datetime) -> Rejected:
    """A wire put aside, and the note of it for its receipt; without a receipt number there is nobody to tell."""
    provider = origin.provider if origin else headers.get("provider", b"").decode("utf-8", "replace")
    receipt_id = origin.receipt_id if origin else headers.get("receipt_id", b"").decode("utf-8", "replace")
    detail = detail[:LONGEST_DETAIL]
    note = ReceiptNote(
        receipt_id=receipt_id,
        provider=provider,
        stage="parsed",
        at=now,
        round=origin.round if origin else round_of(headers),
        disposition=Disposition.quarantined,
        code=code,
        detail=detail,
    )
    return Rejected(code, detail, provider, outputs=(_noted(note),) if receipt_id else ())


def _read(origin: Origin, value: bytes, profiles: Mapping[str, Profile], now: datetime, is_spent: IsSpent) -> Outcome:
    profile = profiles.get(origin.provider)
    if profile is None:
        raise Unreadable("unknown_provider", f"no profile for {origin.provider!r}: add one and replay the quarantine")
    wire = Wire(data=value, provider=profile, content_type=origin.content_type, filename=origin.filename)
    reading = read_wire(wire, is_spent=is_spent)
    facts = facts_of(reading, wire, origin.receipt_id, origin.received_at, origin.rederived_at)
    if reading.faults:
        return _partly(origin, reading, facts, now)
    if origin.rederived_at is not None:  # its receipt was told when it came
        reparsed = reparsed_of(reading, wire, origin.receipt_id, origin.rederived_at)
        return Done((*(accepted_record(fact, now) for fact in facts), _reparsed_record(reparsed, now)))
    note = ReceiptNote(
        receipt_id=origin.receipt_id,
        provider=origin.provider,
        stage="parsed",
        at=now,
        round=origin.round,
        disposition=None if facts else Disposition.no_item,
        detail=_told(facts),
    )
    outputs = (*(accepted_record(fact, now) for fact in facts), _noted(note))
    return Done(outputs)


def _partly(
    origin: Origin, reading: Reading, facts: Sequence[VersionAccepted | CancelMarked], now: datetime
) -> Outcome:
    """A container of which some wires cannot be read: the others go on, and it is put aside all the same."""
    told = "; ".join(f"{fault.code}: {fault.detail}" for fault in reading.faults)
    detail = f"{len(reading.faults)} of {len(reading.faults) + len(reading.parts)} wires in it: {told}"
    rejected = reject({}, origin, reading.faults[0].code, detail, now)
    outputs = (*(accepted_record(fact, now) for fact in facts), *rejected.outputs)
    return replace(rejected, outputs=outputs)


def accepted_record(fact: Accepted, now: datetime) -> Outgoing:
    """A fact as a record of `item.accepted`; a cancel mark travels with the item whose uri it names."""
    key = item_id_of(fact.scope, fact.alias) if isinstance(fact, CancelMarked) else fact.item_id
    headers = envelope(
        ITEM_ACCEPTED.name,
        source="ingest",
        identity=f"{fact.receipt_id}/{fact.kind}/{key}",
        at=now,
        receipt_id=fact.receipt_id,
    )
    return Outgoing(ITEM_ACCEPTED.name, key.encode(), fact.model_dump_json().encode(), headers)


def _reparsed_record(reparsed: Reparsed, now: datetime) -> Outgoing:
    headers = envelope(
        ITEM_ACCEPTED_BULK.name,
        source="ingest",
        identity=f"{reparsed.receipt_id}/{reparsed.kind}/{iso(reparsed.rederived_at)}",
        at=now,
        receipt_id=reparsed.receipt_id,
    )
    key, value = reparsed.receipt_id.encode(), reparsed.model_dump_json().encode()
    return Outgoing(ITEM_ACCEPTED_BULK.name, key, value, headers)


def _noted(note: ReceiptNote) -> Outgoing:
    return Outgoing(RECEIPT_NOTED.name, note.receipt_id.encode(), note.model_dump_json().encode(), note_headers(note))


def _told(facts: Sequence[VersionAccepted | CancelMarked]) -> str:
    versions = sum(isinstance(fact, VersionAccepted) for fact in facts)
    return f"{versions} versions, {len(facts) - versions} cancel marks"


Hear = Callable[[str, float], None]
"""Told the provider of each wire, and when it was received (Unix time)."""


class Pool(Protocol):
    """Where wires are parsed: `wiredesk_core.agents.pool.WorkerPool`, or a stand-in."""

    async def run(self, payloads: Sequence[bytes]) -> Sequence[bytes | Broken]:
        """One result a payload, in order."""
        ...


class ParseStage:
    """`wire.received` to `item.accepted`, for the agent runner."""

    name = STAGE

    def __init__(
        self, pool: Pool, clock: Clock, hear: Hear = lambda _provider, _at: None, noise: Noise | None = None
    ) -> None:
        """Without `hear` and `noise` nobody is told: the wires were sent long ago."""
        self._pool = pool
        self._noise = noise
        self._clock = clock
        self._hear = hear

    async def handle(self, records: Sequence[Record]) -> Sequence[Outcome]:
        """Parse a batch in the pool; a wire that its worker did not survive is put aside."""
        now = self._clock.now()
        results = await self._pool.run([pack_wire(record.headers, record.value, now) for record in records])
        return [self._outcome(record, result, now) for record, result in zip(records, results, strict=True)]

    async def settle(self, records: Sequence[Record], outcomes: Sequence[Outcome]) -> None:
        """Tell of whom wires were heard; also of those that cannot be read, for their provider is not silent."""
        if self._noise is not None:
            await self._noise.hear(records, outcomes)
        for record in records:
            with contextlib.suppress(Unreadable):
                origin = origin_of(record.headers)
                self._hear(origin.provider, origin.received_at.timestamp())

    def _outcome(self, record: Record, result: bytes | Broken, now: datetime) -> Outcome:
        if not isinstance(result, Broken):
            return unpack_outcome(result)
        rejected = reject(record.headers, None, result.code, result.detail, now)
        return replace(rejected, unexpected=result.code == "worker_crashed")
