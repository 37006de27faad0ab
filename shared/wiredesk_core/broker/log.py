"""Reading a topic as a log, by time and in no group: what is on it now, once, from some moment on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from wiredesk_core.broker.access import BrokerAccess
from wiredesk_core.failures import BrokerDown
from wiredesk_core.topics import MAX_RECORD_BYTES, Topic

REQUEST_MS = 15_000
POLL_MS = 1_000
FETCH_BYTES = MAX_RECORD_BYTES + 1024 * 1024
AT_A_TIME = 500


@dataclass(frozen=True, slots=True)
class Kept:
    """A record as the broker keeps it."""

    topic: str
    partition: int
    offset: int
    at: datetime
    key: bytes
    value: bytes
    headers: Mapping[str, bytes]


Places = Mapping[int, int]
"""An offset in each partition."""


class TopicLog:
    """One topic. Raises BrokerDown when the broker does not answer."""

    def __init__(self, access: BrokerAccess, topic: Topic) -> None:
        self._access = access
        self._topic = topic.name

    async def ends(self) -> Places:
        """Where the next record of each partition will be."""
        async with self._open() as (consumer, places):
            return {at.partition: offset for at, offset in (await consumer.end_offsets(places)).items()}

    async def since(self, moment: datetime) -> Places:
        """Where the first record at or after a moment is, in each partition; its end where there is none."""
        async with self._open() as (consumer, places):
            ends = await consumer.end_offsets(places)
            millis = int(moment.timestamp() * 1000)
            found = await consumer.offsets_for_times(dict.fromkeys(places, millis))
        return {at.partition: found[at].offset if found.get(at) else ends[at] for at in places}

    async def read(self, begin: Places, end: Places) -> AsyncIterator[Sequence[Kept]]:
        """The records from `begin` up to `end`, in the order of each partition, some hundred at a time."""
        async with self._open() as (consumer, places):
            open_ones = {at for at in places if begin.get(at.partition, 0) < end.get(at.partition, 0)}
            consumer.assign(list(open_ones))
            for at in open_ones:
                consumer.seek(at, begin.get(at.partition, 0))
            while open_ones:
                batches = await consumer.getmany(*open_ones, timeout_ms=POLL_MS, max_records=AT_A_TIME)
                kept = [_kept(one) for at, batch in batches.items() for one in batch if one.offset < end[at.partition]]
                if kept:
                    yield kept
                open_ones = {at for at in open_ones if await consumer.position(at) < end[at.partition]}

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[tuple[Any, list[TopicPartition]]]:
        consumer = AIOKafkaConsumer(
            **self._access.options(), request_timeout_ms=REQUEST_MS, enable_auto_commit=False,
            auto_offset_reset="earliest", max_partition_fetch_bytes=FETCH_BYTES,
        )  # fmt: skip
        try:
            await consumer.start()
            numbers = await _partitions(self._access, self._topic)
            yield consumer, [TopicPartition(self._topic, number) for number in numbers]
        except (KafkaError, OSError) as broken:
            raise BrokerDown(f"The broker at {self._access.bootstrap} did not answer: {broken!r}") from broken
        finally:
            await consumer.stop()


async def _partitions(access: BrokerAccess, topic: str) -> list[int]:
    """Those that the topic has; a consumer in no group learns of none by itself."""
    admin = AIOKafkaAdminClient(**access.options(), request_timeout_ms=REQUEST_MS)
    try:
        await admin.start()
        described = await admin.describe_topics([topic])
    finally:
        await admin.close()
    return sorted(part["partition"] for entry in described for part in entry["partitions"])


def _kept(record: Any) -> Kept:
    headers = {name: value for name, value in record.headers if value is not None}
    at = datetime.fromtimestamp(record.timestamp / 1000, UTC)
    return Kept(record.topic, record.partition, record.offset, at, record.key or b"", record.value or b"", headers)
