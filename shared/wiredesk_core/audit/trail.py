"""How a service writes its audit: a change waits until its entry is durable, everything else is noted in passing."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from wiredesk_core.deeds import Audit, Deed
from wiredesk_core.failures import Failure, Refused, Transient
from wiredesk_core.telemetry import count, log

MOST_WAITING = 10_000
MOST_AT_ONCE = 500
FLUSH_SECONDS = 1.0

_log = log(__name__)


@dataclass(slots=True, eq=False)
class _Waiting:
    deed: Deed
    kept: bool = False


class Trail:
    """Deeds on their way to one Audit. Those that come while others are being written go together, in one write."""

    def __init__(self, audit: Audit, *, most: int = MOST_WAITING) -> None:
        """At most so many notes wait; changes are not bounded here, since each has a caller who waits."""
        self._audit = audit
        self._most = most
        self._waiting: list[_Waiting] = []
        self._turn = asyncio.Lock()

    @contextlib.asynccontextmanager
    async def changing(self, deed: Deed) -> AsyncIterator[None]:
        """Held around a change: begins once the deed is durable, so nothing changes that is not in the audit.

        Raises Transient when it cannot be written; then the body does not run. A body that fails is noted as failed.
        """
        await self._keep(deed)
        try:
            yield
        except BaseException as failure:
            self.note(deed.model_copy(update={"outcome": "failed", "reason": _why(failure)}))
            raise

    def note(self, deed: Deed) -> None:
        """Keep a deed soon; nobody waits for it. Beyond the bound it is lost, loudly."""
        if len(self._waiting) >= self._most:
            count("wiredesk_audit_lost_total")
            _log.error("an audit entry is lost: the store does not answer", action=deed.action, actor=deed.actor)
            return
        self._waiting.append(_Waiting(deed))

    async def flush(self) -> None:
        """Write what was noted until now. Raises Transient when the store does not answer; then all of it waits on."""
        noted = list(self._waiting)
        while any(not waiting.kept for waiting in noted):
            await self._write()

    async def run(self, stop: asyncio.Event) -> None:
        """Flush now and then until `stop` is set. A store that is away is tried again."""
        while not stop.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), FLUSH_SECONDS)
            await self.settle()

    async def settle(self) -> None:
        """Flush if the store answers: for now and then, and for the end, when nobody notes any more."""
        try:
            await self.flush()
        except Transient as missed:
            _log.warning("the audit could not be written now", why=str(missed), waiting=len(self._waiting))

    async def _keep(self, deed: Deed) -> None:
        waiting = _Waiting(deed)
        self._waiting.append(waiting)
        try:
            while not waiting.kept:
                await self._write()
        finally:
            if not waiting.kept:  # its change is not made
                self._waiting.remove(waiting)

    async def _write(self) -> None:
        """One write of what waits, in order; whoever comes meanwhile waits for the next."""
        async with self._turn:
            batch = self._waiting[:MOST_AT_ONCE]
            if not batch:
                return
            await self._audit.append([waiting.deed for waiting in batch])
            for waiting in batch:
                waiting.kept = True
            self._waiting = [waiting for waiting in self._waiting if not waiting.kept]


def _why(failure: BaseException) -> str:
    """A refusal's code, a foreseen failure's words, a bug's kind."""
    if isinstance(failure, Refused):
        return failure.code
    return str(failure)[:200] if isinstance(failure, Failure) else type(failure).__name__
