"""What every Archive knows of families. The suite runs over each adapter."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from typing import Any

import pytest
from wiredesk_core.archive import OpenArchive
from wiredesk_core.families import MOST_KIN, MOST_TIED, Relative
from wiredesk_core.messages import VersionAccepted
from wiredesk_core.testing import accepted, after, make_item, withdrawn


def link(number: int, **changes: Any) -> VersionAccepted:
    """The item of that number in a chain of five: each evolved from the one before, the third by another name."""
    follows = {1: None, 3: "doc-2"}.get(number, f"urn:chain:{number - 1}")
    aliases = ("doc-2",) if number == 2 else ()
    return accepted(make_item(uri=f"urn:chain:{number}", evolved_from=follows, aliases=aliases, **changes))


IDS = [link(number).item_id for number in range(1, 6)]


@pytest.mark.parametrize("order", [(3, 5, 2, 1, 4), (1, 2, 3, 4, 5), (5, 4, 3, 2, 1)])
async def test_a_chain_is_whole_whichever_link_comes_first(archive: OpenArchive, order: Sequence[int]) -> None:
    await archive.record([accepted(make_item(uri="urn:alone"))])
    for number in order:
        await archive.record([link(number)])
    kin = await archive.kin([*IDS, "nothing"])
    assert kin == {item_id: tuple(sorted(set(IDS) - {item_id})) for item_id in IDS} | {"nothing": ()}


async def test_a_gap_parts_a_chain_until_it_is_filled(archive: OpenArchive) -> None:
    await archive.record([link(1), link(2), link(4), link(5)])
    assert (await archive.kin([IDS[0], IDS[4]])) == {IDS[0]: (IDS[1],), IDS[4]: (IDS[3],)}
    await archive.record([link(3)])
    assert len((await archive.kin([IDS[0]]))[IDS[0]]) == 4


async def test_names_hold_within_a_scope(archive: OpenArchive) -> None:
    stranger = accepted(make_item(provider="island", uri="urn:chain:2", evolved_from="urn:chain:1"))
    await archive.record([link(1), stranger])
    assert await archive.kin([IDS[0], stranger.item_id]) == {IDS[0]: (), stranger.item_id: ()}


async def test_a_circle_is_a_chain_too(archive: OpenArchive) -> None:
    one = accepted(make_item(uri="urn:a", evolved_from="urn:b"))
    other = accepted(make_item(uri="urn:b", evolved_from="urn:a"))
    await archive.record([one, other])
    assert await archive.kin([one.item_id]) == {one.item_id: (other.item_id,)}


async def test_relatives_are_told_by_their_names_and_by_what_they_follow(archive: OpenArchive) -> None:
    await archive.record([link(2), link(3)])
    assert await archive.relatives([IDS[1], IDS[2], "nothing"]) == {
        IDS[1]: Relative(IDS[1], frozenset({"urn:chain:2", "doc-2"}), frozenset({"urn:chain:1"})),
        IDS[2]: Relative(IDS[2], frozenset({"urn:chain:3"}), frozenset({"doc-2"})),
    }


async def test_a_version_withdrawn_or_read_otherwise_takes_its_ties_along(archive: OpenArchive) -> None:
    wrong, right = link(2), link(1)
    await archive.record([right, wrong, withdrawn(wrong)])
    assert await archive.kin([IDS[0]]) == {IDS[0]: ()}
    await archive.record([link(3), link(4)])
    loose = link(4).item.model_copy(update={"evolved_from": None})
    await archive.record([link(4).model_copy(update={"generation": 1, "item": loose})])
    assert await archive.kin([IDS[2], IDS[3]]) == {IDS[2]: (), IDS[3]: ()}


async def test_takes_share_the_slug_the_scope_and_the_day(archive: OpenArchive) -> None:
    def take(number: int, **changes: Any) -> VersionAccepted:
        fields = {"slugline": "Ferry-Strait", "take_key": f"{number} take", "uri": f"urn:take:{number}", **changes}
        return accepted(make_item(**fields))

    takes = [take(1), take(2, slugline="FERRY strait"), take(3, version_created=after(60))]
    others = [
        take(4, slugline="Ferry"),
        take(5, provider="island"),
        take(6, version_created=after(24 * 60)),
        take(7, slugline=""),
    ]
    for fact in (*others, *takes[::-1]):
        await archive.record([fact])
    assert await archive.takes(takes[0].item_id) == tuple(sorted(fact.item_id for fact in takes))
    assert await archive.takes(others[-1].item_id) == await archive.takes("nothing") == ()


async def test_a_name_ties_only_so_many_items_and_a_chain_is_found_only_so_far(archive: OpenArchive) -> None:
    hub, last = accepted(make_item(uri="urn:hub")), MOST_TIED + 20
    spokes = [accepted(make_item(uri=f"urn:spoke:{n}", evolved_from="urn:hub", slugline="Day")) for n in range(last)]
    again = accepted(make_item(uri="urn:spoke:0", evolved_from="urn:hub", slugline="Day", version="2"))
    await archive.record([hub, *spokes])
    await archive.record([again])
    kin = await archive.kin([hub.item_id, spokes[0].item_id, spokes[-1].item_id])
    assert set(kin[hub.item_id]) == {spoke.item_id for spoke in spokes[:MOST_TIED]}
    assert len(kin[spokes[0].item_id]) == MOST_KIN
    assert kin[spokes[-1].item_id] == ()
    assert set(await archive.takes(spokes[0].item_id)) == {spoke.item_id for spoke in spokes[:MOST_TIED]}
    line = [accepted(make_item(uri=f"urn:line:{n}", evolved_from=f"urn:line:{n - 1}")) for n in range(MOST_KIN + 20)]
    await archive.record(line)
    found = await archive.kin([line[0].item_id, line[300].item_id])
    assert set(found[line[0].item_id]) == {fact.item_id for fact in line[1 : MOST_KIN + 1]}
    assert len(found[line[300].item_id]) == MOST_KIN


def test_the_orders_tried_are_orders_of_the_whole_chain() -> None:
    assert (3, 5, 2, 1, 4) in set(permutations(range(1, 6)))
