"""How every Archive serves: revisions, outbox, embargoes, receipts, counts. Over each adapter."""

from __future__ import annotations

from wiredesk_core.archive import OpenArchive
from wiredesk_core.lifecycle import Disposition, Standing
from wiredesk_core.ports import Dossier, StandingCount
from wiredesk_core.testing import NOON, accepted, after, changed, make_item, note, set_aside

FERRY = make_item()
FERRY_ID = accepted(FERRY).item_id
TRAM = make_item(uri="urn:newsml:harbour.example:20260304:tram", headline="Tram line opens")
TRAM_ID = accepted(TRAM).item_id


async def only_dossier(archive: OpenArchive, item_id: str) -> Dossier:
    return (await archive.dossiers([item_id]))[item_id]


# --- save, outbox, due


async def test_a_saved_revision_is_served_and_unsent(archive: OpenArchive) -> None:
    first = changed(FERRY)
    assert await archive.save([first], {}) == ()
    assert await archive.served([FERRY_ID, "nothing"]) == {FERRY_ID: first}
    assert (await only_dossier(archive, FERRY_ID)).served == first
    assert await archive.unsent() == (first,)


async def test_revisions_follow_one_another(archive: OpenArchive) -> None:
    first, second, third = (changed(FERRY, revision=number) for number in (1, 2, 3))
    assert await archive.save([first], {}) == ()
    assert await archive.save([second, third], {}) == ()
    assert await archive.served([FERRY_ID]) == {FERRY_ID: third}
    assert [await archive.revision(FERRY_ID, number) for number in (1, 2, 3, 4)] == [first, second, third, None]


async def test_a_stale_revision_is_told_and_not_written_while_others_are(archive: OpenArchive) -> None:
    first, tram = changed(FERRY), changed(TRAM)
    await archive.save([first], {})
    rival = changed(FERRY, standing=Standing.sealed)
    assert await archive.save([rival, tram], {FERRY_ID: after(9), TRAM_ID: None}) == (FERRY_ID,)
    assert await archive.served([FERRY_ID, TRAM_ID]) == {FERRY_ID: first, TRAM_ID: tram}
    assert await archive.unsent() == (first, tram)
    assert await archive.due(after(10)) == ()


async def test_a_chain_that_breaks_is_not_written_at_all(archive: OpenArchive) -> None:
    first, third = changed(FERRY), changed(FERRY, revision=3)
    assert await archive.save([first, third], {}) == (FERRY_ID,)
    assert await archive.served([FERRY_ID]) == {}
    assert await archive.save([third], {}) == (FERRY_ID,)


async def test_unsent_revisions_come_oldest_first_whatever_the_item(archive: OpenArchive) -> None:
    saved = [changed(TRAM), changed(FERRY), changed(TRAM, revision=2), changed(FERRY, revision=2)]
    await archive.save(saved[:3], {})
    await archive.save(saved[3:], {})
    assert await archive.unsent() == tuple(saved)
    assert await archive.unsent(limit=2) == tuple(saved[:2])
    assert await archive.unsent([FERRY_ID]) == (saved[1], saved[3])
    assert await archive.unsent([FERRY_ID, TRAM_ID], limit=3) == tuple(saved[:3])
    assert await archive.unsent([]) == ()


async def test_what_is_sent_is_not_unsent(archive: OpenArchive) -> None:
    await archive.save([changed(FERRY), changed(FERRY, revision=2)], {})
    await archive.mark_sent([(FERRY_ID, 1), ("nothing", 1)])
    await archive.mark_sent([(FERRY_ID, 1)])
    assert [change.revision for change in await archive.unsent()] == [2]
    assert (await archive.counts()).unsent == 1


async def test_an_embargo_falls_due_when_it_ends(archive: OpenArchive) -> None:
    sealed = changed(FERRY, standing=Standing.sealed)
    await archive.save([sealed, changed(TRAM, standing=Standing.sealed)], {FERRY_ID: after(20), TRAM_ID: after(10)})
    assert await archive.due(after(9)) == ()
    assert await archive.due(after(10)) == (TRAM_ID,)
    assert await archive.due(after(30)) == (TRAM_ID, FERRY_ID)
    assert await archive.due(after(30), limit=1) == (TRAM_ID,)


async def test_items_fall_due_wherever_they_stand_and_those_without_a_date_never(archive: OpenArchive) -> None:
    await archive.save([changed(FERRY, standing=Standing.sealed)], {FERRY_ID: after(10)})
    await archive.save([changed(TRAM, standing=Standing.sealed)], {TRAM_ID: None})
    await archive.save([changed(FERRY, revision=2)], {FERRY_ID: after(20)})
    assert [await archive.due(after(minute)) for minute in (19, 20)] == [(), (FERRY_ID,)]
    await archive.save([changed(FERRY, revision=3, standing=Standing.expired)], {FERRY_ID: None})
    assert await archive.due(after(60)) == ()


async def test_a_later_embargo_replaces_the_former_one(archive: OpenArchive) -> None:
    await archive.save([changed(FERRY, standing=Standing.sealed)], {FERRY_ID: after(10)})
    await archive.save([changed(FERRY, revision=2, standing=Standing.sealed)], {FERRY_ID: after(40)})
    assert await archive.due(after(10)) == ()
    assert await archive.due(after(40)) == (FERRY_ID,)


# --- as it was served


async def test_an_item_as_it_was_served_at_a_moment(archive: OpenArchive) -> None:
    first, second = changed(FERRY, changed_at=after(10)), changed(FERRY, revision=2, changed_at=after(20))
    await archive.save([first, second], {})
    moments = (after(9), after(10), after(19), after(20), after(99))
    assert [await archive.revision_at(FERRY_ID, moment) for moment in moments] == [None, first, first, second, second]
    assert await archive.revision_at("nothing", NOON) is None


async def test_a_tombstone_is_served_as_one(archive: OpenArchive) -> None:
    killed = changed(FERRY, standing=Standing.killed)
    await archive.save([killed], {})
    assert (await archive.served([FERRY_ID]))[FERRY_ID] == killed


async def test_a_large_article_comes_back_whole(archive: OpenArchive) -> None:
    large = changed(make_item(body_text="Größte Fähre – «Nord» \U0001f6a2\n\n" * 20_000))
    await archive.save([large], {})
    assert await archive.served([FERRY_ID]) == {FERRY_ID: large}


async def test_a_snapshot_pages_through_all_items_once(archive: OpenArchive) -> None:
    items = [make_item(uri=f"urn:newsml:harbour.example:{number}") for number in range(7)]
    await archive.save([changed(item) for item in items], {})
    await archive.save([changed(items[3], revision=2)], {})
    pages, after_id = [], ""
    while page := [stored.whole() for stored in await archive.snapshot(after_id, limit=3)]:
        pages.append([(change.item_id, change.revision) for change in page])
        after_id = page[-1].item_id
    assert [len(page) for page in pages] == [3, 3, 1]
    seen = [entry for page in pages for entry in page]
    assert seen == sorted((changed(item).item_id, 2 if item is items[3] else 1) for item in items)


# --- receipts, counts


async def test_the_first_note_of_a_stage_wins(archive: OpenArchive) -> None:
    applied = note(stage="applied", item_id=FERRY_ID, disposition=Disposition.accepted)
    await archive.note([note(), applied])
    await archive.note([applied.model_copy(update={"disposition": Disposition.duplicate}), note(at=after(5))])
    receipt = await archive.receipt("receipt-1")
    assert receipt is not None
    assert receipt.notes == (note(), applied)
    assert await archive.receipt("nothing") is None


async def test_a_later_round_is_told_beside_the_first_and_counted_in_its_place(archive: OpenArchive) -> None:
    failed = note(stage="parsed", disposition=Disposition.quarantined)
    again = note(stage="parsed", round=2, at=after(5), detail="1 versions")
    applied = note(stage="applied", item_id=FERRY_ID, disposition=Disposition.accepted)
    await archive.note([failed, note(receipt_id="other", stage="parsed", disposition=Disposition.quarantined)])
    await archive.note([again, applied])
    await archive.note([failed, again])
    receipt = await archive.receipt("receipt-1")
    assert receipt is not None
    assert receipt.notes == (failed, again, applied)
    counted = (await archive.counts()).by_disposition
    assert (counted[Disposition.quarantined], counted[Disposition.accepted]) == (1, 1)


async def test_a_receipt_has_a_note_for_each_item(archive: OpenArchive) -> None:
    notes = tuple(note(stage="applied", item_id=item_id) for item_id in (TRAM_ID, FERRY_ID))
    await archive.note(notes)
    await archive.note([note(receipt_id="other")])
    receipt = await archive.receipt("receipt-1")
    assert receipt is not None
    assert receipt.notes == notes


async def test_an_empty_archive_counts_nothing(archive: OpenArchive) -> None:
    empty = StandingCount(dict.fromkeys(Standing, 0), dict.fromkeys(Disposition, 0), 0, 0)
    assert await archive.counts() == empty


async def test_counts_are_of_newest_standings_and_of_each_disposition(archive: OpenArchive) -> None:
    await archive.save([changed(FERRY, standing=Standing.sealed), changed(FERRY, revision=2), changed(TRAM)], {})
    await archive.note([note(), note(stage="applied", item_id=FERRY_ID, disposition=Disposition.accepted)])
    await archive.shelve([set_aside()])
    counts = await archive.counts()
    assert counts.by_standing == {**dict.fromkeys(Standing, 0), Standing.open: 2}
    assert counts.by_disposition == {**dict.fromkeys(Disposition, 0), Disposition.accepted: 1}
    assert (counts.unsent, counts.quarantined) == (3, 1)
