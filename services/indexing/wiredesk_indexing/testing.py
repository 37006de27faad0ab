"""A ledger over stores in memory, for tests: facts go in, and short ways to look at what it did."""

from __future__ import annotations

from collections.abc import Sequence

from wiredesk_core.archive.memory import MemoryArchive
from wiredesk_core.broker.memory import MemoryPublisher
from wiredesk_core.clock import FixedClock
from wiredesk_core.index.memory import MemoryIndex
from wiredesk_core.item import Item
from wiredesk_core.lifecycle import Disposition
from wiredesk_core.messages import Changed, VersionAccepted
from wiredesk_core.ports import Collection, Fact, Query
from wiredesk_core.testing import accepted, after, make_item

from wiredesk_indexing.ledger import Ledger


class Desk:
    """A ledger over fakes, and short ways to look at what it did."""

    def __init__(self) -> None:
        self.archive, self.index, self.publisher = MemoryArchive(), MemoryIndex(), MemoryPublisher()
        self.clock = FixedClock(after(10))
        self.ledger = Ledger(self.archive, self.index, self.publisher, self.clock)

    async def apply(self, *facts: Fact) -> None:
        """Fold facts in, as one batch."""
        await self.ledger.apply(facts)

    async def served(self, version: VersionAccepted) -> Changed:
        """The newest revision of a version's item."""
        return (await self.archive.served([version.item_id]))[version.item_id]

    async def found(self, text: str = "ferry", collections: Sequence[Collection] = ("open",)) -> list[str]:
        """Ids of the items that a search finds."""
        hits = await self.index.search(Query(text=text, collections=tuple(collections)))
        return [hit.item_id for hit in hits.hits]

    def announced(self) -> list[Changed]:
        """What followers heard, in order."""
        return [Changed.model_validate_json(record.value) for record in self.publisher.on("item.changed")]

    async def disposition(self, receipt_id: str) -> list[Disposition | None]:
        """What a receipt says became of its items."""
        entry = await self.archive.receipt(receipt_id)
        assert entry is not None
        return [note.disposition for note in entry.notes if note.stage == "applied"]


def version(number: int, receipt: str = "", **changes: object) -> VersionAccepted:
    """Version `number` of the ferry story, received so many minutes after noon."""
    item: Item = make_item(version=str(number), headline=f"Ferry, version {number}", **changes)
    return accepted(item, receipt_id=receipt or f"receipt-{number}", received_at=after(number))
