"""Whether a push may come in now. Nothing that was accepted is ever dropped, so what cannot be borne is not accepted.

A bound that was passed stays in force until the load has fallen well below it: a door that opens and closes with every
push would only make clients hammer at it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Reason = Literal["disk_full", "backlog", "enrichment_backlog", "in_flight"]

LONGEST_WAIT = 60
REOPEN = 0.5
"""Share of a bound that the load has to fall below before the door opens again."""
DISK_WAIT = 60


@dataclass(frozen=True, slots=True)
class Bounds:
    """What can be borne. Enrichment has a bound of its own, since flashes and kills do not wait behind it."""

    backlog: int = 20_000
    """Records that may wait for ingest's parsers or for indexing."""
    enrichment_backlog: int = 500_000
    in_flight: int = 64 * 1024 * 1024
    """Bytes that may be on their way to the broker."""
    disk_free: float = 0.05
    """Share of every disk that has to be free."""


@dataclass(frozen=True, slots=True)
class Load:
    """What is known of the load. `backlog` None: the lag cannot be read now, which refuses nothing by itself."""

    backlog: int | None = None
    enrichment_backlog: int | None = None
    in_flight: int = 0
    disk_free: Mapping[str, float] = field(default_factory=dict)
    """Free share of each disk that is watched, by the name of what lies on it."""
    drained_per_second: float = 0.0


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a push is not taken, and when to try again."""

    status: int
    code: Reason
    detail: str
    retry_after: int


def judge(
    load: Load, bounds: Bounds, closed: frozenset[Reason] = frozenset()
) -> tuple[Refusal | None, frozenset[Reason]]:
    """The refusal, if any, and the reasons that are in force from now on; `closed` are those that were until now."""
    excess = _excess(load, bounds)
    now_closed = frozenset(
        reason for reason, share in excess.items() if share > 1.0 or (reason in closed and share > _reopens(reason))
    )
    for reason in excess:  # in the order of gravity
        if reason in now_closed:
            return _refusal(reason, load, bounds), now_closed
    return None, now_closed


def _reopens(reason: Reason) -> float:
    return 0.95 if reason == "disk_full" else REOPEN


def _excess(load: Load, bounds: Bounds) -> dict[Reason, float]:
    """Each load as a share of its bound."""
    scarcest = min(load.disk_free.values(), default=1.0)
    return {
        "disk_full": bounds.disk_free / scarcest if scarcest > 0 else math.inf,
        "in_flight": load.in_flight / bounds.in_flight,
        "backlog": (load.backlog or 0) / bounds.backlog,
        "enrichment_backlog": (load.enrichment_backlog or 0) / bounds.enrichment_backlog,
    }


def _refusal(reason: Reason, load: Load, bounds: Bounds) -> Refusal:
    match reason:
        case "disk_full":
            store, free = min(load.disk_free.items(), key=lambda pair: pair[1])
            detail = f"The disk of {store} has {free:.1%} left; an operator has to make room. Nothing was kept."
            return Refusal(507, reason, detail, DISK_WAIT)
        case "in_flight":
            detail = "Too many wires are on their way to the broker. Nothing of this push was kept; send it again."
            return Refusal(429, reason, detail, 1)
        case "backlog":
            waiting, bound = load.backlog or 0, bounds.backlog
        case "enrichment_backlog":
            waiting, bound = load.enrichment_backlog or 0, bounds.enrichment_backlog
    detail = f"{waiting} records wait to be worked on. Nothing of this push was kept; send it again."
    return Refusal(429, reason, detail, _seconds(waiting - REOPEN * bound, load.drained_per_second))


def _seconds(surplus: float, per_second: float) -> int:
    """When the surplus will be gone, at the rate seen; within reason."""
    if per_second <= 0:
        return LONGEST_WAIT if surplus > 0 else 1
    return max(1, min(LONGEST_WAIT, math.ceil(surplus / per_second)))
