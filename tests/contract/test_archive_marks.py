"""A cancel mark stands as long as the newest reading of its wire makes it, whichever of the two comes first."""

from __future__ import annotations

from itertools import permutations

import pytest
from wiredesk_core.archive import OpenArchive
from wiredesk_core.item import Cancel
from wiredesk_core.messages import CancelMarked, VersionAccepted
from wiredesk_core.ports import Fact
from wiredesk_core.testing import accepted, after, make_item, mark, withdrawn

FERRY = accepted(make_item(aliases=("doc-7",)))
NOTICE = make_item(uri="urn:newsml:harbour.example:20260304:kill", cancels=(Cancel(id="doc-7", version="1"),))
KILL = accepted(NOTICE, receipt_id="receipt-kill")
MISREAD = mark("doc-7", version="1", wire_sha256=KILL.wire_sha256)


def again(generation: int, **changes: object) -> VersionAccepted:
    """The notice as a newer set of parsers reads it."""
    item = NOTICE.model_copy(update=changes)
    return KILL.model_copy(update={"item": item, "generation": generation, "rederived_at": after(generation)})


async def marks(archive: OpenArchive) -> int:
    return len((await archive.dossiers([FERRY.item_id]))[FERRY.item_id].marks)


@pytest.mark.parametrize("order", list(permutations(range(4))))
async def test_a_mark_that_the_newest_reading_does_not_make_is_gone(
    archive: OpenArchive, order: tuple[int, ...]
) -> None:
    facts: list[Fact] = [FERRY, KILL, MISREAD, again(1, cancels=())]
    for place in order:
        await archive.record([facts[place]])
    assert await marks(archive) == 0


async def test_the_items_that_a_mark_reached_are_told_when_it_goes(archive: OpenArchive) -> None:
    await archive.record([FERRY, KILL, MISREAD])
    [told] = await archive.record([again(1, cancels=(Cancel(id="doc-8"),))])
    assert set(told.item_ids) == {KILL.item_id, FERRY.item_id}
    [told] = await archive.record([again(2, cancels=(Cancel(id="doc-8"),))])
    assert told.item_ids == (KILL.item_id,)


async def test_a_mark_goes_with_the_item_that_made_it(archive: OpenArchive) -> None:
    *_, told = await archive.record([FERRY, KILL, MISREAD, withdrawn(KILL)])
    assert (await marks(archive), set(told.item_ids)) == (0, {KILL.item_id, FERRY.item_id})
    await archive.record([MISREAD])
    assert await marks(archive) == 0


async def test_a_still_newer_reading_may_make_the_mark_again(archive: OpenArchive) -> None:
    await archive.record([FERRY, KILL, MISREAD, again(1, cancels=()), again(2), MISREAD])
    assert await marks(archive) == 1


async def test_a_mark_of_the_version_that_the_reading_names_stays_alone(archive: OpenArchive) -> None:
    other = MISREAD.model_copy(update={"version": None})
    await archive.record([FERRY, KILL, MISREAD, other])
    assert await marks(archive) == 1


async def test_a_later_version_of_the_notice_takes_nothing_back(archive: OpenArchive) -> None:
    later = accepted(NOTICE.model_copy(update={"version": "2", "cancels": ()}))
    await archive.record([FERRY, KILL, MISREAD, later])
    assert await marks(archive) == 1


async def test_a_mark_in_anothers_scope_goes_with_the_reading_in_its_own(archive: OpenArchive) -> None:
    stranger = accepted(make_item(provider="island", aliases=("doc-7",)))
    reaching: CancelMarked = MISREAD.model_copy(update={"scope": "island", "by_scope": "harbour"})
    await archive.record([stranger, KILL, reaching])
    assert len((await archive.dossiers([stranger.item_id]))[stranger.item_id].marks) == 1
    *_, told = await archive.record([again(1, cancels=())])
    assert (await archive.dossiers([stranger.item_id]))[stranger.item_id].marks == ()
    assert stranger.item_id in told.item_ids
