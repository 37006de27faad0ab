"""What the gateway adds to bare FastAPI: items and searches a second, side by side on the same stores."""

from __future__ import annotations

import asyncio
import random
import statistics
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from wiredesk.kafka import free_port
from wiredesk_core.archive import open_archive
from wiredesk_core.clock import SystemClock
from wiredesk_core.index import open_index
from wiredesk_core.keys import Key, KeyRing, mint_key, store_key
from wiredesk_core.messages import Changed
from wiredesk_core.ports import IndexPut
from wiredesk_core.registry import open_registry
from wiredesk_core.testing import changed
from wiredesk_gateway.visibility import sight, state_of
from wiredesk_ingest.intake import read_wire
from wiredesk_ingest.providers import Profile
from wiredesk_ingest.wire import Wire

pytestmark = pytest.mark.slow

ITEMS = 2000
CONNECTIONS = 8
SECONDS = 1.5
ROUNDS = 5
RUNS, CHECKED = 2000, 100
UNHINDERED = 10_000_000
"""Requests a minute: a key that says nothing may come 30,000 times, which is soon over here."""
BARE = Path(__file__).parent / "baselines/bare_gateway.py"
GATEWAY = Path(__file__).with_name("gateway_alone.py")
WORDS = ("minister", "volcano", "ferry", "rates", "telescope", "truce", "mine", "harbour", "oil", "vaccine")
MakePath = Callable[[], str]


async def test_what_key_and_visibility_cost_a_request(make_stories: Any, meter: Any, show: Any, tmp_path: Path) -> None:
    """The same gateway asked without a key, with one, and with one that has a filter."""
    item_ids, token = await fill(tmp_path, make_stories(4, ITEMS))
    limited = await key_for(tmp_path, languages={"en"}, types={"text"})
    chance = random.Random(4)
    asked: dict[str, tuple[MakePath, str]] = {
        "no key, no item (/healthz)": (lambda: "/healthz", token),
        "item by id, key": (lambda: f"/v1/items/{chance.choice(item_ids)}", token),
        "item by id, key with a filter": (lambda: f"/v1/items/{chance.choice(item_ids)}", limited),
        "search by relevance, key": (lambda: f"/v1/items?sort=relevance&q={chance.choice(WORDS)}", token),
        "search by relevance, key with a filter": (
            lambda: f"/v1/items?sort=relevance&q={chance.choice(WORDS)}", limited,
        ),
    }  # fmt: skip
    rows = []
    async with served(GATEWAY, tmp_path) as gateway:
        rounds = [[await load(gateway, *one, meter) for one in asked.values()] for _ in range(ROUNDS)]
    for name, measured in zip(asked, zip(*rounds, strict=True), strict=True):
        rate, cost = (statistics.median(column) for column in zip(*measured, strict=True))
        rows.append([name, f"{rate:.0f}", f"{1e6 * cost:.0f}"])
    show(
        f"Key and visibility, {CONNECTIONS} connections, median of {ROUNDS} rounds",
        ["asked", "a second", "CPU µs"],
        rows,
    )


async def test_what_the_check_of_a_key_and_of_an_item_cost_alone(
    make_stories: Any, meter: Any, show: Any, tmp_path: Path
) -> None:
    """The two steps by themselves, without a server around them: µs of CPU, and their share of a whole request."""
    item_ids, token = await fill(tmp_path, make_stories(4, CHECKED))
    limited = await key_for(tmp_path, languages={"en"}, types={"text"})
    now = SystemClock().now()
    registry, archive = (
        open_registry(f"sqlite:{tmp_path / 'registry.db'}"),
        open_archive(f"sqlite:{tmp_path / 'archive.db'}"),
    )
    ring, forgetful = KeyRing(registry), KeyRing(registry, keep=timedelta())
    key, narrow = [await ring.authenticate(f"Bearer {one}", now) for one in (token, limited)]
    items = list((await archive.served(item_ids)).values())

    async def ask(keys: KeyRing) -> None:
        await keys.authenticate(f"Bearer {token}", now)

    async def look(through: Key) -> None:
        for changed_item in items:
            sight(through, state_of(changed_item, now), now)

    steps: dict[str, tuple[Callable[[], Awaitable[None]], int]] = {
        "key check, remembered for 3 s": (lambda: ask(ring), 1),
        "key check, read from the Registry": (lambda: ask(forgetful), 1),
        "visibility of an item": (lambda: look(key), len(items)),
        "visibility of an item, key with a filter": (lambda: look(narrow), len(items)),
    }
    costs = {name: [await cpu_of(step) / checks for _ in range(ROUNDS)] for name, (step, checks) in steps.items()}
    async with served(GATEWAY, tmp_path) as gateway:
        whole = statistics.median(
            [(await load(gateway, lambda: f"/v1/items/{item_ids[0]}", token, meter))[1] for _ in range(ROUNDS)]
        )
    rows = [
        [name, f"{1e6 * statistics.median(spent):.1f}", f"{statistics.median(spent) / whole:.1%}"]
        for name, spent in costs.items()
    ]
    show(
        "Key check and visibility alone",
        ["step", "CPU µs", "of an item by id"],
        [*rows, ["item by id", f"{1e6 * whole:.0f}", ""]],
    )
    await registry.close()
    await archive.close()


async def cpu_of(step: Callable[[], Awaitable[None]]) -> float:
    """CPU seconds of one run, out of many."""
    begun = time.process_time()
    for _ in range(RUNS):
        await step()
    return (time.process_time() - begun) / RUNS


async def key_for(folder: Path, **limits: Any) -> str:
    """A reader's token with these limits."""
    registry = open_registry(f"sqlite:{folder / 'registry.db'}", SystemClock())
    token, key = mint_key(
        name="limited", scopes=["items:read"], now=SystemClock().now(), per_minute=UNHINDERED, **limits
    )
    await store_key(registry, key)
    await registry.close()
    return token


async def test_the_gateway_beside_bare_fastapi(make_stories: Any, meter: Any, show: Any, tmp_path: Path) -> None:
    item_ids, token = await fill(tmp_path, make_stories(4, ITEMS))
    chance = random.Random(4)
    hot = item_ids[:200]
    asked: dict[str, tuple[MakePath, str]] = {
        "item by id, 200 items": (lambda: f"/v1/items/{chance.choice(hot)}", "0.90"),
        f"item by id, {ITEMS} items": (lambda: f"/v1/items/{chance.choice(item_ids)}", "0.90"),
        "search, 20 hits with bodies": (lambda: f"/v1/items?q={chance.choice(WORDS)}", "0.80"),
    }
    rows = []
    async with served(BARE, tmp_path) as bare, served(GATEWAY, tmp_path) as gateway:
        for name, (path, aim) in asked.items():
            rounds = [[await load(server, path, token, meter) for server in (bare, gateway)] for _ in range(ROUNDS)]
            rows.append([name, *figures(rounds), aim])
    head = ["one process each", "bare/s", "gateway/s", "ratio", "of rounds", "bare µs", "gateway µs", "by CPU", "aim"]
    title = (
        f"The gateway beside bare FastAPI, {CONNECTIONS} connections, median of {ROUNDS} rounds; µs are CPU a request"
    )
    show(title, head, rows)


def figures(rounds: Sequence[Sequence[tuple[float, float]]]) -> list[str]:
    """Rates, their ratio and its spread; CPU a request, and its ratio, which others on the machine blur less."""
    rates = [[rate for rate, _ in both] for both in rounds]
    costs = [[cost for _, cost in both] for both in rounds]
    ratios = [gateway / bare for bare, gateway in rates]
    bare, gateway = (statistics.median(column) for column in zip(*rates, strict=True))
    bare_cost, gateway_cost = (1e6 * statistics.median(column) for column in zip(*costs, strict=True))
    by_rate = [f"{bare:.0f}", f"{gateway:.0f}", f"{statistics.median(ratios):.2f}"]
    by_cpu = [f"{bare_cost:.0f}", f"{gateway_cost:.0f}", f"{bare_cost / gateway_cost:.2f}"]
    return [*by_rate, f"{min(ratios):.2f}–{max(ratios):.2f}", *by_cpu]


async def fill(folder: Path, stories: Sequence[bytes]) -> tuple[list[str], str]:
    """Stores with every story served; gives the items' ids and a reader's token."""
    archive, index = open_archive(f"sqlite:{folder / 'archive.db'}"), open_index(f"tantivy:{folder / 'index'}")
    registry = open_registry(f"sqlite:{folder / 'registry.db'}")
    now = SystemClock().now()
    revisions = [revision(story) for story in stories]
    await archive.save(revisions, {revision.item_id: None for revision in revisions})
    await index.write([IndexPut("open", r.article, now) for r in revisions if r.article])
    token, key = mint_key(name="reader", scopes=["items:read"], now=now, per_minute=UNHINDERED)
    await store_key(registry, key)
    for store in (archive, index, registry):
        await store.close()
    return [revision.item_id for revision in revisions], token


def revision(story: bytes) -> Changed:
    """A story as indexing would serve it, without layers."""
    (item,) = read_wire(Wire(story, Profile("alpha", language="en"), "application/json")).items
    return changed(item)


@asynccontextmanager
async def served(program: Path, folder: Path) -> AsyncIterator[tuple[int, int]]:
    """The program, serving; gives its port and process id."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(sys.executable, str(program), str(folder), str(port))
    try:
        async with asyncio.timeout(30):
            while not await _answers(port):
                assert process.returncode is None
                await asyncio.sleep(0.1)
        yield port, process.pid
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


async def load(server: tuple[int, int], path: MakePath, token: str, meter: Any) -> tuple[float, float]:
    """Requests a second over a few connections that each ask again once answered; CPU seconds of a request."""
    port, pid = server
    spent, until = meter.trees({"server": pid})["server"][0], time.perf_counter() + SECONDS
    answered = sum(await asyncio.gather(*(_ask(port, path, token, until) for _ in range(CONNECTIONS))))
    return answered / SECONDS, (meter.trees({"server": pid})["server"][0] - spent) / answered


async def _ask(port: int, path: MakePath, token: str, until: float) -> int:
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
