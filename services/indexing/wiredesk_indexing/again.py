"""Facts that come again on the bulk lane: applied like any other, and enriched only where the text is another one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wiredesk_core.agents.stage import Done, Outcome, Record, Rejected, read_or_reject
from wiredesk_core.identity import sha256_of
from wiredesk_core.item import Status, story_sha256
from wiredesk_core.lifecycle import Disposition
from wiredesk_core.messages import (
    AGAIN,
    Outgoing,
    ReceiptNote,
    Reparsed,
    ShelfDecision,
    VersionAccepted,
    Withdrawn,
    envelope,
)
from wiredesk_core.ports import Archive, Fact, Leaf, Yield
from wiredesk_core.shelf import QuarantineEntry, ShelfQuestion
from wiredesk_core.topics import LAYERS_WANTED

from wiredesk_indexing.ledger import Ledger
from wiredesk_indexing.stages import contexts_of

READ_AGAIN = "read again"


class AgainStage:
    """`item.accepted.bulk` into the ledger; versions whose text no enricher has read yet go on to enrichment."""

    name = "apply"

    def __init__(self, archive: Archive, ledger: Ledger) -> None:
        self._archive = archive
        self._ledger = ledger

    async def handle(self, records: Sequence[Record]) -> Sequence[Outcome]:
        """Apply all records that can be read, put the others aside."""
        read = [read_or_reject(record, AGAIN.validate_json) for record in records]
        wires = [told for told in read if isinstance(told, Reparsed)]
        facts: list[Fact] = [told for told in read if not isinstance(told, Rejected | Reparsed)]
        for wire in wires:
            facts += withdrawals_of(wire, await self._archive.yields(wire.receipt_id))
        await self._ledger.apply(facts, contexts_of(records), again=True)
        for wire in wires:
            await self._settle_shelf(wire)
        versions = [fact for fact in facts if isinstance(fact, VersionAccepted)]
        leaves = await self._archive.leaves([(fact.item_id, fact.wire_sha256) for fact in versions])
        return [told if isinstance(told, Rejected) else Done(_wanted(told, leaves)) for told in read]

    async def settle(self, records: Sequence[Record], outcomes: Sequence[Outcome]) -> None:
        """The ledger has settled everything itself, under its own lock."""

    async def _settle_shelf(self, wire: Reparsed) -> None:
        """A wire that waits in quarantine and can be read now has been replayed, as if an operator had asked for it alone."""
        asked = ShelfQuestion(receipt_id=wire.receipt_id, stage="parse", state="shelved")
        for listed in await self._archive.quarantined(asked):
            entry = await self._archive.set_aside(listed.quarantine_id)
            if entry is not None:
                await self._archive.note([_told(entry, wire)])
                await self._archive.decide([_replayed(entry, wire)])


def withdrawals_of(wire: Reparsed, before: Sequence[Yield]) -> tuple[Withdrawn, ...]:
    """What older readings found in the wires of a receipt (`before`) and this one does not."""
    found = frozenset(wire.found)
    return tuple(
        Withdrawn(
            receipt_id=wire.receipt_id,
            item_id=former.item_id,
            scope=former.scope,
            wire_sha256=former.wire_sha256,
            parser=wire.parser,
            generation=wire.generation,
            rederived_at=wire.rederived_at,
        )
        for former in before
        if (former.item_id, former.wire_sha256) not in found
    )


def _told(entry: QuarantineEntry, wire: Reparsed) -> ReceiptNote:
    return ReceiptNote(
        receipt_id=wire.receipt_id,
        provider=entry.why.provider,
        stage="parsed",
        at=wire.rederived_at,
        round=entry.why.round + 1,
        disposition=None if wire.found else Disposition.no_item,
        detail=f"{len(wire.found)} versions",
    )


def _replayed(entry: QuarantineEntry, wire: Reparsed) -> ShelfDecision:
    return ShelfDecision(
        kind="replay",
        quarantine_id=entry.quarantine_id,
        receipt_id=wire.receipt_id,
        provider=entry.why.provider,
        round=entry.why.round,
        at=wire.rederived_at,
        by=wire.parser,
        reason=READ_AGAIN,
        size=entry.size,
        sha256=sha256_of(entry.value),
    )


def lacks_layers(leaf: Leaf) -> bool:
    """Whether a version has a story that no layers were made from; those of another reading are none of its own."""
    return leaf.enriched is None and leaf.item.status is not Status.canceled


def _wanted(fact: Fact | Reparsed, leaves: Mapping[tuple[str, str], Leaf]) -> tuple[Outgoing, ...]:
    """The version as the archive has it now, for enrichment, if that has to read it."""
    if not isinstance(fact, VersionAccepted):
        return ()
    leaf = leaves.get((fact.item_id, fact.wire_sha256))
    if leaf is None or not lacks_layers(leaf):
        return ()
    story = story_sha256(leaf.item)
    version = fact.model_copy(update={"item": leaf.item, "story_sha256": story})
    headers = envelope(
        LAYERS_WANTED.name,
        source="indexing",
        identity=f"{fact.item_id}/{fact.wire_sha256}/{story}",
        at=fact.rederived_at or fact.received_at,
        receipt_id=fact.receipt_id,
    )
    return (Outgoing(LAYERS_WANTED.name, fact.item_id.encode(), version.model_dump_json().encode(), headers),)
