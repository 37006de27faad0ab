"""The runner on a real broker: killed in mid-stream, it loses nothing."""

from __future__ import annotations

import asyncio
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer
from wiredesk_core.broker.access import BrokerAccess
from wiredesk_core.broker.kafka import KafkaPublisher
from wiredesk_core.broker.topic_admin import ensure_topics
from wiredesk_core.messages import Outgoing
from wiredesk_core.topics import Topic

pytestmark = [pytest.mark.broker, pytest.mark.slow]

RECORDS = 20_000
KILLS = 3
DEADLINE = 90.0
TOPICS = tuple(
    Topic(name, "number", "numbers", 6, None, compacted=False, producers=(), consumers=())
    for name in ("relay.in", "relay.out")
)


@pytest.fixture
async def seen(kafka: BrokerAccess) -> AsyncIterator[Any]:
    """Counts the numbers that arrive on relay.out."""
    await ensure_topics(kafka, TOPICS)
    consumer = AIOKafkaConsumer("relay.out", **kafka.options(), auto_offset_reset="earliest")
    await consumer.start()
    yield consumer
    await consumer.stop()


async def count_until(consumer: Any, tally: Counter[bytes], wanted: int, deadline: float = DEADLINE) -> None:
    """Read until so many different numbers have been seen."""
    async with asyncio.timeout(deadline):
        while len(tally) < wanted:
            for records in (await consumer.getmany(timeout_ms=100)).values():
                tally.update(record.key for record in records)


async def test_three_kills_in_mid_stream_lose_nothing(kafka: BrokerAccess, seen: Any, tmp_path: Path) -> None:
    numbers = [Outgoing("relay.in", str(n).encode(), b"x" * 1000) for n in range(RECORDS)]
    publisher = KafkaPublisher(kafka, client_id="journal")
    for start in range(0, RECORDS, 1000):
        await publisher.publish(numbers[start : start + 1000])
    await publisher.close()
    command = [str(Path(__file__).with_name("relay.py")), kafka.bootstrap, "relay", str(tmp_path)]
    tally: Counter[bytes] = Counter()
    for kill in range(KILLS):
        relay = await asyncio.create_subprocess_exec(sys.executable, *command)
        await count_until(seen, tally, (kill + 1) * RECORDS // (KILLS + 1))
        assert len(tally) < RECORDS, "the kill came too late to be in mid-stream"
        relay.kill()
        await relay.wait()
    relay = await asyncio.create_subprocess_exec(sys.executable, *command)
    begun, had = time.perf_counter(), len(tally)
    await count_until(seen, tally, RECORDS)
    rate = (RECORDS - had) / (time.perf_counter() - begun)
    relay.terminate()
    assert await asyncio.wait_for(relay.wait(), 15) == 0
    repeated = sum(tally.values()) - len(tally)
    print(  # noqa: T201  # the figure is wanted in the log
        f"0 of {RECORDS} lost over {KILLS} kills, {repeated} repeated; last run {rate:.0f}/s with its start"
    )
    assert len(tally) == RECORDS
