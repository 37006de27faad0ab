"""The log of changes as gateways read it: a port, and one in memory for tests.

Positions are the next offset to read, by partition. They are the same for every reader of the same log.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from wiredesk_core.failures import Failure
from wiredesk_core.messages import Changed

Positions = Mapping[int, int]
Place = tuple[int, int, Changed]
"""A change at (partition, offset)."""


class Expired(Failure):
    """What the positions point at is no longer in the log, or was never in this one."""


@dataclass(frozen=True, slots=True)
class Page:
    """Changes in log order within each partition, read from `began` on.

    `positions` is where to go on; `at_end` when nothing is left.
    """

    epoch: str
    began: Positions
    changes: Sequence[Place]
    positions: Positions
    at_end: bool


@dataclass(frozen=True, slots=True)
class Ends:
    """Where the log ends now."""

    epoch: str
    positions: Positions


class ChangeLog(Protocol):
    """Reads `item.changed` from anywhere, for many readers at once."""

    async def read(self, epoch: str | None, positions: Positions | None, *, limit: int, wait: float) -> Page:
        """Up to `limit` changes from the positions on; without positions from the log's start.

        Waits up to `wait` seconds for the first one. Raises Expired; Transient when the log does not answer.
        """
        ...

    async def ends(self) -> Ends:
        """Positions behind the last change."""
        ...


@dataclass(slots=True)
class _Partition:
    start: int = 0
    kept: list[Changed] = field(default_factory=list)

    @property
    def end(self) -> int:
        return self.start + len(self.kept)


class MemoryChangeLog:
    """A ChangeLog over lists."""

    def __init__(self, partitions: int = 3, epoch: str = "memory") -> None:
        self._partitions = [_Partition() for _ in range(partitions)]
        self._epoch = epoch
        self._grown = asyncio.Event()

    def append(self, changed: Changed) -> None:
        """Add a change; all changes of an item share a partition."""
        number = int.from_bytes(changed.item_id.encode(), "big") % len(self._partitions)
        self._partitions[number].kept.append(changed)
        grown, self._grown = self._grown, asyncio.Event()
        grown.set()

    def trim(self) -> None:
        """Forget all that is there, as retention does."""
        for partition in self._partitions:
            partition.start = partition.end
            partition.kept.clear()

    async def read(self, epoch: str | None, positions: Positions | None, *, limit: int, wait: float) -> Page:
        """See ChangeLog."""
        start = self._checked(epoch, positions)
        grown = self._grown
        page = self._page(start, limit)
        if page.changes or wait <= 0:
            return page
        try:
            async with asyncio.timeout(wait):
                await grown.wait()
        except TimeoutError:
            return page
        return self._page(start, limit)

    async def ends(self) -> Ends:
        """See ChangeLog."""
        return Ends(self._epoch, {number: part.end for number, part in enumerate(self._partitions)})

    def _checked(self, epoch: str | None, positions: Positions | None) -> dict[int, int]:
        parts = dict(enumerate(self._partitions))
        if positions is None:
            return {number: part.start for number, part in parts.items()}
        at = {number: positions.get(number, 0) for number in parts}
        if epoch != self._epoch or not set(positions) <= set(parts):
            raise Expired("these positions belong to another log")
        if any(not parts[number].start <= offset <= parts[number].end for number, offset in at.items()):
            raise Expired("these positions are no longer in the log")
        return at

    def _page(self, start: Mapping[int, int], limit: int) -> Page:
        at = dict(start)
        found: list[Place] = []
        for number, part in enumerate(self._partitions):
            taken = part.kept[at[number] - part.start :][: limit - len(found)]
            found += [(number, at[number] + step, changed) for step, changed in enumerate(taken)]
            at[number] += len(taken)
        at_end = all(at[number] == part.end for number, part in enumerate(self._partitions))
        return Page(self._epoch, start, found, at, at_end)
