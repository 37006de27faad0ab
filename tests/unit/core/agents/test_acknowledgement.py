"""What Faust commits, without a broker: its own streams, agents and consumer, fed by hand.

Each test is a way in which Faust 0.15.3 as it comes loses records (see docs/adr on delivery).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from faust.events import Event
from faust.types.tuples import TP, ConsumerMessage
from wiredesk_core.agents.faust_app import Agents, Binding
from wiredesk_core.agents.runner import Patience, Runner
from wiredesk_core.agents.stage import Done, Outcome, Record, Rejected
from wiredesk_core.blobs.memory import MemoryBlobs
from wiredesk_core.broker.access import BrokerAccess
from wiredesk_core.broker.memory import MemoryPublisher
from wiredesk_core.clock import FixedClock
from wiredesk_core.messages import Outgoing
from wiredesk_core.topics import WIRE_QUARANTINED, WIRE_RECEIVED

NOW = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)
LANE = TP(WIRE_RECEIVED.name, 0)
HASTE = Patience(deadline=60, first_pause=0.001, longest_pause=0.002, unexpected_in_a_row=100)
DEADLINE = 60.0
"""Seconds. Only a failure waits so long: past a runner's own patience it would end the whole test process."""

Trouble = Callable[[Record], Outcome | None]


@dataclass
class Copying:
    """Copies records; `gate` holds a batch back, `trouble` raises or rejects."""

    trouble: Trouble = lambda _: None
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    begun: list[int] = field(default_factory=list)
    name: str = "copy"

    async def handle(self, records: Sequence[Record]) -> Sequence[Outcome]:
        self.begun += [record.offset for record in records]
        await self.gate.wait()
        return [self.trouble(r) or Done((Outgoing("copies", r.key, r.value),)) for r in records]

    async def settle(self, records: Sequence[Record], outcomes: Sequence[Outcome]) -> None:
        assert len(records) == len(outcomes)


class Desk:
    """A Faust app with one agent; the broker's side of its consumer is a list of commits."""

    def __init__(self, stage: Copying, publisher: MemoryPublisher, batch: int) -> None:
        self.stage, self.publisher = stage, publisher
        runner = Runner(stage, publisher, MemoryBlobs(), FixedClock(NOW), patience=HASTE)
        self.agents = Agents(
            "desk", BrokerAccess("127.0.0.1:1"), [Binding(WIRE_RECEIVED, runner, batch=batch, within=0.005)]
        )
        self.app = cast(Any, self.agents._app)
        self.app.finalize()
        self.consumer = self.app.consumer
        self.committed: dict[TP, int] = {}
        self.consumer._commit = self._commit
        self.consumer.assignment = lambda: {LANE}
        self.app.producer.flush = _nothing
        (self.agent,) = self.app.agents.values()

    async def start(self) -> None:
        await self.agent.start()
        self.app.flow_control.resume()
        await until(lambda: len(list(self.app.topics._topics)) == 1)
        (self._channel,) = self.app.topics._topics

    async def _commit(self, offsets: dict[TP, int]) -> bool:
        self.committed |= offsets
        return True

    def deliver(self, *offsets: int, value: bytes = b"wire", key: bytes = b"k") -> None:
        for offset in offsets:
            message = ConsumerMessage(
                LANE.topic, 0, offset, 0.0, 0, [], key, value, None, tp=LANE, generation_id=self.app.consumer_generation_id
            )  # fmt: skip
            self.consumer.track_message(message)
            message.incref(1)
            self._channel.queue.put_nowait(Event(self.app, key, value, {}, message))

    async def commit(self) -> int | None:
        """What a commit now would tell the broker to start from."""
        await self.consumer.commit()
        return self.committed.get(LANE)


async def _nothing() -> None:
    """Stands for flushing a producer that has nothing to send."""


async def until(met: Callable[[], bool]) -> None:
    """Wait for a condition, with a deadline."""
    async with asyncio.timeout(DEADLINE):
        while not met():
            await asyncio.sleep(0.002)


@pytest.fixture
async def desks() -> AsyncIterator[Callable[..., Any]]:
    started: list[Desk] = []

    async def start(trouble: Trouble = lambda _: None, *, batch: int = 4, hold: bool = False) -> Desk:
        stage = Copying(trouble)
        if not hold:
            stage.gate.set()
        desk = Desk(stage, MemoryPublisher(), batch)
        await desk.start()
        started.append(desk)
        return desk

    yield start
    for desk in started:
        await desk.agent.stop()
        desk.consumer._thread.thread_loop.close()  # made with the consumer, never started here


async def test_finished_batches_are_committed_up_to_their_last_record(desks: Any) -> None:
    desk = await desks()
    desk.deliver(*range(6))
    await until(lambda: len(desk.publisher.records) == 6)
    await until(lambda: desk.agents.progress.acked.get(LANE) == 5)
    assert await desk.commit() == 6


async def test_nothing_is_committed_while_its_batch_is_under_way(desks: Any) -> None:
    desk = await desks(hold=True)
    desk.deliver(*range(4))
    await until(lambda: desk.stage.begun == [0, 1, 2, 3])
    assert await desk.commit() is None


async def test_a_commit_never_passes_the_batch_under_way(desks: Any) -> None:
    desk = await desks()
    desk.deliver(*range(4))
    await until(lambda: desk.agents.progress.acked.get(LANE) == 3)
    desk.stage.gate.clear()
    desk.deliver(*range(4, 12))
    await until(lambda: 7 in desk.stage.begun)
    assert await desk.commit() == 4


async def test_a_handler_that_raises_commits_only_with_its_quarantine_record_durable(desks: Any) -> None:
    def trouble(record: Record) -> Outcome | None:
        if record.offset == 2:
            raise ValueError("no")
        return None

    desk = await desks(trouble)
    desk.deliver(*range(4))
    await until(lambda: desk.agents.progress.acked.get(LANE) == 3)
    assert len(desk.publisher.on("copies")) == 3
    assert len(desk.publisher.on(WIRE_QUARANTINED.name)) == 1
    assert await desk.commit() == 4


async def test_a_send_that_fails_holds_the_commit_back_until_it_succeeds(desks: Any) -> None:
    desk = await desks()
    broker_is_down = True
    desk.publisher.refuse = lambda _: broker_is_down
    desk.deliver(*range(4))
    await until(lambda: desk.stage.begun != [])
    assert await desk.commit() is None
    broker_is_down = False
    await until(lambda: desk.agents.progress.acked.get(LANE) == 3)
    assert await desk.commit() == 4
    assert len(desk.publisher.on("copies")) == 4


async def test_poison_is_committed_past_and_the_stream_goes_on(desks: Any) -> None:
    desk = await desks(lambda record: Rejected("empty", "") if record.value == b"" else None)
    desk.deliver(0, value=b"")
    desk.deliver(1, 2)
    await until(lambda: desk.agents.progress.acked.get(LANE) == 2)
    assert [len(desk.publisher.on(t)) for t in (WIRE_QUARANTINED.name, "copies")] == [1, 2]


async def test_bytes_that_decode_as_nothing_do_not_end_the_stream(desks: Any) -> None:
    desk = await desks()
    desk.deliver(0, value=b"\xff\xfe\x00", key=b"\xc3\x28")
    desk.deliver(1)
    await until(lambda: desk.agents.progress.acked.get(LANE) == 1)
    assert [record.value for record in desk.publisher.on("copies")] == [b"\xff\xfe\x00", b"wire"]


async def test_an_agent_cancelled_in_mid_batch_commits_nothing_of_it(desks: Any) -> None:
    desk = await desks()
    desk.deliver(*range(4))
    await until(lambda: desk.agents.progress.acked.get(LANE) == 3)
    desk.stage.gate.clear()
    desk.deliver(*range(4, 8))
    await until(lambda: desk.stage.begun[-1] >= 4)
    await desk.agent.stop()
    assert await desk.commit() == 4


async def test_a_stop_under_load_finishes_the_batch_under_way_and_begins_no_other(desks: Any) -> None:
    desk = await desks(hold=True)
    desk.deliver(*range(8))
    await until(lambda: desk.stage.begun == [0, 1, 2, 3])
    desk.agents.progress.closing = True
    waiting = asyncio.create_task(desk.consumer.wait_empty())
    desk.stage.gate.set()
    await waiting
    assert desk.committed[LANE] in {None, 4}
    assert desk.stage.begun == [0, 1, 2, 3]


async def test_a_partition_that_was_taken_away_is_not_committed_from_memory(desks: Any) -> None:
    desk = await desks()
    desk.deliver(*range(4))
    await until(lambda: desk.agents.progress.acked.get(LANE) == 3)
    await desk.consumer.on_partitions_revoked({LANE})
    desk.committed.clear()
    assert await desk.commit() is None
