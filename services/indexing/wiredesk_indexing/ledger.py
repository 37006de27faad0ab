"""Apply, the acting part: facts into the archive, the index and `item.changed`, in that order and only forward.

Facts are recorded first and durably; what they mean is decided from the archive alone. So every step may be repeated
after a crash, and whatever was written but not yet announced is announced the next time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from wiredesk_core.failures import Poison, StoreBusy
from wiredesk_core.identity import item_id_of
from wiredesk_core.lifecycle import Disposition, Head, State, Verdict
from wiredesk_core.lineage import fold_items, kin_concerned
from wiredesk_core.messages import (
    CancelMarked,
    Changed,
    DeskRuled,
    Enriched,
    Outgoing,
    VersionAccepted,
    Withdrawn,
    envelope,
)
from wiredesk_core.ports import Archive, Clock, Dossier, Fact, Index, Leaf, Publisher, Recorded
from wiredesk_core.telemetry import count, gauge, log, observe, timed
from wiredesk_core.topics import ITEM_CHANGED
from wiredesk_core.tracing import HEADER

from wiredesk_indexing.apply import Trigger, disposition_note, enriched_note, index_change, next_revision, ruling_note

TRIES = 10
"""How often a lost compare-and-set is tried again before the batch as a whole is."""

Contexts = Mapping[str, bytes]
"""The trace that each item's change belongs to, as its record's header had it."""

UNTRACED: Contexts = MappingProxyType({})

_log = log(__name__)


class Ledger:
    """The one writer of Archive and Index in this process. Batches pass one at a time, in the order they come."""

    def __init__(self, archive: Archive, index: Index, publisher: Publisher, clock: Clock) -> None:
        self._archive = archive
        self._index = index
        self._publisher = publisher
        self._clock = clock
        self._turn = asyncio.Lock()
        self.purged = asyncio.Event()
        """Set when words were purged of which the files of the index may hold more than can be found."""

    async def apply(self, facts: Sequence[Fact], contexts: Contexts = UNTRACED, *, again: bool = False) -> None:
        """Fold facts into the truth and announce what changed; each fact of an item raises its revision by one.

        `contexts` are the traces of the facts by their `receipt_id`; what is announced goes on in them. `again`: they
        were received long ago, so that the time since tells nothing.
        """
        async with self._turn:
            for round_ in _rounds(facts):
                touched, states = await self._fold_in(round_)
                await self._announce(tuple(touched), _contexts_of(touched, contexts))
                if any(isinstance(fact, DeskRuled) and fact.verdict is Verdict.purge for fact in round_):
                    self.purged.set()
                if not again:
                    self._observe(round_, states)

    async def release(self) -> int:
        """Open the items whose embargo has ended, take out those that have expired; gives their number."""
        async with self._turn:
            due = await self._archive.due(self._clock.now())
            if due:
                await self._revise(dict.fromkeys(due, Trigger("release")))
                await self._announce_each(due)
            return len(due)

    async def resume(self) -> int:
        """At start: announce whatever was written before the last end; gives the number of revisions."""
        sent = 0
        async with self._turn:
            await self._index.write([])  # makes a new index, so that readers need not wait for a first story
            while unsent := await self._archive.unsent():
                refused = await self._announce_each(sorted({revision.item_id for revision in unsent}))
                sent += sum(revision.item_id not in refused for revision in unsent)
                if refused:  # they would come again and again; what else waits goes out with its item's next change
                    break
        return sent

    async def _announce_each(self, item_ids: Sequence[str]) -> frozenset[str]:
        """Announce what can be; gives the items that the index refuses. One of them must not bring a service down."""
        try:
            await self._announce(item_ids)
        except Poison as refused:
            if len(item_ids) == 1:
                _log.error("an item cannot be announced", item_id=item_ids[0], why=refused.detail)
                return frozenset(item_ids)
            halves = item_ids[: len(item_ids) // 2], item_ids[len(item_ids) // 2 :]
            return frozenset().union(*[await self._announce_each(half) for half in halves])
        return frozenset()

    async def _fold_in(self, facts: Sequence[Fact]) -> tuple[dict[str, Fact], dict[str, State]]:
        """Record facts and revise what they touch; gives the fact that touched each item, and how the item stands."""
        again = [fact for fact in facts if isinstance(fact, Withdrawn | VersionAccepted) and fact.rederived_at]
        # Another reading may part an item from the family that it has until now.
        parted = await self._archive.kin([fact.item_id for fact in again]) if again else {}
        recorded = await self._archive.record(facts)
        touched = {item_id: fact for fact, told in zip(facts, recorded, strict=True) for item_id in told.item_ids}
        for families in (parted, await kin_concerned(self._archive, tuple(touched))):
            for item_id, family in families.items():
                for other in family:
                    touched.setdefault(other, touched[item_id])
        states = await self._revise({item_id: _trigger(fact) for item_id, fact in touched.items()})
        await self._note(facts, recorded, states)
        return touched, states

    async def _revise(self, triggers: Mapping[str, Trigger]) -> dict[str, State]:
        """Bring the served revisions of items up to what is recorded; who loses a compare-and-set reads again."""
        states: dict[str, State] = {}
        waiting: Sequence[str] = tuple(triggers)
        for _ in range(TRIES):
            now = self._clock.now()
            dossiers, folded = await fold_items(self._archive, waiting)
            states |= folded
            leaves = await self._archive.leaves(list(_wanted(folded)))
            revisions = list(_revisions(dossiers, folded, leaves, triggers, now))
            due = {revision.item_id: folded[revision.item_id].turns_at(now) for revision in revisions}
            with timed("archive"):
                waiting = await self._archive.save(revisions, due)
            if not waiting:
                return states
        raise StoreBusy(f"{len(waiting)} items kept changing under {TRIES} attempts")

    async def _note(self, facts: Sequence[Fact], recorded: Sequence[Recorded], states: Mapping[str, State]) -> None:
        now = self._clock.now()
        notes = []
        for fact, result in zip(facts, recorded, strict=True):
            if isinstance(fact, VersionAccepted):
                note = disposition_note(fact, states[fact.item_id], now, seen_before=result.seen_before)
                notes.append(note)
                if fact.rederived_at is None:
                    count("wiredesk_dispositions_total", disposition=str(note.disposition or Disposition.accepted))
            elif isinstance(fact, DeskRuled):
                notes.append(ruling_note(fact, states[fact.item_id], now))
            elif isinstance(fact, Enriched) and fact.item_id in states:
                notes.append(enriched_note(fact, "", now))
        await self._archive.note(notes)

    def _observe(self, facts: Sequence[Fact], states: Mapping[str, State]) -> None:
        """How long it took until the items of these facts, or their layers, could be found."""
        now = self._clock.now()
        for fact in facts:
            if isinstance(fact, VersionAccepted) and fact.rederived_at is None:
                observe("wiredesk_receipt_to_search_seconds", (now - fact.received_at).total_seconds(), stage="item")
            elif isinstance(fact, Enriched) and (head := _served_head(fact, states)) is not None:
                observe("wiredesk_receipt_to_search_seconds", (now - head.received_at).total_seconds(), stage="layers")

    async def _announce(self, item_ids: Sequence[str], contexts: Contexts = UNTRACED) -> None:
        if item_ids:
            async with self._archive.announcing(item_ids):
                while unsent := await self._archive.unsent(item_ids):  # as many at a time as the archive gives
                    await self._send(unsent, contexts)

    async def _send(self, unsent: Sequence[Changed], contexts: Contexts) -> None:
        """Index first, so that whoever hears of a change also finds it; then the topic; then the flag."""
        latest = {revision.item_id: revision for revision in unsent}
        now = self._clock.now()
        gauge("wiredesk_outbox_unsent", len(unsent))
        with timed("index"):
            await self._index.write([index_change(revision, now) for revision in latest.values()])
        with timed("broker"):
            await self._publisher.publish([_changed(revision, contexts.get(revision.item_id)) for revision in unsent])
        await self._archive.mark_sent([(revision.item_id, revision.revision) for revision in unsent])
        gauge("wiredesk_outbox_unsent", 0)


def _trigger(fact: Fact) -> Trigger:
    match fact:
        case CancelMarked():
            return Trigger("status", fact.reason)
        case DeskRuled():
            return Trigger("desk")
        case Withdrawn():
            return Trigger("replay")
        case Enriched():
            return Trigger("layers")
        case VersionAccepted():
            return Trigger("version" if fact.rederived_at is None else "replay")


def _rounds(facts: Sequence[Fact]) -> Iterator[list[Fact]]:
    """Cut a batch so that no round holds two facts of one item: each gets its own revision."""
    round_: list[Fact] = []
    taken: set[str] = set()
    for fact in facts:
        lane = item_id_of(fact.scope, fact.alias) if isinstance(fact, CancelMarked) else fact.item_id
        if lane in taken:
            yield round_
            round_, taken = [], set()
        round_.append(fact)
        taken.add(lane)
    if round_:
        yield round_


def _wanted(folded: Mapping[str, State]) -> Iterator[tuple[str, str]]:
    for item_id, state in folded.items():
        if state.current is not None:
            yield item_id, state.current.wire_sha256


def _revisions(
    dossiers: Mapping[str, Dossier],
    folded: Mapping[str, State],
    leaves: Mapping[tuple[str, str], Leaf],
    triggers: Mapping[str, Trigger],
    now: datetime,
) -> Iterable[Changed]:
    for item_id, dossier in dossiers.items():
        state = folded[item_id]
        leaf = leaves.get((item_id, state.current.wire_sha256)) if state.current else None
        revision = next_revision(dossier, state, leaf, triggers[item_id], now)
        if revision is not None:
            yield revision


def _served_head(fact: Enriched, states: Mapping[str, State]) -> Head | None:
    """The version that layers belong to, if it is the one that is served."""
    state = states.get(fact.item_id)
    head = state.current if state else None
    return head if head is not None and head.wire_sha256 == fact.wire_sha256 else None


def _contexts_of(touched: Mapping[str, Fact], contexts: Contexts) -> Contexts:
    return {item: contexts[fact.receipt_id] for item, fact in touched.items() if fact.receipt_id in contexts}


def _changed(revision: Changed, context: bytes | None) -> Outgoing:
    headers = envelope(
        ITEM_CHANGED.name,
        source="indexing",
        identity=f"{revision.item_id}/{revision.revision}",
        at=revision.changed_at,
        receipt_id=revision.receipt_id,
    )
    if context is not None:
        headers = {**headers, HEADER: context}
    return Outgoing(ITEM_CHANGED.name, revision.item_id.encode(), revision.model_dump_json().encode(), headers)
