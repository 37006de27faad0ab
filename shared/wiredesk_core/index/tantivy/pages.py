"""One page of hits, exact at its edges, from the indexes of one or two collections.

Tantivy sorts by one number and breaks ties by where a document happens to lie. A page therefore takes what is
certain, and where its edge falls among equals, sorts just these by item id.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from tantivy import DocAddress, Document, FieldType, Order, Searcher, SearchResult
from tantivy import Query as Tantivy

from wiredesk_core.index.request import Request
from wiredesk_core.index.tantivy.query import between, equals, narrowed
from wiredesk_core.index.tantivy.schema import tie_of


@dataclass(frozen=True, slots=True)
class Found:
    """A document of a page."""

    item_id: str
    order: int
    revision: int
    document: Document
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A page, and how many documents match in all."""

    total: int
    found: list[Found]


def page_by_date(searchers: Sequence[Searcher], query: Tantivy, request: Request) -> Page:
    """A page in order of (publication, item id): rising for oldest first, falling for newest first."""
    asked = request.query
    newest = asked.sort != "oldest"
    wanted = asked.offset + asked.limit
    count = 0
    found: dict[str, Found] = {}
    for searcher in searchers:
        matching, addresses = _DateRun(searcher, query, newest=newest).first(wanted, asked.after)
        found |= {item.item_id: item for item in _load(searcher, addresses)}
        count += matching
    ranked = sorted(found.values(), key=lambda item: (item.order, item.item_id), reverse=newest)
    return Page(count, ranked[asked.offset : wanted])


def page_by_score(searchers: Sequence[Searcher], query: Tantivy, request: Request) -> Page:
    """A page in order of score, and of item id among equal scores."""
    asked = request.query
    wanted = asked.offset + asked.limit
    count = sum(total(searcher, query) for searcher in searchers)
    if not asked.limit or asked.offset >= count:
        return Page(count, [])
    ranked = [
        (-score, tie, searcher, address)
        for searcher in searchers
        for score, tie, address in _best(searcher, query, wanted)
    ]  # fmt: skip
    ranked.sort(key=itemgetter(0, 1))
    alike = [hit[:2] for hit in ranked]
    first = bisect_left(alike, alike[asked.offset])
    last = bisect_right(alike, alike[min(wanted, len(alike)) - 1])
    found = [item for score, _, searcher, address in ranked[first:last] for item in _load(searcher, [address], -score)]
    found.sort(key=lambda item: (-(item.score or 0.0), item.item_id))
    once = list({item.item_id: item for item in found}.values())
    return Page(count, once[asked.offset - first : wanted - first])


def total(searcher: Searcher, query: Tantivy) -> int:
    """How many documents match."""
    return _count(searcher.search(query, 1, order_by_field="order"))


def _count(result: SearchResult) -> int:
    count: int = result.count  # type: ignore[attr-defined]  # there, but missing from the package's stubs
    return count


def _best(searcher: Searcher, query: Tantivy, wanted: int) -> Iterator[tuple[float, int, DocAddress]]:
    """Score and tie of the best documents, with all that score as high as the last of them."""
    ask = wanted + 1
    while True:
        hits = searcher.search(query, ask, count=False).hits
        if len(hits) < ask or hits[-1][0] != hits[wanted - 1][0]:
            break
        ask *= 2
    ties: list[Any] = searcher.fast_field_values("tie", [address for _, address in hits])
    return ((score, tie, address) for (score, address), tie in zip(hits, ties, strict=True))


def _load(searcher: Searcher, addresses: list[DocAddress], score: float | None = None) -> list[Found]:
    orders: list[Any] = searcher.fast_field_values("order", addresses)
    revisions: list[Any] = searcher.fast_field_values("revision", addresses)
    documents = [searcher.doc(address) for address in addresses]
    return [
        Found(document["item_id"][0], order, revision, document, score)
        for order, revision, document in zip(orders, revisions, documents, strict=True)
    ]


class _DateRun:
    """Documents of one index in order of (order, item id)."""

    def __init__(self, searcher: Searcher, query: Tantivy, *, newest: bool) -> None:
        self._searcher = searcher
        self._query = query
        self._newest = newest
        self._direction = Order.Desc if newest else Order.Asc

    def first(self, wanted: int, after: tuple[int, str] | None) -> tuple[int, list[DocAddress]]:
        """How many documents match, and the first of them, or the first behind a cursor."""
        if not wanted:
            return total(self._searcher, self._query), []
        if after is None:
            return self._leading(self._query, wanted)
        order, item_id = after
        found = self._behind(narrowed(self._query, equals("order", order)), item_id, wanted)
        if len(found) < wanted:
            rest = narrowed(self._query, self._beyond("order", order, FieldType.Integer))
            found += self._leading(rest, wanted - len(found))[1]
        return total(self._searcher, self._query), found

    def _leading(self, query: Tantivy, wanted: int) -> tuple[int, list[DocAddress]]:
        result = self._searcher.search(query, wanted + 1, order_by_field="order", order=self._direction)
        hits, count = result.hits, _count(result)
        if len(hits) <= wanted or hits[-1][0] != hits[-2][0]:
            return count, [address for _, address in hits[:wanted]]
        edge = hits[-1][0]
        sure = [address for order, address in hits if order != edge]
        tied = self._by_id(narrowed(query, equals("order", edge)), wanted - len(sure))
        return count, sure + [address for _, address in tied]

    def _behind(self, same: Tantivy, item_id: str, wanted: int) -> list[DocAddress]:
        """Documents of the cursor's own moment that come after it. Few ids begin alike, so these are all read."""
        tie = tie_of(item_id)
        alike = narrowed(same, equals("tie", tie))
        found = [
            address
            for other, address in self._by_id(alike, total(self._searcher, alike))
            if (other < item_id if self._newest else other > item_id)
        ]  # fmt: skip
        rest = narrowed(same, self._beyond("tie", tie, FieldType.Unsigned))
        return (found + [address for _, address in self._by_id(rest, wanted)])[:wanted]

    def _by_id(self, query: Tantivy, wanted: int) -> list[tuple[str, DocAddress]]:
        if not wanted:
            return []
        search = self._searcher.search
        return search(query, wanted, count=False, order_by_field="item_id", order=self._direction).hits

    def _beyond(self, field: str, value: int, kind: FieldType) -> Tantivy:
        if self._newest:
            return (
                Tantivy.empty_query()
                if not value and kind is FieldType.Unsigned
                else between(field, None, value - 1, kind=kind)
            )
        return between(field, value + 1, None, kind=kind)
