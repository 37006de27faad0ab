"""An Archive in a process's memory: for tests and for runs that keep nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import astuple, dataclass, field, replace
from datetime import datetime

from wiredesk_core.archive.laws import by_item, cancels_of, derivation_of, follows, head_in, names_of
from wiredesk_core.archive.memory_families import kin_among, relative_of, takes_among
from wiredesk_core.archive.memory_shelf import MemoryShelf
from wiredesk_core.families import Relative
from wiredesk_core.lifecycle import Disposition, Head, Mark, Ruling, Standing, Verdict, order_key
from wiredesk_core.messages import (
    CancelMarked,
    Changed,
    DeskRuled,
    Enriched,
    ReceiptNote,
    ShelfDecision,
    VersionAccepted,
    Withdrawn,
)
from wiredesk_core.ports import Dossier, Fact, Leaf, ReceiptEntry, Recorded, StandingCount, VersionEntry, Yield
from wiredesk_core.purging import admitted, concerned, husk_of, without_detail
from wiredesk_core.shelf import WHOLE_SHELF, QuarantineEntry, ShelfQuestion
from wiredesk_core.stored import Stored

MarkKey = tuple[str, str, str, str, str]


@dataclass(slots=True)
class _Kept:
    """All that is known of one item."""

    readings: dict[str, VersionAccepted] = field(default_factory=dict)
    derivations: dict[str, str] = field(default_factory=dict)
    withdrawals: dict[str, str] = field(default_factory=dict)
    layers: dict[tuple[str, str], Enriched] = field(default_factory=dict)
    revisions: list[Changed] = field(default_factory=list)
    rulings: dict[str, Ruling] = field(default_factory=dict)
    due_at: datetime | None = None

    @property
    def newest(self) -> Changed | None:
        return self.revisions[-1] if self.revisions else None

    @property
    def versions(self) -> dict[str, VersionAccepted]:
        """What the newest reading of each wire found."""
        gone = self.withdrawals
        return {wire: v for wire, v in self.readings.items() if gone.get(wire, "") <= self.derivations[wire]}

    @property
    def is_purged(self) -> bool:
        return any(ruling.verdict is Verdict.purge for ruling in self.rulings.values())

    def empty(self) -> None:
        """Let go of all words."""
        self.layers.clear()
        self.revisions = [husk_of(change) for change in self.revisions]
        for wire, version in self.readings.items():
            bare = admitted(version, [version.item_id])
            assert isinstance(bare, VersionAccepted)
            self.readings[wire] = bare

    def heads(self) -> list[Head]:
        return [head_in(version) for version in self.versions.values()]

    def names(self) -> set[tuple[str, str]]:
        return {(v.scope, name) for v in self.versions.values() for name in names_of(v.item)}


class MemoryArchive:
    """Keeps everything in dicts; gone with the process."""

    def __init__(self) -> None:
        self._items: dict[str, _Kept] = {}
        self._marks: dict[MarkKey, CancelMarked] = {}
        self._unsent: dict[tuple[str, int], Changed] = {}
        self._notes: dict[str, dict[tuple[str, str, int], ReceiptNote]] = {}
        self._shelf = MemoryShelf()

    async def close(self) -> None:
        """Nothing to let go of."""

    async def record(self, facts: Sequence[Fact]) -> list[Recorded]:
        """See Archive."""
        return [self._record_some(fact) for fact in facts]

    async def dossiers(self, item_ids: Sequence[str]) -> Mapping[str, Dossier]:
        """See Archive."""
        return {item_id: self._dossier(item_id) for item_id in item_ids}

    async def leaves(self, wanted: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], Leaf]:
        """See Archive."""
        found = {}
        for item_id, wire in wanted:
            kept = self._items.get(item_id)
            if kept is not None and wire in kept.readings:
                version = kept.readings[wire]
                layers = kept.layers.get((wire, version.story_sha256))
                found[item_id, wire] = Leaf(version.item, version.scope, version.receipt_id, layers)
        return found

    async def save(self, revisions: Sequence[Changed], due: Mapping[str, datetime | None]) -> tuple[str, ...]:
        """See Archive."""
        groups = by_item(revisions)
        stale = tuple(item_id for item_id, chain in groups.items() if not follows(chain, self._revision(item_id)))
        for change in revisions:
            if change.item_id not in stale:
                kept = self._kept(change.item_id)
                kept.revisions.append(change)
                kept.due_at = due.get(change.item_id)
                self._unsent[change.item_id, change.revision] = change
        return stale

    async def unsent(self, item_ids: Sequence[str] | None = None, limit: int = 1000) -> tuple[Changed, ...]:
        """See Archive."""
        wanted = None if item_ids is None else frozenset(item_ids)
        return tuple(c for c in self._unsent.values() if wanted is None or c.item_id in wanted)[:limit]

    def announcing(self, item_ids: Sequence[str]) -> AbstractAsyncContextManager[None]:  # noqa: ARG002  # one writer
        """See Archive. There is no other writer to wait for."""
        return nullcontext()

    async def mark_sent(self, revisions: Sequence[tuple[str, int]]) -> None:
        """See Archive."""
        for revision in revisions:
            self._unsent.pop(revision, None)

    async def due(self, now: datetime, limit: int = 1000) -> tuple[str, ...]:
        """See Archive."""
        ended = [
            (kept.due_at, item_id)
            for item_id, kept in self._items.items()
            if kept.due_at is not None and kept.due_at <= now
        ]
        return tuple(item_id for _, item_id in sorted(ended)[:limit])

    async def note(self, notes: Sequence[ReceiptNote]) -> None:
        """See Archive."""
        for note in notes:
            self._notes.setdefault(note.receipt_id, {}).setdefault((note.item_id, note.stage, note.round), note)

    async def shelve(self, entries: Sequence[QuarantineEntry]) -> None:
        """See Archive."""
        self._shelf.add(entries)

    async def decide(self, decisions: Sequence[ShelfDecision]) -> None:
        """See Archive."""
        self._shelf.decide(decisions)

    async def served(self, item_ids: Sequence[str]) -> Mapping[str, Changed]:
        """See ArchiveReader."""
        newest = {item_id: self._items[item_id].newest for item_id in item_ids if item_id in self._items}
        return {item_id: change for item_id, change in newest.items() if change is not None}

    async def kin(self, item_ids: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
        """See Families."""
        return kin_among(item_ids, self._everybody())

    async def relatives(self, item_ids: Sequence[str]) -> Mapping[str, Relative]:
        """See Families."""
        wanted = frozenset(item_ids)
        return {v[0].item_id: relative_of(v) for v in self._everybody() if v[0].item_id in wanted}

    async def takes(self, item_id: str) -> tuple[str, ...]:
        """See Families."""
        return takes_among(item_id, self._everybody())

    async def find(self, uri: str) -> tuple[str, ...]:
        """See ArchiveReader."""
        return tuple(sorted(i for i, kept in self._items.items() if any(name == uri for _, name in kept.names())))

    async def revision(self, item_id: str, revision: int) -> Changed | None:
        """See ArchiveReader."""
        return next((c for c in self._revisions(item_id) if c.revision == revision), None)

    async def revision_at(self, item_id: str, moment: datetime) -> Changed | None:
        """See ArchiveReader."""
        return next((c for c in reversed(self._revisions(item_id)) if c.changed_at <= moment), None)

    async def versions(self, item_id: str) -> tuple[VersionEntry, ...]:
        """See ArchiveReader."""
        kept = self._items.get(item_id, _Kept())
        heads = sorted(kept.heads(), key=order_key)
        return tuple(_entry(kept.versions[head.wire_sha256]) for head in heads)

    async def receipt(self, receipt_id: str) -> ReceiptEntry | None:
        """See ArchiveReader."""
        notes = self._notes.get(receipt_id)
        return ReceiptEntry(receipt_id, tuple(notes.values())) if notes else None

    async def yields(self, receipt_id: str) -> tuple[Yield, ...]:
        """See ArchiveReader."""
        found = (v for kept in self._items.values() for v in kept.versions.values() if v.receipt_id == receipt_id)
        return tuple(sorted((Yield(v.item_id, v.scope, v.wire_sha256) for v in found), key=astuple))

    async def quarantined(
        self, asked: ShelfQuestion = WHOLE_SHELF, *, after: str = "", limit: int = 100
    ) -> tuple[QuarantineEntry, ...]:
        """See ArchiveReader."""
        return self._shelf.page(asked, after, limit)

    async def set_aside(self, quarantine_id: str) -> QuarantineEntry | None:
        """See ArchiveReader."""
        return self._shelf.entry(quarantine_id)

    async def snapshot(self, after: str = "", limit: int = 1000) -> tuple[Stored, ...]:
        """See ArchiveReader."""
        newest = (self._items[item_id].newest for item_id in sorted(self._items) if item_id > after)
        found = [change for change in newest if change is not None][:limit]
        return tuple(Stored(change.model_dump_json().encode()) for change in found)

    async def counts(self) -> StandingCount:
        """See ArchiveReader."""
        standings = Counter(kept.newest.standing for kept in self._items.values() if kept.newest is not None)
        notes = (note for made in self._notes.values() for note in _last_rounds(made))
        dispositions = Counter(note.disposition for note in notes if note.disposition is not None)
        return StandingCount(
            by_standing={standing: standings[standing] for standing in Standing},
            by_disposition={disposition: dispositions[disposition] for disposition in Disposition},
            unsent=len(self._unsent),
            quarantined=self._shelf.waiting(),
        )

    def _everybody(self) -> list[list[VersionAccepted]]:
        """The versions of each item that has any."""
        found = (list(kept.versions.values()) for kept in self._items.values())
        return [versions for versions in found if versions]

    def _kept(self, item_id: str) -> _Kept:
        return self._items.setdefault(item_id, _Kept())

    def _revisions(self, item_id: str) -> list[Changed]:
        kept = self._items.get(item_id)
        return [] if kept is None else kept.revisions

    def _revision(self, item_id: str) -> int:
        revisions = self._revisions(item_id)
        return revisions[-1].revision if revisions else 0

    def _record_some(self, fact: Fact) -> Recorded:
        """Record as much of a fact as may be kept."""
        concerns = self._items.get(concerned(fact), _Kept())
        kept = admitted(fact, [concerned(fact)] if concerns.is_purged else [])
        if kept is None:
            return Recorded((), purged=(fact.receipt_id,))
        told = self._record(kept)
        if isinstance(fact, DeskRuled) and fact.verdict is Verdict.purge:
            return replace(told, purged=self._purge(fact))
        return told if kept is fact else replace(told, purged=(fact.receipt_id,))

    def _purge(self, ruling: DeskRuled) -> tuple[str, ...]:
        """Take an item's words out of everything; gives the receipts that brought them."""
        kept = self._kept(ruling.item_id)
        kept.empty()
        for key, mark in self._marks.items():
            if mark.wire_sha256 in kept.readings:
                self._marks[key] = mark.model_copy(update={"reason": ""})
        self._unsent = {
            (c.item_id, c.revision): husk_of(c) if c.item_id == ruling.item_id else c for c in self._unsent.values()
        }
        noted = {
            receipt_id for receipt_id, made in self._notes.items() if any(key[0] == ruling.item_id for key in made)
        }
        receipts = noted.union(version.receipt_id for version in kept.readings.values()) - {ruling.receipt_id}
        receipts |= self._shelf.purge(receipts, ruling)
        for receipt_id in receipts & self._notes.keys():
            self._notes[receipt_id] = {key: without_detail(note) for key, note in self._notes[receipt_id].items()}
        return tuple(sorted(receipts))

    def _record(self, fact: Fact) -> Recorded:
        match fact:
            case VersionAccepted():
                return self._record_version(fact)
            case CancelMarked():
                return self._record_mark(fact)
            case Withdrawn():
                gone = self._kept(fact.item_id).withdrawals
                gone[fact.wire_sha256] = max(gone.get(fact.wire_sha256, ""), derivation_of(fact))
                return Recorded((fact.item_id, *self._settle_marks(fact.item_id, fact.wire_sha256)))
            case DeskRuled():
                return self._record_ruling(fact)
            case Enriched():
                return self._record_layers(fact)

    def _record_version(self, fact: VersionAccepted) -> Recorded:
        kept, wire = self._kept(fact.item_id), fact.wire_sha256
        known, read = kept.readings.setdefault(wire, fact), fact
        if derivation_of(fact) >= kept.derivations.get(wire, ""):
            kept.derivations[wire] = derivation_of(fact)
        else:
            read = known
        first_received = min(known.received_at, fact.received_at)
        kept.readings[wire] = read.model_copy(update={"receipt_id": known.receipt_id, "received_at": first_received})
        reached = self._settle_marks(fact.item_id, wire)
        return Recorded((fact.item_id, *reached), seen_before=known.receipt_id != fact.receipt_id)

    def _record_mark(self, fact: CancelMarked) -> Recorded:
        key = (fact.alias, fact.scope, fact.wire_sha256, fact.version or "", fact.by_uri)
        known = self._marks.setdefault(key, fact)
        first_received = min(known.received_at, fact.received_at)
        self._marks[key] = known.model_copy(update={"received_at": first_received})
        self._settle_marks(fact.by_item, fact.wire_sha256)
        return Recorded(self._named([fact]), seen_before=known.receipt_id != fact.receipt_id)

    def _settle_marks(self, item_id: str, wire: str) -> tuple[str, ...]:
        """Let go of the marks that the newest reading of a wire does not make; gives the items that they reached."""
        kept = self._items.get(item_id, _Kept())
        if wire not in kept.readings:
            return ()
        stands = cancels_of(kept.versions[wire].item) if wire in kept.versions else ()
        made = {key: mark for key, mark in self._marks.items() if (mark.by_item, mark.wire_sha256) == (item_id, wire)}
        gone = {key: mark for key, mark in made.items() if (mark.alias, mark.version or "") not in stands}
        for key in gone:
            del self._marks[key]
        return self._named(gone.values())

    def _named(self, marks: Iterable[CancelMarked]) -> tuple[str, ...]:
        wanted = {(mark.scope, mark.alias) for mark in marks}
        return tuple(sorted(item_id for item_id, kept in self._items.items() if wanted & kept.names()))

    def _record_ruling(self, fact: DeskRuled) -> Recorded:
        rulings = self._kept(fact.item_id).rulings
        ruling = Ruling(fact.receipt_id, fact.verdict, fact.ruled_at, fact.by, fact.reason)
        known = rulings.setdefault(fact.receipt_id, ruling)
        rulings[fact.receipt_id] = replace(known, ruled_at=min(known.ruled_at, fact.ruled_at))
        return Recorded((fact.item_id,))

    def _record_layers(self, fact: Enriched) -> Recorded:
        layers = self._kept(fact.item_id).layers
        reading = fact.wire_sha256, fact.story_sha256
        known = layers.get(reading)
        if known is None or fact.chain >= known.chain:
            layers[reading] = fact
        return Recorded((fact.item_id,))

    def _dossier(self, item_id: str) -> Dossier:
        kept = self._items.get(item_id, _Kept())
        names = kept.names()
        marks = {_mark(fact) for fact in self._marks.values() if (fact.scope, fact.alias) in names}
        return Dossier(
            item_id,
            heads=tuple(sorted(kept.heads(), key=order_key)),
            marks=tuple(sorted(marks, key=_mark_order)),
            rulings=tuple(sorted(kept.rulings.values(), key=lambda ruling: (ruling.ruled_at, ruling.receipt_id))),
            served=kept.newest,
        )


def _last_rounds(made: Mapping[tuple[str, str, int], ReceiptNote]) -> Iterable[ReceiptNote]:
    return {(item_id, stage): made[item_id, stage, round_] for item_id, stage, round_ in sorted(made)}.values()


def _entry(version: VersionAccepted) -> VersionEntry:
    return VersionEntry(
        version.wire_sha256,
        version.item.version,
        version.item.version_created,
        version.received_at,
        version.receipt_id,
        version.item,
    )


def _mark(fact: CancelMarked) -> Mark:
    return Mark(
        fact.scope, fact.alias, fact.version or None, fact.wire_sha256, fact.received_at, fact.by_uri, fact.told_at
    )


def _mark_order(mark: Mark) -> tuple[datetime, str, str, str, str]:
    return mark.received_at, mark.wire_sha256, mark.alias, mark.version or "", mark.by_uri
