"""A request in Tantivy's terms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from tantivy import FieldType, Occur
from tantivy import Query as Tantivy

from wiredesk_core.index.entry import BOOSTS, STEMMED, microseconds
from wiredesk_core.index.question import Clause, Either, Every, Node, Without
from wiredesk_core.index.request import Request
from wiredesk_core.index.tantivy.schema import SCHEMA, stemmed
from wiredesk_core.ports import Query

Weigh = Callable[[Tantivy, float], Tantivy]
"""How much it counts that words were found: (what finds them, their field's boost)."""
TIE_BREAK = 0.2
"""How much a word's further fields add to its best one."""


def compiled(request: Request) -> Tantivy:
    """The query of a request, without cursor. Only its words score."""
    query = request.query
    parts = [(Occur.Must, Tantivy.const_score_query(part, 0.0)) for part in _filters(query)]
    if query.not_providers:
        parts.append((Occur.MustNot, _any_of("provider", query.not_providers)))
    if request.question is not None:
        parts.append((Occur.Must, _asked(request.question, _blindly if query.blind else _weighed)))
    if not any(occur is Occur.Must for occur, _ in parts):
        parts.append((Occur.Must, Tantivy.all_query()))
    return parts[0][1] if len(parts) == 1 else Tantivy.boolean_query(parts)


def narrowed(query: Tantivy, *parts: Tantivy) -> Tantivy:
    """What matches a query and all parts."""
    return Tantivy.boolean_query([(Occur.Must, part) for part in (*parts, query)])


def equals(field: str, value: int | str) -> Tantivy:
    """What has exactly this value."""
    return Tantivy.term_query(SCHEMA, field, value, index_option="basic")


def between(field: str, low: int | None, high: int | None, *, kind: FieldType = FieldType.Integer) -> Tantivy:
    """What has a number from low to high, both included; None is no bound."""
    return Tantivy.range_query(SCHEMA, field, kind, lower_bound=low, upper_bound=high)


def among(field: str, values: list[str]) -> Tantivy:
    """What has one of these values."""
    return Tantivy.term_set_query(SCHEMA, field, values)


def _filters(query: Query) -> Iterator[Tantivy]:
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
            yield _any_of(field, values)
    before = None if query.published_to is None else microseconds(query.published_to) - 1
    if query.published_from is not None or before is not None:
        yield between("order", _moment(query.published_from), before)
    if query.indexed_from is not None or query.until is not None:
        yield between("indexed_at", _moment(query.indexed_from), _moment(query.until))


def _moment(moment: datetime | None) -> int | None:
    return None if moment is None else microseconds(moment)


def _any_of(field: str, values: tuple[str, ...]) -> Tantivy:
    return equals(field, values[0]) if len(values) == 1 else among(field, list(values))


def _weighed(words: Tantivy, boost: float) -> Tantivy:
    """By BM25: how often, in how long a text, how rare in the collection."""
    return Tantivy.boost_query(words, boost)


def _blindly(words: Tantivy, boost: float) -> Tantivy:
    """By the field alone."""
    return Tantivy.const_score_query(words, boost)


def _asked(node: Node, weigh: Weigh) -> Tantivy:
    match node:
        case Clause():
            return _clause(node, weigh)
        case Either(parts):
            return Tantivy.boolean_query([(Occur.Should, _asked(part, weigh)) for part in parts])
        case Every(parts):
            return Tantivy.boolean_query([(Occur.Must, _asked(part, weigh)) for part in parts])
        case Without(part):
            every = Tantivy.const_score_query(Tantivy.all_query(), 0.0)
            return Tantivy.boolean_query([(Occur.Must, every), (Occur.MustNot, _asked(part, weigh))])


def _clause(clause: Clause, weigh: Weigh) -> Tantivy:
    fields = tuple(BOOSTS) if clause.field is None else (clause.field,)
    ways = [weigh(_words(field, clause.words), BOOSTS[field]) for field in fields]
    if clause.stem is not None:
        ways += [
            weigh(Tantivy.term_query(SCHEMA, stemmed(field), clause.stem, "freq"), BOOSTS[field])
            for field in fields
            if field in STEMMED
        ]
    return ways[0] if len(ways) == 1 else Tantivy.disjunction_max_query(ways, TIE_BREAK)


def _words(field: str, words: tuple[str, ...]) -> Tantivy:
    if len(words) == 1:
        return Tantivy.term_query(SCHEMA, field, words[0], index_option="freq")
    return Tantivy.phrase_query(SCHEMA, field, list(words))
