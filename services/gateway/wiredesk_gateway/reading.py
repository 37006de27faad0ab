"""Reading the Archive for a key: the one place where routes get items from, each looked at with the key's eyes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from wiredesk_core.failures import Refused
from wiredesk_core.families import predecessors
from wiredesk_core.keys import Key
from wiredesk_core.lifecycle import Ruling, Standing, State, silent_corrections
from wiredesk_core.lineage import fold_items
from wiredesk_core.messages import Changed
from wiredesk_core.ports import ArchiveReader, VersionEntry
from wiredesk_core.web.problems import Explained

from wiredesk_gateway.related import Family, family_of
from wiredesk_gateway.views import tombstone_view
from wiredesk_gateway.visibility import Sight, item_sight, sight_of, was_shown, was_withdrawn

TOLD = frozenset({Sight.gone, Sight.expired})
"""Of an item that stands so, those who could see it are told that they cannot any more."""


@dataclass(frozen=True, slots=True)
class Told:
    """A version in an item's list. dead: its words were killed. silent: its number had other content before."""

    entry: VersionEntry
    dead: bool
    silent: bool


class Reader:
    """An Archive behind the rule of visibility."""

    def __init__(self, archive: ArchiveReader) -> None:
        self._archive = archive

    async def visible(self, item_ids: Sequence[str], key: Key, now: datetime) -> Mapping[str, Changed]:
        """The newest revisions of those items that the key may see."""
        if not item_ids:
            return {}
        found = await self._archive.served(item_ids)
        return {i: changed for i, changed in found.items() if sight_of(key, changed, now) is Sight.visible}

    async def one(self, item_id: str, key: Key, now: datetime) -> Changed:
        """The newest revision. Raises Refused: 404 when there is nothing for this key, 410 when it was killed or expired."""
        changed = (await self._archive.served([item_id])).get(item_id)
        return await self.passed(changed, key, now)

    async def one_at(self, item_id: str, moment: datetime, key: Key, now: datetime) -> Changed:
        """The revision that was served at a moment, if it and the newest one may be seen now.

        Words that were killed since stay killed, even when the item was brought back.
        """
        await self.one(item_id, key, now)
        then = await self.passed(await self._archive.revision_at(item_id, moment), key, now)
        if then.article is None or was_withdrawn(then.article.item, await self._state(item_id)):
            raise killed(then)
        return then

    async def versions(self, item_id: str, key: Key, now: datetime) -> list[Told]:
        """The versions of a visible item that the key may know of."""
        entries = await self._archive.versions(item_id)
        state = await self._state(item_id)
        silent = {head.wire_sha256 for head in silent_corrections(state)}
        seen = [entry for entry in entries if item_sight(key, entry.item, now) is Sight.visible]
        return [Told(entry, dead=entry.wire_sha256 in state.dead, silent=entry.wire_sha256 in silent) for entry in seen]

    async def related(self, item_id: str, key: Key, now: datetime) -> Family:
        """The chain of a visible item and the takes of its text, as far as the key may see them."""
        kin = (await self._archive.kin([item_id]))[item_id]
        takes = await self._archive.takes(item_id)
        relatives = await self._archive.relatives([item_id, *kin])
        before = predecessors(relatives.values())
        seen = await self.visible([item_id, *kin, *takes], key, now)
        return family_of(item_id, before, takes, seen)

    async def rulings(self, item_id: str) -> Sequence[Ruling]:
        """What operators decided about a visible item, oldest first."""
        return (await self._archive.dossiers([item_id]))[item_id].rulings

    async def _state(self, item_id: str) -> State:
        _, states = await fold_items(self._archive, [item_id])
        return states[item_id]

    def shows(self, changed: Changed, key: Key, now: datetime) -> bool:
        """Whether the key may see this newest revision."""
        return sight_of(key, changed, now) is Sight.visible

    async def passed(self, changed: Changed | None, key: Key, now: datetime) -> Changed:
        """The same revision, if the key may see it. Raises Refused as `one` does."""
        seen = Sight.sealed if changed is None else await self.look(changed, key, now)
        if changed is None or seen is Sight.sealed:
            raise unknown()
        if seen is not Sight.visible:
            raise gone(changed)
        return changed

    async def look(self, changed: Changed, key: Key, now: datetime) -> Sight:
        """What the key gets of a revision; of one that is gone only word, and that only if it could ever see it."""
        seen = sight_of(key, changed, now)
        if seen not in TOLD or changed.former_standing is Standing.open or "embargo:read" in key.scopes:
            return seen
        return seen if was_shown(await self._archive.versions(changed.item_id), now) else Sight.sealed

    async def by_uri(self, uri: str, providers: Sequence[str], key: Key, now: datetime) -> Changed:
        """The item of that uri, else of that alias. Raises Refused: 404, 410, or 409 when several go by it."""
        found = await self._archive.served(await self._archive.find(uri))
        wanted = [c for c in found.values() if not providers or c.provider in providers]
        named = [c for c in wanted if c.uri == uri] or wanted
        seen = {c.item_id: await self.look(c, key, now) for c in named}
        alive = [c for c in named if seen[c.item_id] is Sight.visible]
        told = [c for c in named if seen[c.item_id] in TOLD]
        if len(alive) > 1:
            raise ambiguous(alive)
        if alive or not told:
            return await self.passed(next(iter(alive), None), key, now)
        raise gone(told[0])


def unknown() -> Refused:
    """Not there, or not for this key: the same words for both."""
    return Refused(404, "item_not_found", "there is no such item")


def gone(changed: Changed) -> Refused:
    """Killed, or else expired."""
    return killed(changed) if changed.standing is Standing.killed else expired()


def expired() -> Refused:
    """Nobody may use it any more, and nobody need take it down."""
    return Refused(410, "item_expired", "this item has expired: its provider lets nobody use it any more")


def killed(changed: Changed) -> Refused:
    """Withdrawn by its provider or an operator: all that is left is its tombstone."""
    told = {} if changed.tombstone is None else {"tombstone": tombstone_view(changed.tombstone)}
    return Explained(410, "item_killed", "this item was killed: stop using it and take it down", extra=told)


def ambiguous(items: Sequence[Changed]) -> Refused:
    """Several items go by the same name."""
    told = [{"item_id": changed.item_id, "uri": changed.uri, "provider": changed.provider} for changed in items]
    return Explained(
        409, "ambiguous_uri", "several items go by this uri: name one by item_id or provider", extra={"items": told}
    )
