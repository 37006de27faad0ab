"""What belongs together: ties that wires tell, and where they lead."""

from __future__ import annotations

from wiredesk_core.families import Relative, predecessors, reachable, ties_of, turned
from wiredesk_core.testing import NOON, make_item


def relative(item_id: str, *follows: str, names: tuple[str, ...] = ()) -> Relative:
    return Relative(item_id, frozenset({f"urn:{item_id}", *names}), frozenset(follows))


def test_an_item_tells_what_it_evolved_from_and_of_which_story_it_is_a_take() -> None:
    item = make_item(evolved_from="urn:first", slugline="BC Ferry/Strait")
    assert ties_of(item, "harbour") == {("evolved", "urn:first"), ("story", "harbour bc-ferry-strait 2026-03-04")}
    assert ties_of(make_item(evolved_from=make_item().uri, slugline="x", version_created=None), "harbour") == set()
    dated = make_item(slugline="x", version_created=None, first_created=NOON)
    assert ties_of(dated, "harbour") == {("story", "harbour x 2026-03-04")}


def test_items_follow_by_any_name_what_is_there_and_nothing_else() -> None:
    family = [relative("a", names=("doc-7",)), relative("b", "doc-7"), relative("c", "urn:b", "urn:gone")]
    before = predecessors(family)
    assert before == {"a": (), "b": ("a",), "c": ("b",)}
    assert turned(before) == {"a": ("b",), "b": ("c",)}
    assert reachable("c", before) == {"a", "b"}


def test_a_chain_that_bites_its_tail_ends_as_well() -> None:
    before = predecessors([relative("a", "urn:b"), relative("b", "urn:a"), relative("c", "urn:c")])
    assert (reachable("a", before), reachable("c", before)) == (frozenset("b"), frozenset())
