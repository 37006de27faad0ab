"""A request in OpenSearch's terms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from wiredesk_core.index.entry import BOOSTS, STEMMED, microseconds
from wiredesk_core.index.opensearch.mapping import stemmed
from wiredesk_core.index.question import Clause, Either, Every, Node, Without
from wiredesk_core.index.request import Request
from wiredesk_core.ports import Query

Json = dict[str, Any]
Weigh = Callable[[Json, float], Json]
"""How much it counts that words were found: (what finds them, their field's boost)."""

TIE_BREAK = 0.2
"""How much a word's further fields add to its best one."""
FACET_FIELDS = {"provider": "provider", "language": "language", "type": "type", "entity": "entity"}
COUNTED_ASIDE = 1000
"""Values that each shard counts beyond those asked for, so that sums over two collections are right."""


def body_of(request: Request) -> Json:
    """The whole search: what matches, in which order, which page, which counts."""
    query = request.query
    body: Json = {
        "query": compiled(request),
        "from": query.offset,
        "size": query.limit,
        "sort": _sort(request),
        "track_total_hits": True,
        "track_scores": request.by_score,
        "_source": ["revision", "order", *(["shown"] if query.highlight else [])],
        "aggs": {name: _facet(name, query.facet_size) for name in query.facets},
    }
    if query.after is not None:
        body["search_after"] = list(query.after)
    return body


def compiled(request: Request) -> Json:
    """What matches. Only its words score."""
    query = request.query
    return {
        "bool": {
            "filter": [{"term": {"live": True}}, *_filters(query)],
            "must_not": [{"terms": {"provider": list(query.not_providers)}}] if query.not_providers else [],
            "must": [_asked(request.question, _blindly if query.blind else _weighed)]
            if request.question is not None
            else [],
        }
    }


def _sort(request: Request) -> list[Json]:
    if request.by_score:
        return [{"_score": "desc"}, {"item_id": "asc"}]
    way = "asc" if request.query.sort == "oldest" else "desc"
    return [{"order": way}, {"item_id": way}]


def _facet(name: str, size: int) -> Json:
    return {"terms": {"field": FACET_FIELDS[name], "size": size, "shard_size": size + COUNTED_ASIDE}}


def _filters(query: Query) -> Iterator[Json]:
    languages = tuple(code.lower() for code in query.languages)
    exact = {
        "provider": query.providers,
        "language_code": languages,
        "said_language": query.said_languages,
        "genre": query.genres,
        "type": query.types,
        "entity": query.entities,
    }
    for field, values in exact.items():
        if values:
            yield {"terms": {field: list(values)}}
    bounds = {
        "order": {"gte": _moment(query.published_from), "lt": _moment(query.published_to)},
        "indexed_at": {"gte": _moment(query.indexed_from), "lte": _moment(query.until)},
    }
    for field, limits in bounds.items():
        if given := {way: at for way, at in limits.items() if at is not None}:
            yield {"range": {field: given}}


def _moment(moment: datetime | None) -> int | None:
    return None if moment is None else microseconds(moment)


def _weighed(words: Json, boost: float) -> Json:
    """By BM25: how often, in how long a text, how rare in the collection."""
    return {"bool": {"must": [words], "boost": boost}}


def _blindly(words: Json, boost: float) -> Json:
    """By the field alone."""
    return {"constant_score": {"filter": words, "boost": boost}}


def _asked(node: Node, weigh: Weigh) -> Json:
    match node:
        case Clause():
            return _clause(node, weigh)
        case Either(parts):
            return {"bool": {"should": [_asked(part, weigh) for part in parts], "minimum_should_match": 1}}
        case Every(parts):
            return {"bool": {"must": [_asked(part, weigh) for part in parts]}}
        case Without(part):
            return {"bool": {"must_not": [_asked(part, weigh)]}}


def _clause(clause: Clause, weigh: Weigh) -> Json:
    fields = tuple(BOOSTS) if clause.field is None else (clause.field,)
    ways = [weigh(_words(field, clause.words), BOOSTS[field]) for field in fields]
    if clause.stem is not None:
        ways += [
            weigh({"term": {stemmed(field): {"value": clause.stem}}}, BOOSTS[field])
            for field in fields
            if field in STEMMED
        ]
    return ways[0] if len(ways) == 1 else {"dis_max": {"queries": ways, "tie_breaker": TIE_BREAK}}


def _words(field: str, words: tuple[str, ...]) -> Json:
    if len(words) == 1:
        return {"term": {field: {"value": words[0]}}}
    return {"match_phrase": {field: {"query": " ".join(words)}}}
