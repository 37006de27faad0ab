"""How much one wire may hold: stories are small, and what is larger by far is a mistake or an attack."""

from __future__ import annotations

from collections.abc import Iterable

from wiredesk_core.failures import Unreadable
from wiredesk_core.item import Item

MOST_ITEMS = 2_000
MOST_TAGS = 300_000
"""Start and end tags; reading one takes some ten microseconds."""


def few_enough(items: Iterable[Item]) -> tuple[Item, ...]:
    """The items, read one by one. Raises Unreadable: too_many_items."""
    found: list[Item] = []
    for item in items:
        found.append(item)
        if len(found) > MOST_ITEMS:
            raise Unreadable("too_many_items", f"more than {MOST_ITEMS} items: send them in several wires")
    return tuple(found)


def refuse_masses_of_tags(text: str) -> None:
    """Raises Unreadable, tag_bomb, for markup that is hardly anything but tags."""
    if text.count("<") > MOST_TAGS:
        raise Unreadable("tag_bomb", f"more than {MOST_TAGS} tags: send one story a wire")
