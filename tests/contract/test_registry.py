"""What every Registry keeps to. The suite runs over each adapter."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from wiredesk_core.clock import FixedClock
from wiredesk_core.failures import Conflict, Misconfigured
from wiredesk_core.registry import OpenRegistry, open_registry
from wiredesk_core.testing import NOON, after


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
async def registry(store_url: str, clock: FixedClock) -> AsyncIterator[OpenRegistry]:
    opened = open_registry(store_url, clock)
    yield opened
    await opened.close()


@contextlib.asynccontextmanager
async def sharing(path: Path, clock: FixedClock) -> AsyncIterator[OpenRegistry]:
    opened = open_registry(f"sqlite:{path}", clock)
    try:
        yield opened
    finally:
        await opened.close()


async def test_what_was_put_is_found(registry: OpenRegistry) -> None:
    value = {"scopes": ["items:read"], "name": "Größe", "limit": 5, "nested": {"on": True, "off": None}}
    entry = await registry.put("key", "desk", value, expected=None)
    assert (entry.kind, entry.name, entry.value) == ("key", "desk", value)
    assert await registry.get("key", "desk") == entry


async def test_a_name_belongs_to_its_kind(registry: OpenRegistry) -> None:
    await registry.put("key", "desk", {}, expected=None)
    assert await registry.get("feed", "desk") is None
    assert await registry.get("key", "other") is None
    assert await registry.entries("feed") == ()


async def test_a_new_entry_must_be_new(registry: OpenRegistry) -> None:
    first = await registry.put("key", "desk", {"n": 1}, expected=None)
    with pytest.raises(Conflict):
        await registry.put("key", "desk", {"n": 2}, expected=None)
    assert await registry.get("key", "desk") == first


async def test_a_write_must_quote_the_newest_stamp(registry: OpenRegistry) -> None:
    first = await registry.put("key", "desk", {"n": 1}, expected=None)
    second = await registry.put("key", "desk", {"n": 2}, expected=first.stamp)
    assert second.stamp != first.stamp
    with pytest.raises(Conflict):
        await registry.put("key", "desk", {"n": 3}, expected=first.stamp)
    assert await registry.get("key", "desk") == second


async def test_an_absent_entry_has_no_stamp_to_quote(registry: OpenRegistry) -> None:
    with pytest.raises(Conflict):
        await registry.put("key", "desk", {}, expected=1)
    with pytest.raises(Conflict):
        await registry.drop("key", "desk", expected=1)


async def test_a_drop_must_quote_the_newest_stamp(registry: OpenRegistry) -> None:
    first = await registry.put("key", "desk", {}, expected=None)
    second = await registry.put("key", "desk", {}, expected=first.stamp)
    with pytest.raises(Conflict):
        await registry.drop("key", "desk", expected=first.stamp)
    await registry.drop("key", "desk", expected=second.stamp)
    assert await registry.get("key", "desk") is None


async def test_a_stamp_never_comes_again(registry: OpenRegistry) -> None:
    old = await registry.put("key", "desk", {}, expected=None)
    await registry.drop("key", "desk", expected=old.stamp)
    new = await registry.put("key", "desk", {}, expected=None)
    assert new.stamp != old.stamp
    with pytest.raises(Conflict):
        await registry.drop("key", "desk", expected=old.stamp)


async def test_entries_of_a_kind_come_by_name(registry: OpenRegistry) -> None:
    for name in ("tram", "ferry", "bus"):
        await registry.put("feed", name, {}, expected=None)
    await registry.put("key", "desk", {}, expected=None)
    assert [entry.name for entry in await registry.entries("feed")] == ["bus", "ferry", "tram"]


async def test_an_entry_is_gone_from_the_moment_it_expires(registry: OpenRegistry, clock: FixedClock) -> None:
    entry = await registry.put("signature", "id-1", {}, expected=None, expires=after(5))
    clock.moment = after(5) - timedelta(microseconds=1)
    assert await registry.get("signature", "id-1") == entry
    clock.moment = after(5)
    assert await registry.get("signature", "id-1") is None
    assert await registry.entries("signature") == ()


async def test_an_expired_entry_is_no_entry_to_a_write(registry: OpenRegistry, clock: FixedClock) -> None:
    old = await registry.put("signature", "id-1", {}, expected=None, expires=after(5))
    with pytest.raises(Conflict):
        await registry.put("signature", "id-1", {}, expected=None, expires=after(9))
    clock.moment = after(6)
    with pytest.raises(Conflict):
        await registry.put("signature", "id-1", {}, expected=old.stamp)
    with pytest.raises(Conflict):
        await registry.drop("signature", "id-1", expected=old.stamp)
    new = await registry.put("signature", "id-1", {"seen": 2}, expected=None)
    clock.moment = after(9_999)
    assert await registry.get("signature", "id-1") == new


async def test_a_write_may_change_when_an_entry_expires(registry: OpenRegistry, clock: FixedClock) -> None:
    first = await registry.put("lease", "poll", {}, expected=None, expires=after(5))
    second = await registry.put("lease", "poll", {}, expected=first.stamp, expires=after(10))
    clock.moment = after(7)
    assert await registry.get("lease", "poll") == second


async def test_a_value_is_kept_as_it_was(registry: OpenRegistry) -> None:
    value = {"scopes": ["items:read"]}
    await registry.put("key", "desk", value, expected=None)
    value["scopes"].append("embargo:read")
    entry = await registry.get("key", "desk")
    assert entry is not None
    assert entry.value == {"scopes": ["items:read"]}


def test_an_unknown_scheme_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(Misconfigured, match="memory:, sqlite:"):
        open_registry("stone:tablet")


def test_a_url_without_a_file_is_refused() -> None:
    with pytest.raises(Misconfigured, match="names no file"):
        open_registry("sqlite:")


# --- embedded: one file, many processes


async def test_two_connections_see_each_others_writes_and_conflicts(tmp_path: Path, clock: FixedClock) -> None:
    path = tmp_path / "registry.db"
    async with sharing(path, clock) as here, sharing(path, clock) as there:
        entry = await here.put("key", "desk", {}, expected=None)
        assert await there.get("key", "desk") == entry
        await there.put("key", "desk", {}, expected=entry.stamp)
        with pytest.raises(Conflict):
            await here.put("key", "desk", {}, expected=entry.stamp)


async def test_entries_are_there_again_after_reopening(tmp_path: Path, clock: FixedClock) -> None:
    path = tmp_path / "registry.db"
    async with sharing(path, clock) as registry:
        entry = await registry.put("key", "desk", {"n": 1}, expected=None)
    async with sharing(path, clock) as registry:
        assert await registry.get("key", "desk") == entry


async def test_processes_that_start_at_once_lose_no_write(tmp_path: Path, clock: FixedClock) -> None:
    path = tmp_path / "registry.db"
    program = """
import asyncio, sys
from wiredesk_core.failures import Conflict
from wiredesk_core.registry import open_registry

async def count_up(times):
    registry = open_registry(sys.argv[1])
    while times:
        entry = await registry.get("count", "all")
        try:
            if entry is None:
                await registry.put("count", "all", {"n": 1}, expected=None)
            else:
                await registry.put("count", "all", {"n": entry.value["n"] + 1}, expected=entry.stamp)
        except Conflict:
            continue
        times -= 1
    await registry.close()

asyncio.run(count_up(25))
"""
    started = [await asyncio.create_subprocess_exec(sys.executable, "-c", program, f"sqlite:{path}") for _ in range(4)]
    assert [await process.wait() for process in started] == [0, 0, 0, 0]
    async with sharing(path, clock) as registry:
        entry = await registry.get("count", "all")
        assert entry is not None
        assert entry.value == {"n": 100}
