"""What the gateway adds to bare FastAPI: items and searches a second, side by side on the same stores."""

from __future__ import annotations

import asyncio
import random
import statistics
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from wiredesk.kafka import free_port
from wiredesk_core.archive import open_archive
from wiredesk_core.clock import SystemClock
from wiredesk_core.index import open_index
from wiredesk_core.keys import mint_key, store_key
from wiredesk_core.messages import Changed
from wiredesk_core.ports import IndexPut
from wiredesk_core.registry import open_registry
from wiredesk_core.testing import changed
from wiredesk_ingest.intake import read_wire
from wiredesk_ingest.providers import Profile
from wiredesk_ingest.wire import Wire

pytestmark = pytest.mark.slow

ITEMS = 2000
CONNECTIONS = 8
SECONDS = 1.5
ROUNDS = 5
BARE = Path(__file__).parent / "baselines/bare_gateway.py"
GATEWAY = Path(__file__).with_name("gateway_alone.py")
WORDS = ("minister", "volcano", "ferry", "rates", "telescope", "truce", "mine", "harbour", "oil", "vaccine")
Path_ = Callable[[], str]


async def test_the_gateway_beside_bare_fastapi(make_stories: Any, meter: Any, show: Any, tmp_path: Path) -> None:
    item_ids, token = await fill(tmp_path, make_stories(4, ITEMS))
    chance = random.Random(4)
    hot = item_ids[:200]
    asked: dict[str, tuple[Path_, str]] = {
        "item by id, 200 items": (lambda: f"/v1/items/{chance.choice(hot)}", "0.90"),
        f"item by id, {ITEMS} items": (lambda: f"/v1/items/{chance.choice(item_ids)}", "0.90"),
        "search, 20 hits with bodies": (lambda: f"/v1/items?q={chance.choice(WORDS)}", "0.80"),
    }
    rows = []
    async with served(BARE, tmp_path) as bare, served(GATEWAY, tmp_path) as gateway:
        for name, (path, aim) in asked.items():
            rates = [(await load(bare, path, token), await load(gateway, path, token)) for _ in range(ROUNDS)]
            ratio = statistics.median(ours / theirs for theirs, ours in rates)
            spread = [ours / theirs for theirs, ours in rates]
            theirs, ours = (statistics.median(column) for column in zip(*rates, strict=True))
            told = f"{min(spread):.2f}–{max(spread):.2f}"
            rows.append([name, f"{theirs:.0f}", f"{ours:.0f}", f"{ratio:.2f}", told, aim])
    head = ["requests/s, one process each", "bare", "gateway", "ratio", "of rounds", "aim"]
    show(f"The gateway beside bare FastAPI, {CONNECTIONS} connections, median of {ROUNDS} rounds", head, rows)


async def fill(folder: Path, stories: Sequence[bytes]) -> tuple[list[str], str]:
    """Stores with every story served; gives the items' ids and a reader's token."""
    archive, index = open_archive(f"sqlite:{folder / 'archive.db'}"), open_index(f"tantivy:{folder / 'index'}")
    registry = open_registry(f"sqlite:{folder / 'registry.db'}")
    now = SystemClock().now()
    revisions = [revision(story) for story in stories]
    await archive.save(revisions, {revision.item_id: None for revision in revisions})
    await index.write([IndexPut("open", r.article, now) for r in revisions if r.article])
    token, key = mint_key(name="reader", scopes=["items:read"], now=now)
    await store_key(registry, key)
    for store in (archive, index, registry):
        await store.close()
    return [revision.item_id for revision in revisions], token


def revision(story: bytes) -> Changed:
    """A story as indexing would serve it, without layers."""
    (item,) = read_wire(Wire(story, Profile("alpha", language="en"), "application/json")).items
    return changed(item)


@asynccontextmanager
async def served(program: Path, folder: Path) -> AsyncIterator[int]:
    """The program, serving; gives its port."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(sys.executable, str(program), str(folder), str(port))
    try:
        async with asyncio.timeout(30):
            while not await _answers(port):
                assert process.returncode is None
                await asyncio.sleep(0.1)
        yield port
    finally:
        process.terminate()
        await process.wait()


async def _answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


async def load(port: int, path: Path_, token: str) -> float:
    """Requests a second over a few connections that each ask again as soon as they have their answer."""
    until = time.perf_counter() + SECONDS
    counts = await asyncio.gather(*(_ask(port, path, token, until) for _ in range(CONNECTIONS)))
    return sum(counts) / SECONDS


async def _ask(port: int, path: Path_, token: str, until: float) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
    answered = 0
    while time.perf_counter() < until:
        writer.write(f"GET {path()} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        await reader.readexactly(int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0]))
        answered += 1
    writer.close()
    return answered
