"""How a service counts usage: in memory while it answers, added to the Registry every few seconds."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType

from wiredesk_core.failures import Conflict, Transient
from wiredesk_core.ports import Registry
from wiredesk_core.telemetry import count, log
from wiredesk_core.usage.amounts import NOTHING, Amount, Usage, Way
from wiredesk_core.usage.book import add_usage

FLUSH_SECONDS = 5.0
MOST_WAITING = 10_000
"""Callers whose usage waits to be written."""
LAST_TRIES = 3
LONGEST_NAME = 200

_log = log(__name__)


@dataclass(slots=True)
class _Sum:
    """What a caller did since the last flush: an addition costs the same however many providers there are."""

    name: str = ""
    amounts: dict[Way, Amount] = field(default_factory=dict)
    held: dict[tuple[str, Way], Amount] = field(default_factory=dict)

    def usage(self, day: date, actor: str) -> Usage:
        by_provider: dict[str, dict[Way, Amount]] = {}
        for (provider, way), amount in self.held.items():
            by_provider.setdefault(provider, {})[way] = amount
        return Usage(day, actor, self.name, self.amounts, by_provider)


class Ledger:
    """One process's count. What was not yet written when a process is killed, a few seconds' worth, is lost."""

    def __init__(self, registry: Registry, *, most: int = MOST_WAITING) -> None:
        self._registry = registry
        self._most = most
        self._writer = secrets.token_hex(8)
        self._number = 0
        self._waiting: dict[tuple[date, str], _Sum] = {}
        self._leaving: dict[int, Usage] = {}
        self._turn = asyncio.Lock()

    def note(
        self,
        now: datetime,
        actor: str,
        name: str,
        way: Way,
        amount: Amount,
        *,
        by_provider: Mapping[str, Amount] = MappingProxyType({}),
    ) -> None:
        """Count something that a caller did just now. Beyond the bound of callers it is lost, loudly."""
        place = (now.date(), _tame(actor))
        known = self._waiting.get(place)
        if known is None:
            if len(self._waiting) >= self._most:
                count("wiredesk_usage_lost_total")
                _log.error("usage is lost: the registry does not answer", actor=place[1])
                return
            known = self._waiting[place] = _Sum(_tame(name))
        known.amounts[way] = known.amounts.get(way, NOTHING) + amount
        for provider, part in by_provider.items():
            known.held[provider, way] = known.held.get((provider, way), NOTHING) + part

    async def flush(self) -> None:
        """Write what was counted until now. Raises Transient or Conflict when it could not be; all of it waits on."""
        async with self._turn:
            await self._send()  # what was tried before goes again under its number, and nothing may be added to it
            for (day, actor), known in self._waiting.items():
                self._number += 1
                self._leaving[self._number] = known.usage(day, actor)
            self._waiting = {}
            await self._send()

    async def run(self, stop: asyncio.Event) -> None:
        """Flush now and then until `stop` is set."""
        while not stop.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), FLUSH_SECONDS)
            await self.settle()

    async def settle(self) -> None:
        """Flush, tried a few times: for now and then, and for the end, when nobody counts any more."""
        for _ in range(LAST_TRIES):
            try:
                await self.flush()
            except (Transient, Conflict) as missed:
                _log.warning("usage could not be written now", why=str(missed))
            else:
                return

    async def _send(self) -> None:
        for number, usage in tuple(self._leaving.items()):
            await add_usage(self._registry, usage, self._writer, number)
            del self._leaving[number]


def _tame(text: str) -> str:
    """Of bounded length, and such as every store can keep."""
    return text.encode("utf-8", "replace").decode()[:LONGEST_NAME]
