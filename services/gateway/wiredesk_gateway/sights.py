"""What a key gets, and got, of revisions: the decision of `visibility` on what the Archive knows, remembered a while.

What an ended item once said, and what a former revision said, never changes: each is read once for each kind of reach.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Sequence
from datetime import datetime

from wiredesk_core.keys import Key
from wiredesk_core.messages import Changed
from wiredesk_core.ports import ArchiveReader

from wiredesk_gateway.visibility import Sight, has_ended, may_reach, sight, state_of

MOST_REMEMBERED = 20_000
"""Answers, of a few hundred bytes each."""

TOLD = frozenset({Sight.gone, Sight.expired})
"""Of an item that stands so, those who could see it are told that they cannot any more."""


class Sights:
    """Decisions of an Archive's items."""

    def __init__(self, archive: ArchiveReader, *, most: int = MOST_REMEMBERED) -> None:
        self._archive = archive
        self._most = most
        self._known: OrderedDict[Hashable, Sight] = OrderedDict()

    async def of(self, changed: Changed, key: Key, now: datetime) -> Sight:
        """What the key gets of a revision; of one that has ended only word, and that only if it could ever see it."""
        if not has_ended(changed, now) or not key.may("items:read", changed.provider):
            return sight(key, state_of(changed, now), now)

        async def look() -> Sight:
            versions = await self._archive.versions(changed.item_id)
            return sight(key, state_of(changed, now, versions), now)

        return await self._once(("end", changed.item_id, changed.revision, changed.changed_at, _reach(key)), look)

    async def before(self, changed: Changed, key: Key) -> Sight:
        """What the key got of the revision before this one. Where nobody kept it, its versions decide."""
        reached = may_reach(key, changed.provider, changed.former_standing)
        if not reached or not key.is_filtered:
            return Sight.visible if reached else Sight.sealed

        async def look() -> Sight:
            former = await self._archive.revision(changed.item_id, changed.former_revision)
            if former is not None and former.article is not None:
                words = [former.article.item]
            else:
                words = [entry.item for entry in await self._archive.versions(changed.item_id)]
            return Sight.visible if any(map(key.reaches, words)) else Sight.sealed

        return await self._once(("before", changed.item_id, changed.former_revision, _reach(key)), look)

    async def knows(self, item_ids: Sequence[str], key: Key, now: datetime) -> bool:
        """Whether the key may know of any of these items: it sees it, or is told of its end."""
        found = await self._archive.served(item_ids)
        return any([await self.of(changed, key, now) is not Sight.sealed for changed in found.values()])

    async def told(self, killed: Changed, key: Key, now: datetime) -> Changed:
        """A killed revision without the names of items that brought its kill about and that the key may not know of."""
        tombstone, hidden = killed.tombstone, dict[str, None]()
        if tombstone is None:
            return killed
        if tombstone.by_item and not await self.knows([tombstone.by_item], key, now):
            hidden["by_item"] = None
        if tombstone.by_uri and (named := await self._archive.find(tombstone.by_uri)):
            hidden |= {} if await self.knows(named, key, now) else {"by_uri": None}
        return killed.model_copy(update={"tombstone": tombstone.model_copy(update=hidden)}) if hidden else killed

    async def _once(self, name: Hashable, look: Callable[[], Awaitable[Sight]]) -> Sight:
        seen = self._known.get(name)
        if seen is None:
            seen = self._known[name] = await look()
            if len(self._known) > self._most:
                self._known.popitem(last=False)
        return seen


def _reach(key: Key) -> Hashable:
    """All of a key that decides what it sees of a provider's items."""
    return key.providers, key.genres, key.languages, key.types, "embargo:read" in key.scopes
