"""What belongs together with an item: the chain that it evolved in, and the takes of its text. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from wiredesk_core.families import reachable, turned
from wiredesk_core.messages import Changed
from wiredesk_core.moments import iso

from wiredesk_gateway.views import published_at


@dataclass(frozen=True, slots=True)
class Link:
    """An item of a chain. `at`: where it stands as seen from the item asked for; `before`: what it follows at once."""

    changed: Changed
    at: str
    before: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Family:
    """A chain and takes, each oldest first; only what may be seen. `newest`: what the item has come to by now."""

    item_id: str
    newest: str
    chain: tuple[Link, ...]
    takes: tuple[Changed, ...]


def family_of(
    item_id: str, before: Mapping[str, Sequence[str]], takes: Sequence[str], seen: Mapping[str, Changed]
) -> Family:
    """An item's family, from what follows what at once (`before`, by item) and what may be seen of it (`seen`)."""
    older, newer = reachable(item_id, before), reachable(item_id, turned(before))
    links = [
        Link(seen[other], _place(other, item_id, older, newer), tuple(i for i in before[other] if i in seen))
        for other in before
        if other in seen
    ]
    chain = tuple(sorted(links, key=lambda link: _age(link.changed)))
    later = [link for link in chain if link.at in {"itself", "later"}]
    newest = later[-1].changed.item_id if later else item_id
    return Family(item_id, newest, chain if len(chain) > 1 else (), _takes(takes, seen))


def family_view(family: Family) -> dict[str, Any]:
    """As readers are told."""
    return {
        "newest": family.newest,
        "chain": [{**_line(link.changed), "at": link.at, "follows": list(link.before)} for link in family.chain],
        "takes": [
            {**_line(take), "take_key": take.article.item.take_key if take.article else ""} for take in family.takes
        ],
    }


def _place(other: str, item_id: str, older: frozenset[str], newer: frozenset[str]) -> str:
    if other == item_id:
        return "itself"
    if other in newer:
        return "later"
    return "earlier" if other in older else "branch"


def _takes(takes: Sequence[str], seen: Mapping[str, Changed]) -> tuple[Changed, ...]:
    """The takes in their order, with the last item before them that says no take: the one they add to."""
    told = sorted((seen[item_id] for item_id in takes if item_id in seen), key=_age)
    marked = [change for change in told if change.article and change.article.item.take_key]
    if not marked:
        return ()
    first = [change for change in told if change not in marked and _age(change) <= _age(marked[0])]
    found = (*first[-1:], *marked)
    return found if len(found) > 1 else ()


def _age(changed: Changed) -> tuple[datetime, str]:
    return published_at(changed), changed.item_id


def _line(changed: Changed) -> dict[str, Any]:
    item = changed.article.item if changed.article else None
    return {
        "item_id": changed.item_id,
        "uri": changed.uri,
        "revision": changed.revision,
        "version": item.version if item else "",
        "headline": item.headline if item else "",
        "published_at": iso(published_at(changed)),
    }
