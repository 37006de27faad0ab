"""A consumer that has records and finishes none says so; one that is done, or has nothing to do, is alive."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import NoReturn

import pytest
from wiredesk_core.agents.faust_app import Agents, Binding
from wiredesk_core.agents.runner import Runner
from wiredesk_core.agents.stage import Done, Outcome, Record
from wiredesk_core.blobs.folder import FolderBlobs
from wiredesk_core.broker.access import BrokerAccess
from wiredesk_core.broker.kafka import KafkaPublisher
from wiredesk_core.broker.topic_admin import ensure_topics
from wiredesk_core.clock import SystemClock
from wiredesk_core.messages import Outgoing
from wiredesk_core.topics import Topic

pytestmark = pytest.mark.broker

TOPIC = Topic("test.liveness", "any", "anything", 1, 24, False, (), ())
STANDING = Topic("test.standing", "any", "anything", 1, 24, False, (), ())
MOVING = Topic("test.moving", "any", "anything", 1, 24, False, (), ())


class Waiting:
    """Handles nothing until it may."""

    name = "wait"

    def __init__(self) -> None:
        self.may = asyncio.Event()

    async def handle(self, records: Sequence[Record]) -> Sequence[Outcome]:
        await self.may.wait()
        return [Done() for _ in records]

    async def settle(self, records: Sequence[Record], outcomes: Sequence[Outcome]) -> None:
        """Nothing is kept."""


def fail(reason: str) -> NoReturn:
    raise AssertionError(reason)


async def until(met: Callable[[], object], deadline: float = 30.0) -> None:
    limit = time.monotonic() + deadline
    while not met():
        assert time.monotonic() < limit
        await asyncio.sleep(0.05)


async def test_a_stage_that_never_finishes_is_stuck_until_it_does(kafka: BrokerAccess, tmp_path: Path) -> None:
    await ensure_topics(kafka, [TOPIC])
    publisher = KafkaPublisher(kafka, client_id="liveness")
    stage = Waiting()
    runner = Runner(stage, publisher, FolderBlobs(tmp_path), SystemClock(), end=fail)
    agents = Agents("liveness", kafka, [Binding(TOPIC, runner)], stuck_seconds=1.0)
    await agents.start()
    try:
        await until_async(agents.check)
        assert agents.stuck(time.monotonic()) is None
        await publisher.publish([Outgoing(TOPIC.name, str(n).encode(), b"v") for n in range(10)])
        await until(lambda: agents.waiting() == 10)
        assert agents.stuck(time.monotonic()) is None
        await until(lambda: agents.stuck(time.monotonic()))
        assert "10 records wait" in str(agents.stuck(time.monotonic()))
        stage.may.set()
        await until(lambda: agents.waiting() == 0)
        assert agents.stuck(time.monotonic() + 100) is None
    finally:
        stage.may.set()
        await agents.stop()
        await publisher.close()


async def test_a_stage_that_stands_is_not_hidden_by_another_that_moves(kafka: BrokerAccess, tmp_path: Path) -> None:
    await ensure_topics(kafka, [STANDING, MOVING])
    publisher = KafkaPublisher(kafka, client_id="liveness")
    standing, moving = Waiting(), Waiting()
    moving.may.set()
    bindings = [
        Binding(topic, Runner(stage, publisher, FolderBlobs(tmp_path), SystemClock(), end=fail))
        for topic, stage in ((STANDING, standing), (MOVING, moving))
    ]
    agents = Agents("two-stages", kafka, bindings, stuck_seconds=1.0)
    await agents.start()
    try:
        await until_async(agents.check)
        await publisher.publish([Outgoing(STANDING.name, b"k", b"v")])
        limit = time.monotonic() + 30
        while not (told := agents.stuck(time.monotonic())):
            assert time.monotonic() < limit
            await publisher.publish([Outgoing(MOVING.name, b"k", b"v")])
            await asyncio.sleep(0.05)
        assert STANDING.name in told
        assert MOVING.name not in told
    finally:
        standing.may.set()
        await agents.stop()
        await publisher.close()


async def until_async(check: Callable[[], Awaitable[None]], deadline: float = 30.0) -> None:
    limit = time.monotonic() + deadline
    while True:
        try:
            await check()
        except Exception:
            assert time.monotonic() < limit
            await asyncio.sleep(0.1)
        else:
            return
