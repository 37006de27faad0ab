"""Indexing's agents: bytes to facts, no rule of the life cycle lives here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from wiredesk_core.agents.stage import Done, Outcome, Record, Rejected, read_or_reject
from wiredesk_core.lifecycle import Disposition
from wiredesk_core.messages import (
    ACCEPTED,
    DECISION_HEADER,
    QUARANTINE_HEADER,
    Enriched,
    Quarantine,
    ReceiptNote,
    ShelfDecision,
    replay_of,
)
from wiredesk_core.ports import Archive, Fact
from wiredesk_core.shelf import QuarantineEntry
from wiredesk_core.tracing import HEADER

from wiredesk_indexing.ledger import Ledger

Read = Callable[[bytes], Fact]

AFTER_ACCEPTANCE = frozenset({"enrich"})
"""Stages whose rejections come after the item was accepted, so that they do not decide what became of it."""


class ApplyStage:
    """`item.accepted` or `item.enriched` into the ledger. `again`: what was received long ago comes again."""

    def __init__(self, name: str, read: Read, ledger: Ledger, *, again: bool = False) -> None:
        self.name = name
        self._read = read
        self._ledger = ledger
        self._again = again

    async def handle(self, records: Sequence[Record]) -> Sequence[Outcome]:
        """Apply all records that can be read, put the others aside."""
        read = [read_or_reject(record, self._read) for record in records]
        facts = [fact for fact in read if not isinstance(fact, Rejected)]
        await self._ledger.apply(facts, contexts_of(records), again=self._again)
        return [fact if isinstance(fact, Rejected) else Done() for fact in read]

    async def settle(self, records: Sequence[Record], outcomes: Sequence[Outcome]) -> None:
        """The ledger has settled everything itself, under its own lock."""


class ShelfStage:
    """`wire.quarantined` onto the archive's shelf, where operators find it, and what they decide about it."""

    name = "shelve"

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    async def handle(self, records: Sequence[Record]) -> Sequence[Outcome]:
        """Tell each record's receipt, then keep it with its bytes: what can be replayed has been told of before."""
        read = [read_shelved(record) for record in records]
        entries = [one for one in read if isinstance(one, QuarantineEntry)]
        await self._archive.note([_note(entry.why) for entry in entries])
        await self._archive.shelve(entries)
        await self._archive.decide([one for one in read if isinstance(one, ShelfDecision)])
        return [one if isinstance(one, Rejected) else Done() for one in read]

    async def settle(self, records: Sequence[Record], outcomes: Sequence[Outcome]) -> None:
        """Nothing is left to do."""


class ReceiptStage:
    """`receipt.noted` into the archive's receipts."""

    name = "note"

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    async def handle(self, records: Sequence[Record]) -> Sequence[Outcome]:
        """Keep the notes that can be read."""
        read = [read_or_reject(record, ReceiptNote.model_validate_json) for record in records]
        await self._archive.note([note for note in read if isinstance(note, ReceiptNote)])
        return [note if isinstance(note, Rejected) else Done() for note in read]

    async def settle(self, records: Sequence[Record], outcomes: Sequence[Outcome]) -> None:
        """Nothing is left to do."""


def contexts_of(records: Sequence[Record]) -> Mapping[str, bytes]:
    """The traces that records belong to, by their receipts."""
    return {record.receipt_id: record.headers[HEADER] for record in records if HEADER in record.headers}


def read_accepted(value: bytes) -> Fact:
    """A message of `item.accepted`."""
    return ACCEPTED.validate_json(value)


def read_enriched(value: bytes) -> Fact:
    """A message of `item.enriched`."""
    return Enriched.model_validate_json(value)


def read_shelved(record: Record) -> QuarantineEntry | ShelfDecision | Rejected:
    """A record of `wire.quarantined`: one put aside, or what was decided about one.

    The shelf's name for a record is where it first came from: a redelivery finds its place taken, and a replay that
    fails comes back to it. A decision that could not be read was put aside like anything else, and is none any more.
    """
    if DECISION_HEADER in record.headers and QUARANTINE_HEADER not in record.headers:
        return read_or_reject(record, ShelfDecision.model_validate_json)
    why = Quarantine.model_validate_json(record.headers[QUARANTINE_HEADER])
    headers = {name: value for name, value in record.headers.items() if name != QUARANTINE_HEADER}
    replay = replay_of(record.headers)
    quarantine_id = replay.quarantine_id if replay else f"{why.topic}-{why.partition}-{why.offset}"
    return QuarantineEntry(quarantine_id, why, record.value, headers, size=len(record.value))


def _note(why: Quarantine) -> ReceiptNote:
    late = why.stage in AFTER_ACCEPTANCE
    return ReceiptNote(
        receipt_id=why.receipt_id,
        provider=why.provider,
        stage="enriched" if late else "parsed",
        at=why.at,
        round=why.round,
        disposition=None if late else Disposition.quarantined,
        code=why.code,
        detail=why.detail,
    )
