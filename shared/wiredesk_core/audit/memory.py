"""An Audit in a process's memory: for tests and for runs that keep nothing."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from wiredesk_core.deeds import WHOLE_AUDIT, AuditQuestion, Deed, Entry, seal


class MemoryAudit:
    """Keeps entries in a list; gone with the process."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []

    async def close(self) -> None:
        """Nothing to let go of."""

    async def append(self, deeds: Sequence[Deed]) -> tuple[Entry, ...]:
        """See Audit."""
        entries = seal(self._entries[-1] if self._entries else None, deeds)
        self._entries.extend(entries)
        return entries

    async def read(self, asked: AuditQuestion = WHOLE_AUDIT, *, after: int = 0, limit: int = 100) -> tuple[Entry, ...]:
        """See Audit."""
        found = (entry for entry in self._entries[max(0, after) :] if asked.wants(entry.deed))
        return tuple(islice(found, limit))
