"""The change log on a real broker: every reader gets every change, in order, from wherever it left."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import uuid4

import pytest
from wiredesk_core.blobs.memory import MemoryBlobs
from wiredesk_core.broker.access import BrokerAccess
from wiredesk_core.broker.kafka import KafkaPublisher
from wiredesk_core.broker.topic_admin import ensure_topics
from wiredesk_core.claims import ClaimingPublisher
from wiredesk_core.failures import Transient
from wiredesk_core.messages import Changed, Outgoing
from wiredesk_core.testing import changed, make_item
from wiredesk_core.topics import ITEM_CHANGED, Topic
from wiredesk_gateway.changes import ChangeLog, Expired, Page, Positions
from wiredesk_gateway.kafka_changes import KafkaChangeLog

pytestmark = pytest.mark.broker


@pytest.fixture
async def topic(kafka: BrokerAccess) -> Topic:
    """A topic of its own for each test."""
    fresh = replace(ITEM_CHANGED, name=f"item.changed.{uuid4().hex}", partitions=3)
    await ensure_topics(kafka, [fresh])
    return fresh


@pytest.fixture
def blobs() -> MemoryBlobs:
    return MemoryBlobs()


@pytest.fixture
async def publisher(kafka: BrokerAccess, blobs: MemoryBlobs) -> AsyncIterator[ClaimingPublisher]:
    publisher = ClaimingPublisher(KafkaPublisher(kafka, client_id="test"), blobs)
    yield publisher
    await publisher.close()


@contextlib.asynccontextmanager
async def following(log: KafkaChangeLog) -> AsyncIterator[KafkaChangeLog]:
    stop = asyncio.Event()
    task = asyncio.create_task(log.follow(stop))
    try:
        async with asyncio.timeout(20):
            while True:
                with contextlib.suppress(Transient):
                    await log.ends()
                    break
                await asyncio.sleep(0.05)
        yield log
    finally:
        stop.set()
        await task


def record(topic: Topic, fact: Changed) -> Outgoing:
    return Outgoing(topic.name, fact.item_id.encode(), fact.model_dump_json().encode())


def facts(number: int, first: int = 0) -> list[Changed]:
    return [changed(make_item(uri=f"urn:example:{n}")) for n in range(first, first + number)]


async def drain(log: ChangeLog, epoch: str | None = None, at: Positions | None = None) -> tuple[list[str], Page]:
    uris: list[str] = []
    while True:
        page = await log.read(epoch, at, limit=7, wait=0)
        uris += [fact.uri for _, _, fact in page.changes]
        epoch, at = page.epoch, page.positions
        if page.at_end:
            return uris, page


async def test_a_reader_from_the_start_gets_what_was_there_and_what_comes(
    kafka: BrokerAccess, topic: Topic, blobs: MemoryBlobs, publisher: ClaimingPublisher
) -> None:
    await publisher.publish([record(topic, fact) for fact in facts(40)])
    async with following(KafkaChangeLog(kafka, topic, blobs)) as log:
        uris, page = await drain(log)
        assert sorted(uris) == sorted(f"urn:example:{n}" for n in range(40))
        waiting = asyncio.create_task(log.read(page.epoch, page.positions, limit=10, wait=10))
        await publisher.publish([record(topic, fact) for fact in facts(1, first=40)])
        news = await waiting
        assert [fact.uri for _, _, fact in news.changes] == ["urn:example:40"]


async def test_a_cursor_of_one_gateway_holds_on_another(
    kafka: BrokerAccess, topic: Topic, blobs: MemoryBlobs, publisher: ClaimingPublisher
) -> None:
    await publisher.publish([record(topic, fact) for fact in facts(20)])
    async with following(KafkaChangeLog(kafka, topic, blobs)) as one:
        await publisher.publish([record(topic, fact) for fact in facts(20, first=20)])
        first = await one.read(None, None, limit=7, wait=0)
        async with following(KafkaChangeLog(kafka, topic, blobs)) as other:
            uris, _ = await drain(other, first.epoch, first.positions)
    seen = [fact.uri for _, _, fact in first.changes] + uris
    assert sorted(seen) == sorted(f"urn:example:{n}" for n in range(40))


async def test_a_window_too_small_for_the_news_loses_none(
    kafka: BrokerAccess, topic: Topic, blobs: MemoryBlobs, publisher: ClaimingPublisher
) -> None:
    async with following(KafkaChangeLog(kafka, topic, blobs, window_bytes=3000)) as log:
        ends = await log.ends()
        await publisher.publish([record(topic, fact) for fact in facts(50)])
        uris: list[str] = []
        epoch, at = ends.epoch, ends.positions
        async with asyncio.timeout(20):
            while len(uris) < 50:
                page = await log.read(epoch, at, limit=9, wait=1)
                uris += [fact.uri for _, _, fact in page.changes]
                at = page.positions
    assert sorted(uris) == sorted(f"urn:example:{n}" for n in range(50))


async def test_the_end_can_be_followed_from_at_once(
    kafka: BrokerAccess, topic: Topic, blobs: MemoryBlobs, publisher: ClaimingPublisher
) -> None:
    async with following(KafkaChangeLog(kafka, topic, blobs)) as log:
        await publisher.publish([record(topic, fact) for fact in facts(30)])
        ends = await log.ends()
        page = await log.read(ends.epoch, ends.positions, limit=10, wait=0)
        assert page.changes == []


async def test_positions_of_another_log_have_expired(kafka: BrokerAccess, topic: Topic, blobs: MemoryBlobs) -> None:
    async with following(KafkaChangeLog(kafka, topic, blobs)) as log:
        ends = await log.ends()
        for epoch, positions in (("other", {0: 0}), (ends.epoch, {99: 0}), (ends.epoch, {0: 1000})):
            with pytest.raises(Expired):
                await log.read(epoch, positions, limit=1, wait=0)


async def test_a_large_change_comes_through_the_blob_store(
    kafka: BrokerAccess, topic: Topic, blobs: MemoryBlobs, publisher: ClaimingPublisher
) -> None:
    large = changed(make_item(body_text="word " * 1_000_000))
    await publisher.publish([record(topic, large)])
    async with following(KafkaChangeLog(kafka, topic, blobs)) as log:
        page = await log.read(None, None, limit=10, wait=0)
    assert page.changes[0][2] == large


async def test_a_record_that_cannot_be_read_stops_nobody(
    kafka: BrokerAccess, topic: Topic, blobs: MemoryBlobs, publisher: ClaimingPublisher
) -> None:
    good = changed()
    await publisher.publish([Outgoing(topic.name, good.item_id.encode(), b"{broken"), record(topic, good)])
    async with following(KafkaChangeLog(kafka, topic, blobs)) as log:
        uris, _ = await drain(log)
    assert uris == [good.uri]


async def test_without_a_broker_reads_say_so() -> None:
    log = KafkaChangeLog(BrokerAccess("127.0.0.1:1"), ITEM_CHANGED, MemoryBlobs())
    with pytest.raises(Transient):
        await log.read(None, None, limit=1, wait=0)
