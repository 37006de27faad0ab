"""Which items are one story told on: chains of items that evolved from one another, and takes of one text.

Each wire says at most what it follows, and by any of its names. What belongs together is found from both ends, so that
a parent that comes after its children finds them.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from wiredesk_core.item import Item

MOST_TIED = 500
"""Items that one name ties together. Whoever links more has written a column, not a story: the later ones stand alone."""

MOST_KIN = 500
"""Items of a chain that are found from one of them; of a longer one, those that are near."""

Tie = Literal["evolved", "story"]
"""`evolved`: the item follows the one of that name. `story`: all items that say the same name are takes of one text."""


@dataclass(frozen=True, slots=True)
class Relative:
    """An item by what it is called, and by what it says that it follows."""

    item_id: str
    names: frozenset[str]
    follows: frozenset[str]


class Families(Protocol):
    """The side of the Archive that knows what belongs together. Names hold within a scope."""

    async def kin(self, item_ids: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
        """The items that each is one chain with, in either direction, by id and without itself; MOST_KIN at most."""
        ...

    async def relatives(self, item_ids: Sequence[str]) -> Mapping[str, Relative]:
        """These items by their names, as far as they are known."""
        ...

    async def takes(self, item_id: str) -> tuple[str, ...]:
        """The items that tell the same text as takes, by id, itself among them; none where it names no story.

        MOST_TIED at most.
        """
        ...


def ties_of(item: Item, scope: str) -> frozenset[tuple[Tie, str]]:
    """What one version says of its item's family."""
    ties: set[tuple[Tie, str]] = set()
    if item.evolved_from and item.evolved_from != item.uri:
        ties.add(("evolved", item.evolved_from))
    written = item.version_created or item.first_created
    if item.slugline and written is not None:
        ties.add(("story", f"{scope} {_slug(item.slugline)} {written:%Y-%m-%d}"))
    return frozenset(ties)


def predecessors(relatives: Iterable[Relative]) -> Mapping[str, tuple[str, ...]]:
    """By item, the items that it follows at once."""
    family = tuple(relatives)
    named: dict[str, list[str]] = {}
    for one in family:
        for name in one.names:
            named.setdefault(name, []).append(one.item_id)
    return {
        one.item_id: tuple(sorted({i for name in one.follows for i in named.get(name, ()) if i != one.item_id}))
        for one in family
    }


def reachable(start: str, edges: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """What can be got to from an item, nearest first up to MOST_KIN, without itself; chains may bite their tail."""
    found = {start}
    waiting = deque(found)
    while waiting:
        for item_id in edges.get(waiting.popleft(), ()):
            if item_id not in found and len(found) <= MOST_KIN:
                found.add(item_id)
                waiting.append(item_id)
    return frozenset(found - {start})


def turned(edges: Mapping[str, Sequence[str]]) -> Mapping[str, tuple[str, ...]]:
    """The same edges from their other ends."""
    back: dict[str, list[str]] = {}
    for item_id, others in edges.items():
        for other in others:
            back.setdefault(other, []).append(item_id)
    return {item_id: tuple(sorted(others)) for item_id, others in back.items()}


def _slug(slugline: str) -> str:
    return re.sub(r"[^\w]+", "-", slugline.casefold()).strip("-_")
