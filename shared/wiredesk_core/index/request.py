"""A search request read and checked once, the same for every index."""

from __future__ import annotations

from dataclasses import dataclass

from wiredesk_core.failures import Refused
from wiredesk_core.index.entry import FACETS
from wiredesk_core.index.question import Node, read_question
from wiredesk_core.ports import Query

MAX_LIMIT = 1000
MAX_DEPTH = 10_000
"""How far relevance order can be paged; dates have cursors and no such end."""
MAX_FACET_SIZE = 500
MAX_VALUES = 500
"""Values in one filter."""
LARGEST = 2**62


@dataclass(frozen=True, slots=True)
class Request:
    """A query that can be answered. `by_score` when hits come by relevance."""

    query: Query
    question: Node | None
    by_score: bool


def read_request(query: Query) -> Request:
    """Check a query. Raises Refused(400) for what no index answers.

    Without words nothing is more relevant than anything else: then relevance is newest first.
    """
    question = read_question(query.text)
    _check_sizes(query)
    _check_filters(query)
    unknown = [name for name in query.facets if name not in FACETS]
    if unknown:
        raise Refused(400, "unknown_facet", f"there is no facet {unknown[0]!r}; there are {', '.join(FACETS)}")
    return Request(query, question, by_score=query.sort == "relevance" and question is not None)


def _check_sizes(query: Query) -> None:
    if not 0 <= query.limit <= MAX_LIMIT:
        raise Refused(400, "bad_query", f"limit is {query.limit}; 0 to {MAX_LIMIT} is possible")
    if not 0 <= query.offset <= MAX_DEPTH - query.limit:
        raise Refused(400, "bad_query", f"offset and limit reach beyond hit {MAX_DEPTH}; narrow the search instead")
    if not 1 <= query.facet_size <= MAX_FACET_SIZE:
        raise Refused(400, "bad_query", f"facet_size is {query.facet_size}; 1 to {MAX_FACET_SIZE} is possible")
    if query.after is not None and (query.sort == "relevance" or query.offset):
        raise Refused(400, "bad_query", "a cursor goes with newest or oldest first, without an offset")
    if query.after is not None and abs(query.after[0]) > LARGEST:
        raise Refused(400, "bad_query", "the cursor's sort value is out of range")


def _check_filters(query: Query) -> None:
    filters = (
        query.providers,
        query.not_providers,
        query.languages,
        query.said_languages,
        query.genres,
        query.types,
        query.entities,
    )
    for values in filters:
        if len(values) > MAX_VALUES:
            raise Refused(400, "bad_query", f"a filter has {len(values)} values; {MAX_VALUES} are the limit")
        if any("\ud800" <= sign <= "\udfff" for value in values for sign in value):
            raise Refused(400, "bad_query", "a filter holds half a character (an unpaired surrogate)")
