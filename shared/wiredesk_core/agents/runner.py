"""The delivery contract, apart from any broker.

A batch ends in exactly one of two ways: every record has its outputs (or its quarantine record) durable and may be
acknowledged, or the process ends without acknowledging anything. There is no third way, and no exception comes out.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NoReturn, TypeVar

from wiredesk_core.agents.stage import Done, Outcome, Record, Rejected, Stage
from wiredesk_core.claims import CLAIM_HEADER, unwrap
from wiredesk_core.failures import Poison, Transient, Unreadable
from wiredesk_core.messages import QUARANTINE_HEADER, Outgoing, Quarantine, replay_of
from wiredesk_core.ports import Blobs, Clock, NotPublished, Publisher
from wiredesk_core.telemetry import count, gauge, log, observe
from wiredesk_core.topics import WIRE_QUARANTINED, in_lane_of
from wiredesk_core.tracing import HEADER, HandingOn, Tracing, Worked, trace_id

Result = TypeVar("Result")
EXIT_UNDELIVERED = 75
"""Exit code (EX_TEMPFAIL) of a service that could not deliver and left its records unacknowledged."""

HANDING_ON = HandingOn()

_log = log(__name__)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long faults are borne. Times in seconds."""

    deadline: float = 120.0
    first_pause: float = 0.1
    longest_pause: float = 5.0
    unexpected_in_a_row: int = 20


def die(reason: str) -> NoReturn:
    """End the process at once: no graceful stop, so nothing half done can be acknowledged on the way out."""
    _log.critical("ends without acknowledging", reason=reason)
    logging.shutdown()
    os._exit(EXIT_UNDELIVERED)


class Runner:
    """Runs one stage over batches of records. `claims`: its producers are ours, and may send claim checks for blobs."""

    def __init__(
        self,
        stage: Stage,
        publisher: Publisher,
        blobs: Blobs,
        clock: Clock,
        *,
        claims: bool = True,
        tracing: Tracing = HANDING_ON,
        patience: Patience = Patience(),
        end: Callable[[str], NoReturn] = die,
    ) -> None:
        self.stage = stage
        self._publisher = publisher
        self._blobs = blobs
        self._claims = claims
        self._clock = clock
        self._tracing = tracing
        self._patience = patience
        self._end = end
        self._unexpected = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def run(self, records: Sequence[Record]) -> None:
        """Carry a batch through; when this returns, all of it may be acknowledged."""
        started = time.perf_counter()
        self._idle.clear()
        step = self._tracing.begin(self.stage.name, [_worked(record) for record in records])
        told: Sequence[str] = ["undelivered"] * len(records)
        try:
            outcomes = await self._handle(records)
            self._watch(outcomes)
            await self._publish(self._outgoing(records, outcomes, step.carry), records)
            await self._persist(lambda: self.stage.settle(records, outcomes), records)
            told = ["done" if isinstance(outcome, Done) else "quarantined" for outcome in outcomes]
        finally:
            step.end(told)
            self._idle.set()
        self._report(outcomes, time.perf_counter() - started)

    async def at_rest(self) -> None:
        """Returns once no batch is under way."""
        await self._idle.wait()

    async def drained(self, deadline: float) -> bool:
        """True once no batch is under way; False when one still is after `deadline` seconds."""
        try:
            await asyncio.wait_for(self._idle.wait(), deadline)
        except TimeoutError:
            return False
        return True

    async def _handle(self, records: Sequence[Record]) -> list[Outcome]:
        whole = [await self._unwrapped(record) for record in records]
        sound = [record for record in whole if isinstance(record, Record)]
        handled = iter(await self._outcomes(sound))
        return [next(handled) if isinstance(record, Record) else record for record in whole]

    async def _unwrapped(self, record: Record) -> Record | Rejected:
        if not self._claims:
            return record
        try:
            value = await self._persist(lambda: unwrap(record.value, record.headers, self._blobs), [record])
        except Poison as lost:
            # What is put aside already keeps its claim for a replay: put aside once more, it would come back for ever.
            return record if record.topic == WIRE_QUARANTINED.name else Rejected(lost.code, lost.detail)
        if value is record.value:
            return record
        headers = {name: header for name, header in record.headers.items() if name != CLAIM_HEADER}
        return replace(record, value=value, headers=headers)

    async def _outcomes(self, records: Sequence[Record]) -> Sequence[Outcome]:
        if not records:
            return ()
        try:
            return await self._persist(lambda: self.stage.handle(records), records)
        except Exception as fault:
            if len(records) > 1:
                _log.exception(
                    "a batch raised; each record is tried alone", stage=self.stage.name, receipt_ids=_receipts(records)
                )
                return [outcome for record in records for outcome in await self._outcomes([record])]
            return [await self._last_try(records[0], fault)]

    async def _last_try(self, record: Record, first: Exception) -> Outcome:
        if isinstance(first, Unreadable):
            return Rejected(first.code, first.detail)
        _log.error(
            "a record raised",
            stage=self.stage.name,
            receipt_id=record.receipt_id,
            trace_id=trace_id(record.headers),
            exc_info=first,
        )
        try:
            return (await self._persist(lambda: self.stage.handle([record]), [record]))[0]
        except Exception as fault:
            detail = f"{type(fault).__qualname__}: {fault}"[:1000]
            return Rejected(f"unexpected_{type(fault).__name__}", detail, unexpected=True, attempts=2)

    def _watch(self, outcomes: Sequence[Outcome]) -> None:
        """A fault of ours must not drain a topic into quarantine: too many in a row and the service stops."""
        for outcome in outcomes:
            if isinstance(outcome, Done):
                self._unexpected = 0
            elif outcome.unexpected:
                self._unexpected += 1
            if self._unexpected >= self._patience.unexpected_in_a_row:
                self._end(f"{self._unexpected} unexpected faults in a row in {self.stage.name}")

    def _outgoing(
        self, records: Sequence[Record], outcomes: Sequence[Outcome], contexts: Sequence[bytes | None]
    ) -> list[Outgoing]:
        outgoing: list[Outgoing] = []
        for record, outcome, context in zip(records, outcomes, contexts, strict=True):
            if isinstance(outcome, Rejected):
                outgoing.append(self._quarantine(record, outcome))
            outgoing += (_on_its_way(record, output, context) for output in outcome.outputs)
        return outgoing

    def _quarantine(self, record: Record, rejected: Rejected) -> Outgoing:
        provider = rejected.provider or record.headers.get("provider", b"").decode("utf-8", "replace")
        replay = replay_of(record.headers)
        why = Quarantine(
            receipt_id=record.receipt_id,
            provider=provider,
            stage=self.stage.name,
            code=rejected.code,
            detail=rejected.detail,
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            key=record.key.decode("latin-1"),
            attempts=rejected.attempts,
            round=replay.round if replay else 1,
            unexpected=rejected.unexpected,
            at=self._clock.now(),
        )
        headers = {**record.headers, QUARANTINE_HEADER: why.model_dump_json().encode()}
        count("wiredesk_quarantined_total", stage=self.stage.name, code=rejected.code)
        _log.warning(
            "put aside",
            stage=self.stage.name,
            receipt_id=record.receipt_id,
            provider=provider,
            code=rejected.code,
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            trace_id=trace_id(record.headers),
        )
        return Outgoing(WIRE_QUARANTINED.name, record.receipt_id.encode(), record.value, headers)

    async def _publish(self, outgoing: Sequence[Outgoing], records: Sequence[Record]) -> None:
        waiting = list(outgoing)

        async def send() -> None:
            nonlocal waiting
            try:
                await self._publisher.publish(waiting)
            except NotPublished as failure:
                waiting = list(failure.unsent)
                raise

        await self._persist(send, records)

    async def _persist(self, act: Callable[[], Awaitable[Result]], records: Sequence[Record]) -> Result:
        """Do it until it works: transient faults are waited out, and past the deadline the process ends."""
        patience, attempt, started = self._patience, 0, time.monotonic()
        while True:
            try:
                return await act()
            except Transient as fault:
                attempt += 1
                count("wiredesk_retries_total", stage=self.stage.name)
                _log.warning(
                    "waits and tries again",
                    stage=self.stage.name,
                    attempt=attempt,
                    fault=str(fault),
                    receipt_ids=_receipts(records),
                )
                if time.monotonic() - started > patience.deadline:
                    self._end(f"{self.stage.name}: {fault}")
            ceiling = min(patience.longest_pause, patience.first_pause * 2 ** min(attempt, 12))
            await asyncio.sleep(random.uniform(patience.first_pause / 2, ceiling))  # noqa: S311  # jitter

    def _report(self, outcomes: Sequence[Outcome], seconds: float) -> None:
        stage = self.stage.name
        done = sum(isinstance(outcome, Done) for outcome in outcomes)
        count("wiredesk_records_total", done, stage=stage, outcome="done")
        count("wiredesk_records_total", len(outcomes) - done, stage=stage, outcome="quarantined")
        observe("wiredesk_batch_seconds", seconds, stage=stage)
        observe("wiredesk_batch_records", len(outcomes), stage=stage)
        gauge("wiredesk_last_ack_timestamp_seconds", time.time(), stage=stage)


def _receipts(records: Sequence[Record]) -> list[str]:
    """Each receipt once, in the order of the batch."""
    return list(dict.fromkeys(record.receipt_id for record in records if record.receipt_id))


def _worked(record: Record) -> Worked:
    return Worked(record.topic, record.partition, record.offset, record.headers)


def _on_its_way(record: Record, output: Outgoing, context: bytes | None) -> Outgoing:
    """What follows from a record, in the lane that the record came on and in its trace."""
    headers = output.headers if context is None else {**output.headers, HEADER: context}
    return replace(output, topic=in_lane_of(record.topic, output.topic), headers=headers)


def headers_of(pairs: Sequence[tuple[str, bytes | None]] | Mapping[str, bytes] | None) -> dict[str, bytes]:
    """Kafka's headers as a mapping; of a name that comes twice the last value counts."""
    items = pairs.items() if isinstance(pairs, Mapping) else pairs or ()
    return {name: value for name, value in items if value is not None}
