"""The broker that Wiredesk starts itself: it serves, it keeps what it confirmed, and its topics follow the table."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from wiredesk.kafka import Broker, answers
from wiredesk.places import cache_folder
from wiredesk_core.broker.access import BrokerAccess
from wiredesk_core.broker.topic_admin import apply_plan, check_topics, ensure_topics, plan_topics, require_topics
from wiredesk_core.failures import BrokerDown, Misconfigured
from wiredesk_core.topics import TOPICS, Topic

pytestmark = pytest.mark.broker

RECORDS = [b"record %d" % number for number in range(200)]


def topic_named(name: str) -> Topic:
    return Topic(name, "key", "anything", 1, 24, False, ("test",), ("test",))


async def test_confirmed_records_survive_a_kill_of_the_broker(kafka: BrokerAccess, kafka_broker: Broker) -> None:
    topic = topic_named("test.survives")
    await ensure_topics(kafka, [topic])
    await produce(kafka.bootstrap, topic.name, RECORDS)

    kafka_broker.kill()
    assert not answers(kafka.bootstrap)
    kafka_broker.launch()
    await kafka_broker.started()

    assert await consume(kafka.bootstrap, topic.name, len(RECORDS)) == RECORDS


async def test_an_orderly_stop_keeps_records_and_cluster(tmp_path: Path) -> None:
    broker = Broker(tmp_path / "kafka", cache_folder(os.environ))
    broker.launch()
    await broker.started()
    cluster = (broker.data_dir / "cluster.id").read_text("utf-8")
    topic = topic_named("test.kept")
    await ensure_topics(BrokerAccess(broker.bootstrap), [topic])
    await produce(broker.bootstrap, topic.name, RECORDS)
    broker.stop()
    assert broker.pid is None

    again = Broker(tmp_path / "kafka", cache_folder(os.environ))
    again.launch()
    await again.started()
    try:
        assert (again.data_dir / "cluster.id").read_text("utf-8") == cluster
        assert await consume(again.bootstrap, topic.name, len(RECORDS)) == RECORDS
    finally:
        again.stop()


async def test_the_topic_table_is_created_once_and_then_found_right(kafka: BrokerAccess) -> None:
    await ensure_topics(kafka, TOPICS)

    assert await ensure_topics(kafka, TOPICS) == ()
    assert await check_topics(kafka, TOPICS) == ()


async def test_a_topic_with_other_partitions_or_settings_is_refused(kafka: BrokerAccess) -> None:
    topic = topic_named("test.differs")
    assert await ensure_topics(kafka, [topic]) == (topic.name,)

    with pytest.raises(Misconfigured, match="has 1 partitions instead of 2"):
        await ensure_topics(kafka, [replace(topic, partitions=2)])
    with pytest.raises(Misconfigured, match=r"cleanup\.policy=delete instead of compact"):
        await ensure_topics(kafka, [replace(topic, compacted=True)])


async def test_a_topic_that_cannot_be_created_is_an_error_and_not_a_silence(kafka: BrokerAccess) -> None:
    with pytest.raises(Misconfigured, match="could not be created"):
        await ensure_topics(kafka, [topic_named("no blanks allowed")])
    with pytest.raises(Misconfigured, match="could not be created"):
        await ensure_topics(kafka, [topic_named("test.three.copies")], replication=3)


async def test_a_missing_broker_is_said_to_be_missing() -> None:
    with pytest.raises(BrokerDown, match=r"127\.0\.0\.1:1 did not answer"):
        await ensure_topics(BrokerAccess("127.0.0.1:1"), TOPICS)


def test_a_taken_port_is_refused_before_anything_starts(
    tmp_path: Path, kafka_broker: Broker, kafka: BrokerAccess
) -> None:
    second = Broker(tmp_path / "kafka", cache_folder(os.environ), port=kafka_broker.port)

    with pytest.raises(Misconfigured, match=f"Port {kafka_broker.port} on 127.0.0.1 is taken"):
        second.start()
    assert answers(kafka.bootstrap)


def test_a_broker_that_ends_while_starting_says_why(tmp_path: Path) -> None:
    broker = Broker(tmp_path / "kafka", cache_folder(os.environ))
    broker.prepare()
    (broker.data_dir / "records" / "meta.properties").write_text("version=1\ncluster.id=another\nnode.id=7\n", "utf-8")

    with pytest.raises(BrokerDown, match="ended with status 1 while starting"):
        broker.start()


async def produce(bootstrap: str, topic: str, values: list[bytes]) -> None:
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all") as producer:
        for value in values:
            await producer.send(topic, value)
        await producer.flush()


async def consume(bootstrap: str, topic: str, number: int) -> list[bytes]:
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest") as consumer:
        consumer.assign([TopicPartition(topic, 0)])
        return [(await consumer.getone()).value for _ in range(number)]


async def test_a_plan_is_applied_once_and_then_nothing_is_left_to_do(kafka: BrokerAccess) -> None:
    topic = topic_named("test.planned")
    assert [step.kind for step in await plan_topics(kafka, [topic])] == ["create"]
    assert [step.kind for step in await apply_plan(kafka, [topic])] == ["create"]
    with pytest.raises(Misconfigured, match="instead of compact"):
        await require_topics(kafka, [replace(topic, compacted=True)])
    assert [step.kind for step in await apply_plan(kafka, [replace(topic, compacted=True)])] == ["alter"]
    assert await plan_topics(kafka, [replace(topic, compacted=True)]) == ()


async def test_a_setting_that_the_table_does_not_speak_of_outlives_an_alteration(kafka: BrokerAccess) -> None:
    topic = topic_named("test.kept")
    await apply_plan(kafka, [topic])
    admin = AIOKafkaAdminClient(**kafka.options())
    await admin.start()
    try:
        own = {**topic.config(), "segment.bytes": "1048576"}
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic.name, configs=own)])
        await apply_plan(kafka, [replace(topic, compacted=True)])
        asked = ConfigResource(ConfigResourceType.TOPIC, topic.name, configs={"segment.bytes": None})
        (answer,) = await admin.describe_configs([asked])
    finally:
        await admin.close()
    assert answer.resources[0][4][0][:2] == ("segment.bytes", "1048576")
