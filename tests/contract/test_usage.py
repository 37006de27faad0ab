"""What usage keeps to in every Registry: nothing lost, nothing counted twice, however many processes count."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from wiredesk_core.clock import FixedClock
from wiredesk_core.failures import StoreBusy
from wiredesk_core.ports import RegistryEntry
from wiredesk_core.registry import OpenRegistry, open_registry
from wiredesk_core.testing import NOON, after
from wiredesk_core.usage import KEPT, Amount, Ledger, Usage, used_on
from wiredesk_core.usage.book import MOST_WRITERS, add_usage

DAY = NOON.date()
ONE = Amount(1, 2, 300)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
async def registry(store_url: str, clock: FixedClock) -> AsyncIterator[OpenRegistry]:
    opened = open_registry(store_url, clock)
    yield opened
    await opened.close()


class Flaky:
    """A registry whose answers to writes are lost: every other time the write itself as well."""

    def __init__(self, registry: OpenRegistry) -> None:
        self._registry = registry
        self.tries = 0

    async def get(self, kind: str, name: str) -> RegistryEntry | None:
        return await self._registry.get(kind, name)

    async def put(self, kind: str, name: str, value: Mapping[str, Any], **more: Any) -> RegistryEntry:
        self.tries += 1
        if self.tries % 3 == 1:
            raise StoreBusy("not written")
        entry = await self._registry.put(kind, name, value, **more)
        if self.tries % 3 == 2:
            raise StoreBusy("written, and nobody told")
        return entry

    async def drop(self, kind: str, name: str, *, expected: int) -> None:
        await self._registry.drop(kind, name, expected=expected)

    async def entries(self, kind: str) -> tuple[RegistryEntry, ...]:
        return await self._registry.entries(kind)


async def test_what_was_counted_is_there_after_a_flush_by_day_caller_and_provider(registry: OpenRegistry) -> None:
    ledger = Ledger(registry)
    ledger.note(
        NOON, "k1", "app", "read", ONE, by_provider={"harbour": Amount(1, 1, 100), "kestrel": Amount(1, 1, 200)}
    )
    ledger.note(after(1), "k1", "app", "read", ONE, by_provider={"harbour": Amount(1, 2, 300)})
    ledger.note(after(2), "k1", "app", "pushed", Amount(limited=1))
    ledger.note(after(24 * 60), "k1", "app", "read", ONE)
    ledger.note(NOON, "signature:Größe", "", "pushed", ONE)
    assert await used_on(registry, DAY) == ()
    await ledger.flush()
    assert await used_on(registry, DAY) == (
        Usage(
            DAY,
            "k1",
            "app",
            {"read": Amount(2, 4, 600), "pushed": Amount(limited=1)},
            {"harbour": {"read": Amount(2, 3, 400), "pushed": Amount()}, "kestrel": {"read": Amount(1, 1, 200), "pushed": Amount()}},
        ),
        Usage(DAY, "signature:Größe", "", {"read": Amount(), "pushed": ONE}),
    )  # fmt: skip
    (tomorrow,) = await used_on(registry, DAY + timedelta(days=1), "k1")
    assert tomorrow.amounts["read"] == ONE
    assert await used_on(registry, DAY, "nobody") == ()


async def test_processes_that_count_at_once_add_up(store_url: str, clock: FixedClock) -> None:
    if store_url == "memory:":
        pytest.skip("a memory is one process's own")
    opened = [open_registry(store_url, clock) for _ in range(3)]
    ledgers = [Ledger(one) for one in opened]
    try:
        for _ in range(5):
            for ledger in ledgers:
                ledger.note(NOON, "k1", "app", "read", ONE, by_provider={"harbour": ONE})
            await asyncio.gather(*(ledger.flush() for ledger in ledgers))
        (used,) = await used_on(opened[0], DAY)
        assert used.amounts["read"] == Amount(15, 30, 4500) == used.by_provider["harbour"]["read"]
    finally:
        for one in opened:
            await one.close()


async def test_a_new_process_goes_on_where_the_last_one_stopped(store_url: str, clock: FixedClock) -> None:
    if store_url == "memory:":
        pytest.skip("a memory goes with its process")
    for _ in range(2):
        opened = open_registry(store_url, clock)
        ledger = Ledger(opened)
        ledger.note(NOON, "k1", "app", "read", ONE)
        await ledger.settle()
        await opened.close()
    again = open_registry(store_url, clock)
    assert [used.amounts["read"] for used in await used_on(again, DAY)] == [Amount(2, 4, 600)]
    await again.close()


async def test_what_the_store_did_not_answer_for_is_neither_lost_nor_counted_twice(registry: OpenRegistry) -> None:
    flaky = Flaky(registry)
    ledger = Ledger(flaky)
    for number in range(20):
        ledger.note(NOON, f"k{number % 3}", "app", "read", ONE)
        await ledger.settle()
    await ledger.settle()
    assert flaky.tries > 20
    assert [used.amounts["read"].requests for used in await used_on(registry, DAY)] == [7, 7, 6]


async def test_an_entry_stays_small_however_many_processes_wrote_it(registry: OpenRegistry) -> None:
    for number in range(MOST_WRITERS + 20):
        usage = Usage(DAY, "k1", "app", {"read": ONE})
        await add_usage(registry, usage, f"writer-{number}", 1)
        await add_usage(registry, usage, f"writer-{number}", 1)  # its answer was lost, so it tries again
    (entry,) = await registry.entries(f"usage {DAY}")
    assert len(entry.value["writers"]) == MOST_WRITERS
    assert entry.value["read"]["requests"] == MOST_WRITERS + 20


async def test_a_day_is_kept_for_more_than_a_year(registry: OpenRegistry, clock: FixedClock) -> None:
    await add_usage(registry, Usage(DAY, "k1", "app", {"read": ONE}), "w", 1)
    clock.moment = _midnight() + KEPT - timedelta(seconds=1)
    assert await used_on(registry, DAY)
    clock.moment = _midnight() + KEPT
    assert await used_on(registry, DAY) == ()


async def test_names_that_no_store_can_keep_are_kept_as_near_as_can_be(registry: OpenRegistry) -> None:
    ledger = Ledger(registry)
    ledger.note(NOON, "jwt:\ud800" + "x" * 500, "\ud800", "read", ONE)
    await ledger.flush()
    (used,) = await used_on(registry, DAY)
    assert (used.actor[:6], len(used.actor), used.name) == ("jwt:?x", 200, "?")


async def test_more_callers_than_the_bound_are_not_waited_for(registry: OpenRegistry) -> None:
    ledger = Ledger(registry, most=2)
    for number in range(4):
        ledger.note(NOON, f"k{number}", "", "read", ONE)
        ledger.note(NOON, f"k{number}", "", "read", ONE)
    await ledger.flush()
    assert [(used.actor, used.amounts["read"].requests) for used in await used_on(registry, DAY)] == [
        ("k0", 2),
        ("k1", 2),
    ]


def _midnight() -> datetime:
    return NOON.replace(hour=0)
