"""Faust under the delivery contract: batches of raw records to a Runner, acknowledged in offset order, never otherwise.

Faust 0.15.3 as it comes acknowledges what fails, commits past records in flight and waits for ever on stop; the three
subclasses below close those doors. What each one is for is measured in the acknowledgement tests.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import faust
import faust.streams
from aiokafka.record import default_records
from faust.transport.drivers import aiokafka as driver
from faust.types.tuples import TP

from wiredesk_core.agents.runner import Runner, headers_of
from wiredesk_core.agents.stage import Record
from wiredesk_core.broker.access import MECHANISM, BrokerAccess
from wiredesk_core.failures import Misconfigured, Transient
from wiredesk_core.telemetry import gauge, log
from wiredesk_core.topics import MAX_RECORD_BYTES, Topic

DRAIN_SECONDS = 30.0
"""How long a rebalance or a stop waits for the batch under way; past it the batch is delivered again elsewhere."""

STUCK_SECONDS = 300.0
"""A member that acknowledges nothing for so long while records wait is taken for stuck. No batch may take longer."""

LONGEST_COURTESY = 1.0
"""How long a batch of the bulk lane waits for the live lane to come to rest, in seconds; then it goes all the same."""

BULK_BATCH = 64
"""Records that the bulk lane takes at a time: a live batch that comes meanwhile waits for no more than these."""

URGENT_SECONDS = 0.02
"""How long a batch may gather where a flash or a kill may be in it. Faust looks so often even while nothing comes."""

PATIENT_SECONDS = 0.4
"""How long a batch may gather where nobody waits for a single record: each batch costs its commits, each look its CPU."""

_log = log(__name__)


@dataclass(frozen=True, slots=True)
class Binding:
    """A runner and the topic that it consumes. `batch` records or `within` seconds, whichever is first."""

    topic: Topic
    runner: Runner
    batch: int = 256
    within: float = URGENT_SECONDS


@dataclass(slots=True)
class Progress:
    """How far each partition has been acknowledged, and whether new batches may begin."""

    runners: list[Runner] = field(default_factory=list)
    first: Sequence[Runner] = ()
    """Runners of another lane that go first."""
    acked: dict[TP, int] = field(default_factory=dict)
    begun: dict[TP, int] = field(default_factory=dict)
    """Where each partition was begun by this member; a new group has committed nothing yet."""
    moved: dict[str, float] = field(default_factory=dict)
    """When each topic's last batch was acknowledged, or nothing of it waited; monotonic seconds."""
    closing: bool = False

    async def give_way(self) -> None:
        """Wait while runners that go first are at work, but not for ever: a lane that stands still is none."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_COURTESY):
                for runner in self.first:
                    await runner.at_rest()

    async def drained(self, deadline: float) -> bool:
        """True once no runner holds a batch."""
        return all(await asyncio.gather(*(runner.drained(deadline) for runner in self.runners)))


class AckedConsumer(driver.Consumer):
    """Commits exactly what the runners acknowledged.

    Records of a partition come in order to one runner, which acknowledges whole batches in order. So everything up to
    the last acknowledged offset is done, and no bookkeeping of gaps is needed (Faust's passes records in flight).
    """

    @property
    def _progress(self) -> Progress:
        return cast(App, self.app).progress

    async def wait_empty(self) -> None:
        """Before a rebalance or a stop: let the batch under way finish, then commit."""
        if not await self._progress.drained(DRAIN_SECONDS):
            self.log.warning("a batch outlasts the rebalance; its records will be delivered again")
        await self.commit_and_end_transactions()

    def _filter_tps_with_pending_acks(self, topics: Any = None) -> Iterator[TP]:
        """All that was acknowledged, also what Faust forgets just before the last commit of a rebalance."""
        return (tp for tp in list(self._progress.acked) if topics is None or tp in topics or tp.topic in topics)

    def _new_offset(self, tp: TP) -> int | None:
        self._acked[tp].clear()
        self._acked_index[tp].clear()
        last = self._progress.acked.get(tp)
        return None if last is None else last + 1

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Forget what was acknowledged on partitions that go elsewhere: their new owner decides now."""
        await super().on_partitions_revoked(revoked)
        for tp in revoked:
            self._progress.acked.pop(tp, None)
            self._progress.begun.pop(tp, None)


class Transport(driver.Transport):
    """Faust's Kafka transport with the consumer above."""

    Consumer = AckedConsumer


class App(faust.App):
    """A Faust app without tables, folders, web server or leader topic: a consumer group and its streams."""

    progress: Progress

    def _new_transport(self) -> Transport:
        return Transport(self.conf.broker_consumer, self)

    def _create_directories(self) -> None:
        """There are no tables, so there is nothing to keep on disk."""


def assert_compiled() -> None:
    """Raises Misconfigured unless the compiled parts of Faust and aiokafka are in use, not merely installed.

    Without Faust's, stale records of a partition that was taken away would be acknowledged unprocessed.
    """
    in_use = {
        "faust-streaming": getattr(faust.streams, "_CStreamIterator", None) is not None,
        "aiokafka": default_records.DefaultRecordBatch.__module__.endswith("_crecords.default_records"),
    }
    for name, compiled in in_use.items():
        if not compiled:
            raise Misconfigured(
                f"{name} runs without its compiled parts and could lose records in a rebalance: install its binary "
                "wheel for this Python, and unset NO_CYTHON and AIOKAFKA_NO_EXTENSIONS"
            )


class Agents:
    """The Faust side of a service: starts with its bindings, stops gracefully, tells when it has crashed."""

    def __init__(
        self,
        group: str,
        access: BrokerAccess,
        bindings: Sequence[Binding],
        instance: str = "",
        stuck_seconds: float = STUCK_SECONDS,
        *,
        gives_way_to: Sequence[Runner] = (),
    ) -> None:
        """`gives_way_to`: runners of a live lane, whose batches go before those of these agents."""
        assert_compiled()
        self._stuck_seconds = stuck_seconds
        self.progress = Progress(runners=[binding.runner for binding in bindings], first=gives_way_to)
        self._app = _build_app(group, access, bindings, instance)
        self._app.progress = self.progress
        for binding in bindings:
            _attach(self._app, binding, self.progress)

    async def start(self) -> None:
        """Join the group and begin to consume."""
        await self._app.start()

    async def check(self) -> None:
        """For readiness: raises Transient until the group has given this member its partitions."""
        if not self._app.consumer.assignment():
            raise Transient("no partitions assigned yet")

    def waiting(self) -> int:
        """Records of this member's partitions that lie beyond the last acknowledged one, as the last fetch saw them."""
        return sum(self._waiting().values())

    def _waiting(self) -> Mapping[str, int]:
        consumer = self._app.consumer
        waiting: Counter[str] = Counter()
        for tp in consumer.assignment():
            waiting[tp.topic] += self._behind(consumer, tp)
        return waiting

    def _behind(self, consumer: Any, tp: TP) -> int:
        acked = self.progress.acked.get(tp)
        done = consumer._committed_offset.get(tp) if acked is None else acked + 1  # noqa: SLF001  # no public way
        if done is None:
            done = self.progress.begun.get(tp)
        high = consumer.highwater(tp)
        return 0 if high is None or done is None else max(0, high - done)

    def stuck(self, now: float) -> str | None:
        """For liveness: why this member should be ended, or None. `now` in monotonic seconds.

        Each topic has a clock of its own: one that stands must not hide behind another that moves.
        """
        waiting = self._waiting()
        still = {topic: self._still(topic, number, now) for topic, number in waiting.items()}
        standing = [topic for topic, seconds in still.items() if seconds > self._stuck_seconds]
        gauge("wiredesk_waiting_records", sum(waiting.values()), service=self._app.conf.id)
        gauge("wiredesk_stuck", int(bool(standing)), service=self._app.conf.id)
        told = (f"{waiting[t]} records wait on {t} and none was acknowledged for {still[t]:.0f} s" for t in standing)
        return "; ".join(told) or None

    def _still(self, topic: str, waiting: int, now: float) -> float:
        """For how long nothing of a topic has moved, although something waits."""
        if not waiting:
            self.progress.moved[topic] = now
        return now - self.progress.moved.setdefault(topic, now)

    async def crashed(self) -> BaseException | None:
        """Returns when Faust has given up, with its reason; a service then ends without a graceful stop."""
        await self._app._crashed.wait()  # noqa: SLF001  # mode offers no public way to wait for it
        return self._app.crash_reason

    async def stop(self) -> None:
        """Begin no new batch, finish and commit the one under way, leave the group."""
        self.progress.closing = True
        await self._app.stop()


class Lanes:
    """The agents of several lanes as one: each lane reads in a group of its own, so that none can hold up another.

    One consumer would not do: Faust hands its records on in the order in which they were fetched, and a topic whose
    buffer is full makes all others wait.
    """

    def __init__(self, *agents: Agents) -> None:
        self._agents = agents

    async def start(self) -> None:
        """Join all groups."""
        for agents in self._agents:
            await agents.start()

    async def check(self) -> None:
        """See Agents."""
        for agents in self._agents:
            await agents.check()

    def stuck(self, now: float) -> str | None:
        """See Agents."""
        told = [why for agents in self._agents if (why := agents.stuck(now))]
        return "; ".join(told) or None

    async def crashed(self) -> BaseException | None:
        """Returns when the first of them has given up."""
        waiting = [asyncio.create_task(agents.crashed()) for agents in self._agents]
        try:
            done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()
        return done.pop().result()

    async def stop(self) -> None:
        """See Agents."""
        await asyncio.gather(*(agents.stop() for agents in self._agents))


def _build_app(group: str, access: BrokerAccess, bindings: Sequence[Binding], instance: str) -> App:
    largest = max(binding.batch for binding in bindings)
    return App(
        group,
        broker=";".join(f"kafka://{server}" for server in access.bootstrap.split(",")),
        broker_credentials=_credentials(access),
        processing_guarantee="at_least_once",
        broker_commit_interval=1.0,
        broker_session_timeout=10.0,
        broker_heartbeat_interval=2.0,
        broker_request_timeout=40.0,
        broker_rebalance_timeout=60.0,
        broker_max_poll_interval=600.0,
        broker_check_crcs=True,
        consumer_auto_offset_reset="earliest",
        consumer_group_instance_id=instance or None,
        consumer_max_fetch_size=MAX_RECORD_BYTES,
        producer_request_timeout=30.0,
        stream_wait_empty=True,
        stream_buffer_maxsize=2 * largest,
        table_standby_replicas=0,
        topic_disable_leader=True,
        topic_allow_declare=False,
        web_enabled=False,
        autodiscover=False,
    )


def _credentials(access: BrokerAccess) -> faust.SASLCredentials | faust.SSLCredentials | None:
    """The same access in Faust's words."""
    if access.uses_sasl:
        return faust.SASLCredentials(
            username=access.user, password=access.password, ssl_context=access.tls(), mechanism=MECHANISM
        )
    return faust.SSLCredentials(context=access.tls()) if access.uses_tls else None


def _attach(app: App, binding: Binding, progress: Progress) -> None:
    source = app.topic(
        binding.topic.name,
        key_type=bytes,
        value_type=bytes,
        key_serializer="raw",
        value_serializer="raw",
        partitions=binding.topic.partitions,
    )

    async def consume(stream: Any) -> AsyncIterator[None]:
        async for events in stream.noack_take(binding.batch, within=binding.within):
            if progress.closing:
                await asyncio.Event().wait()  # the stop that set it will cancel this
            for event in events:
                progress.begun.setdefault(event.message.tp, event.message.offset)
            await progress.give_way()
            await binding.runner.run([record_of(event.message) for event in events])
            await _acknowledge(stream, events, progress)
            yield

    app.agent(source, name=f"{app.conf.id}.{binding.topic.name}", concurrency=1)(consume)


async def _acknowledge(stream: Any, events: Sequence[Any], progress: Progress) -> None:
    for event in events:
        progress.moved[event.message.topic] = time.monotonic()
        await stream.ack(event)
        message = event.message
        progress.acked[message.tp] = max(message.offset, progress.acked.get(message.tp, -1))


def record_of(message: Any) -> Record:
    """A Faust message as a Record; a missing key or value is empty, as a tombstone's is."""
    return Record(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        key=message.key or b"",
        value=message.value or b"",
        headers=headers_of(message.headers),
        at=datetime.fromtimestamp(message.timestamp, UTC),
    )
