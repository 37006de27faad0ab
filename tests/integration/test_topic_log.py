"""Reading a topic as a log, on the real broker: by time, between two places, in the order of each partition."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta

import pytest
from wiredesk_core.broker.access import BrokerAccess
from wiredesk_core.broker.kafka import KafkaPublisher
from wiredesk_core.broker.log import Kept, Places, TopicLog
from wiredesk_core.broker.topic_admin import ensure_topics
from wiredesk_core.failures import BrokerDown
from wiredesk_core.messages import Outgoing
from wiredesk_core.topics import Topic

pytestmark = pytest.mark.broker

RECORDS = 1200


async def a_topic(kafka: BrokerAccess) -> Topic:
    topic = Topic(f"log.{secrets.token_hex(4)}", "any", "bytes", 3, None, False, (), ())
    await ensure_topics(kafka, [topic])
    return topic


async def published(kafka: BrokerAccess, topic: Topic, numbers: range) -> None:
    publisher = KafkaPublisher(kafka, client_id="test")
    try:
        await publisher.publish(
            [Outgoing(topic.name, b"%d" % (n % 7), b"%d" % n, {"number": b"%d" % n}) for n in numbers]
        )
    finally:
        await publisher.close()


async def read(log: TopicLog, begin: Places, end: Places) -> list[Kept]:
    return [record async for batch in log.read(begin, end) for record in batch]


async def test_what_lies_between_two_places_is_read_once_and_in_order(kafka: BrokerAccess) -> None:
    topic = await a_topic(kafka)
    log = TopicLog(kafka, topic)
    await published(kafka, topic, range(RECORDS))
    middle = await log.ends()
    between = datetime.now(UTC) + timedelta(milliseconds=1)
    while datetime.now(UTC) < between + timedelta(milliseconds=5):
        pass
    await published(kafka, topic, range(RECORDS, RECORDS + 100))
    everything = await read(log, await log.since(datetime(2020, 1, 1, tzinfo=UTC)), middle)
    assert sorted(int(record.value) for record in everything) == list(range(RECORDS))
    for partition in middle:
        offsets = [record.offset for record in everything if record.partition == partition]
        assert offsets == sorted(offsets)
    assert all(record.headers["number"] == record.value for record in everything)
    later = await log.since(between)
    assert later == middle
    assert len(await read(log, later, await log.ends())) == 100


async def test_nothing_lies_behind_the_end_or_in_an_empty_topic(kafka: BrokerAccess) -> None:
    log = TopicLog(kafka, await a_topic(kafka))
    assert await log.since(datetime.now(UTC)) == await log.ends() == {0: 0, 1: 0, 2: 0}
    assert await read(log, {}, await log.ends()) == []


async def test_a_broker_that_is_not_there_is_said() -> None:
    with pytest.raises(BrokerDown, match="did not answer"):
        await TopicLog(BrokerAccess("127.0.0.1:1"), Topic("none", "", "", 1, None, False, (), ())).ends()
