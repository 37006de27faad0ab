"""A Registry in a process's memory: for tests and for runs that keep nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import count
from typing import Any

import orjson

from wiredesk_core.failures import Conflict
from wiredesk_core.ports import Clock, RegistryEntry


class MemoryRegistry:
    """Keeps entries in a dict; gone with the process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: dict[tuple[str, str], tuple[RegistryEntry, datetime | None]] = {}
        self._stamps = count(1)

    async def close(self) -> None:
        """Nothing to let go of."""

    async def get(self, kind: str, name: str) -> RegistryEntry | None:
        """See Registry."""
        return self._live().get((kind, name))

    async def put(
        self, kind: str, name: str, value: Mapping[str, Any], *, expected: int | None, expires: datetime | None = None
    ) -> RegistryEntry:
        """See Registry."""
        self._expect(kind, name, expected)
        entry = RegistryEntry(kind, name, orjson.loads(orjson.dumps(dict(value))), next(self._stamps))
        self._entries[kind, name] = entry, expires
        return entry

    async def drop(self, kind: str, name: str, *, expected: int) -> None:
        """See Registry."""
        self._expect(kind, name, expected)
        del self._entries[kind, name]

    async def entries(self, kind: str) -> tuple[RegistryEntry, ...]:
        """See Registry."""
        return tuple(sorted((e for e in self._live().values() if e.kind == kind), key=lambda entry: entry.name))

    def _live(self) -> dict[tuple[str, str], RegistryEntry]:
        now = self._clock.now()
        self._entries = {
            k: (e, expires) for k, (e, expires) in self._entries.items() if expires is None or expires > now
        }
        return {key: entry for key, (entry, _) in self._entries.items()}

    def _expect(self, kind: str, name: str, expected: int | None) -> None:
        found = self._live().get((kind, name))
        stamp = None if found is None else found.stamp
        if stamp != expected:
            raise Conflict(f"{kind} {name!r} has stamp {stamp}, not {expected}: read it again")
