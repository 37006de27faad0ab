"""Families in a process's memory: what each wire says of its item's, and where that leads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from wiredesk_core.archive.laws import names_of
from wiredesk_core.families import MOST_TIED, Relative, predecessors, reachable, ties_of, turned
from wiredesk_core.messages import VersionAccepted

Versions = Sequence[VersionAccepted]


def kin_among(item_ids: Sequence[str], everybody: Iterable[Versions]) -> Mapping[str, tuple[str, ...]]:
    """See Families. `everybody` are the versions of each item there is."""
    edges: dict[str, tuple[str, ...]] = {}
    for relatives in _by_scope(everybody):
        tied = _tied({one.item_id: one.follows for one in relatives})
        before = predecessors(replace(one, follows=tied[one.item_id]) for one in relatives)
        after = turned(before)
        edges |= {item_id: (*others, *after.get(item_id, ())) for item_id, others in before.items()}
    return {item_id: tuple(sorted(reachable(item_id, edges))) for item_id in item_ids}


def relative_of(versions: Versions) -> Relative:
    """An item by all that its versions say."""
    follows = (name for v in versions for tie, name in ties_of(v.item, v.scope) if tie == "evolved")
    names = (name for version in versions for name in names_of(version.item))
    return Relative(versions[0].item_id, frozenset(names), frozenset(follows))


def takes_among(item_id: str, everybody: Iterable[Versions]) -> tuple[str, ...]:
    """See Families."""
    told = _tied({versions[0].item_id: _stories(versions) for versions in everybody})
    own = told.get(item_id, frozenset())
    return tuple(sorted(other for other, stories in told.items() if own & stories))


def _tied(told: Mapping[str, frozenset[str]]) -> Mapping[str, frozenset[str]]:
    """By item, the names that tie it: each ties the items that said it first, as many as it may."""
    said: Counter[str] = Counter()
    tied: dict[str, frozenset[str]] = {}
    for item_id, names in told.items():
        tied[item_id] = frozenset(name for name in names if said[name] < MOST_TIED)
        said.update(tied[item_id])
    return tied


def _by_scope(everybody: Iterable[Versions]) -> Iterable[list[Relative]]:
    scopes: dict[str, list[Relative]] = {}
    for versions in everybody:
        scopes.setdefault(versions[0].scope, []).append(relative_of(versions))
    return scopes.values()


def _stories(versions: Versions) -> frozenset[str]:
    return frozenset(name for v in versions for tie, name in ties_of(v.item, v.scope) if tie == "story")
