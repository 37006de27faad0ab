"""What Wiredesk needs from the world outside: small protocols, each with adapters and one contract suite.

Methods are coroutines so that a networked store fits as well as an embedded one. Moments are aware and UTC.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from wiredesk_core.article import Article
from wiredesk_core.failures import BrokerDown
from wiredesk_core.families import Families
from wiredesk_core.item import Item
from wiredesk_core.lifecycle import Disposition, Head, Mark, Recall, Ruling, Standing, State, fold
from wiredesk_core.messages import (
    CancelMarked,
    Changed,
    DeskRuled,
    Enriched,
    Outgoing,
    ReceiptNote,
    ShelfDecision,
    VersionAccepted,
    Withdrawn,
)
from wiredesk_core.shelf import WHOLE_SHELF, QuarantineEntry, ShelfQuestion
from wiredesk_core.stored import Stored

Fact = VersionAccepted | CancelMarked | Withdrawn | DeskRuled | Enriched


class Clock(Protocol):
    """Where "now" comes from."""

    def now(self) -> datetime:
        """The current moment, in UTC."""


class NotPublished(BrokerDown):
    """Some records were not confirmed; `unsent` holds them in order, with all that must not overtake them."""

    def __init__(self, unsent: Sequence[Outgoing], why: str) -> None:
        super().__init__(f"{len(unsent)} records not confirmed by the broker: {why}")
        self.unsent = tuple(unsent)


class Publisher(Protocol):
    """Puts records on topics, durably."""

    async def publish(self, records: Sequence[Outgoing]) -> None:
        """Returns once the broker has every record on disk. Raises NotPublished with those that it has not."""
        ...


class Blobs(Protocol):
    """Large bytes by their SHA-256."""

    async def put(self, data: bytes) -> str:
        """Store bytes durably; gives their hex SHA-256. Storing the same bytes again changes nothing."""
        ...

    async def get(self, sha256: str) -> bytes | None:
        """The bytes of that hash, or None."""
        ...


@dataclass(frozen=True, slots=True)
class Recorded:
    """A fact now in the archive. `seen_before`: another receipt had brought its wire. `purged`: receipts of purged words."""

    item_ids: tuple[str, ...]
    """The items that the fact is about: its own, or all that go by a cancel mark's alias (maybe none yet)."""
    seen_before: bool = False
    purged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that decides how one item is served."""

    item_id: str
    heads: tuple[Head, ...]
    marks: tuple[Mark, ...]
    rulings: tuple[Ruling, ...]
    served: Changed | None
    """The newest revision, with its article or tombstone; None before the first."""

    def fold(self, recalls: Iterable[Recall] = ()) -> State:
        """How the item stands by all that, and by the kills of others of its chain."""
        return fold(self.heads, self.marks, self.rulings, recalls)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One version whole: the item, and what enrichment made of it so far."""

    item: Item
    scope: str
    receipt_id: str
    enriched: Enriched | None


@dataclass(frozen=True, slots=True)
class VersionEntry:
    """One line of an item's version list."""

    wire_sha256: str
    version: str
    version_created: datetime | None
    received_at: datetime
    receipt_id: str
    item: Item


@dataclass(frozen=True, slots=True)
class Yield:
    """An item that was found in a wire."""

    item_id: str
    scope: str
    wire_sha256: str


@dataclass(frozen=True, slots=True)
class ReceiptEntry:
    """All notes of one receipt, in the order in which they were made."""

    receipt_id: str
    notes: tuple[ReceiptNote, ...]


@dataclass(frozen=True, slots=True)
class StandingCount:
    """How many items stand where, and what waits: for status and the loss test."""

    by_standing: Mapping[Standing, int]
    by_disposition: Mapping[Disposition, int]
    unsent: int
    quarantined: int
    """Records on the shelf that nobody has decided about."""


class ArchiveReader(Families, Protocol):
    """Reading side of the Archive: what gateways need."""

    async def served(self, item_ids: Sequence[str]) -> Mapping[str, Changed]:
        """The newest revision of each item that has one."""
        ...

    async def dossiers(self, item_ids: Sequence[str]) -> Mapping[str, Dossier]:
        """What decides how these items are served; an unknown id gives an empty dossier."""
        ...

    async def find(self, uri: str) -> tuple[str, ...]:
        """Ids of all items with that uri or alias, in any scope."""
        ...

    async def revision(self, item_id: str, revision: int) -> Changed | None:
        """An item as it was served under a revision."""
        ...

    async def revision_at(self, item_id: str, moment: datetime) -> Changed | None:
        """An item as it was served at a moment; None before its first revision."""
        ...

    async def versions(self, item_id: str) -> tuple[VersionEntry, ...]:
        """All versions, oldest first in the life cycle's order."""
        ...

    async def receipt(self, receipt_id: str) -> ReceiptEntry | None:
        """What happened to a push; None when nothing is known of it (yet)."""
        ...

    async def yields(self, receipt_id: str) -> tuple[Yield, ...]:
        """What the wires that a receipt owns hold by their newest readings, by item and wire."""
        ...

    async def quarantined(
        self, asked: ShelfQuestion = WHOLE_SHELF, *, after: str = "", limit: int = 100
    ) -> tuple[QuarantineEntry, ...]:
        """Records put aside, newest first, each with its first bytes; those behind the entry `after` if it is given."""
        ...

    async def set_aside(self, quarantine_id: str) -> QuarantineEntry | None:
        """One record put aside, whole."""
        ...

    async def snapshot(self, after: str = "", limit: int = 1000) -> tuple[Stored, ...]:
        """Newest revisions of items with an id above `after`, by id."""
        ...

    async def counts(self) -> StandingCount:
        """Totals over the whole archive."""
        ...


class Archive(ArchiveReader, Protocol):
    """The one durable truth about items; only indexing writes it. Every write is durable when it returns."""

    async def record(self, facts: Sequence[Fact]) -> list[Recorded]:
        """Keep facts, each idempotently; one result a fact. Versions bring their aliases, marks wait for theirs.

        The first receipt that brings a wire owns it. Of several readings of a wire the newest stands (see `laws`),
        whenever it comes: an item that it no longer finds is withdrawn, with the names that it had from there.
        Layers hold for the reading that they were made from; those of a newer or equal chain replace older ones. The earliest `received_at` of a wire is kept, and the first
        ruling of a receipt. A ruling that purges takes all words of its item out of everything that is kept, quarantine
        too; of what comes later of such an item only the husk is kept (see `purging`).
        """
        ...

    async def leaves(self, wanted: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], Leaf]:
        """Whole versions by (item_id, wire_sha256)."""
        ...

    async def save(self, revisions: Sequence[Changed], due: Mapping[str, datetime | None]) -> tuple[str, ...]:
        """Write new revisions, flagged unsent, all or none by item; `due` says when time alone will change how it stands.

        Gives the ids of items whose `former_revision` is no longer the newest: those are not written.
        """
        ...

    async def unsent(self, item_ids: Sequence[str] | None = None, limit: int = 1000) -> tuple[Changed, ...]:
        """Revisions not yet known to be indexed and announced, oldest first."""
        ...

    def announcing(self, item_ids: Sequence[str]) -> AbstractAsyncContextManager[None]:
        """Held while revisions of these items are sent: another writer waits, so that nobody hears them out of order."""
        ...

    async def mark_sent(self, revisions: Sequence[tuple[str, int]]) -> None:
        """These revisions are indexed and announced."""
        ...

    async def due(self, now: datetime, limit: int = 1000) -> tuple[str, ...]:
        """Ids of items that time has changed: an embargo has ended, or they have expired."""
        ...

    async def note(self, notes: Sequence[ReceiptNote]) -> None:
        """Keep receipt notes; the first for (receipt, item, stage, round) wins, so redelivery changes nothing.

        A disposition is counted until a later round of the same (receipt, item, stage) is noted.
        """
        ...

    async def shelve(self, entries: Sequence[QuarantineEntry]) -> None:
        """Keep records put aside. An entry that is there already changes only when a later round brings it again."""
        ...

    async def decide(self, decisions: Sequence[ShelfDecision]) -> None:
        """Keep what operators decided, each once; the bytes of what they dropped are let go."""
        ...


@dataclass(frozen=True, slots=True)
class RegistryEntry:
    """A named value with the stamp that a compare-and-set has to quote."""

    kind: str
    name: str
    value: Mapping[str, Any]
    stamp: int


class Registry(Protocol):
    """Small shared facts: keys, feed positions, idempotency. Every write is a compare-and-set."""

    async def get(self, kind: str, name: str) -> RegistryEntry | None:
        """The entry of that name, unless it has expired."""
        ...

    async def put(
        self, kind: str, name: str, value: Mapping[str, Any], *, expected: int | None, expires: datetime | None = None
    ) -> RegistryEntry:
        """Write when the entry's stamp is `expected` (None: when there is none). Raises Conflict otherwise."""
        ...

    async def drop(self, kind: str, name: str, *, expected: int) -> None:
        """Delete when the stamp is `expected`. Raises Conflict otherwise."""
        ...

    async def entries(self, kind: str) -> tuple[RegistryEntry, ...]:
        """All live entries of a kind, by name."""
        ...


Collection = Literal["open", "sealed"]
Sort = Literal["newest", "oldest", "relevance"]


@dataclass(frozen=True, slots=True)
class IndexPut:
    """An article as it should now be found, in exactly one collection."""

    collection: Collection
    article: Article
    indexed_at: datetime


@dataclass(frozen=True, slots=True)
class IndexGone:
    """An item that must not be found any more."""

    item_id: str
    revision: int


@dataclass(frozen=True, slots=True)
class Query:
    """A search. Values of one filter are alternatives; filters join with AND; `not_*` exclude.

    `after` is the (sort value, item_id) pair of the last hit of the page before; `offset` serves relevance
    order, where `until` pins the first page's moment so that later arrivals do not shift the pages.
    `said_languages`: what an item says of itself, without region, whatever was found in its text.
    `blind`: each hit scores by its own words alone. How rare a word is in the whole collection would tell of what lies
    outside the filters.
    """

    text: str = ""
    collections: tuple[Collection, ...] = ("open",)
    providers: tuple[str, ...] = ()
    not_providers: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    said_languages: tuple[str, ...] = ()
    genres: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    published_from: datetime | None = None
    published_to: datetime | None = None
    indexed_from: datetime | None = None
    until: datetime | None = None
    sort: Sort = "newest"
    limit: int = 20
    after: tuple[int, str] | None = None
    offset: int = 0
    facets: tuple[str, ...] = ()
    facet_size: int = 10
    highlight: bool = False
    blind: bool = False


@dataclass(frozen=True, slots=True)
class Highlight:
    """A matching stretch of a field, with the matches' half-open offsets into `text`."""

    field: str
    text: str
    matches: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """One found item; `order` is its sort value (microseconds of publication for dates)."""

    item_id: str
    revision: int
    order: int
    score: float | None = None
    highlights: tuple[Highlight, ...] = ()


@dataclass(frozen=True, slots=True)
class Hits:
    """A page of a search; `facets` maps facet name to (value, label, count), most frequent first."""

    total: int
    hits: tuple[Hit, ...]
    facets: Mapping[str, tuple[tuple[str, str, int], ...]] = field(default_factory=dict)


class IndexReader(Protocol):
    """Finding items."""

    async def search(self, query: Query) -> Hits:
        """Run a search. Raises Refused(400) for a text that cannot be read as a query."""
        ...


@dataclass(frozen=True, slots=True)
class Filed:
    """That an item can be found, in which revision and where."""

    item_id: str
    revision: int
    collection: Collection


class Index(IndexReader, Protocol):
    """The search index; a revision lower than one already written for an item changes nothing."""

    def walk(self) -> AsyncIterator[Filed]:
        """Everything that can be found: each collection as it was at one moment, by item id."""
        ...

    async def write(self, changes: Sequence[IndexPut | IndexGone]) -> None:
        """Make changes findable; returns when searches see them. The last change of an item wins."""
        ...
