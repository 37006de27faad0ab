"""Index and IndexReader on OpenSearch: one index a collection behind an alias, written under external versions.

The revision of an item is the version of its documents. A put writes a tombstone into the other collection in the same
request, under the same revision: so of writers at the same time the one with the higher revision wins in both.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any

import orjson
from opensearchpy import AsyncOpenSearch
from opensearchpy.exceptions import RequestError

from wiredesk_core.failures import Misconfigured, Poison, Refused, StoreBusy
from wiredesk_core.index.entry import identity, newest_changes
from wiredesk_core.index.highlight import highlights
from wiredesk_core.index.opensearch.cluster import MAY_PASS, Cluster, busy_told
from wiredesk_core.index.opensearch.mapping import COLLECTIONS, SCHEMA_VERSION, document_of, index_body, tombstone
from wiredesk_core.index.opensearch.query import body_of, compiled
from wiredesk_core.index.question import Clause, wanted_clauses
from wiredesk_core.index.request import Request, read_request
from wiredesk_core.ports import Collection, Filed, Hit, Hits, IndexGone, IndexPut, Query

BULK_BYTES = 768 * 1024
"""Requests are cut at about this size, since a larger one holds up the loop; a single larger document goes by itself."""
PAUSES = (0.1, 0.2, 0.5, 1.0, 2.0, 4.0)
"""Seconds before each further attempt with what the cluster had no room for."""
PIT_KEPT = "2m"
"""How long a walk may pause between two pages."""
WALK_PAGE = 1000
MISSING = 404
CONFLICT = 409
"""A newer revision is there already: nothing to do."""

Action = tuple[bytes, bytes]
"""A line that says where a document goes, and the document."""


class OpenSearchReader:
    """IndexReader over what other processes write. While nothing is there yet, searches raise StoreBusy."""

    def __init__(self, cluster: Cluster) -> None:
        """Nothing is connected yet."""
        self._cluster = cluster
        self._opened: AsyncOpenSearch | None = None

    async def search(self, query: Query) -> Hits:
        """Run a search. Raises Refused(400) for a text that cannot be read as a query."""
        request = read_request(query)
        if not query.collections:
            return Hits(0, (), dict.fromkeys(query.facets, ()))
        found = await self._ask(request)
        clauses = wanted_clauses(request.question) if query.highlight else ()
        hits = {hit["_id"]: _hit(hit, request, clauses) for hit in found["hits"]["hits"]}
        return Hits(
            found["hits"]["total"]["value"],
            tuple(hits.values()),
            {name: await self._facet(request, name, found) for name in query.facets},
        )

    async def close(self) -> None:
        """Let go of the connections."""
        opened, self._opened = self._opened, None
        if opened is not None:
            await opened.close()

    @property
    def _client(self) -> AsyncOpenSearch:
        if self._opened is None:
            self._opened = self._cluster.client()
        return self._opened

    def _alias(self, collection: Collection) -> str:
        return f"{self._cluster.prefix}-{collection}"

    def _aliases(self, collections: Sequence[Collection]) -> str:
        return ",".join(self._alias(name) for name in COLLECTIONS if name in collections)

    async def _ask(self, request: Request) -> dict[str, Any]:
        way = {"search_type": "dfs_query_then_fetch"} if request.by_score else {}
        try:
            with busy_told(self._cluster.where):
                found: dict[str, Any] = await self._client.search(
                    index=self._aliases(request.query.collections), body=body_of(request), params=way
                )
        except RequestError as refused:
            raise Refused(400, "bad_query", f"the index cannot answer this query: {refused.error}") from refused
        return found

    async def _facet(self, request: Request, name: str, found: Mapping[str, Any]) -> tuple[tuple[str, str, int], ...]:
        counts = {bucket["key"]: bucket["doc_count"] for bucket in found["aggregations"][name]["buckets"]}
        labels = await self._names(request, list(counts)) if name == "entity" and counts else {}
        ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
        return tuple((value, labels.get(value, value), count) for value, count in ranked)

    async def _names(self, request: Request, entities: Sequence[str]) -> dict[str, str]:
        """An entity's name as the newest matching document spells it."""
        lines: list[dict[str, Any]] = []
        for entity in entities:
            asked = {"bool": {"filter": [compiled(request), {"term": {"entity": entity}}]}}
            lines += [{}, {"query": asked, "size": 1, "sort": [{"order": "desc"}], "_source": ["shown.names"]}]
        with busy_told(self._cluster.where):
            told = await self._client.msearch(index=self._aliases(request.query.collections), body=lines)
        names: dict[str, str] = {}
        for entity, answer in zip(entities, told["responses"], strict=True):
            for hit in answer["hits"]["hits"]:
                names[entity] = hit["_source"]["shown"]["names"].get(entity, entity)
        return names


class OpenSearchIndex(OpenSearchReader):
    """Index: any number of processes may write."""

    rewritten_to_forget = False  # the cluster keeps what was deleted for hours, however often it is written

    def __init__(self, cluster: Cluster) -> None:
        """Makes the indexes with the first write."""
        super().__init__(cluster)
        self._made = False
        self._making = asyncio.Lock()

    async def search(self, query: Query) -> Hits:
        """See IndexReader."""
        await self._make()
        return await super().search(query)

    async def write(self, changes: Sequence[IndexPut | IndexGone]) -> None:
        """Make changes findable; returns when searches see them.

        Raises StoreBusy, or Poison for what is refused, when all the others are written.
        """
        await self._make()
        newest = newest_changes(changes)
        if not newest:
            return
        refused: list[str] = []
        for chunk in chunks(action for change in newest.values() for action in self._actions(change)):
            refused += await self._send(chunk)
        with busy_told(self._cluster.where):
            await self._client.indices.refresh(index=self._aliases(COLLECTIONS))
        if refused:
            raise Poison("index_refused", f"OpenSearch refuses {'; '.join(refused)}")

    async def walk(self) -> AsyncIterator[Filed]:
        """See Index. A point in time keeps what is written meanwhile out; it costs the cluster files, so it is given back."""
        await self._make()
        for name in COLLECTIONS:
            with busy_told(self._cluster.where):
                opened = await self._client.create_pit(index=self._alias(name), params={"keep_alive": PIT_KEPT})
            try:
                async for item_id, revision in self._live(opened["pit_id"]):
                    yield Filed(item_id, revision, name)
            finally:
                with busy_told(self._cluster.where):
                    await self._client.delete_pit(body={"pit_id": [opened["pit_id"]]})

    async def _live(self, pit: str) -> AsyncIterator[tuple[str, int]]:
        asked: dict[str, Any] = {
            "pit": {"id": pit, "keep_alive": PIT_KEPT},
            "query": {"term": {"live": True}},
            "size": WALK_PAGE,
            "sort": [{"item_id": "asc"}],
            "_source": ["revision"],
            "track_total_hits": False,
        }
        while True:
            with busy_told(self._cluster.where):
                page = (await self._client.search(body=asked))["hits"]["hits"]
            for hit in page:
                yield hit["_id"], hit["_source"]["revision"]
            if len(page) < WALK_PAGE:
                return
            asked["search_after"] = page[-1]["sort"]

    def _actions(self, change: IndexPut | IndexGone) -> Iterator[Action]:
        """Tombstones go before the entry, so that an item on its way is rather in no collection than in both."""
        item_id, revision = identity(change)
        documents = dict.fromkeys(COLLECTIONS, tombstone(item_id, revision))
        if isinstance(change, IndexPut):
            del documents[change.collection]
            documents[change.collection] = document_of(change)
        for name, document in documents.items():
            where = {"_index": self._alias(name), "_id": item_id, "version": revision, "version_type": "external_gte"}
            yield orjson.dumps({"index": {**where, "require_alias": True}}), orjson.dumps(document)

    async def _send(self, actions: Sequence[Action]) -> list[str]:
        """Write until the cluster has had room for all; gives what it refuses, as sentences."""
        refused: list[str] = []
        waiting = actions
        for pause in (*PAUSES, None):
            try:
                await self._make()
                waiting, never = await self._bulk(waiting)
                refused += never
            except StoreBusy:
                if pause is None:
                    raise
            if not waiting:
                return refused
            if pause is not None:
                await asyncio.sleep(pause)
        raise StoreBusy(f"OpenSearch at {self._cluster.where} has no room for {len(waiting)} documents")

    async def _bulk(self, actions: Sequence[Action]) -> tuple[list[Action], list[str]]:
        """Send actions; gives those that may work later, and what is said of those that never will."""
        body = b"".join(line + b"\n" for action in actions for line in action)
        with busy_told(self._cluster.where):
            answer = await self._client.bulk(body=body.decode())
        later: list[Action] = []
        never: list[str] = []
        for action, told in zip(actions, answer["items"], strict=True):
            result = told["index"]
            if result["status"] in MAY_PASS:
                later.append(action)
            elif result["status"] == MISSING:
                self._made = False  # somebody took the index away: it is made again with the next attempt
                raise StoreBusy(f"OpenSearch at {self._cluster.where} has lost an index")
            elif result["status"] >= 400 and result["status"] != CONFLICT:
                error = result.get("error", {})
                never.append(f"item {result['_id']}: {error.get('reason', error)}")
        return later, never

    async def _make(self) -> None:
        """The two indexes and their aliases, if they are not there."""
        if self._made:
            return
        async with self._making:
            with busy_told(self._cluster.where):
                for name in COLLECTIONS:
                    if not await self._client.indices.exists_alias(name=self._alias(name)):
                        await self._create(name)
                    await self._check_layout(name)
            self._made = True

    async def _check_layout(self, collection: Collection) -> None:
        """Raises Misconfigured for an index that an earlier release made: it would refuse every write."""
        alias = self._alias(collection)
        behind = list(await self._client.indices.get_alias(name=alias))
        if not all(name.startswith(f"{alias}-v{SCHEMA_VERSION}") for name in behind):
            raise Misconfigured(f"{', '.join(behind)} has another layout: delete it, start again and mend the index")

    async def _create(self, collection: Collection) -> None:
        body = {**index_body(), "aliases": {self._alias(collection): {}}}
        try:
            await self._client.indices.create(index=f"{self._alias(collection)}-v{SCHEMA_VERSION}", body=body)
        except RequestError as refused:
            if refused.error != "resource_already_exists_exception":
                raise


def chunks(actions: Iterator[Action]) -> Iterator[list[Action]]:
    """Cut into requests of a bearable size."""
    chunk: list[Action] = []
    size = 0
    for action in actions:
        length = sum(map(len, action)) + 2
        if chunk and size + length > BULK_BYTES:
            yield chunk
            chunk, size = [], 0
        chunk.append(action)
        size += length
    if chunk:
        yield chunk


def _hit(hit: Mapping[str, Any], request: Request, clauses: Sequence[Clause]) -> Hit:
    source = hit["_source"]
    shown = source.get("shown", {})
    marked = highlights(shown["headline"], shown["text"], clauses, english=shown["english"]) if clauses else ()
    return Hit(
        item_id=hit["_id"],
        revision=source["revision"],
        order=source["order"],
        score=hit["_score"] if request.by_score else None,
        highlights=marked,
    )
