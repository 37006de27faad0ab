"""Facts that come again on the bulk lane: applied like any other, and enriched only where the text is another one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wiredesk_core.agents.stage import Done, Outcome, Record, Rejected, read_or_reject
from wiredesk_core.item import Status, story_sha256
from wiredesk_core.messages import Outgoing, VersionAccepted, envelope
from wiredesk_core.ports import Archive, Fact, Leaf
from wiredesk_core.topics import LAYERS_WANTED

from wiredesk_indexing.ledger import Ledger
from wiredesk_indexing.stages import contexts_of, read_accepted


class AgainStage:
    """`item.accepted.bulk` into the ledger; versions whose text no enricher has read yet go on to enrichment."""

    name = "apply"

    def __init__(self, archive: Archive, ledger: Ledger) -> None:
        self._archive = archive
        self._ledger = ledger

    async def handle(self, records: Sequence[Record]) -> Sequence[Outcome]:
        """Apply all records that can be read, put the others aside."""
        read = [read_or_reject(record, read_accepted) for record in records]
        facts = [fact for fact in read if not isinstance(fact, Rejected)]
        await self._ledger.apply(facts, contexts_of(records), again=True)
        versions = [fact for fact in facts if isinstance(fact, VersionAccepted)]
        leaves = await self._archive.leaves([(fact.item_id, fact.wire_sha256) for fact in versions])
        return [fact if isinstance(fact, Rejected) else Done(_wanted(fact, leaves)) for fact in read]

    async def settle(self, records: Sequence[Record], outcomes: Sequence[Outcome]) -> None:
        """The ledger has settled everything itself, under its own lock."""


def lacks_layers(leaf: Leaf) -> bool:
    """Whether a version has a story that no layers were made from; those of another reading are none of its own."""
    return leaf.enriched is None and leaf.item.status is not Status.canceled


def _wanted(fact: Fact, leaves: Mapping[tuple[str, str], Leaf]) -> tuple[Outgoing, ...]:
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
