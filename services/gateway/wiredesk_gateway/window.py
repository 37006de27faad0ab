"""The newest stretch of the change log, kept as bytes, so that live readers cost the broker nothing."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice

from wiredesk_core.messages import Headers


@dataclass(frozen=True, slots=True)
class Record:
    """One record as the broker gave it."""

    partition: int
    offset: int
    value: bytes
    headers: Headers


@dataclass(slots=True)
class _Stretch:
    """Records of one partition with offsets in [start, end); offsets may have gaps."""

    start: int
    end: int
    kept: deque[Record] = field(default_factory=deque)


class Window:
    """Records from `start` to `end` of each partition; the oldest go when there are too many bytes."""

    def __init__(self, ends: Mapping[int, int], *, most_bytes: int) -> None:
        self._stretches = {partition: _Stretch(end, end) for partition, end in ends.items()}
        self._room = most_bytes

    @property
    def partitions(self) -> frozenset[int]:
        """All partitions of the log."""
        return frozenset(self._stretches)

    @property
    def ends(self) -> dict[int, int]:
        """Where each partition ends, as far as seen."""
        return {partition: stretch.end for partition, stretch in self._stretches.items()}

    def add(self, partition: int, records: Iterable[Record], end: int) -> None:
        """The next records of a partition, which then ends at `end`."""
        stretch = self._stretches[partition]
        for record in records:
            stretch.kept.append(record)
            self._room -= len(record.value)
        stretch.end = max(end, stretch.end)
        while self._room < 0:
            self._forget_oldest()

    def behind(self, positions: Mapping[int, int]) -> dict[int, int]:
        """Those positions that lie before the window: what is there has to be read from the broker."""
        return {partition: at for partition, at in positions.items() if at < self._stretches[partition].start}

    def ahead(self, positions: Mapping[int, int]) -> bool:
        """Whether a position lies behind the last record seen: seen elsewhere already, or from another log."""
        return any(at > self._stretches[partition].end for partition, at in positions.items())

    def before_end(self, positions: Mapping[int, int]) -> bool:
        """Whether there is anything from these positions on."""
        return any(at < self._stretches[partition].end for partition, at in positions.items())

    def take(self, positions: Mapping[int, int], limit: int) -> tuple[list[Record], dict[int, int]]:
        """Up to `limit` records from positions inside the window, and the positions behind them."""
        at = dict(positions)
        found: list[Record] = []
        for partition, stretch in self._stretches.items():
            if at[partition] >= stretch.end:
                continue
            wanted = (record for record in stretch.kept if record.offset >= at[partition])
            room = limit - len(found)
            taken = list(islice(wanted, room))
            found += taken
            if taken or room:
                at[partition] = stretch.end if len(taken) < room else taken[-1].offset + 1
        return found, at

    def _forget_oldest(self) -> None:
        """From the partition that keeps most records."""
        stretch = max(self._stretches.values(), key=lambda one: len(one.kept))
        record = stretch.kept.popleft()
        stretch.start = record.offset + 1
        self._room += len(record.value)
