"""Facts that come again: what is served changes where they say something else, and only another text is enriched."""

from __future__ import annotations

from typing import Any

from wiredesk_core.agents.runner import Runner
from wiredesk_core.agents.stage import Record
from wiredesk_core.archive.memory import MemoryArchive
from wiredesk_core.article import LayerStatus
from wiredesk_core.blobs.memory import MemoryBlobs
from wiredesk_core.broker.memory import MemoryPublisher
from wiredesk_core.clock import FixedClock
from wiredesk_core.index.memory import MemoryIndex
from wiredesk_core.item import Cancel, Item, ParseWarning, story_sha256
from wiredesk_core.lifecycle import Disposition, Standing
from wiredesk_core.messages import ACCEPTED, Changed, Reparsed, VersionAccepted
from wiredesk_core.ports import Yield
from wiredesk_core.testing import accepted, after, enriched, make_item, mark, note, set_aside
from wiredesk_indexing.again import AgainStage, withdrawals_of
from wiredesk_indexing.ledger import Ledger

ITEM = make_item()


class Desk:
    """The bulk lane's stage under its runner, over stores in memory."""

    def __init__(self) -> None:
        self.archive, self.publisher, clock = MemoryArchive(), MemoryPublisher(), FixedClock(after(60))
        self.ledger = Ledger(self.archive, MemoryIndex(), self.publisher, clock)
        self._runner = Runner(AgainStage(self.archive, self.ledger), self.publisher, MemoryBlobs(), clock)

    async def first(self, item: Item = ITEM) -> VersionAccepted:
        """A version comes on the live lane and gets its layers."""
        version = accepted(item)
        await self.ledger.apply([version, enriched(version)])
        self.publisher.records.clear()
        return version

    async def again(self, version: VersionAccepted, **changes: Any) -> None:
        """The same wire is read again, with another outcome."""
        item = version.item.model_copy(update=changes)
        fact = version.model_copy(
            update={"item": item, "story_sha256": story_sha256(item), "generation": 1, "rederived_at": after(50)}
        )
        await self.deliver(fact)

    async def deliver(self, message: VersionAccepted | Reparsed) -> None:
        """A record of the bulk lane."""
        record = Record("item.accepted.bulk", 0, 0, b"", message.model_dump_json().encode(), {}, after(50))
        await self._runner.run([record])

    def changes(self) -> list[Changed]:
        return [Changed.model_validate_json(record.value) for record in self.publisher.on("item.changed")]

    def wanted(self) -> list[str]:
        """The texts that enrichment is asked to read."""
        facts = [ACCEPTED.validate_json(record.value) for record in self.publisher.on("layers.wanted")]
        return [fact.item.body_text for fact in facts if isinstance(fact, VersionAccepted)]


async def test_a_wire_read_as_before_changes_nothing_and_is_not_enriched() -> None:
    desk = Desk()
    await desk.again(await desk.first())
    assert desk.publisher.records == []


async def test_what_no_enricher_reads_is_changed_without_enriching() -> None:
    desk = Desk()
    warning = ParseWarning(code="content_type_mismatch", detail="came as text/plain")
    await desk.again(await desk.first(), warnings=(warning,))
    (change,) = desk.changes()
    assert change.cause == "replay"
    assert change.article is not None
    assert change.article.item.warnings == (warning,)
    assert all(layer.status is LayerStatus.done for layer in change.article.layers.values())
    assert desk.wanted() == []


async def test_another_text_is_served_at_once_and_enriched_until_its_layers_come() -> None:
    desk = Desk()
    version = await desk.first()
    for _ in range(2):
        await desk.again(version, body_text="The ferry came.")
    (change,) = desk.changes()
    assert change.article is not None
    assert change.article.item.body_text == "The ferry came."
    assert {layer.status for layer in change.article.layers.values()} == {LayerStatus.pending}
    assert desk.wanted() == ["The ferry came."] * 2
    item = version.item.model_copy(update={"body_text": "The ferry came."})
    read = version.model_copy(update={"item": item, "story_sha256": story_sha256(item)})
    await desk.ledger.apply([enriched(read)])
    desk.publisher.records.clear()
    await desk.again(version, body_text="The ferry came.")
    assert desk.publisher.records == []


async def test_a_version_that_never_had_layers_is_enriched() -> None:
    desk = Desk()
    await desk.again(accepted(ITEM))
    assert desk.wanted() == [ITEM.body_text]


async def test_what_a_later_reading_does_not_find_is_withdrawn_whatever_comes_first() -> None:
    desk = Desk()
    old = await desk.first()
    new = accepted(make_item(uri="urn:newsml:harbour.example:other"), wire_sha256=old.wire_sha256)
    told = reparsed(old, found=((new.item_id, new.wire_sha256),))
    await desk.deliver(told)
    await desk.again(new)
    for _ in range(2):
        await desk.deliver(told)
    gone, came = desk.changes()
    assert (gone.item_id, gone.standing, gone.cause) == (old.item_id, Standing.absent, "replay")
    assert (came.item_id, came.standing, came.cause) == (new.item_id, Standing.open, "replay")


async def test_an_item_lives_again_when_the_kill_of_it_was_misread() -> None:
    desk = Desk()
    ferry = await desk.first()
    notice = make_item(uri="urn:newsml:harbour.example:notice", cancels=(Cancel(id=ferry.item.uri),))
    kill = await desk.first(notice)
    await desk.ledger.apply([mark(ferry.item.uri, wire_sha256=kill.wire_sha256, by_uri=notice.uri)])
    desk.publisher.records.clear()
    await desk.again(kill, cancels=())
    back = {change.item_id: change for change in desk.changes()}[ferry.item_id]
    assert (back.standing, back.former_standing, back.cause) == (Standing.open, Standing.killed, "replay")


def test_only_what_is_missing_is_withdrawn() -> None:
    old = accepted(ITEM)
    kept, missing = Yield(old.item_id, "harbour", "a" * 64), Yield(old.item_id, "harbour", "b" * 64)
    (gone,) = withdrawals_of(reparsed(old, found=((old.item_id, "a" * 64),)), [kept, missing])
    assert (gone.item_id, gone.wire_sha256, gone.rederived_at) == (old.item_id, "b" * 64, after(50))


async def test_a_wire_in_quarantine_that_is_read_again_has_been_replayed() -> None:
    desk = Desk()
    version = accepted(ITEM)
    failed = note(stage="parsed", disposition=Disposition.quarantined)
    await desk.archive.note([failed])
    await desk.archive.shelve(
        [set_aside(), set_aside("of-another-stage", stage="apply"), set_aside("other", receipt_id="r")]
    )
    await desk.again(version)
    for _ in range(2):
        await desk.deliver(reparsed(version, found=((version.item_id, version.wire_sha256),)))
    states = {entry.quarantine_id: entry.state for entry in await desk.archive.quarantined()}
    assert states == {"quarantine-1": "replayed", "of-another-stage": "shelved", "other": "shelved"}
    counts = (await desk.archive.counts()).by_disposition
    assert (counts[Disposition.quarantined], counts[Disposition.accepted]) == (0, 1)


def reparsed(version: VersionAccepted, found: tuple[tuple[str, str], ...]) -> Reparsed:
    return Reparsed(
        receipt_id=version.receipt_id, parser=version.parser, generation=1, rederived_at=after(50), found=found
    )
