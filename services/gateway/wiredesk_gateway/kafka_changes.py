"""The change log on Apache Kafka: one consumer follows the end for all live readers, one seeks for those behind.

No consumer group: every gateway sees everything, and positions belong to the readers' cursors alone.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError, OffsetOutOfRangeError
from pydantic import ValidationError
from wiredesk_core.broker.access import BrokerAccess
from wiredesk_core.claims import unwrap
from wiredesk_core.failures import BrokerDown, Poison
from wiredesk_core.messages import Changed
from wiredesk_core.ports import Blobs
from wiredesk_core.telemetry import log
from wiredesk_core.topics import MAX_RECORD_BYTES, Topic

from wiredesk_gateway.changes import Ends, Expired, Page, Place, Positions
from wiredesk_gateway.window import Record, Window

WINDOW_BYTES = 16 * 1024 * 1024
REQUEST_MS = 5_000
COLD_WAIT_MS = 5_000
TAIL_WAIT_MS = 1_000
AGAIN_SECONDS = 1.0
FETCH_BYTES = MAX_RECORD_BYTES + 1024 * 1024

_log = log(__name__)


class KafkaChangeLog:
    """A ChangeLog over one topic. `follow` has to run beside it; until it has met the broker, reads raise BrokerDown."""

    def __init__(self, access: BrokerAccess, topic: Topic, blobs: Blobs, *, window_bytes: int = WINDOW_BYTES) -> None:
        self._access = access
        self._topic = topic.name
        self._blobs = blobs
        self._window_bytes = window_bytes
        self._seeker: AIOKafkaConsumer | None = None
        self._seeking = asyncio.Lock()
        self._window: Window | None = None
        self._epoch = ""
        self._grown = asyncio.Event()

    async def read(self, epoch: str | None, positions: Positions | None, *, limit: int, wait: float) -> Page:
        """See ChangeLog."""
        window = self._open_window()
        at = await self._start(window, epoch, positions)
        cold = window.behind(at)
        if cold:
            return await self._read_cold(at, cold, limit)
        grown = self._grown
        page = await self._read_hot(window, at, limit)
        if page.changes or wait <= 0:
            return page
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait):
                await grown.wait()
        return page if window is not self._window else await self._read_hot(window, at, limit)

    async def ends(self) -> Ends:
        """See ChangeLog; asks the broker, so that it also tells whether there is one."""
        window = self._open_window()
        async with self._asking() as consumer:
            ends = await consumer.end_offsets([self._at(partition) for partition in window.partitions])
        return Ends(self._epoch, {tp.partition: offset for tp, offset in ends.items()})

    async def follow(self, stop: asyncio.Event) -> None:
        """Keep the window up to date until told to stop, whatever becomes of the broker meanwhile."""
        stopped = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                following = asyncio.create_task(self._follow_once())
                await asyncio.wait((following, stopped), return_when=asyncio.FIRST_COMPLETED)
                following.cancel()
                outcome = (await asyncio.gather(following, return_exceptions=True))[0]
                if not stop.is_set():
                    _log.warning("change log not followed, trying again", why=repr(outcome))
                    await asyncio.wait((stopped,), timeout=AGAIN_SECONDS)
        finally:
            stopped.cancel()
            if self._seeker is not None:
                await self._seeker.stop()

    async def _follow_once(self) -> None:
        """From the log's end on, for as long as the broker answers."""
        epoch, partitions = await _survey(self._access, self._topic)
        async with self._consumer() as consumer:
            places = [self._at(partition) for partition in partitions]
            ends = await consumer.end_offsets(places)
            consumer.assign(places)
            for place, end in ends.items():
                consumer.seek(place, end)
            self._epoch = epoch
            window = Window({tp.partition: end for tp, end in ends.items()}, most_bytes=self._window_bytes)
            self._window = window
            self._wake()
            while True:
                await self._extend(window, consumer)

    async def _extend(self, window: Window, consumer: AIOKafkaConsumer) -> None:
        batches = await consumer.getmany(timeout_ms=TAIL_WAIT_MS)
        for place, batch in batches.items():
            window.add(place.partition, [_record(one) for one in batch], await consumer.position(place))
        if batches:
            self._wake()

    async def _start(self, window: Window, epoch: str | None, positions: Positions | None) -> dict[int, int]:
        """Positions for every partition: the log's start without any; a new partition from its first record."""
        if positions is None:
            async with self._asking() as consumer:
                first = await consumer.beginning_offsets([self._at(partition) for partition in window.partitions])
            return {tp.partition: offset for tp, offset in first.items()}
        if epoch != self._epoch or not set(positions) <= window.partitions:
            raise Expired("these positions belong to another log")
        at = {partition: positions.get(partition, 0) for partition in window.partitions}
        if window.ahead(at):
            ends = (await self.ends()).positions
            if any(offset > ends.get(partition, 0) for partition, offset in at.items()):
                raise Expired("these positions lie behind the log's end")
        return at

    async def _read_hot(self, window: Window, at: Mapping[int, int], limit: int) -> Page:
        if window.behind(at):  # forgotten since: the next read asks the broker
            return Page(self._epoch, at, (), at, at_end=False)
        records, positions = window.take(at, limit)
        return await self._page(at, records, positions, at_end=not window.before_end(positions))

    async def _read_cold(self, at: Mapping[int, int], cold: Mapping[int, int], limit: int) -> Page:
        """From the broker, only the partitions that are behind; the others wait at their place."""
        async with self._asking() as consumer:
            records, moved = await self._seek_and_read(consumer, cold, limit)
        return await self._page(at, records, {**at, **moved}, at_end=False)

    async def _seek_and_read(
        self, consumer: AIOKafkaConsumer, cold: Mapping[int, int], limit: int
    ) -> tuple[list[Record], dict[int, int]]:
        consumer.assign([self._at(partition) for partition in cold])
        for partition, offset in cold.items():
            consumer.seek(self._at(partition), offset)
        try:
            batches = await consumer.getmany(timeout_ms=COLD_WAIT_MS, max_records=limit)
        except OffsetOutOfRangeError as failure:
            raise Expired("these positions are no longer in the log") from failure
        moved = {partition: await consumer.position(self._at(partition)) for partition in cold}
        consumer.unsubscribe()  # else it would go on fetching what nobody asked for
        if not batches and moved == dict(cold):
            raise BrokerDown("the broker does not hand out changes that it should have")
        return [_record(one) for batch in batches.values() for one in batch], moved

    async def _page(self, began: Positions, records: Sequence[Record], positions: Positions, *, at_end: bool) -> Page:
        found = [await self._decoded(record) for record in records]
        return Page(self._epoch, began, [place for place in found if place is not None], positions, at_end)

    async def _decoded(self, record: Record) -> Place | None:
        """A record that cannot be read is passed over and logged: it must not stop every reader."""
        try:
            value = await unwrap(record.value, record.headers, self._blobs)
            return record.partition, record.offset, Changed.model_validate_json(value)
        except (ValidationError, Poison):
            _log.exception("unreadable change passed over", partition=record.partition, offset=record.offset)
            return None

    @contextlib.asynccontextmanager
    async def _asking(self) -> AsyncIterator[AIOKafkaConsumer]:
        """The consumer that seeks, for one reader at a time; replaced after it failed."""
        async with self._seeking:
            try:
                if self._seeker is None:
                    self._seeker = self._new_consumer()
                    await self._seeker.start()
                yield self._seeker
            except (KafkaError, OSError) as failure:
                await self._drop_seeker()
                raise BrokerDown(f"the change log does not answer: {failure!r}") from failure
            except asyncio.CancelledError:
                await self._drop_seeker()
                raise

    async def _drop_seeker(self) -> None:
        seeker, self._seeker = self._seeker, None
        if seeker is not None:
            with contextlib.suppress(KafkaError, OSError):
                await seeker.stop()

    @contextlib.asynccontextmanager
    async def _consumer(self) -> AsyncIterator[AIOKafkaConsumer]:
        consumer = self._new_consumer()
        try:
            await consumer.start()
            yield consumer
        finally:
            await consumer.stop()

    def _new_consumer(self) -> AIOKafkaConsumer:
        return AIOKafkaConsumer(
            **self._access.options(),
            client_id="gateway",
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="none",
            max_partition_fetch_bytes=FETCH_BYTES,
            fetch_max_bytes=2 * FETCH_BYTES,
            request_timeout_ms=REQUEST_MS,
        )

    def _open_window(self) -> Window:
        if self._window is None:
            raise BrokerDown("the change log has not been reached yet")
        return self._window

    def _at(self, partition: int) -> TopicPartition:
        return TopicPartition(self._topic, partition)

    def _wake(self) -> None:
        grown, self._grown = self._grown, asyncio.Event()
        grown.set()


async def _survey(access: BrokerAccess, topic: str) -> tuple[str, list[int]]:
    """The cluster's id, which names the log in cursors (another cluster numbers its records anew), and the partitions."""
    admin = AIOKafkaAdminClient(**access.options(), request_timeout_ms=REQUEST_MS)
    try:
        await admin.start()
        cluster = await admin.describe_cluster()
        (told,) = await admin.describe_topics([topic])
    finally:
        await admin.close()
    if told["error_code"] or not told["partitions"]:
        raise BrokerDown(f"the topic {topic} does not exist yet")
    return str(cluster["cluster_id"]), sorted(part["partition"] for part in told["partitions"])


def _record(record: Any) -> Record:
    return Record(record.partition, record.offset, record.value or b"", dict(record.headers))
