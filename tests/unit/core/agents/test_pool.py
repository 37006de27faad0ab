"""Worker processes may hang or die; their neighbours' work may not."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import AsyncIterator

import pytest
from wiredesk_core.agents.pool import Broken, WorkerPool


def shout(payloads: list[bytes]) -> list[bytes]:
    for payload in payloads:
        if payload == b"die":
            os.kill(os.getpid(), signal.SIGKILL)
        if payload == b"hang":
            time.sleep(60)
    return [payload.upper() for payload in payloads]


@pytest.fixture
async def pool() -> AsyncIterator[WorkerPool]:
    pool = WorkerPool(shout, workers=1, chunk=4, seconds_each=0.15)
    await pool.warm()
    yield pool
    await pool.close()


async def test_results_come_in_the_order_of_the_payloads(pool: WorkerPool) -> None:
    payloads = [f"wire {i}".encode() for i in range(10)]
    assert await pool.run(payloads) == [p.upper() for p in payloads]


async def test_a_crashed_worker_costs_only_the_payload_that_crashed_it(pool: WorkerPool) -> None:
    first, second, third = await pool.run([b"a", b"die", b"c"])
    assert (first, third) == (b"A", b"C")
    assert isinstance(second, Broken)
    assert second.code == "worker_crashed"


async def test_a_hung_worker_is_killed_and_costs_only_the_payload_that_hung(pool: WorkerPool) -> None:
    hung, sound = await pool.run([b"hang", b"b"])
    assert isinstance(hung, Broken)
    assert hung.code == "worker_hung"
    assert sound == b"B"


async def test_an_empty_batch_needs_no_worker(pool: WorkerPool) -> None:
    assert await pool.run([]) == []
