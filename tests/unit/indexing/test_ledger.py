"""Apply end to end over the stores in memory: what is served after which facts."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from wiredesk_core.failures import Poison
from wiredesk_core.index.entry import identity
from wiredesk_core.index.memory import MemoryIndex
from wiredesk_core.lifecycle import Disposition, Standing, Verdict
from wiredesk_core.lineage import kin_concerned
from wiredesk_core.messages import VersionAccepted
from wiredesk_core.ports import Fact, IndexGone, IndexPut, NotPublished
from wiredesk_core.testing import NOON, accepted, after, enriched, make_item, mark, ruled, withdrawn
from wiredesk_core.tracing import HEADER
from wiredesk_indexing.ledger import Ledger
from wiredesk_indexing.testing import Desk, version


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def test_a_bare_item_is_served_at_once_with_its_layers_pending(desk: Desk) -> None:
    first = version(1)
    await desk.apply(first)
    served = await desk.served(first)
    assert served.standing is Standing.open
    assert served.article is not None
    assert {layer.status for layer in served.article.layers.values()} == {"pending"}
    assert await desk.found() == [first.item_id]
    assert await desk.disposition("receipt-1") == [Disposition.accepted]


async def test_layers_come_later_and_leave_the_item_as_it_is(desk: Desk) -> None:
    first = version(1)
    await desk.apply(first)
    layers = {"language": {"status": "done", "version": 1}}
    await desk.apply(enriched(first, layers=layers, values={"language": {"code": "en", "confidence": 0.99}}))
    served = await desk.served(first)
    assert (served.revision, served.former_revision, served.cause) == (2, 1, "layers")
    assert served.article is not None
    assert served.article.language is not None
    assert served.article.item == first.item


async def test_a_redelivered_fact_changes_nothing_and_announces_nothing(desk: Desk) -> None:
    first = version(1)
    await desk.apply(first)
    await desk.apply(first)
    assert (await desk.served(first)).revision == 1
    assert len(desk.announced()) == 1
    assert await desk.disposition("receipt-1") == [Disposition.accepted]


async def test_the_same_wire_from_another_receipt_is_a_duplicate(desk: Desk) -> None:
    first = version(1)
    await desk.apply(first, first.model_copy(update={"receipt_id": "again"}))
    assert await desk.disposition("again") == [Disposition.duplicate]


async def test_an_older_version_after_a_newer_is_kept_but_superseded(desk: Desk) -> None:
    await desk.apply(version(2))
    await desk.apply(version(1))
    served = await desk.served(version(1))
    assert served.article is not None
    assert served.article.item.version == "2"
    assert await desk.disposition("receipt-1") == [Disposition.superseded]
    assert len(await desk.archive.versions(version(1).item_id)) == 2


async def test_a_kill_leaves_a_tombstone_and_nothing_to_find(desk: Desk) -> None:
    await desk.apply(version(1))
    await desk.apply(version(2, status="canceled", ed_note="Wrong ferry"))
    served = await desk.served(version(1))
    assert served.standing is Standing.killed
    assert served.article is None
    assert served.tombstone is not None
    assert served.tombstone.reason == "Wrong ferry"
    assert await desk.found(collections=("open", "sealed")) == []


async def test_an_update_after_a_kill_stays_dead(desk: Desk) -> None:
    await desk.apply(version(1), version(2, status="canceled"), version(3))
    assert (await desk.served(version(1))).standing is Standing.killed
    assert await desk.disposition("receipt-3") == [Disposition.cancelled]


async def test_an_operator_kills_and_reinstates_and_the_reason_is_told(desk: Desk) -> None:
    first = version(1)
    await desk.apply(first, ruled(first, Verdict.kill, ruled_at=after(5)))
    killed = await desk.served(first)
    assert killed.tombstone is not None
    assert (killed.cause, killed.tombstone.reason) == ("desk", "The lawyers say so")
    await desk.apply(version(2))
    assert (await desk.served(first)).standing is Standing.killed
    await desk.apply(ruled(first))
    served = await desk.served(first)
    assert served.article is not None
    assert (served.standing, served.cause, served.article.item.version) == (Standing.open, "desk", "2")
    entry = await desk.archive.receipt("ruling-reinstate")
    assert entry is not None
    assert [(note.code, note.detail) for note in entry.notes] == [("reinstated", "the item stands open")]


async def test_a_ruling_waits_for_its_item_and_changes_nothing_when_it_comes_again(desk: Desk) -> None:
    first = version(1)
    kill = ruled(first, Verdict.kill)
    await desk.apply(kill, first, kill)
    assert (await desk.served(first)).standing is Standing.killed
    assert [change.revision for change in desk.announced()] == [1]


@pytest.mark.parametrize("mark_first", [True, False])
async def test_a_cancel_mark_finds_its_target_whichever_comes_first(desk: Desk, mark_first: bool) -> None:
    target = version(1, aliases=("doc-77",))
    facts: list[Fact] = [target, mark("doc-77", reason="Legal")]
    for fact in reversed(facts) if mark_first else facts:
        await desk.apply(fact)
    assert (await desk.served(target)).standing is Standing.killed


async def test_an_embargoed_item_is_sealed_until_its_time_and_then_opens_by_itself(desk: Desk) -> None:
    embargoed = version(1, embargoed_until=after(30))
    await desk.apply(embargoed)
    assert (await desk.served(embargoed)).standing is Standing.sealed
    assert await desk.found() == []
    assert await desk.found(collections=("sealed",)) == [embargoed.item_id]
    assert await desk.ledger.release() == 0
    desk.clock.advance(timedelta(minutes=21))
    assert await desk.ledger.release() == 1
    served = await desk.served(embargoed)
    assert (served.standing, served.cause) == (Standing.open, "release")
    assert await desk.found() == [embargoed.item_id]
    assert await desk.ledger.release() == 0


def chained(number: int, **changes: object) -> VersionAccepted:
    """An item of its own that evolved from the one before, made at its minute."""
    fields = {"uri": f"urn:chain:{number}", "evolved_from": f"urn:chain:{number - 1}", "version_created": after(number)}
    return accepted(make_item(**{**fields, **changes}), receipt_id=f"receipt-{number}", received_at=after(number))


CHAIN_KILL = chained(2, version="9", status="canceled", version_created=after(3))


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4), (4, 3, 2, 1, 0), (2, 4, 1, 0, 3)])
async def test_a_kill_reaches_the_chain_as_it_was_then_whatever_comes_first(desk: Desk, order: Sequence[int]) -> None:
    facts = [chained(1), chained(2), chained(3), chained(4), CHAIN_KILL]
    for place in order:
        await desk.apply(facts[place])
    standings = [(await desk.served(chained(number))).standing for number in (1, 2, 3, 4)]
    assert standings == [Standing.killed, Standing.killed, Standing.killed, Standing.open]
    tombstone = (await desk.served(chained(1))).tombstone
    assert tombstone is not None
    assert tombstone.by_item == chained(2).item_id


async def test_a_chain_comes_back_with_the_item_whose_kill_it_was(desk: Desk) -> None:
    await desk.apply(chained(1), chained(2), CHAIN_KILL)
    await desk.apply(ruled(chained(2)))
    assert [(await desk.served(chained(number))).standing for number in (1, 2)] == [Standing.open, Standing.open]


async def test_an_update_of_a_chain_without_a_kill_looks_at_no_other_link(desk: Desk) -> None:
    await desk.apply(chained(1), chained(2))
    again = chained(1, version="2", version_created=after(5))
    assert await kin_concerned(desk.archive, [again.item_id]) == {}
    await desk.apply(chained(2, version="9", status="canceled", version_created=after(3)))
    assert await kin_concerned(desk.archive, [again.item_id]) == {again.item_id: (chained(2).item_id,)}
    await desk.archive.record([ruled(chained(2))])
    assert await kin_concerned(desk.archive, [again.item_id]) == {again.item_id: (chained(2).item_id,)}


async def test_what_a_withdrawal_parts_from_a_killed_chain_comes_back(desk: Desk) -> None:
    await desk.apply(*(chained(number) for number in range(1, 4)))
    await desk.apply(chained(1, version="2", status="canceled", version_created=after(9)))
    assert (await desk.served(chained(3))).standing is Standing.killed
    await desk.apply(withdrawn(chained(2)))
    assert (await desk.served(chained(3))).standing is Standing.open


async def test_a_notice_that_kills_what_it_evolved_from_lives_itself(desk: Desk) -> None:
    notice = chained(2, version_created=NOON)
    kill = mark("urn:chain:1", by_uri="urn:chain:2", told_at=NOON)
    await desk.apply(chained(1, version_created=after(-1)), notice, kill)
    assert (await desk.served(chained(1))).standing is Standing.killed
    assert (await desk.served(notice)).standing is Standing.open


async def test_an_item_leaves_when_it_expires_and_comes_back_with_a_longer_life(desk: Desk) -> None:
    first = version(1, expires=after(20))
    await desk.apply(first)
    assert (await desk.served(first)).standing is Standing.open
    desk.clock.advance(timedelta(minutes=10))
    assert await desk.ledger.release() == 1
    served = await desk.served(first)
    assert (served.standing, served.cause, served.article) == (Standing.expired, "expiry", None)
    assert await desk.found(collections=("open", "sealed")) == []
    await desk.apply(enriched(first))
    assert (await desk.served(first)).revision == 2
    assert await desk.ledger.release() == 0
    await desk.apply(version(2, expires=after(40)))
    assert (await desk.served(first)).standing is Standing.open
    assert await desk.found() == [first.item_id]


async def test_what_has_expired_on_arrival_is_accepted_and_its_receipt_says_so(desk: Desk) -> None:
    late = version(1, expires=after(5))
    await desk.apply(late)
    assert (await desk.served(late)).standing is Standing.expired
    entry = await desk.archive.receipt("receipt-1")
    assert entry is not None
    (note,) = entry.notes
    assert (note.disposition, note.code) == (Disposition.accepted, "expired_on_arrival")
    assert "2026-03-04T12:05:00" in note.detail


async def test_an_embargo_that_ends_while_nobody_runs_ends_at_the_next_start(desk: Desk) -> None:
    embargoed = version(1, embargoed_until=after(30))
    await desk.apply(embargoed)
    desk.clock.advance(timedelta(hours=5))
    restarted = Ledger(desk.archive, desk.index, desk.publisher, desk.clock)
    assert await restarted.resume() == 0
    assert await restarted.release() == 1
    assert (await desk.served(embargoed)).standing is Standing.open


@pytest.mark.parametrize(
    ("until", "opens"),
    [(after(60), after(60)), (after(20), after(20)), (None, None)],
    ids=["lengthened", "shortened", "lifted"],
)
async def test_a_later_version_moves_an_embargo(desk: Desk, until: datetime | None, opens: datetime | None) -> None:
    await desk.apply(version(1, embargoed_until=after(30)), version(2, embargoed_until=until))
    served = await desk.served(version(1))
    assert served.standing is (Standing.open if opens is None else Standing.sealed)
    for minute in (20, 30, 60):
        desk.clock.advance(after(minute) - desk.clock.now())
        assert await desk.ledger.release() == (after(minute) == opens)
    assert await desk.found() == [version(1).item_id]


async def test_an_edit_during_an_embargo_is_sealed_as_well_and_is_what_opens(desk: Desk) -> None:
    await desk.apply(version(1, embargoed_until=after(30)), version(2, embargoed_until=after(30)))
    assert await desk.found() == []
    desk.clock.advance(timedelta(minutes=20))
    assert await desk.ledger.release() == 1
    article = (await desk.served(version(1))).article
    assert article is not None
    assert article.item.version == "2"


async def test_a_version_with_other_content_under_a_known_number_is_served_with_a_warning(desk: Desk) -> None:
    first, again = version(1), version(1, "receipt-2", body_text="The ferry sails on Saturday.")
    await desk.apply(first, again.model_copy(update={"received_at": after(5)}))
    article = (await desk.served(first)).article
    assert article is not None
    assert article.item.body_text == "The ferry sails on Saturday."
    assert [(one.code, one.detail) for one in article.item.warnings] == [
        ("silent_correction", "version 1 came before with other content")
    ]


@pytest.mark.parametrize("atlas_first", [True, False])
async def test_two_carriers_of_one_version_do_not_take_turns(desk: Desk, *, atlas_first: bool) -> None:
    facts: list[Fact] = [
        accepted(make_item(provider=carrier, headline=carrier), scope="harbour", precedence=precedence)
        for carrier, precedence in (("atlas", 5), ("basalt", 1))
    ]
    for fact in facts if atlas_first else facts[::-1]:
        await desk.apply(fact, fact)
    article = (await desk.served(version(1))).article
    assert article is not None
    assert (article.item.headline, article.item.warnings) == ("atlas", ())
    assert len(desk.announced()) == (1 if atlas_first else 2)


async def test_an_item_that_a_replay_no_longer_finds_is_no_longer_served(desk: Desk) -> None:
    first = version(1)
    await desk.apply(first, withdrawn(first))
    served = await desk.served(first)
    assert (served.standing, served.former_standing, served.cause) == (Standing.absent, Standing.open, "replay")
    assert (served.article, served.tombstone) == (None, None)
    assert await desk.found() == []
    await desk.apply(first, withdrawn(first))
    assert (await desk.served(first)).revision == 2
    assert await desk.disposition("receipt-1") == [Disposition.accepted]


async def test_an_older_reading_that_comes_late_is_superseded(desk: Desk) -> None:
    first = version(1)
    await desk.apply(withdrawn(first), first)
    assert desk.announced() == []
    assert await desk.disposition("receipt-1") == [Disposition.superseded]


async def test_a_wire_read_again_is_no_duplicate_and_no_correction(desk: Desk) -> None:
    first = version(1)
    better = first.model_copy(
        update={
            "generation": 2,
            "rederived_at": after(20),
            "item": first.item.model_copy(update={"headline": "Ferry, read better"}),
        }
    )
    await desk.apply(first, better, first)
    served = await desk.served(first)
    assert served.article is not None
    assert (served.revision, served.cause, served.article.item.headline) == (2, "replay", "Ferry, read better")
    assert await desk.disposition("receipt-1") == [Disposition.accepted]
    assert len(await desk.archive.versions(first.item_id)) == 1


async def test_notes_not_for_publication_are_kept_and_never_served(desk: Desk) -> None:
    first = version(1, restricted_notes=("Call the duty editor on 555",))
    await desk.apply(first)
    assert all("duty editor" not in record.value.decode() for record in desk.publisher.records)
    assert (await desk.archive.versions(first.item_id))[0].item.restricted_notes


async def test_what_could_not_be_announced_is_announced_at_the_next_start(desk: Desk) -> None:
    desk.publisher.refuse = lambda _: True
    first = version(1)
    with pytest.raises(NotPublished):
        await desk.apply(first)
    desk.publisher.refuse = None
    assert await desk.ledger.resume() == 1
    assert [revision.revision for revision in desk.announced()] == [1]
    assert await desk.ledger.resume() == 0


async def test_what_is_announced_goes_on_in_the_trace_of_its_fact(desk: Desk) -> None:
    first, other = version(1), accepted(make_item(uri="urn:harbour:other"), receipt_id="receipt-other")
    await desk.ledger.apply([first, other], {"receipt-1": b"00-aa-bb-01"})
    traces = {record.key.decode(): record.headers.get(HEADER) for record in desk.publisher.on("item.changed")}
    assert traces == {first.item_id: b"00-aa-bb-01", other.item_id: None}


async def test_an_item_that_the_index_refuses_keeps_no_other_from_being_announced_at_start(desk: Desk) -> None:
    refused, others = version(1), [accepted(make_item(uri=f"urn:harbour:{number}")) for number in range(5)]
    desk.publisher.refuse = lambda _record: True
    for fact in (refused, *others):
        with pytest.raises(NotPublished):
            await desk.apply(fact)
    desk.publisher.refuse = None
    ledger = Ledger(desk.archive, Choosy(refused.item_id), desk.publisher, desk.clock)
    assert await ledger.resume() == len(others)
    assert {change.item_id for change in desk.announced()} == {fact.item_id for fact in others}


async def test_an_item_that_the_index_refuses_keeps_no_other_from_being_released(desk: Desk) -> None:
    held = [accepted(make_item(uri=f"urn:harbour:{number}", embargoed_until=after(30))) for number in range(3)]
    await desk.apply(*held)
    desk.clock.moment = after(30)
    ledger = Ledger(desk.archive, Choosy(held[1].item_id), desk.publisher, desk.clock)
    assert await ledger.release() == 3
    opened = {change.item_id for change in desk.announced() if change.standing is Standing.open}
    assert opened == {held[0].item_id, held[2].item_id}


async def test_all_that_a_batch_changes_is_announced_however_much_it_is(desk: Desk) -> None:
    facts = [accepted(make_item(uri=f"urn:harbour:{number}")) for number in range(1001)]
    await desk.apply(*facts)
    assert (await desk.archive.counts()).unsent == 0
    assert len(desk.announced()) == len(facts)


class Choosy(MemoryIndex):
    """Refuses one item, for good."""

    def __init__(self, item_id: str) -> None:
        super().__init__()
        self._unwanted = item_id

    async def write(self, changes: Sequence[IndexPut | IndexGone]) -> None:
        if any(identity(change)[0] == self._unwanted for change in changes):
            raise Poison("index_refused", f"item {self._unwanted}")
        await super().write(changes)


async def test_each_fact_of_an_item_gets_a_revision_of_its_own_even_in_one_batch(desk: Desk) -> None:
    await desk.apply(version(1), version(2), version(3))
    assert [revision.revision for revision in desk.announced()] == [1, 2, 3]


async def test_concurrent_batches_announce_an_items_revisions_in_order(desk: Desk) -> None:
    await asyncio.gather(*(desk.apply(version(number)) for number in range(1, 9)))
    revisions = [revision.revision for revision in desk.announced()]
    assert revisions == sorted(revisions)


def test_noon_is_before_the_clock_of_these_tests() -> None:
    assert NOON < Desk().clock.now() == datetime.fromisoformat("2026-03-04T12:10:00+00:00")
