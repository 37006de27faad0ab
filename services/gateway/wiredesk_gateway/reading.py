"""Reading the Archive for a key: the one place where routes get items from, each looked at with the key's eyes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from wiredesk_core.failures import Refused
from wiredesk_core.families import predecessors
from wiredesk_core.keys import Key, require_whole
from wiredesk_core.lifecycle import Ruling, Standing, State, silent_corrections
from wiredesk_core.lineage import fold_items
from wiredesk_core.messages import Changed, ReceiptNote
from wiredesk_core.ports import ArchiveReader, Hits, IndexReader, Query, StandingCount, VersionEntry
from wiredesk_core.shelf import QuarantineEntry, ShelfQuestion
from wiredesk_core.stored import Stored
from wiredesk_core.web.problems import Explained

from wiredesk_gateway.related import Family, family_of
from wiredesk_gateway.sights import TOLD, Sights
from wiredesk_gateway.views import tombstone_view
from wiredesk_gateway.visibility import Sight, item_sight, narrowed, shelf_for, sight, state_of, was_withdrawn


@dataclass(frozen=True, slots=True)
class Told:
    """A version in an item's list. dead: its words were killed. silent: its number had other content before."""

    entry: VersionEntry
    dead: bool
    silent: bool


class Reader:
    """An Archive and an Index behind the rule of visibility."""

    def __init__(self, archive: ArchiveReader, index: IndexReader) -> None:
        self._archive = archive
        self._index = index
        self.sights = Sights(archive)

    async def search(self, query: Query, key: Key) -> Hits:
        """What the key may find. Raises Refused(400) for a text that cannot be read as a query."""
        return await self._index.search(narrowed(query, key))

    async def snapshot(self, after: str, limit: int, key: Key, now: datetime) -> tuple[str | None, list[Stored]]:
        """The newest revisions that the key may see of the next items by id, and the id to go on from; None at the end."""
        page = await self._archive.snapshot(after, limit)
        seen = [stored for stored in page if _is_visible(stored.outline, key, now)]
        return (page[-1].outline.item_id if page else None), seen

    async def visible(self, item_ids: Sequence[str], key: Key, now: datetime) -> Mapping[str, Changed]:
        """The newest revisions of those items that the key may see."""
        if not item_ids:
            return {}
        found = await self._archive.served(item_ids)
        return {i: changed for i, changed in found.items() if _is_visible(changed, key, now)}

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

    async def receipt(self, receipt_id: str, key: Key, now: datetime) -> Sequence[ReceiptNote]:
        """What happened to a push, as far as the key may know; nothing when that is nothing.

        Whoever may push for the provider sees all of it, unless his key has a filter.
        """
        entry = await self._archive.receipt(receipt_id)
        notes = () if entry is None else entry.notes
        if notes and not key.is_filtered and all(key.may("wires:write", note.provider) for note in notes):
            return notes
        seen = await self.visible(tuple({note.item_id for note in notes if note.item_id}), key, now)
        return _readable(notes, seen.keys())

    async def quarantined(self, asked: ShelfQuestion, key: Key, *, after: str, limit: int) -> Sequence[QuarantineEntry]:
        """Records put aside, as far as the key reaches."""
        question = shelf_for(key, asked)
        return [] if question is None else await self._archive.quarantined(question, after=after, limit=limit)

    async def set_aside(self, quarantine_id: str, key: Key) -> QuarantineEntry | None:
        """One record put aside; None alike when it is not there and when it is not for this key."""
        entry = await self._archive.set_aside(quarantine_id)
        if entry is None or shelf_for(key, ShelfQuestion(providers=(entry.why.provider,))) is None:
            return None
        return entry

    async def counts(self, key: Key) -> StandingCount:
        """Totals over the whole archive. Raises Refused(403) for a key that reaches a part of it only."""
        require_whole(key, "these totals are of all items; this key reaches only some of them")
        return await self._archive.counts()

    async def passed(self, changed: Changed | None, key: Key, now: datetime) -> Changed:
        """The same revision, if the key may see it. Raises Refused as `one` does."""
        seen = Sight.sealed if changed is None else await self.sights.of(changed, key, now)
        if changed is None or seen is Sight.sealed:
            raise unknown()
        if seen is not Sight.visible:
            raise await self._gone(changed, key, now)
        return changed

    async def by_uri(self, uri: str, providers: Sequence[str], key: Key, now: datetime) -> Changed:
        """The item of that uri, else of that alias. Raises Refused: 404, 410, or 409 when several go by it."""
        found = await self._archive.served(await self._archive.find(uri))
        wanted = [c for c in found.values() if not providers or c.provider in providers]
        named = [c for c in wanted if c.uri == uri] or wanted
        seen = {c.item_id: await self.sights.of(c, key, now) for c in named}
        alive = [c for c in named if seen[c.item_id] is Sight.visible]
        told = [c for c in named if seen[c.item_id] in TOLD]
        if len(alive) > 1:
            raise ambiguous(alive)
        if alive or not told:
            return await self.passed(next(iter(alive), None), key, now)
        raise await self._gone(told[0], key, now)

    async def _gone(self, changed: Changed, key: Key, now: datetime) -> Refused:
        """Killed, or else expired, as far as the key may know why."""
        return killed(await self.sights.told(changed, key, now)) if changed.standing is Standing.killed else expired()


def _readable(notes: Sequence[ReceiptNote], seen: Collection[str]) -> Sequence[ReceiptNote]:
    """What a reader is told of a push: of items that he may see, and when there is one, that it came in.

    Other notes tell how many items there were: he gets them when none is kept from him.
    """
    if not seen:
        return ()
    whole = all(note.item_id in seen for note in notes if note.item_id)
    return [
        note for note in notes if note.item_id in seen or (not note.item_id and (whole or note.stage == "received"))
    ]


def _is_visible(changed: Changed, key: Key, now: datetime) -> bool:
    return sight(key, state_of(changed, now), now) is Sight.visible


def unknown() -> Refused:
    """Not there, or not for this key: the same words for both."""
    return Refused(404, "item_not_found", "there is no such item")


def expired() -> Refused:
    """Nobody may use it any more, and nobody need take it down."""
    return Refused(410, "item_expired", "this item has expired: its provider lets nobody use it any more")


def killed(changed: Changed) -> Refused:
    """Withdrawn by its provider or an operator: all that is left is its tombstone."""
    told = {} if changed.tombstone is None else {"tombstone": tombstone_view(changed.tombstone)}
    if changed.tombstone is not None and changed.tombstone.purged:
        return Explained(410, "item_purged", "this item was purged: destroy every copy of it", extra=told)
    return Explained(410, "item_killed", "this item was killed: stop using it and take it down", extra=told)


def ambiguous(items: Sequence[Changed]) -> Refused:
    """Several items go by the same name."""
    told = [{"item_id": changed.item_id, "uri": changed.uri, "provider": changed.provider} for changed in items]
    return Explained(
        409, "ambiguous_uri", "several items go by this uri: name one by item_id or provider", extra={"items": told}
    )
