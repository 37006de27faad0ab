"""Index and IndexReader on two Tantivy indexes in one folder: `open` and `sealed`.

One process writes, any number read. What `write` committed is on disk when it returns, and found by the next
search of any process. A killed writer leaves its last commit; its lock goes with it.
"""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tantivy import IndexWriter, Order, Searcher
from tantivy import Query as TantivyQuery

from wiredesk_core.failures import StoreBusy
from wiredesk_core.index.entry import entry_of, identity, newest_changes
from wiredesk_core.index.highlight import highlights
from wiredesk_core.index.question import Clause, wanted_clauses
from wiredesk_core.index.request import Request, read_request
from wiredesk_core.index.tantivy.facets import facets
from wiredesk_core.index.tantivy.pages import Found, page_by_date, page_by_score
from wiredesk_core.index.tantivy.query import among, compiled
from wiredesk_core.index.tantivy.schema import document_of, shown_of
from wiredesk_core.index.tantivy.volume import Volume, open_writer
from wiredesk_core.ports import Collection, Filed, Hit, Hits, IndexGone, IndexPut, Query

COLLECTIONS: tuple[Collection, ...] = ("open", "sealed")
"""In the order of commits: an item that is sealed leaves `open` before it appears in `sealed`."""

GONE_REMEMBERED = 50_000
"""Items whose removal still guards against late puts."""


class TantivyReader:
    """IndexReader over a folder that another process writes; nothing is found before its first write."""

    def __init__(self, folder: Path) -> None:
        self._volumes: Mapping[Collection, Volume] = {name: Volume(folder / name) for name in COLLECTIONS}
        self._lock = threading.Lock()

    async def search(self, query: Query) -> Hits:
        """Run a search. Raises Refused(400) for a text that cannot be read as a query."""
        request = read_request(query)
        if query.facets or query.highlight:
            return await asyncio.to_thread(self._answer, request)
        return self._answer(request)  # a thread would cost as much as the search

    async def close(self) -> None:
        """Nothing to give back: readers hold no lock."""

    def _searchers(self, collections: Sequence[Collection]) -> list[Searcher]:
        with self._lock:
            found = [self._volumes[name].searcher() for name in COLLECTIONS if name in collections]
        return [searcher for searcher in found if searcher is not None]

    def _answer(self, request: Request) -> Hits:
        query = request.query
        searchers = self._searchers(query.collections)
        terms = compiled(request)
        page = (page_by_score if request.by_score else page_by_date)(searchers, terms, request)
        clauses = wanted_clauses(request.question) if query.highlight else ()
        return Hits(
            page.total,
            tuple(_hit(found, clauses) for found in page.found),
            facets(searchers, terms, query.facets, query.facet_size),
        )


def _hit(found: Found, clauses: Sequence[Clause]) -> Hit:
    if not clauses:
        return Hit(found.item_id, found.revision, found.order, found.score)
    shown = shown_of(found.document)
    marked = highlights(shown["headline"], shown["text"], clauses, english=shown["english"])
    return Hit(found.item_id, found.revision, found.order, found.score, marked)


@dataclass(frozen=True, slots=True)
class _Standing:
    """What the index holds of an item now."""

    revision: int
    collections: frozenset[Collection]


def _revisions(searcher: Searcher, item_ids: Sequence[str]) -> list[tuple[str, int]]:
    return _found(searcher, among("item_id", list(item_ids)), len(item_ids))


def _all_revisions(searcher: Searcher) -> list[tuple[str, int]]:
    return _found(searcher, TantivyQuery.all_query(), searcher.num_docs)


def _found(searcher: Searcher, wanted: TantivyQuery, most: int) -> list[tuple[str, int]]:
    """Item ids and revisions, by item id."""
    if not most:
        return []
    hits = searcher.search(wanted, most, order_by_field="item_id", order=Order.Asc).hits
    revisions = searcher.fast_field_values("revision", [address for _, address in hits])
    return [(hit[0], int(revision or 0)) for hit, revision in zip(hits, revisions, strict=True)]


class TantivyIndex(TantivyReader):
    """Index: the writing process's side."""

    rewritten_to_forget = True  # a commit drops the segments of which nothing is left, and nothing else forces a merge

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        for name in COLLECTIONS:
            (folder / name).mkdir(parents=True, exist_ok=True)
        self._writers: dict[Collection, IndexWriter] = {name: open_writer(folder / name) for name in COLLECTIONS}
        self._gone: OrderedDict[str, int] = OrderedDict()
        self._writing = threading.Lock()

    async def write(self, changes: Sequence[IndexPut | IndexGone]) -> None:
        """Make changes findable; returns when they are on disk and searches see them. Raises StoreBusy."""
        await asyncio.to_thread(self._write, changes)

    async def walk(self) -> AsyncIterator[Filed]:
        """See Index. A searcher keeps seeing what it saw when it was opened."""
        for name in COLLECTIONS:
            for searcher in self._searchers([name]):
                for item_id, revision in await asyncio.to_thread(_all_revisions, searcher):
                    yield Filed(item_id, revision, name)

    async def close(self) -> None:
        """End the writers and give up their locks."""
        with self._writing:
            for writer in self._writers.values():
                await asyncio.to_thread(writer.wait_merging_threads)
            self._writers.clear()

    def _write(self, changes: Sequence[IndexPut | IndexGone]) -> None:
        with self._writing:
            newest = newest_changes(changes)
            standing = self._standing(list(newest))
            due = {
                item_id: change
                for item_id, change in newest.items()
                if not self._outdated(change, standing.get(item_id))
            }
            try:
                self._commit(due, standing)
            except Exception as error:
                self._roll_back()
                raise StoreBusy(f"the index could not be written: {error}") from error
            self._remember_gone(due)

    def _standing(self, item_ids: list[str]) -> dict[str, _Standing]:
        standing: dict[str, _Standing] = {}
        for name in COLLECTIONS:
            for searcher in self._searchers([name]):
                for item_id, revision in _revisions(searcher, item_ids):
                    known = standing.get(item_id, _Standing(0, frozenset()))
                    standing[item_id] = _Standing(max(known.revision, revision), known.collections | {name})
        return standing

    def _outdated(self, change: IndexPut | IndexGone, standing: _Standing | None) -> bool:
        item_id, revision = identity(change)
        known = standing.revision if standing else self._gone.get(item_id, revision)
        return revision < known

    def _commit(self, due: Mapping[str, IndexPut | IndexGone], standing: Mapping[str, _Standing]) -> None:
        touched = set()
        for item_id, change in due.items():
            for name in standing[item_id].collections if item_id in standing else ():
                self._writers[name].delete_documents_by_term("item_id", item_id)
                touched.add(name)
            if isinstance(change, IndexPut):
                self._writers[change.collection].add_document(document_of(entry_of(change)))
                touched.add(change.collection)
        for name in COLLECTIONS:
            if name in touched:
                self._writers[name].commit()
        self._searchers(COLLECTIONS)  # load now, so that no search has to

    def _roll_back(self) -> None:
        for writer in self._writers.values():
            with suppress(ValueError):  # a writer that died has nothing to roll back
                writer.rollback()

    def _remember_gone(self, due: Mapping[str, IndexPut | IndexGone]) -> None:
        for item_id, change in due.items():
            self._gone.pop(item_id, None)
            if isinstance(change, IndexGone):
                self._gone[item_id] = change.revision
        while len(self._gone) > GONE_REMEMBERED:
            self._gone.popitem(last=False)
