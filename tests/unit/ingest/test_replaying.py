"""Which wires are read again, how they come back, and where a run that was cut short goes on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from wiredesk_core.broker.log import Kept
from wiredesk_core.broker.memory import MemoryPublisher
from wiredesk_core.messages import AGAIN, ReceiptNote, Reparsed, VersionAccepted, replay_of
from wiredesk_core.ports import NotPublished
from wiredesk_core.testing import NOON, after
from wiredesk_ingest.reception import Arrival, records_of
from wiredesk_ingest.replaying import Asked, Tally, again, goes_on_at, read_again, records_in
from wiredesk_ingest.stage import read_record

WIRE = b'{"uri": "urn:example:1", "version": "1", "headline": "A headline", "body_text": "A text."}'


def kept(offset: int = 17, provider: str = "northwire", partition: int = 3, data: bytes = WIRE, **more: Any) -> Kept:
    wire, _ = records_of(Arrival(provider, data, f"receipt-{offset}", after(offset), "application/json"))
    return Kept("wire.received", partition, offset, after(offset), wire.key, wire.value, {**wire.headers, **more})


async def batches(*given: Sequence[Kept]) -> AsyncIterator[Sequence[Kept]]:
    for batch in given:
        yield batch


async def test_only_the_wires_that_are_meant_come_again_as_they_came() -> None:
    publisher = MemoryPublisher()
    asked = Asked("northwire", NOON, after(20))
    given = [kept(1), kept(2, "kestrel"), kept(3)], [kept(20), kept(19, partition=0)]
    run = read_again(batches(*given), asked, publisher, after(60), lambda *_: None)
    told = [(tally.looked_at, tally.meant, len(publisher.records)) async for tally in run]
    assert told == [(3, 2, 2), (5, 3, 3)]
    first = publisher.records[0]
    assert (first.topic, first.key, first.value) == ("wire.received.bulk", b"receipt-1", WIRE)
    assert {name: value for name, value in first.headers.items() if name != "replay"} == kept(1).headers
    replay = replay_of(first.headers)
    assert replay is not None
    assert (replay.quarantine_id, replay.rederived_at) == ("wire.received-3-1", after(60))


async def test_without_a_publisher_they_are_only_counted() -> None:
    tallies = [t async for t in read_again(batches([kept(1)]), Asked("northwire", NOON), None, NOON, lambda *_: None)]
    assert tallies[-1].meant == 1


async def test_nothing_is_counted_as_done_that_the_broker_did_not_confirm() -> None:
    publisher = MemoryPublisher(refuse=lambda record: record.key == b"receipt-2")
    run = read_again(batches([kept(1)], [kept(2)]), Asked("northwire", NOON), publisher, NOON, lambda *_: None)
    assert (await anext(run)).meant == 1
    with pytest.raises(NotPublished):
        await anext(run)


def test_a_run_goes_on_where_the_slowest_partition_was() -> None:
    tally = Tally().with_batch([kept(5, partition=0), kept(9, partition=1)], 2)
    assert goes_on_at(tally, [0, 1]) == after(5)
    assert goes_on_at(tally, [0, 1, 2]) is None
    assert goes_on_at(tally.with_batch([kept(7, partition=0)], 1), [0, 1]) == after(7)
    assert records_in({0: 5, 1: 9}, {0: 7, 1: 9}) == 2


def test_a_wire_read_again_tells_what_it_holds_and_nothing_to_its_receipt(profiles: Any) -> None:
    record = again(kept(), after(60))
    outcome = read_record(record.headers, record.value, profiles, after(60))
    version, reparsed = (AGAIN.validate_json(output.value) for output in outcome.outputs)
    assert isinstance(version, VersionAccepted)
    assert isinstance(reparsed, Reparsed)
    assert (version.receipt_id, version.received_at, version.rederived_at) == ("receipt-17", after(17), after(60))
    assert reparsed.found == ((version.item_id, version.wire_sha256),)


def test_a_wire_that_holds_nothing_any_more_says_so(profiles: Any) -> None:
    record = again(kept(data=WIRE[:-9]), after(60))
    outcome = read_record(record.headers, record.value, profiles, after(60) + timedelta(seconds=1))
    (output,) = outcome.outputs
    assert ReceiptNote.model_validate_json(output.value).code == "json_broken"
