"""How often each value occurs among the matching documents, summed over the collections asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from tantivy import Order, Searcher
from tantivy import Query as Tantivy

from wiredesk_core.index.tantivy.query import equals, narrowed
from wiredesk_core.index.tantivy.schema import shown_of

CANDIDATES = 1000
"""Values counted in a first pass, the most frequent of each segment. With no more values than that it is exact."""
RECOUNTED = 4
"""With more, this many times the wanted values are counted again, exactly: counts are right, the choice nearly so."""

Facet = tuple[tuple[str, str, int], ...]
Table = dict[str, int]


def facets(searchers: Sequence[Searcher], query: Tantivy, names: Sequence[str], size: int) -> dict[str, Facet]:
    """The most frequent values of each field as (value, label, count)."""
    if not names:
        return {}
    rough = [_count(searcher, query, dict.fromkeys(names)) for searcher in searchers]
    return {name: _facet(searchers, query, name, size, [tables[name] for tables in rough]) for name in names}


def _facet(
    searchers: Sequence[Searcher], query: Tantivy, name: str, size: int, rough: list[tuple[Table, bool]]
) -> Facet:
    sums: Counter[str] = Counter()
    for table, _ in rough:
        sums.update(table)
    values = [value for value, _ in sums.most_common(RECOUNTED * size)]
    counts: Counter[str] = Counter()
    for searcher, (table, sure) in zip(searchers, rough, strict=True):
        whole = sure and (len(searchers) == 1 or len(table) < CANDIDATES)
        exact = table if whole else _count(searcher, query, {name: values})[name][0]
        counts.update({value: exact[value] for value in values if value in exact})
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:size]
    return tuple((value, _label(searchers, query, name, value), count) for value, count in ranked)


def _count(searcher: Searcher, query: Tantivy, wanted: Mapping[str, list[str] | None]) -> dict[str, tuple[Table, bool]]:
    """Counts by value for each field, and whether these are sure; all values, or only those wanted."""
    asked = {name: {"terms": _terms(name, values)} for name, values in wanted.items()}
    answer = searcher.aggregate(query, asked)
    return {name: _read(answer[name]) for name in wanted}


def _terms(name: str, values: list[str] | None) -> dict[str, Any]:
    if values is None:
        return {"field": name, "size": CANDIDATES, "segment_size": CANDIDATES}
    size = len(values) + 1
    return {"field": name, "size": size, "segment_size": size, "include": values}


def _read(result: dict[str, Any]) -> tuple[Table, bool]:
    table = {bucket["key"]: bucket["doc_count"] for bucket in result["buckets"]}
    return table, not result["doc_count_error_upper_bound"]


def _label(searchers: Sequence[Searcher], query: Tantivy, name: str, value: str) -> str:
    """An entity's name as the newest matching document of a collection spells it; other values are their own labels."""
    if name != "entity":
        return value
    for searcher in searchers:
        named = narrowed(query, equals("entity", value))
        hits = searcher.search(named, 1, count=False, order_by_field="order", order=Order.Desc).hits
        if hits:
            return str(shown_of(searcher.doc(hits[0][1]))["names"].get(value, value))
    return value
