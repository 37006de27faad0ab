"""How far behind the consumers are: records on a topic that its group has not acknowledged."""

from __future__ import annotations

from collections import Counter
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from wiredesk_core.broker.access import BrokerAccess
from wiredesk_core.failures import BrokerDown
from wiredesk_core.settings import SharedSettings
from wiredesk_core.topics import TOPICS


def access_to(bootstrap: str) -> BrokerAccess:
    """A broker by its address, reached as the environment says (TLS, user)."""
    return BrokerAccess.of(SharedSettings(broker=bootstrap))


async def lag_of(access: BrokerAccess) -> dict[str, int]:
    """`service: topic` → records that wait; of the services that read each topic by the table."""
    admin = AIOKafkaAdminClient(**access.options(), request_timeout_ms=5_000)
    consumer = AIOKafkaConsumer(**access.options(), request_timeout_ms=5_000)
    try:
        await admin.start()
        await consumer.start()
        groups = {group for group, *_ in await admin.list_consumer_groups()}
        waiting: Counter[str] = Counter()
        for topic in TOPICS:
            for group in sorted(groups & set(topic.consumers)):
                waiting[f"{group}: {topic.name}"] = await _lag(admin, consumer, group, topic.name)
    except (KafkaError, OSError) as broken:
        raise BrokerDown(f"Kafka at {access.bootstrap} did not answer: {broken}") from broken
    finally:
        await admin.close()
        await consumer.stop()
    return dict(waiting)


async def _lag(admin: Any, consumer: Any, group: str, topic: str) -> int:
    partitions = [TopicPartition(topic, number) for number in await _partitions(admin, topic)]
    begins = await consumer.beginning_offsets(partitions)
    ends = await consumer.end_offsets(partitions)
    done = await admin.list_consumer_group_offsets(group, partitions=partitions)
    return sum(ends[at] - max(begins[at], done[at].offset if at in done else 0) for at in partitions)


async def _partitions(admin: Any, topic: str) -> list[int]:
    described = await admin.describe_topics([topic])
    return [entry["partition"] for entry in described[0]["partitions"]]
