"""What the agent runner costs: records copied a second on the real broker, beside a bare consume-produce loop."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from wiredesk_core.broker.access import BrokerAccess
from wiredesk_core.broker.kafka import KafkaPublisher
from wiredesk_core.broker.topic_admin import ensure_topics
from wiredesk_core.messages import Outgoing
from wiredesk_core.topics import Topic

pytestmark = [pytest.mark.broker, pytest.mark.slow]

RECORDS = 30_000
SIZE = 1000
ROUNDS = 2
WARM = RECORDS // 10
"""Records of each run that are not timed: the start of the process and of its first batches."""
DEADLINE = 120.0
BARE = Path(__file__).parent / "baselines/copy_loop.py"
RELAY = Path(__file__).parents[1] / "integration/relay.py"
TOPICS = [
    Topic(name, "number", "numbers", 6, None, compacted=False, producers=(), consumers=())
    for name in ("relay.in", "relay.out")
]


async def test_the_runner_beside_a_bare_loop(kafka: BrokerAccess, meter: Any, show: Any, tmp_path: Path) -> None:
    await ensure_topics(kafka, TOPICS)
    await fill(kafka.bootstrap)
    copiers: dict[str, tuple[Path, list[str]]] = {"bare loop": (BARE, []), "runner": (RELAY, [str(tmp_path)])}
    rates: dict[str, list[float]] = {name: [] for name in copiers}
    rows = []
    async with output(kafka.bootstrap) as copied:
        for turn in range(ROUNDS):
            for name, (program, rest) in copiers.items():
                command = [str(program), kafka.bootstrap, f"{program.stem}-{turn}", *rest]
                rate, cpu = await copy(command, copied, meter)
                rates[name].append(rate)
                rows.append([f"{name}, round {turn + 1}", f"{rate:.0f}", f"{1e6 * cpu:.0f}"])
    rows.append(["runner / bare loop", f"{max(rates['runner']) / max(rates['bare loop']):.2f}", ""])
    show(f"Copying {RECORDS} records of {SIZE} bytes, one process", ["", "records/s", "µs CPU a record"], rows)


async def fill(bootstrap: str) -> None:
    """Put the records on relay.in."""
    publisher = KafkaPublisher(BrokerAccess(bootstrap), client_id="bench")
    for start in range(0, RECORDS, 1000):
        await publisher.publish(
            [Outgoing("relay.in", str(n).encode(), b"x" * SIZE) for n in range(start, start + 1000)]
        )
    await publisher.close()


@contextlib.asynccontextmanager
async def output(bootstrap: str) -> AsyncIterator[Any]:
    """Asks how many records relay.out holds, without reading them."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap)
    await consumer.start()
    partitions = [TopicPartition("relay.out", number) for number in range(TOPICS[1].partitions)]

    async def copied() -> int:
        return sum((await consumer.end_offsets(partitions)).values())

    yield copied
    await consumer.stop()


async def copy(command: Sequence[str], copied: Any, meter: Any) -> tuple[float, float]:
    """Run a copier over everything; records a second and CPU seconds a record, once it is warm."""
    before = await copied()
    process = await asyncio.create_subprocess_exec(sys.executable, *command)
    try:
        began, had, spent = await _reach(before + WARM, process.pid, copied, meter)
        ended, has, used = await _reach(before + RECORDS, process.pid, copied, meter)
    finally:
        process.kill()
        await process.wait()
    return (has - had) / (ended - began), (used - spent) / (has - had)


async def _reach(number: int, pid: int, copied: Any, meter: Any) -> tuple[float, int, float]:
    """When the output holds so many records: the time, how many there are, CPU seconds used so far."""
    async with asyncio.timeout(DEADLINE):
        while (there := await copied()) < number:
            await asyncio.sleep(0.02)
    return time.perf_counter(), there, sum(seconds for seconds, _ in meter.trees({"copier": pid}).values())
