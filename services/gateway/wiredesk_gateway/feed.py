"""Changes as one key may follow them: what happened, in words that hold for this reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

import orjson
from wiredesk_core.keys import Key
from wiredesk_core.lifecycle import Standing
from wiredesk_core.messages import Changed
from wiredesk_core.moments import iso

from wiredesk_gateway.changes import Page, Place, Positions
from wiredesk_gateway.reading import Reader
from wiredesk_gateway.sights import Sights
from wiredesk_gateway.views import Views, spliced, tombstone_view
from wiredesk_gateway.visibility import Sight

Kind = Literal["created", "updated", "entered", "left", "killed"]
"""created: new. entered: it was hidden from this reader before. left: from now on it is, or it has expired. killed: take it down."""


@dataclass(frozen=True, slots=True)
class Event:
    """One change for one reader, found at (partition, offset); `words` is what is told of the item itself."""

    kind: Kind
    changed: Changed
    partition: int
    offset: int
    words: Changed | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """An event as JSON, the positions to go on from behind it, and the revision whose words it tells, if it does."""

    kind: Kind
    data: bytes
    behind: Positions
    words: Changed | None


async def told_of(page: Page, reader: Reader, key: Key, now: datetime, views: Views) -> list[Told]:
    """What a key is told of a page. Changes that are not for it lie before the event behind them, or behind the last."""
    events = {(e.partition, e.offset): e for e in await events_of(page.changes, reader, key, now)}
    at, told = dict(page.began), list[Told]()
    for partition, offset, _ in page.changes:
        at[partition] = offset + 1
        if event := events.get((partition, offset)):
            told.append(Told(event.kind, event_json(event, views), dict(at), event.words))
    return [*told[:-1], replace(told[-1], behind=page.positions)] if told else []


async def events_of(places: Sequence[Place], reader: Reader, key: Key, now: datetime) -> list[Event]:
    """The events that a key gets of these changes, in order.

    An old change is told in the words of today: the article is the newest one, so that what was corrected or
    killed since is never told again. Where the item is killed or sealed by now, the change is passed over:
    the one that took the item away follows further on.
    """
    kinds = [await _kind(changed, reader.sights, key, now) for _, _, changed in places]
    worded = {changed.item_id for (_, _, changed), kind in zip(places, kinds, strict=True) if kind in WITH_WORDS}
    today = await reader.visible(tuple(worded), key, now)
    events = []
    for (partition, offset, changed), kind in zip(places, kinds, strict=True):
        if kind == "killed":
            events.append(Event(kind, await reader.sights.told(changed, key, now), partition, offset))
        elif kind == "left":
            events.append(Event(kind, changed, partition, offset))
        elif kind is not None and changed.item_id in today:
            events.append(Event(kind, changed, partition, offset, today[changed.item_id]))
    return events


WITH_WORDS: frozenset[str] = frozenset({"created", "updated", "entered"})


def kind_of(before: Sight, after: Sight, former: Standing) -> Kind | None:
    """What a change is to a reader who got `before` and gets `after`; None when it is nothing to him."""
    if after is Sight.gone:
        return "killed"
    if after in {Sight.sealed, Sight.expired}:
        return "left" if before is Sight.visible else None
    if former is Standing.absent:
        return "created"
    return "updated" if before is Sight.visible else "entered"


def event_json(event: Event, views: Views) -> bytes:
    """The event as one line of JSON."""
    changed = event.changed
    told: dict[str, Any] = {
        "kind": event.kind,
        "cause": changed.cause,
        "item_id": changed.item_id,
        "uri": changed.uri,
        "provider": changed.provider,
        "revision": changed.revision,
        "at": iso(changed.changed_at),
    }
    if event.kind == "killed":
        told["tombstone"] = None if changed.tombstone is None else tombstone_view(changed.tombstone)
    if event.words is None:
        return orjson.dumps(told)
    return spliced(b'{"article":' + views.article(event.words) + b"}", told)


async def _kind(changed: Changed, sights: Sights, key: Key, now: datetime) -> Kind | None:
    after = await sights.of(changed, key, now)
    return kind_of(await sights.before(changed, key), after, changed.former_standing)
