"""What an item is right now, given all that was ever said about it.

`fold` is a pure function of the set of facts: it does not matter in which order they came, or how often.
Versions stand in a total order: see `order_key`. A kill is sticky.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from math import inf

from wiredesk_core.identity import item_id_of
from wiredesk_core.item import Item, Status

REINSTATING = frozenset({"reinstate", "sig:reinstate"})
"""Signals by which a provider brings a killed item back to life."""

EARLIEST = datetime.min.replace(tzinfo=UTC)
LATEST = datetime.max.replace(tzinfo=UTC)
NO_KILL: tuple[object, ...] = (-1,)
"""Below every version."""

Rank = tuple[tuple[int, int, str], ...]
OrderKey = tuple[Rank, datetime, int, bool, str, datetime, datetime, str]


class Standing(StrEnum):
    """Where an item may be shown: `open` to readers, `sealed` to holders of `embargo:read`, the others to nobody.

    expired: its provider lets nobody use it any more. killed: it has to be taken down.
    """

    absent = "absent"
    open = "open"
    sealed = "sealed"
    expired = "expired"
    killed = "killed"


class Verdict(StrEnum):
    """What an operator decides about an item. purge: a kill for ever, by which its words are destroyed as well."""

    kill = "kill"
    reinstate = "reinstate"
    purge = "purge"


class Disposition(StrEnum):
    """What became of one item of one receipt; each is counted exactly once."""

    accepted = "accepted"
    duplicate = "duplicate"
    superseded = "superseded"
    cancelled = "cancelled"
    quarantined = "quarantined"
    purged = "purged"
    no_item = "no_item"


@dataclass(frozen=True, slots=True)
class Head:
    """As much of one version as the life cycle needs to know.

    carrier: who brought it in another's name; empty for the provider whose item it is. precedence: of the profile of
    who brought it.
    """

    wire_sha256: str
    version: str
    received_at: datetime
    version_created: datetime | None = None
    status: Status = Status.usable
    embargoed_until: datetime | None = None
    reinstates: bool = False
    expires: datetime | None = None
    precedence: int = 0
    carrier: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """Another wire (`by_uri`) cancels whatever goes by `alias` within `scope`."""

    scope: str
    alias: str
    version: str | None
    wire_sha256: str
    received_at: datetime
    by_uri: str
    told_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ruling:
    """An operator's decision about one item, whatever its provider says; it goes by the number of its receipt."""

    receipt_id: str
    verdict: Verdict
    ruled_at: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Recall:
    """The kill of an item, as it reaches the items of its chain that were made up to `told_at`, by the teller's clock.

    killed_at: when it was received. by_item: the item that brought it about, where that was another one.
    """

    item_id: str
    killed_at: datetime
    told_at: datetime
    by_item: str = ""


Kill = Head | Mark | Ruling | Recall
"""What withdraws an item: a version of its own, another item's wire, an operator, the kill of one of its chain."""


@dataclass(frozen=True, slots=True)
class State:
    """The outcome of a fold. `current` is the version to serve (or, when killed, the one that stands last).

    dead: the wires of the versions up to the last kill that nobody took back. Their words stay withdrawn, also where
    a later version lives.
    """

    order: tuple[Head, ...]
    current: Head | None
    killed_by: Kill | None
    dead: frozenset[str] = frozenset()

    @property
    def is_purged(self) -> bool:
        """Whether its words are destroyed, and will be whenever they come again."""
        return isinstance(self.killed_by, Ruling) and self.killed_by.verdict is Verdict.purge

    def standing(self, now: datetime) -> Standing:
        """Where the item may be shown at this moment."""
        if self.killed_by is not None:
            return Standing.killed
        if self.current is None:
            return Standing.absent
        if _expired(self.current, now):
            return Standing.expired
        return Standing.sealed if _shut(self.current, now) else Standing.open

    def turns_at(self, now: datetime) -> datetime | None:
        """When time alone will next change where the item may be shown: its embargo ends, or it expires."""
        head = self.current
        if self.killed_by is not None or head is None or _expired(head, now):
            return None
        opens = None if head.status is Status.withheld else head.embargoed_until
        return min((moment for moment in (opens, head.expires) if moment is not None and moment > now), default=None)


def head_of(
    item: Item, wire_sha256: str, received_at: datetime, *, scope: str | None = None, precedence: int = 0
) -> Head:
    """The head of a version, from the item that a parser made of its wire; `scope` where that is another's name."""
    return Head(
        wire_sha256=wire_sha256,
        version=item.version,
        received_at=received_at,
        version_created=item.version_created,
        status=item.status,
        embargoed_until=item.embargoed_until,
        reinstates=any(signal.lower() in REINSTATING for signal in item.signals),
        expires=item.expires,
        precedence=precedence,
        carrier="" if scope in {None, item.provider} else item.provider,
    )


def rank_of(version: str) -> Rank:
    """Where a version string stands: digits by their number, words by their letters, nothing at all lowest.

    Mixed versions compare run by run ("2b" before "10a"), so that integers and words share one total order.
    """
    runs: list[str] = re.findall(r"[0-9]+|[^0-9]+", version.strip())
    return tuple(_run_rank(run) for run in runs)


def order_key(head: Head) -> OrderKey:
    """The total order of versions: by rank, then by the time of creation, then by that of the first reception.

    Of one rank from several carriers that of the highest precedence stands, then the owner's own, whatever their
    times: each sends the same version in its own wrapping. Without a rank, time comes first.
    """
    rank, created = rank_of(head.version), head.version_created or EARLIEST
    whose = head.precedence, not head.carrier, head.carrier
    return rank, EARLIEST if rank else created, *whose, created, head.received_at, head.wire_sha256


def fold(
    heads: Iterable[Head],
    marks: Iterable[Mark] = (),
    rulings: Iterable[Ruling] = (),
    recalls: Iterable[Recall] = (),
) -> State:
    """The state of an item, whatever the order and repetition of its facts.

    One wire is read in one way: heads of the same wire may differ in the time of their reception only.
    A usable version of any rank stays dead after a kill unless a version that reinstates outranks the kill.
    A kill without a version, its own or by a mark or a ruling, outranks every version.
    A ruling that reinstates takes back all kills that were received before it, of whatever kind. Nothing takes back a
    purge: there are no words left to serve.
    """
    rulings = tuple(rulings)
    back = max((one.ruled_at for one in rulings if one.verdict is Verdict.reinstate), default=EARLIEST)
    state = _own_state(heads, marks, rulings, back)
    return _recalled(state, [recall for recall in recalls if recall.killed_at >= back])


def recall_of(item_id: str, state: State) -> Recall | None:
    """What the kill of an item means to its chain; `state` is without regard to others of the chain."""
    match state.killed_by:
        case Head() as head:
            return Recall(item_id, head.received_at, head.version_created or head.received_at)
        case Mark() as mark:
            told_at = mark.told_at or mark.received_at
            return Recall(item_id, mark.received_at, told_at, item_id_of(mark.scope, mark.by_uri))
        case Ruling() as ruling:
            return Recall(item_id, ruling.ruled_at, ruling.ruled_at)
        case _:
            return None


def _own_state(heads: Iterable[Head], marks: Iterable[Mark], rulings: tuple[Ruling, ...], back: datetime) -> State:
    order = tuple(sorted(_distinct(heads), key=order_key))
    alive = [head for head in order if _alive(head)]
    last = order[-1] if order else None
    key, kill = max(_kills(order, marks, rulings, back), key=lambda pair: pair[0], default=(NO_KILL, None))
    dead = frozenset(head.wire_sha256 for head in order if (0, *order_key(head)) <= key)
    if kill is None and not alive:  # nothing but kills was ever told: there is nothing to bring back
        return State(order, last, last, dead)
    if kill is None or any(head.reinstates and (0, *order_key(head)) > key for head in alive):
        return State(order, alive[-1], None, dead)
    return State(order, last, kill, dead)


def _recalled(state: State, recalls: Sequence[Recall]) -> State:
    """The state where others of the chain were killed: what was made later lives, and so does what reinstates.

    What reinstated before the kill was told takes nothing back that nobody had said yet.
    """
    if state.killed_by is not None or not recalls:
        return state
    last = max(recalls, key=lambda recall: (recall.told_at, recall.item_id))
    alive = [head for head in state.order if _alive(head)]
    if any(head.reinstates and (head.version_created or LATEST) >= last.told_at for head in alive):
        return state
    reached = {h.wire_sha256 for h in alive if h.version_created is None or h.version_created <= last.told_at}
    is_reached = state.current is not None and state.current.wire_sha256 in reached
    return replace(state, killed_by=last if is_reached else None, dead=state.dead | reached)


def silent_corrections(state: State) -> tuple[Head, ...]:
    """Versions under a number that an earlier one by the same hand has already, with other bytes.

    Kills say what they are.
    """
    first: dict[tuple[Rank, str], Head] = {}
    for head in state.order:
        first.setdefault((rank_of(head.version), head.carrier), head)
    again = (head for head in state.order if first[rank_of(head.version), head.carrier] is not head)
    return tuple(head for head in again if rank_of(head.version) and _alive(head))


def dispose(state: State, wire_sha256: str, *, seen_before: bool) -> Disposition:
    """What became of a version just recorded; `seen_before` when another receipt brought the same wire first.

    A version that a newer reading of its wire has withdrawn meanwhile is superseded.
    """
    if state.is_purged:
        return Disposition.purged
    if seen_before:
        return Disposition.duplicate
    head = next((head for head in state.order if head.wire_sha256 == wire_sha256), None)
    if head is None:
        return Disposition.superseded
    if not _alive(head):
        return Disposition.accepted
    if state.killed_by is not None:
        return Disposition.cancelled
    return Disposition.accepted if state.current == head else Disposition.superseded


def _run_rank(run: str) -> tuple[int, int, str]:
    """Digits sort by length and then by text, which is their numeric order without any limit of size."""
    if run[0] in "0123456789":
        digits = run.lstrip("0")
        return 0, len(digits), digits
    return 1, 0, run.casefold()


def _distinct(heads: Iterable[Head]) -> Iterable[Head]:
    """One head a wire, with the time at which it was first received."""
    first: dict[str, Head] = {}
    for head in heads:
        known = first.get(head.wire_sha256)
        at = head.received_at if known is None else min(known.received_at, head.received_at)
        first[head.wire_sha256] = replace(head, received_at=at)
    return first.values()


def _kills(
    order: tuple[Head, ...], marks: Iterable[Mark], rulings: tuple[Ruling, ...], back: datetime
) -> Iterable[tuple[tuple[object, ...], Kill]]:
    """Every kill that no operator took back, with the key that a reinstating version has to exceed.

    A leading 1 is above all versions, 2 above all that providers say, 3 above all that operators say. Of a kill and a
    reinstatement of one moment the kill stands.
    """
    for ruling in rulings:
        if ruling.verdict is Verdict.purge:
            yield (3, ruling.ruled_at, ruling.receipt_id), ruling
        if ruling.verdict is Verdict.kill and ruling.ruled_at >= back:
            yield (2, ruling.ruled_at, ruling.receipt_id), ruling
    for head in order:
        if not _alive(head) and head.received_at >= back:
            yield (0 if rank_of(head.version) else 1, *order_key(head)), head
    for mark in _distinct_marks(marks):
        if mark.received_at < back:
            continue
        rank = rank_of(mark.version or "")
        told = mark.received_at, mark.told_at or EARLIEST
        named = mark.wire_sha256, mark.scope, mark.alias, mark.version or "", mark.by_uri
        yield (0 if rank else 1, rank, LATEST, inf, *told, *named), mark


def _distinct_marks(marks: Iterable[Mark]) -> Iterable[Mark]:
    """One mark for all that say the same, with the time at which it was first received."""
    first: dict[Mark, datetime] = {}
    for mark in marks:
        said = replace(mark, version=mark.version or None, received_at=EARLIEST)
        first[said] = min(first.get(said, LATEST), mark.received_at)
    return [replace(said, received_at=at) for said, at in first.items()]


def _alive(head: Head) -> bool:
    return head.status is not Status.canceled


def _expired(head: Head, now: datetime) -> bool:
    return head.expires is not None and head.expires <= now


def _shut(head: Head, now: datetime) -> bool:
    embargoed = head.embargoed_until is not None and head.embargoed_until > now
    return embargoed or head.status is Status.withheld
