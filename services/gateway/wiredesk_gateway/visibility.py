"""Who may see what: one decision, below every route.

A sealed item and an unknown one must look alike, so callers answer `sealed` as though nothing were there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from wiredesk_core.item import Item, Status
from wiredesk_core.keys import Key, Scope
from wiredesk_core.lifecycle import Standing, State
from wiredesk_core.messages import Changed
from wiredesk_core.ports import Collection, Query, VersionEntry
from wiredesk_core.shelf import ShelfQuestion


class Sight(StrEnum):
    """What a key gets of an item: the item, nothing at all, or word that it was withdrawn, or has expired."""

    visible = "visible"
    sealed = "sealed"
    gone = "gone"
    expired = "expired"


ENDED = frozenset({Standing.killed, Standing.expired})
"""Of an item that stands so, nothing is served; only those who could see it before learn of its end."""


@dataclass(frozen=True, slots=True)
class ItemState:
    """How an item stands, and the words by which it is judged.

    words: the one item that is served; of an ended one all versions, oldest first; empty when they are not known.
    ended_at: when an ended one came to its end.
    """

    provider: str
    standing: Standing
    words: tuple[Item, ...] = ()
    ended_at: datetime | None = None


def sight(key: Key, state: ItemState, now: datetime) -> Sight:
    """The decision. Whatever is not plainly permitted is sealed; the clock overrules a standing that says open."""
    if not key.may("items:read", state.provider):
        return Sight.sealed
    if state.standing in ENDED:
        end = Sight.gone if state.standing is Standing.killed else Sight.expired
        return end if _could_see(key, state) else Sight.sealed
    item = state.words[-1] if state.words else None
    if item is None or state.standing is Standing.absent or item.status is Status.canceled:
        return Sight.sealed
    return Sight.visible if _is_for(key, item, state.standing, now) else Sight.sealed


def state_of(changed: Changed, now: datetime, versions: Sequence[VersionEntry] = ()) -> ItemState:
    """The state of a revision. Of an ended one the versions have to be told: see `has_ended`."""
    item = changed.article.item if changed.article is not None else None
    if has_ended(changed, now):
        words = tuple(entry.item for entry in versions) or ((item,) if item is not None else ())
        standing = changed.standing if changed.standing in ENDED else Standing.expired
        return ItemState(changed.provider, standing, words, _ended_at(changed, words))
    return ItemState(changed.provider, changed.standing, (item,) if item is not None else ())


def has_ended(changed: Changed, now: datetime) -> bool:
    """Whether a revision is killed or expired, by the record or by the clock."""
    if changed.standing in ENDED:
        return True
    expires = changed.article.item.expires if changed.article is not None else None
    return changed.standing is not Standing.absent and expires is not None and expires <= now


def item_sight(key: Key, item: Item, now: datetime) -> Sight:
    """The decision on one version of an item that may be seen itself: when it expires, the newest version says."""
    seen = key.may("items:read", item.provider) and _is_for(key, item, Standing.open, now)
    return Sight.visible if seen else Sight.sealed


def is_shut(item: Item, standing: Standing, now: datetime) -> bool:
    """Whether an item that stands so is for `embargo:read` only."""
    embargoed = item.embargoed_until is not None and item.embargoed_until > now
    return standing is Standing.sealed or item.status is Status.withheld or embargoed


def may_reach(key: Key, provider: str, standing: Standing) -> bool:
    """Whether a key gets an item that stands so, whatever else it says: its own filter aside."""
    shut: Mapping[Standing, Scope] = {Standing.open: "items:read", Standing.sealed: "embargo:read"}
    return standing in shut and key.may("items:read", provider) and key.may(shut[standing], provider)


def was_withdrawn(item: Item, state: State) -> bool:
    """Whether an item as once served is one of the versions that a kill took away, by its wire or its number."""
    wire = item.raw.sha256 if item.raw else None
    dead = (head for head in state.order if head.wire_sha256 in state.dead)
    return any(head.wire_sha256 == wire or head.version == item.version for head in dead)


def narrowed(query: Query, key: Key) -> Query:
    """A search kept to what the key may see, so that no total, facet or score holds anything else.

    Without the right, `sealed` is not touched; where nothing is left to see, no collection is. A key that sees a part
    of a collection is scored blindly.
    """
    providers, genres, types = (
        _common(wanted, allowed)
        for wanted, allowed in (
            (query.providers, key.providers),
            (query.genres, key.genres),
            (query.types, key.types),
        )
    )
    if providers is None or genres is None or types is None or not key.may("items:read"):
        return replace(query, collections=())
    return replace(
        query,
        collections=collections_for(key),
        providers=providers,
        genres=genres,
        types=types,
        said_languages=tuple(sorted(key.languages)),
        blind=bool(key.providers) or key.is_filtered,
    )


def collections_for(key: Key) -> tuple[Collection, ...]:
    """The collections that the key's searches touch; without the right no count or score can come from `sealed`."""
    return ("open", "sealed") if key.may("embargo:read") else ("open",)


def shelf_for(key: Key, asked: ShelfQuestion) -> ShelfQuestion | None:
    """What was put aside, as far as the key reaches; None = nothing.

    Nobody could read what it is, so it is in no genre, language or type: a key with such a filter gets none of it.
    """
    providers = _common(asked.providers, key.providers)
    if providers is None or key.is_filtered or not key.may("quarantine:admin"):
        return None
    return replace(asked, providers=providers)


def _common(wanted: tuple[str, ...], allowed: frozenset[str]) -> tuple[str, ...] | None:
    if not allowed:
        return wanted
    return tuple(sorted(allowed.intersection(wanted) if wanted else allowed)) or None


def _is_for(key: Key, item: Item, standing: Standing, now: datetime) -> bool:
    """A withheld item, or one under embargo, is not more open than it says itself, whatever was recorded."""
    return key.reaches(item) and (not is_shut(item, standing, now) or key.may("embargo:read", item.provider))


def _could_see(key: Key, state: ItemState) -> bool:
    """Whether any version of an ended item was for the key, in any order of arrival.

    Where only the end itself is known, every key learns of it that no filter keeps from anything.
    """
    told = [item for item in state.words if item.status is not Status.canceled] or state.words
    if not told:
        return not key.is_filtered
    inside = key.may("embargo:read", state.provider)
    return any(key.reaches(item) and (inside or _was_open(item, state.ended_at)) for item in told)


def _was_open(item: Item, ended_at: datetime | None) -> bool:
    """Whether its embargo was over before it came to its end: what comes later opens nothing."""
    if item.status is Status.withheld:
        return False
    ends = min((end for end in (ended_at, item.expires) if end is not None), default=None)
    return item.embargoed_until is None or (ends is not None and item.embargoed_until < ends)


def _ended_at(changed: Changed, words: Sequence[Item]) -> datetime:
    if changed.tombstone is not None:
        return changed.tombstone.killed_at
    told = [item for item in words if item.status is not Status.canceled]
    return (told[-1].expires if told else None) or changed.changed_at
