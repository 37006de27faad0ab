"""The delivery contract: a batch is all durable, or the process ends and nothing of it may be acknowledged."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import NoReturn

import pytest
from wiredesk_core.agents.runner import Patience, Runner
from wiredesk_core.agents.stage import Done, Outcome, Record, Rejected
from wiredesk_core.blobs.memory import MemoryBlobs
from wiredesk_core.broker.memory import MemoryPublisher
from wiredesk_core.claims import CLAIM_HEADER
from wiredesk_core.clock import FixedClock
from wiredesk_core.failures import Transient
from wiredesk_core.messages import QUARANTINE_HEADER, Outgoing
from wiredesk_core.topics import WIRE_QUARANTINED

NOW = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)
HASTE = Patience(deadline=0.2, first_pause=0.001, longest_pause=0.002, unexpected_in_a_row=3)


class Ended(BaseException):
    """Stands for the end of the process."""


def end(reason: str) -> NoReturn:
    raise Ended(reason)


def record(offset: int, value: bytes = b"", **headers: bytes) -> Record:
    return Record("wire.received", 0, offset, f"r{offset}".encode(), value or f"v{offset}".encode(), headers, NOW)


class Copying:
    """A stage that copies each record to another topic; `trouble` may raise or reject first."""

    name = "copy"

    def __init__(self, trouble: Callable[[Record], Outcome | None] = lambda _: None) -> None:
        self._trouble = trouble
        self.settled: list[int] = []

    async def handle(self, records: Sequence[Record]) -> Sequence[Outcome]:
        await asyncio.sleep(0)
        return [self._trouble(r) or Done((Outgoing("copies", r.key, r.value, r.headers),)) for r in records]

    async def settle(self, records: Sequence[Record], outcomes: Sequence[Outcome]) -> None:
        assert len(records) == len(outcomes)
        self.settled += [r.offset for r in records]


def running(stage: Copying, publisher: MemoryPublisher) -> Runner:
    return Runner(stage, publisher, MemoryBlobs(), FixedClock(NOW), patience=HASTE, end=end)


def offsets(records: Sequence[Outgoing]) -> list[int]:
    return [int(r.key[1:]) for r in records]


async def test_a_claim_of_a_producer_that_is_not_ours_is_not_honoured() -> None:
    publisher, blobs = MemoryPublisher(), MemoryBlobs()
    claimed = await blobs.put(b"the wire of another provider")
    runner = Runner(Copying(), publisher, blobs, FixedClock(NOW), claims=False, patience=HASTE, end=end)
    await runner.run([record(0, b"its own bytes", **{CLAIM_HEADER: claimed.encode()})])
    assert [sent.value for sent in publisher.on("copies")] == [b"its own bytes"]


async def test_outputs_are_produced_in_input_order_before_the_batch_is_settled() -> None:
    stage, publisher = Copying(), MemoryPublisher()
    await running(stage, publisher).run([record(i) for i in range(5)])
    assert offsets(publisher.on("copies")) == [0, 1, 2, 3, 4]
    assert stage.settled == [0, 1, 2, 3, 4]


async def test_a_handler_that_raises_costs_only_the_record_that_makes_it_raise() -> None:
    def trouble(r: Record) -> Outcome | None:
        if r.offset == 2:
            raise ValueError("no such desk")
        return None

    publisher = MemoryPublisher()
    await running(Copying(trouble), publisher).run([record(i) for i in range(5)])
    assert offsets(publisher.on("copies")) == [0, 1, 3, 4]
    (put_aside,) = publisher.on(WIRE_QUARANTINED.name)
    why = json.loads(put_aside.headers[QUARANTINE_HEADER])
    assert why["code"] == "unexpected_ValueError"
    assert (why["topic"], why["partition"], why["offset"]) == ("wire.received", 0, 2)
    assert why["unexpected"]


async def test_poison_is_put_aside_with_its_bytes_and_its_headers() -> None:
    def trouble(r: Record) -> Outcome | None:
        return Rejected("empty", "there is nothing in it") if r.offset == 1 else None

    publisher = MemoryPublisher()
    await running(Copying(trouble), publisher).run([record(0), record(1, b"\xff\x00", provider=b"northwire")])
    (put_aside,) = publisher.on(WIRE_QUARANTINED.name)
    assert put_aside.value == b"\xff\x00"
    assert put_aside.headers["provider"] == b"northwire"
    assert json.loads(put_aside.headers[QUARANTINE_HEADER])["provider"] == "northwire"


async def test_bytes_that_cannot_be_decoded_anywhere_still_reach_quarantine() -> None:
    odd = Record("wire.received", 0, 0, b"\xff\xfe", b"\xc3\x28", {"provider": b"\xff"}, NOW)
    publisher = MemoryPublisher()
    stage = Copying(lambda _: Rejected("not_text", "no text in any known encoding"))
    await running(stage, publisher).run([odd])
    (put_aside,) = publisher.on(WIRE_QUARANTINED.name)
    assert put_aside.value == b"\xc3\x28"


async def test_a_send_that_fails_is_sent_again_and_keeps_the_order_of_its_key() -> None:
    failing = {b"v1"}

    def refuse_once(r: Outgoing) -> bool:
        if r.value in failing:
            failing.discard(r.value)
            return True
        return False

    stage, publisher = Copying(), MemoryPublisher(refuse=refuse_once)
    batch = [Record("t", 0, i, b"one", f"v{i}".encode(), {}, NOW) for i in range(3)]
    await running(stage, publisher).run(batch)
    values = [r.value for r in publisher.on("copies")]
    assert values[-2:] == [b"v1", b"v2"]
    assert stage.settled == [0, 1, 2]


async def test_a_broker_that_stays_away_ends_the_process_with_nothing_settled() -> None:
    stage = Copying()
    runner = running(stage, MemoryPublisher(refuse=lambda _: True))
    with pytest.raises(Ended, match="not confirmed"):
        await runner.run([record(0)])
    assert stage.settled == []


async def test_a_transient_fault_is_waited_out_without_losing_or_doubling() -> None:
    faults = iter([True, True, False])

    def trouble(_: Record) -> Outcome | None:
        if next(faults, False):
            raise Transient("the store is locked")
        return None

    publisher = MemoryPublisher()
    await running(Copying(trouble), publisher).run([record(0)])
    assert offsets(publisher.on("copies")) == [0]


async def test_a_bad_release_stops_instead_of_draining_its_topic_into_quarantine() -> None:
    def trouble(_: Record) -> Outcome | None:
        raise TypeError("this release is broken")

    stage, publisher = Copying(trouble), MemoryPublisher()
    with pytest.raises(Ended, match="3 unexpected faults in a row"):
        await running(stage, publisher).run([record(i) for i in range(10)])
    assert publisher.records == []
    assert stage.settled == []


async def test_unreadable_wires_never_stop_a_service_however_many() -> None:
    stage, publisher = Copying(lambda _: Rejected("empty", "nothing in it")), MemoryPublisher()
    await running(stage, publisher).run([record(i) for i in range(50)])
    assert len(publisher.on(WIRE_QUARANTINED.name)) == 50
    assert len(stage.settled) == 50


async def test_a_cancel_in_mid_batch_settles_nothing_and_leaves_the_runner_idle() -> None:
    reached = asyncio.Event()

    class Slow(Copying):
        async def handle(self, records: Sequence[Record]) -> Sequence[Outcome]:
            reached.set()
            await asyncio.Event().wait()
            return await super().handle(records)

    stage, publisher = Slow(), MemoryPublisher()
    runner = running(stage, publisher)
    task = asyncio.create_task(runner.run([record(0)]))
    await reached.wait()
    assert not await runner.drained(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await runner.drained(0.1)
    assert (stage.settled, publisher.records) == ([], [])


async def test_a_claim_check_is_redeemed_before_the_stage_sees_the_record() -> None:
    blobs, publisher = MemoryBlobs(), MemoryPublisher()
    claim = await blobs.put(b"a very long wire")
    runner = Runner(Copying(), publisher, blobs, FixedClock(NOW), patience=HASTE, end=end)
    await runner.run([Record("t", 0, 0, b"k", b"", {CLAIM_HEADER: claim.encode()}, NOW)])
    (copy,) = publisher.on("copies")
    assert (copy.value, dict(copy.headers)) == (b"a very long wire", {})


async def test_a_lost_claim_is_put_aside_and_harms_no_neighbour() -> None:
    publisher = MemoryPublisher()
    lost = Record("t", 0, 1, b"r1", b"", {CLAIM_HEADER: b"0" * 64}, NOW)
    await running(Copying(), publisher).run([record(0), lost, record(2)])
    assert offsets(publisher.on("copies")) == [0, 2]
    assert json.loads(publisher.on(WIRE_QUARANTINED.name)[0].headers[QUARANTINE_HEADER])["code"] == "claim_lost"
