"""Work that blocks or may crash, in processes of its own.

Workers are spawned, never forked: the broker's threads are running by then. A worker that hangs is killed, one that
dies takes nothing with it, and a chunk that killed its worker is cut in half until the guilty payload stands alone.
"""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import TimeoutError as DeadlineError
from dataclasses import dataclass
from typing import Any

from pebble import ProcessExpired, ProcessPool

from wiredesk_core.failures import Transient
from wiredesk_core.telemetry import count, gauge

START_SECONDS = 120.0
"""How long a new worker may take to load what it needs."""

Work = Callable[[list[bytes]], list[bytes]]


@dataclass(frozen=True, slots=True)
class Broken:
    """What is left of a payload that its worker could not survive."""

    code: str
    detail: str


@dataclass(slots=True)
class Crew:
    """Workers that are counted together in the metrics, of one pool or of several."""

    workers: int
    busy: int = 0


class WorkerPool:
    """Runs a function over chunks of payloads in spawned processes.

    work takes and gives lists of bytes, one result a payload; prepare(*arguments) runs once in each new process.
    `seconds_each` bounds one payload; a chunk gets that for each of its payloads.
    """

    def __init__(
        self,
        work: Work,
        *,
        workers: int,
        chunk: int,
        seconds_each: float,
        prepare: Callable[..., None] | None = None,
        arguments: Sequence[Any] = (),
        crew: Crew | None = None,
    ) -> None:
        self.workers = workers
        self._crew = crew or Crew(workers)
        self._work = work
        self._chunk = chunk
        self._seconds_each = seconds_each
        self._pool = ProcessPool(
            max_workers=workers,
            context=multiprocessing.get_context("spawn"),
            initializer=prepare,
            initargs=list(arguments),
        )

    async def run(self, payloads: Sequence[bytes]) -> list[bytes | Broken]:
        """Results in the order of the payloads. Raises Transient when no worker can be started."""
        gauge("wiredesk_pool_workers", self._crew.workers)
        chunks = [list(payloads[i : i + self._chunk]) for i in range(0, len(payloads), self._chunk)]
        done = await asyncio.gather(*(self._run_chunk(chunk) for chunk in chunks))
        return [result for results in done for result in results]

    async def warm(self) -> None:
        """Start the workers now rather than with the first payload; an empty chunk each is enough."""
        await asyncio.gather(*(self._schedule([], START_SECONDS) for _ in range(self.workers)))

    async def close(self) -> None:
        """Stop all workers; what they hold is abandoned."""
        self._pool.stop()  # type: ignore[no-untyped-call]  # pebble leaves it bare
        await asyncio.to_thread(self._pool.join)

    async def _run_chunk(self, chunk: list[bytes]) -> list[bytes | Broken]:
        try:
            results = await self._schedule(chunk, self._seconds_each * len(chunk))
        except DeadlineError:
            broken = Broken("worker_hung", f"took longer than {self._seconds_each:g} s; its worker was ended")
            count("wiredesk_pool_chunks_total", outcome="hung")
        except ProcessExpired as expired:
            broken = Broken("worker_crashed", f"its worker died with exit code {expired.exitcode}")
            count("wiredesk_pool_chunks_total", outcome="crashed")
        else:
            count("wiredesk_pool_chunks_total", outcome="done")
            return results
        if len(chunk) == 1:
            return [broken]
        middle = len(chunk) // 2
        return [*await self._run_chunk(chunk[:middle]), *await self._run_chunk(chunk[middle:])]

    async def _schedule(self, chunk: list[bytes], seconds: float) -> list[bytes | Broken]:
        try:
            future = self._pool.schedule(self._work, args=[chunk], timeout=seconds)
        except RuntimeError as closed:
            raise Transient(f"the worker pool takes no work: {closed}") from closed
        self._note_busy(1)
        try:
            results: list[bytes] = await asyncio.wrap_future(future)
        finally:
            self._note_busy(-1)
        return list(results)

    def _note_busy(self, change: int) -> None:
        self._crew.busy += change
        gauge("wiredesk_pool_busy", self._crew.busy)
