"""Who may see what: one decision, below every route.

A sealed item and an unknown one must look alike, so callers answer `sealed` as though nothing were there.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from wiredesk_core.item import Item, Status
from wiredesk_core.keys import Key
from wiredesk_core.lifecycle import Standing, State
from wiredesk_core.messages import Changed
from wiredesk_core.ports import Collection, VersionEntry


class Sight(StrEnum):
    """What a key gets of an item: the item, nothing at all, or word that it was withdrawn, or has expired."""

    visible = "visible"
    sealed = "sealed"
    gone = "gone"
    expired = "expired"


def sight(
    key: Key,
    standing: Standing,
    provider: str,
    embargoed_until: datetime | None,
    now: datetime,
    *,
    expires: datetime | None = None,
) -> Sight:
    """The decision. Whatever is not plainly permitted is sealed; the clock overrules a standing that says open."""
    if not key.may("items:read", provider):
        return Sight.sealed
    if standing is Standing.killed:
        return Sight.gone
    if standing is Standing.expired or (standing is not Standing.absent and expires is not None and expires <= now):
        return Sight.expired
    embargoed = embargoed_until is not None and embargoed_until > now
    if standing is Standing.open and not embargoed:
        return Sight.visible
    shut = standing in {Standing.open, Standing.sealed}
    return Sight.visible if shut and key.may("embargo:read", provider) else Sight.sealed


def sight_of(key: Key, changed: Changed, now: datetime) -> Sight:
    """The decision on one revision. `gone` and `expired` have to ask who could ever see the item: see `was_shown`."""
    if changed.standing in {Standing.killed, Standing.expired}:
        return sight(key, changed.standing, changed.provider, None, now)
    if changed.article is None:
        return Sight.sealed
    item = changed.article.item
    standing = _standing_of(changed, item)
    return sight(key, standing, changed.provider, item.embargoed_until, now, expires=item.expires)


def former_sight(key: Key, changed: Changed, now: datetime) -> Sight:
    """What the key got of the revision before this one."""
    return sight(key, changed.former_standing, changed.provider, None, now)


def was_shown(entries: Iterable[VersionEntry], now: datetime) -> bool:
    """Whether a killed or expired item was ever for everybody, in any order of arrival.

    If all that it ever said is under embargo or withheld, only those who may read that learn of its end.
    """
    items = [entry.item for entry in entries]
    told = [item for item in items if item.status is not Status.canceled] or items
    return not told or any(not _shut(item, now) for item in told)


def item_sight(key: Key, item: Item, now: datetime) -> Sight:
    """The decision on one version of an item that may be seen itself: when it expires, the newest version says."""
    standing = Standing.sealed if item.status is Status.withheld else Standing.open
    return sight(key, standing, item.provider, item.embargoed_until, now)


def was_withdrawn(item: Item, state: State) -> bool:
    """Whether an item as once served is one of the versions that a kill took away, by its wire or its number."""
    wire = item.raw.sha256 if item.raw else None
    dead = (head for head in state.order if head.wire_sha256 in state.dead)
    return any(head.wire_sha256 == wire or head.version == item.version for head in dead)


def collections_for(key: Key) -> tuple[Collection, ...]:
    """The collections that the key's searches touch; without the right no count or score can come from `sealed`."""
    return ("open", "sealed") if key.may("embargo:read") else ("open",)


def providers_for(key: Key, wanted: tuple[str, ...]) -> tuple[str, ...] | None:
    """The providers to search: those wanted, as far as the key reaches. Empty means all, None means nothing."""
    if not key.providers:
        return wanted
    allowed = tuple(sorted(key.providers if not wanted else key.providers.intersection(wanted)))
    return allowed or None


def _standing_of(changed: Changed, item: Item) -> Standing:
    """Never more open than the item itself says: a withheld or canceled one is not shown, whatever was recorded."""
    if item.status is Status.withheld:
        return Standing.sealed
    return Standing.absent if item.status is Status.canceled else changed.standing


def _shut(item: Item, now: datetime) -> bool:
    return item.status is Status.withheld or (item.embargoed_until is not None and item.embargoed_until > now)
