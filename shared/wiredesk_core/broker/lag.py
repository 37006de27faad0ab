"""How far behind the consumer groups are: records on a topic that a group has not acknowledged."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from wiredesk_core.broker.access import BrokerAccess
from wiredesk_core.failures import BrokerDown
from wiredesk_core.telemetry import gauge, log
from wiredesk_core.topics import TOPICS, Topic

REQUEST_MS = 5_000
GROUPLESS = frozenset({"gateway"})
"""Services that read a topic from where their clients are, and so have no group whose lag could be told."""

Pair = tuple[str, str]
"""A group and a topic that it reads."""

_log = log(__name__)


@dataclass(frozen=True, slots=True)
class Lag:
    """Of one group on one topic: what waits in each partition, and how much was acknowledged since the topic began."""

    waiting: Mapping[int, int]
    acknowledged: int

    @property
    def total(self) -> int:
        """Records that wait."""
        return sum(self.waiting.values())


@dataclass(frozen=True, slots=True)
class Reading:
    """The lag of every group at one moment (monotonic seconds)."""

    at: float
    lags: Mapping[Pair, Lag]

    def waiting(self, group: str, topic: str) -> int:
        """Records that wait; 0 for what nobody reads."""
        lag = self.lags.get((group, topic))
        return 0 if lag is None else lag.total

    def told(self, earlier: Reading | None) -> dict[str, dict[str, float]]:
        """`group: topic` → what waits and how many records a second were acknowledged since an earlier reading."""
        return {
            f"{group}: {topic}": {
                "waiting": lag.total,
                "per_second": round(self.rate_since(earlier, (group, topic)), 1) if earlier else 0.0,
            }
            for (group, topic), lag in self.lags.items()
        }

    def rate_since(self, earlier: Reading, pair: Pair) -> float:
        """Records a second that the group acknowledged between two readings."""
        now, then = self.lags.get(pair), earlier.lags.get(pair)
        if now is None or then is None or self.at <= earlier.at:
            return 0.0
        return max(0.0, (now.acknowledged - then.acknowledged) / (self.at - earlier.at))


def pairs(topics: Sequence[Topic] = TOPICS) -> tuple[Pair, ...]:
    """Every group with every topic that the table has it read."""
    return tuple(
        (topic.group(service), topic.name)
        for topic in topics
        for service in topic.consumers
        if service not in GROUPLESS
    )


class LagGauge:
    """Reads the lag. Keeps its connections between readings; a reading that fails raises BrokerDown and drops them."""

    def __init__(self, access: BrokerAccess, topics: Sequence[Topic] = TOPICS) -> None:
        self._access = access
        self._topics = topics
        self._admin: Any = None
        self._consumer: Any = None
        self._partitions: dict[str, list[int]] = {}

    async def read(self) -> Reading:
        """The lag of all groups now."""
        try:
            await self._connect()
            lags = {pair: await self._lag(*pair) for pair in pairs(self._topics)}
        except (KafkaError, OSError, TimeoutError) as broken:
            await self.close()
            raise BrokerDown(f"Kafka at {self._access.bootstrap} did not tell the lag: {broken!r}") from broken
        return Reading(time.monotonic(), lags)

    async def close(self) -> None:
        """Let go of the broker."""
        admin, consumer, self._admin, self._consumer = self._admin, self._consumer, None, None
        for client in (admin and admin.close, consumer and consumer.stop):
            if client:
                with contextlib.suppress(KafkaError, OSError, TimeoutError):
                    await client()

    async def _connect(self) -> None:
        if self._admin is None:
            self._admin = AIOKafkaAdminClient(**self._access.options(), request_timeout_ms=REQUEST_MS)
            await self._admin.start()
        if self._consumer is None:
            self._consumer = AIOKafkaConsumer(**self._access.options(), request_timeout_ms=REQUEST_MS)
            await self._consumer.start()
        if not self._partitions:
            described = await self._admin.describe_topics([topic.name for topic in self._topics])
            self._partitions = {entry["topic"]: [p["partition"] for p in entry["partitions"]] for entry in described}

    async def _lag(self, group: str, topic: str) -> Lag:
        places = [TopicPartition(topic, number) for number in self._partitions.get(topic, [])]
        if not places:
            return Lag({}, 0)
        begins = await self._consumer.beginning_offsets(places)
        ends = await self._consumer.end_offsets(places)
        done = await self._admin.list_consumer_group_offsets(group, partitions=places)
        reached = {at: max(begins[at], done[at].offset if at in done else 0) for at in places}
        return Lag({at.partition: max(0, ends[at] - reached[at]) for at in places}, sum(reached.values()))


class LagWatch:
    """Reads the lag again and again, and keeps the two newest readings."""

    def __init__(self, source: LagGauge, interval: float = 2.0) -> None:
        self._source = source
        self._interval = interval
        self.newest: Reading | None = None
        self.before: Reading | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Until stopped. A broker that does not answer leaves the last reading to grow old."""
        try:
            while not stop.is_set():
                try:
                    self._note(await self._source.read())
                except BrokerDown as away:
                    _log.warning("the lag is not known", why=str(away))
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), self._interval)
        finally:
            await self._source.close()

    def fresh(self, now: float) -> Reading | None:
        """The newest reading, unless it is so old that it says nothing."""
        known = self.newest
        return known if known is not None and now - known.at < 5 * self._interval + REQUEST_MS / 1000 else None

    def _note(self, reading: Reading) -> None:
        self.before, self.newest = self.newest, reading
        gauge("wiredesk_lag_reading_timestamp_seconds", time.time())
        for (group, topic), lag in reading.lags.items():
            for partition, waiting in lag.waiting.items():
                gauge("wiredesk_lag_records", waiting, group=group, topic=topic, partition=str(partition))
