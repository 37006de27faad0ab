"""An index in the process's memory: for tests and demonstrations. It looks at every entry for every search."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from wiredesk_core.index.entry import BOOSTS, STEMMED, Entry, entry_of, identity, microseconds, newest_changes
from wiredesk_core.index.highlight import highlights
from wiredesk_core.index.question import Clause, Either, Every, Node, Without, wanted_clauses
from wiredesk_core.index.request import Request, read_request
from wiredesk_core.index.words import stems_of, words_of
from wiredesk_core.ports import Collection, Filed, Hit, Hits, IndexGone, IndexPut, Query


@dataclass(frozen=True, slots=True)
class _Filed:
    collection: Collection
    entry: Entry
    words: dict[str, list[tuple[str, ...]]]
    stems: dict[str, frozenset[str]]


class MemoryIndex:
    """Index and IndexReader over a dict."""

    rewritten_to_forget = False

    def __init__(self) -> None:
        self._filed: dict[str, _Filed] = {}
        self._revisions: dict[str, int] = {}

    async def write(self, changes: Sequence[IndexPut | IndexGone]) -> None:
        """Make changes findable at once."""
        for item_id, change in newest_changes(changes).items():
            _, revision = identity(change)
            if revision < self._revisions.get(item_id, revision):
                continue
            self._revisions[item_id] = revision
            self._filed.pop(item_id, None)
            if isinstance(change, IndexPut):
                self._filed[item_id] = _file(change)

    async def walk(self) -> AsyncIterator[Filed]:
        """See Index."""
        for item_id, filed in sorted(self._filed.items()):
            yield Filed(item_id, filed.entry.revision, filed.collection)

    async def search(self, query: Query) -> Hits:
        """Run a search. Raises Refused(400) for a text that cannot be read as a query."""
        request = read_request(query)
        found = [filed for filed in self._filed.values() if _passes(filed, query) and _fits(filed, request.question)]
        page = _page(found, request)
        clauses = wanted_clauses(request.question) if query.highlight else ()
        hits = tuple(_hit(filed, request, clauses) for filed in page)
        facets = {name: _facet(found, name, query.facet_size) for name in query.facets}
        return Hits(len(found), hits, facets)

    async def close(self) -> None:
        """Nothing to give back."""


def _file(put: IndexPut) -> _Filed:
    entry = entry_of(put)
    words = {field: [words_of(text) for text in texts] for field, texts in entry.searched.items()}
    stemmed = STEMMED if entry.english else ()
    stems = {field: frozenset(s for text in entry.searched[field] for s in stems_of(text)) for field in stemmed}
    return _Filed(put.collection, entry, words, stems)


def _passes(filed: _Filed, query: Query) -> bool:
    entry = filed.entry
    return (
        filed.collection in query.collections
        and (not query.providers or entry.provider in query.providers)
        and entry.provider not in query.not_providers
        and (not query.languages or any(code.lower() in entry.languages for code in query.languages))
        and (not query.said_languages or entry.said_language in query.said_languages)
        and (not query.genres or entry.genre in query.genres)
        and (not query.types or entry.type in query.types)
        and (not query.entities or any(entity in entry.entities for entity in query.entities))
        and _in_time(entry, query)
    )


def _in_time(entry: Entry, query: Query) -> bool:
    return (
        (query.published_from is None or entry.order >= microseconds(query.published_from))
        and (query.published_to is None or entry.order < microseconds(query.published_to))
        and (query.indexed_from is None or entry.indexed_at >= microseconds(query.indexed_from))
        and (query.until is None or entry.indexed_at <= microseconds(query.until))
    )


def _fits(filed: _Filed, node: Node | None) -> bool:
    match node:
        case None:
            return True
        case Clause():
            return _weight(filed, node) > 0
        case Every(parts):
            return all(_fits(filed, part) for part in parts)
        case Either(parts):
            return any(_fits(filed, part) for part in parts)
        case Without(part):
            return not _fits(filed, part)


def _weight(filed: _Filed, clause: Clause) -> float:
    fields = BOOSTS if clause.field is None else {clause.field: BOOSTS[clause.field]}
    return sum(boost for field, boost in fields.items() if _in_field(filed, field, clause))


def _in_field(filed: _Filed, field: str, clause: Clause) -> bool:
    if clause.stem is not None and clause.stem in filed.stems.get(field, ()):
        return True
    size = len(clause.words)
    return any(
        words[at : at + size] == clause.words
        for words in filed.words.get(field, ())
        for at in range(len(words) - size + 1)
    )


def _page(found: list[_Filed], request: Request) -> list[_Filed]:
    query = request.query
    if request.by_score:
        ranked = sorted(found, key=lambda filed: (-_score(filed, request), filed.entry.item_id))
    else:
        ranked = sorted(found, key=_place, reverse=query.sort != "oldest")
    if query.after is not None:
        after = query.after
        ranked = [f for f in ranked if (_place(f) > after if query.sort == "oldest" else _place(f) < after)]
    return ranked[query.offset : query.offset + query.limit]


def _place(filed: _Filed) -> tuple[int, str]:
    return filed.entry.order, filed.entry.item_id


def _score(filed: _Filed, request: Request) -> float:
    return sum(_weight(filed, clause) for clause in wanted_clauses(request.question))


def _hit(filed: _Filed, request: Request, clauses: Sequence[Clause]) -> Hit:
    entry = filed.entry
    headline, text = (next(iter(entry.searched[field]), "") for field in ("headline", "text"))
    return Hit(
        entry.item_id,
        entry.revision,
        entry.order,
        score=_score(filed, request) if request.by_score else None,
        highlights=highlights(headline, text, clauses, english=entry.english) if clauses else (),
    )


def _facet(found: list[_Filed], name: str, size: int) -> tuple[tuple[str, str, int], ...]:
    counts: Counter[str] = Counter()
    labels: dict[str, str] = {}
    for filed in sorted(found, key=_place):
        values = _facet_values(filed.entry, name)
        counts.update(values.keys())
        labels |= values
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple((value, labels[value], count) for value, count in ranked[:size])


def _facet_values(entry: Entry, name: str) -> dict[str, str]:
    if name == "entity":
        return entry.entities
    value = {"provider": entry.provider, "type": entry.type, "language": entry.language}[name]
    return {value: value} if value else {}
