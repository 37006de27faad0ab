"""Stands at ingest's doors: looks at the load, and lets pushes in or sends them away with a time to come back."""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from wiredesk_core.broker.lag import LagWatch, Reading
from wiredesk_core.failures import Refused
from wiredesk_core.telemetry import count, gauge, log
from wiredesk_core.topics import ITEM_ACCEPTED, WIRE_RECEIVED

from wiredesk_ingest.admission import Bounds, Load, Reason, judge

LIVE = (("ingest", WIRE_RECEIVED.name), ("indexing", ITEM_ACCEPTED.name))
"""The way of a flash: what waits here delays everything."""
ENRICHMENT = ("enrichment", ITEM_ACCEPTED.name)
DISK_SECONDS = 1.0
"""How long a look at the disks is good for."""

_log = log(__name__)


class Gatekeeper:
    """Decides for one ingest process. Without a watch it knows no lag; without disks it looks at none."""

    def __init__(self, bounds: Bounds, watch: LagWatch | None = None, disks: Mapping[str, Path] | None = None) -> None:
        self._bounds = bounds
        self._watch = watch
        self._disks = dict(disks or {})
        self._free: dict[str, float] = {}
        self._looked = -DISK_SECONDS
        self._in_flight = 0
        self._closed: frozenset[Reason] = frozenset()

    def admit(self) -> None:
        """Raises Refused (429 or 507, with Retry-After) when a push cannot be borne now."""
        refusal, closed = judge(self.load(time.monotonic()), self._bounds, self._closed)
        if closed != self._closed:
            _log.warning("the door changes", refuses=sorted(closed))
        self._closed = closed
        if refusal is not None:
            count("wiredesk_push_refused_total", code=refusal.code)
            raise Refused(refusal.status, refusal.code, refusal.detail, retry_after=refusal.retry_after)

    @contextlib.contextmanager
    def carrying(self, size: int) -> Iterator[None]:
        """Counts bytes as in flight for as long as they are."""
        self._in_flight += size
        try:
            yield
        finally:
            self._in_flight -= size

    def told(self, now: float) -> dict[str, Any]:
        """What an operator may want to know of the load; `now` in monotonic seconds."""
        reading = self._watch.fresh(now) if self._watch else None
        before = self._watch.before if self._watch else None
        return {
            "lag": reading.told(before) if reading else {},
            "lag_read_seconds_ago": round(now - reading.at, 1) if reading else None,
            "refuses": sorted(self._closed),
            "disk_free": {store: round(free, 3) for store, free in self._disk_free(now).items()},
        }

    def load(self, now: float) -> Load:
        """What is known of the load; `now` in monotonic seconds."""
        reading = self._watch.fresh(now) if self._watch else None
        return Load(
            backlog=None if reading is None else max(reading.waiting(*pair) for pair in LIVE),
            enrichment_backlog=None if reading is None else reading.waiting(*ENRICHMENT),
            in_flight=self._in_flight,
            disk_free=self._disk_free(now),
            drained_per_second=self._drained(reading),
        )

    def _drained(self, reading: Reading | None) -> float:
        """Records a second that the slowest of the ways that matter has acknowledged lately."""
        before = self._watch.before if self._watch else None
        if reading is None or before is None:
            return 0.0
        behind = [pair for pair in (*LIVE, ENRICHMENT) if reading.waiting(*pair)]
        return min((reading.rate_since(before, pair) for pair in behind), default=0.0)

    def _disk_free(self, now: float) -> dict[str, float]:
        if now - self._looked >= DISK_SECONDS:
            self._looked = now
            for store, path in self._disks.items():
                with contextlib.suppress(OSError):  # made with the first payload; what cannot be seen refuses nothing
                    usage = shutil.disk_usage(path)
                    self._free[store] = usage.free / usage.total
                    gauge("wiredesk_disk_free_ratio", self._free[store], store=store)
        return self._free
