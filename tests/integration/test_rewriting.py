"""After a purge no file of an embedded index holds the words, and what else was in it is found as before."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from wiredesk_core.archive.memory import MemoryArchive
from wiredesk_core.broker.memory import MemoryPublisher
from wiredesk_core.clock import FixedClock
from wiredesk_core.index import open_index
from wiredesk_core.lifecycle import Verdict
from wiredesk_core.messages import VersionAccepted
from wiredesk_core.ports import Query
from wiredesk_core.testing import accepted, after, make_item, ruled
from wiredesk_indexing.ledger import Ledger
from wiredesk_indexing.rewriting import rewrite_after_purges

WORD = b"quokkaword"
DEADLINE_SECONDS = 30


def story(number: int, headline: str, version: str = "1") -> VersionAccepted:
    item = make_item(uri=f"urn:harbour:{number}", headline=headline, version=version)
    return accepted(item, receipt_id=f"receipt-{number}-{version}")


def holding(folder: Path, word: bytes) -> list[str]:
    """Files that hold a word. Others may go while we look."""
    found = []
    for path in sorted(folder.rglob("*")):
        try:
            if path.is_file() and word in path.read_bytes().lower():
                found.append(path.name)
        except FileNotFoundError:
            continue
    return found


@pytest.mark.parametrize("neighbours", [0, 3, 250])
async def test_the_words_of_all_revisions_are_gone_from_the_files_and_the_others_are_found(
    tmp_path: Path, neighbours: int
) -> None:
    archive, index = MemoryArchive(), open_index(f"tantivy://{tmp_path}/index")
    ledger = Ledger(archive, index, MemoryPublisher(), FixedClock(after(600)))
    stop = asyncio.Event()
    rewriting = asyncio.create_task(rewrite_after_purges(archive, index, ledger.purged, stop))
    unwanted = story(0, "A Quokkaword again")
    await ledger.apply([unwanted, *(story(number, "Ferry") for number in range(1, neighbours + 1))])
    await ledger.apply([story(0, "Quokkaword, seen anew", "2")])
    assert holding(tmp_path, WORD)

    await ledger.apply([ruled(unwanted, Verdict.purge)])
    async with asyncio.timeout(DEADLINE_SECONDS):
        while holding(tmp_path, WORD):
            await asyncio.sleep(0.02)
    assert (await index.search(Query(text="quokkaword"))).total == 0
    assert (await index.search(Query(text="ferry"))).total == neighbours
    stop.set()
    await rewriting
    await index.close()


async def test_an_index_that_forgets_by_itself_is_left_alone_until_the_stop() -> None:
    archive, index = MemoryArchive(), open_index("memory://")
    purged, stop = asyncio.Event(), asyncio.Event()
    purged.set()
    rewriting = asyncio.create_task(rewrite_after_purges(archive, index, purged, stop))
    stop.set()
    await rewriting
    assert purged.is_set()
