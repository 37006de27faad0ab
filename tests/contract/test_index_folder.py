"""What an Index in a folder owes to other processes, and to itself after a crash."""

from __future__ import annotations

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest
from wiredesk_core.failures import Misconfigured
from wiredesk_core.index import open_index, open_index_reader
from wiredesk_core.index.testing import put
from wiredesk_core.ports import Collection, Hits, IndexGone, IndexReader, Query

BOTH: tuple[Collection, ...] = ("open", "sealed")


async def found(index: IndexReader, text: str, collections: tuple[Collection, ...] = ("open",)) -> list[str]:
    return sorted(hit.item_id for hit in (await index.search(Query(text=text, collections=collections))).hits)


@pytest.fixture
def folder_url(tmp_path: Path) -> str:
    return f"tantivy://{tmp_path}/index"


async def test_what_was_written_is_there_after_reopening(folder_url: str) -> None:
    index = open_index(folder_url)
    await index.write([put("a", text="ferry", revision=5), put("b", text="ferry", collection="sealed")])
    await index.close()
    again = open_index(folder_url)
    await again.write([put("a", text="tram", revision=4)])
    assert await found(again, "ferry", collections=BOTH) == ["a", "b"]
    await again.close()


async def test_a_second_writer_is_refused_with_a_reason(folder_url: str) -> None:
    index = open_index(folder_url)
    with pytest.raises(Misconfigured, match="another process writes the index"):
        open_index(folder_url)
    await index.close()
    await open_index(folder_url).close()


async def test_a_reader_may_start_before_the_first_write_and_sees_every_commit(folder_url: str) -> None:
    reader = open_index_reader(folder_url)
    assert await reader.search(Query(facets=("type",))) == Hits(0, (), {"type": ()})
    index = open_index(folder_url)
    for n in range(5):
        await index.write([put(f"i{n}", text="ferry", collection="sealed" if n % 2 else "open")])
        assert (await reader.search(Query(text="ferry", collections=BOTH))).total == n + 1
    await index.write([IndexGone("i0", 2)])
    assert (await reader.search(Query(text="ferry"))).total == 2
    await index.close()
    await reader.close()


PROBE = """
import asyncio, sys
from wiredesk_core.index import open_index_reader
from wiredesk_core.ports import Query
reader = open_index_reader(sys.argv[1])
for line in sys.stdin:
    print(asyncio.run(reader.search(Query(text=line.strip()))).total, flush=True)
"""


async def test_a_reader_in_another_process_sees_a_write_as_it_returns(folder_url: str) -> None:
    index = open_index(folder_url)
    probe = await asyncio.create_subprocess_exec(sys.executable, "-c", PROBE, folder_url, stdin=PIPE, stdout=PIPE)
    assert probe.stdin
    assert probe.stdout
    for n in range(4):
        await index.write([put(f"i{n}", text="ferry")])
        probe.stdin.write(b"ferry\n")
        assert await probe.stdout.readline() == f"{n + 1}\n".encode()
    probe.stdin.close()
    assert await probe.wait() == 0
    await index.close()


WRITER = """
import asyncio, os, signal, sys
import tantivy
from wiredesk_core.index import open_index
from wiredesk_core.index.testing import put

async def main():
    index = open_index(sys.argv[1])
    await index.write([put("i1", text="ferry"), put("i2", text="ferry")])
    index._writers["open"].add_document(tantivy.Document(item_id="half"))
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


async def test_a_killed_writer_leaves_its_last_write_and_no_lock(folder_url: str) -> None:
    killed = await asyncio.create_subprocess_exec(sys.executable, "-c", WRITER, folder_url)
    assert await killed.wait() == -signal.SIGKILL
    index = open_index(folder_url)
    assert await found(index, "ferry") == ["i1", "i2"]
    await index.write([put("i3", text="ferry")])
    assert await found(index, "") == ["i1", "i2", "i3"]
    await index.close()
