"""How often each value occurs among the matching documents, summed over the collections asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from tantivy import Query as Tantivy
from tantivy import Searcher

from wiredesk_core.index.tantivy.query import equals
from wiredesk_core.index.tantivy.schema import shown_of

CANDIDATES = 1000
"""Most frequent values taken from each segment before the exact count; the choice of values is exact up to here,
and the counts always are."""

Facet = tuple[tuple[str, str, int], ...]


def facet(searchers: Sequence[Searcher], query: Tantivy, name: str, size: int) -> Facet:
    """The most frequent values of a field as (value, label, count)."""
    tables = [_terms(searcher, query, name) for searcher in searchers]
    counts: Counter[str] = Counter()
    values = sorted({value for table, _ in tables for value in table})
    for searcher, (table, exact) in zip(searchers, tables, strict=True):
        counts.update(table if exact else _terms(searcher, query, name, values)[0])
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:size]
    return tuple((value, _label(searchers, name, value), count) for value, count in ranked)


def _terms(
    searcher: Searcher, query: Tantivy, name: str, values: list[str] | None = None
) -> tuple[dict[str, int], bool]:
    """Counts by value, and whether no value was left out."""
    terms: dict[str, Any] = {"field": name, "size": CANDIDATES, "segment_size": CANDIDATES}
    if values is not None:
        terms |= {"include": values, "size": len(values) + 1, "segment_size": len(values) + 1}
    result = searcher.aggregate(query, {"values": {"terms": terms}})["values"]
    table = {bucket["key"]: bucket["doc_count"] for bucket in result["buckets"]}
    return table, not (result["sum_other_doc_count"] or result["doc_count_error_upper_bound"])


def _label(searchers: Sequence[Searcher], name: str, value: str) -> str:
    """An entity's name as one of the asked collections spells it; other values are their own labels."""
    if name != "entity":
        return value
    for searcher in searchers:
        hits = searcher.search(equals("entity", value), 1, count=False).hits
        if hits:
            return str(shown_of(searcher.doc(hits[0][1]))["names"].get(value, value))
    return value
