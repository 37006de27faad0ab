"""What an Index with several writing processes keeps to. One with a single writer has nothing to show here."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from wiredesk_core.failures import Misconfigured, Poison, StoreBusy
from wiredesk_core.index import OpenIndex, open_index, open_index_reader
from wiredesk_core.index.opensearch.mapping import SCHEMA_VERSION
from wiredesk_core.index.opensearch.store import BULK_BYTES, chunks
from wiredesk_core.index.testing import put
from wiredesk_core.ports import Collection, IndexGone, IndexPut, Query

BOTH: tuple[Collection, ...] = ("open", "sealed")
ROUNDS = 12
Writers = tuple[OpenIndex, OpenIndex]


@pytest.fixture
async def writers(opensearch_url: str) -> AsyncIterator[Writers]:
    one, other = open_index(opensearch_url), open_index(opensearch_url)
    yield one, other
    await one.close()
    await other.close()


async def test_of_revisions_written_at_once_in_any_order_the_highest_stands_in_one_collection(writers: Writers) -> None:
    chance = random.Random(7)
    for number in range(ROUNDS):
        item_id = f"item-{number}"
        changes: list[IndexPut | IndexGone] = [
            put(item_id, revision=revision, text=f"ferry r{revision}", collection=chance.choice(BOTH))
            for revision in range(1, 7)
        ]
        changes.append(IndexGone(item_id, 4))
        chance.shuffle(changes)
        halves = changes[::2], changes[1::2]
        await asyncio.gather(*(one_by_one(*pair) for pair in zip(writers, halves, strict=True)))
        (hit,) = (await writers[0].search(Query(text='"r6"', collections=BOTH, limit=50))).hits[-1:]
        assert (await writers[1].search(Query(collections=BOTH, limit=0))).total == number + 1
        assert hit.revision == 6


async def one_by_one(index: OpenIndex, changes: list[IndexPut | IndexGone]) -> None:
    for change in changes:
        await index.write([change])


async def test_a_late_put_does_not_bring_back_what_another_writer_removed(writers: Writers) -> None:
    await writers[0].write([put("a", text="ferry", revision=1)])
    await writers[1].write([IndexGone("a", 3)])
    await writers[0].write([put("a", text="ferry", revision=2, collection="sealed")])
    assert (await writers[0].search(Query(text="ferry", collections=BOTH))).total == 0


async def test_what_is_gone_or_sealed_changes_no_score(writers: Writers) -> None:
    await writers[0].write([put("a", text="ferry on the fjord"), put("b", text="tram")])
    before = await writers[1].search(Query(text="ferry", sort="relevance"))
    await writers[0].write([put(f"s{n}", text="ferry", collection="sealed") for n in range(20)])
    await writers[0].write([IndexGone(f"never-{n}", 1) for n in range(20)])
    assert await writers[1].search(Query(text="ferry", sort="relevance")) == before


async def test_two_writers_at_a_first_start_make_the_indexes_once(writers: Writers) -> None:
    await asyncio.gather(*(writer.write([put("a", text="ferry")]) for writer in writers))
    assert (await writers[0].search(Query(text="ferry"))).total == 1


async def test_more_items_than_a_page_can_reach_are_walked_by_the_cursor(writers: Writers) -> None:
    count = 10_500
    for start in range(0, count, 3500):
        await writers[0].write([put(f"i{n:05}", text="ferry") for n in range(start, min(start + 3500, count))])
    query = Query(text="ferry", limit=1000)
    seen: list[str] = []
    after = None
    while (page := await writers[1].search(Query(text="ferry", limit=query.limit, after=after))).hits:
        seen += [hit.item_id for hit in page.hits]
        after = page.hits[-1].order, page.hits[-1].item_id
    assert page.total == count
    assert seen == [f"i{n:05}" for n in reversed(range(count))]


async def test_a_document_that_is_refused_keeps_no_other_from_being_written(writers: Writers) -> None:
    too_long = "x" * 40_000  # an exact word may have 32,766 bytes
    with pytest.raises(Poison, match="item b"):
        await writers[0].write(
            [put("a", text="ferry"), put("b", text="ferry", provider=too_long), put("c", text="ferry")]
        )
    assert [hit.item_id for hit in (await writers[1].search(Query(text="ferry"))).hits] == ["c", "a"]


async def test_a_reader_makes_nothing_and_waits_for_the_writer(opensearch_url: str, writers: Writers) -> None:
    reader = open_index_reader(opensearch_url)
    try:
        with pytest.raises(StoreBusy, match="its writer makes it"):
            await reader.search(Query(text="ferry"))
        await writers[0].write([put("a", text="ferry")])
        assert (await reader.search(Query(text="ferry"))).total == 1
    finally:
        await reader.close()


async def test_an_index_that_was_taken_away_is_made_again_with_its_mapping(
    opensearch_url: str, writers: Writers
) -> None:
    await writers[0].write([put("a", text="ferry")])
    server, _, prefix = opensearch_url.removeprefix("opensearch:").partition("?prefix=")
    name = f"{prefix}-open-v{SCHEMA_VERSION}"
    async with httpx.AsyncClient(base_url=server, timeout=30) as operator:
        (await operator.delete(f"/{name}")).raise_for_status()
        await writers[0].write([put("b", text="ferry")])
        mapping = (await operator.get(f"/{prefix}-open/_mapping")).json()
    assert [hit.item_id for hit in (await writers[1].search(Query(text="ferry"))).hits] == ["b"]
    assert mapping[name]["mappings"]["dynamic"] == "strict"


@pytest.mark.parametrize("opened", [open_index, open_index_reader])
def test_an_unknown_scheme_tells_no_password(opened: Callable[[str], object]) -> None:
    with pytest.raises(Misconfigured) as told:
        opened("https://me:hush@there:9200")
    assert "hush" not in str(told.value)


async def test_a_cluster_that_is_away_is_busy_and_no_password_is_told() -> None:
    index = open_index("opensearch:http://me:hush@127.0.0.1:1")
    with pytest.raises(StoreBusy) as told:
        await index.write([put("a")])
    assert "hush" not in str(told.value)
    assert "hush" not in repr(index)
    await index.close()


@pytest.mark.parametrize("url", ["opensearch:", "opensearch:host:9200", "opensearch:http://h?colour=red"])
def test_a_url_that_cannot_be_read_is_said_at_once(url: str) -> None:
    with pytest.raises(Misconfigured, match="cannot be read"):
        open_index(url)


def test_requests_are_cut_at_a_bearable_size_and_lose_nothing() -> None:
    actions = [(b"{}", b"x" * size) for size in (10, BULK_BYTES, 10, 10, BULK_BYTES // 2, BULK_BYTES // 2, 5)]
    cut = list(chunks(iter(actions)))
    assert [action for chunk in cut for action in chunk] == actions
    assert all(len(chunk) == 1 or sum(len(a) + len(b) for a, b in chunk) <= BULK_BYTES for chunk in cut)
    assert len(cut) > 2
