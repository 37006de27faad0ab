"""Publishing to Apache Kafka: idempotent, all replicas, confirmed record by record.

Faust's own producer is left alone: it hides failed deliveries behind `flush()`. This one tells.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import ClusterAuthorizationFailedError, KafkaError, TopicAuthorizationFailedError

from wiredesk_core.broker.access import BrokerAccess
from wiredesk_core.broker.memory import held_back
from wiredesk_core.failures import Misconfigured
from wiredesk_core.messages import Outgoing
from wiredesk_core.ports import NotPublished
from wiredesk_core.telemetry import log
from wiredesk_core.topics import MAX_RECORD_BYTES

LINGER_MS = 4
BATCH_BYTES = 256 * 1024
NOT_OURS = (TopicAuthorizationFailedError, ClusterAuthorizationFailedError)
"""Who may write no topic at all is refused as a producer already."""
RETIRE_SECONDS = 5.0
"""How long a producer that failed may take to close before it is abandoned."""

_log = log(__name__)


class KafkaPublisher:
    """A Publisher over one aiokafka producer, replaced by a new one whenever it fails.

    A producer that lost its broker can stay out of sequence for ever (aiokafka issue 1017); a new one does not.
    """

    def __init__(self, access: BrokerAccess, *, client_id: str, deadline: float = 20.0) -> None:
        self._access = access
        self._client_id = client_id
        self._deadline = deadline
        self._producer: AIOKafkaProducer | None = None
        self._starting = asyncio.Lock()
        self._retiring: set[asyncio.Task[None]] = set()

    async def publish(self, records: Sequence[Outgoing]) -> None:
        """Returns once every record is on all replicas; raises NotPublished after the deadline or a failure."""
        if not records:
            return
        producer = None
        confirmations: list[asyncio.Future[Any]] = []
        try:
            async with asyncio.timeout(self._deadline):
                producer = await self._started()
                for record in records:
                    confirmations.append(await _enqueue(producer, record))  # noqa: PERF401  # kept when one raises
                await asyncio.wait(confirmations)
        except NOT_OURS as refused:
            raise self._not_ours(records) from refused
        except (TimeoutError, KafkaError, OSError) as failure:
            self._retire(producer)
            raise NotPublished(_unconfirmed(records, confirmations), repr(failure)) from failure
        unsent = _unconfirmed(records, confirmations)
        if unsent:
            self._retire(producer)
            if any(isinstance(error, NOT_OURS) for error in _errors(confirmations)):
                raise self._not_ours(unsent)
            raise NotPublished(unsent, _first_error(confirmations))

    async def close(self) -> None:
        """Send what is queued and let go of the broker."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await _stop(producer)
        await asyncio.gather(*self._retiring)

    def _not_ours(self, records: Sequence[Outgoing]) -> Misconfigured:
        """Trying again will not help: somebody has to give the right."""
        topics = ", ".join(sorted({record.topic for record in records}))
        return Misconfigured(
            f"Kafka does not let the user {self._access.user or 'without a name'} write to {topics}: give it the right "
            "(python -m wiredesk_core.broker acls apply), or use the user that the topic table names"
        )

    async def _started(self) -> AIOKafkaProducer:
        if self._producer is not None:
            return self._producer
        async with self._starting:
            if self._producer is None:
                producer = AIOKafkaProducer(
                    **self._access.options(),
                    client_id=self._client_id,
                    acks="all",
                    enable_idempotence=True,
                    linger_ms=LINGER_MS,
                    max_batch_size=BATCH_BYTES,
                    compression_type="lz4",
                    max_request_size=MAX_RECORD_BYTES,
                    request_timeout_ms=int(self._deadline * 1000),
                )
                try:
                    await producer.start()
                except BaseException:
                    await producer.stop()
                    raise
                self._producer = producer
        return self._producer

    def _retire(self, producer: AIOKafkaProducer | None) -> None:
        if producer is None or producer is not self._producer:
            return
        self._producer = None
        _log.warning("producer replaced", bootstrap=self._access.bootstrap)
        task = asyncio.create_task(_stop(producer))
        self._retiring.add(task)
        task.add_done_callback(self._retiring.discard)


async def _enqueue(producer: AIOKafkaProducer, record: Outgoing) -> asyncio.Future[Any]:
    headers = [(name, bytes(value)) for name, value in record.headers.items()]
    confirmation: asyncio.Future[Any] = await producer.send(
        record.topic, value=record.value, key=record.key, headers=headers
    )
    return confirmation


async def _stop(producer: AIOKafkaProducer) -> None:
    with contextlib.suppress(TimeoutError, KafkaError, OSError):
        await asyncio.wait_for(producer.stop(), RETIRE_SECONDS)


def _confirmed(confirmation: asyncio.Future[Any]) -> bool:
    return confirmation.done() and not confirmation.cancelled() and confirmation.exception() is None


def _unconfirmed(records: Sequence[Outgoing], confirmations: Sequence[asyncio.Future[Any]]) -> list[Outgoing]:
    failed = [not _confirmed(confirmation) for confirmation in confirmations]
    failed += [True] * (len(records) - len(confirmations))
    return held_back(records, failed)


def _first_error(confirmations: Sequence[asyncio.Future[Any]]) -> str:
    return next(map(repr, _errors(confirmations)), "not confirmed")


def _errors(confirmations: Sequence[asyncio.Future[Any]]) -> list[BaseException]:
    errors = (c.exception() for c in confirmations if c.done() and not c.cancelled())
    return [error for error in errors if error is not None]
