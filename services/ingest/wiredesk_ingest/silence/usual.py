"""How long a provider is usually silent at this hour of this kind of day. Pure; moments and durations in seconds.

Of each hour it is remembered, for the last days of its kind, how long the longest silence was that began in it. A silence
is unusual when it is twice as long as nine in ten of those that began within an hour of that time of day: so the quiet of
a night or a weekend is learned, and one outage does not become the custom.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from typing import Any

from wiredesk_ingest.providers import Silence

KINDS = ("work", "work", "work", "work", "friday", "saturday", "sunday")
"""Kinds of days, Monday first. Friday is one of its own, since its last silence lasts over the weekend."""
DAYS_KEPT = 14
"""Days of one kind of which each hour is remembered."""
DAYS_NEEDED = 3
SPARSE_NEEDED = 12
"""Longest silences of whatever hours that will do where this time of day is not known yet."""
SHARE = 0.9
FACTOR = 2.0
SHORTEST = 600.0
"""No silence shorter than this is unusual."""

Day = str
Hours = Mapping[str, Mapping[Day, float]]
"""By kind of day and hour (`work-13`): of each day, the longest silence that began then."""


@dataclass(frozen=True, slots=True)
class Custom:
    """What is known of one provider: when it was last heard, or first waited for, and how long its silences were."""

    last: float = 0.0
    heard: int = 0
    """Wires counted so far."""
    hours: Hours = field(default_factory=dict)

    def with_arrival(self, at: float, wires: int, zone: tzinfo) -> Custom:
        """After wires came, the newest at `at`; one that is older than what is known already tells nothing."""
        if at <= self.last:
            return replace(self, heard=self.heard + wires)
        hours = _with_silence(self.hours, self.last, at - self.last, zone) if self.heard else self.hours
        return Custom(at, self.heard + wires, hours)

    def threshold(self, zone: tzinfo) -> float | None:
        """How long the silence that began with the last wire may last; None while too little is known."""
        if not self.heard:
            return None
        began = datetime.fromtimestamp(self.last, UTC).astimezone(zone)
        kind = KINDS[began.weekday()]
        near = [self.hours.get(f"{kind}-{(began.hour + shift) % 24}", {}) for shift in (-1, 0, 1)]
        if len({day for hour in near for day in hour}) >= DAYS_NEEDED:
            return max(SHORTEST, FACTOR * _quantile([silence for hour in near for silence in hour.values()]))
        everywhere = [silence for hour in self.hours.values() for silence in hour.values()]
        # A whole day is the least that may pass where the nights of this provider are not known.
        days = {day for hour in self.hours.values() for day in hour}
        known = len(everywhere) >= SPARSE_NEEDED and len(days) >= 2
        return max(24 * 3600.0, FACTOR * max(everywhere)) if known else None

    def to_value(self) -> dict[str, Any]:
        """As the Registry keeps it."""
        return {
            "last": self.last,
            "heard": self.heard,
            "hours": {hour: dict(days) for hour, days in self.hours.items()},
        }

    @classmethod
    def of_value(cls, value: Mapping[str, Any] | None) -> Custom:
        """From the Registry; what cannot be read there is learned anew."""
        try:
            told = value or {}
            hours = {str(h): {str(d): float(s) for d, s in days.items()} for h, days in told.get("hours", {}).items()}
            return cls(float(told.get("last", 0.0)), int(told.get("heard", 0)), hours)
        except (TypeError, ValueError, AttributeError):
            return cls()


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a provider's silence is unusual: how long it lasts, and how long it may; None where nobody can say."""

    silent: bool
    lasts: float
    may_last: float | None


def judge(custom: Custom, threshold: Silence, now: float, zone: tzinfo) -> Verdict:
    """The verdict on a provider at a moment; a fixed threshold, in seconds, outranks what was learned."""
    lasts = max(0.0, now - custom.last) if custom.last else 0.0
    if threshold == "off":
        return Verdict(silent=False, lasts=lasts, may_last=None)
    may_last = custom.threshold(zone) if threshold == "adaptive" else float(threshold)
    return Verdict(may_last is not None and lasts > may_last, lasts, may_last)


def _with_silence(hours: Hours, began: float, lasted: float, zone: tzinfo) -> Hours:
    start = datetime.fromtimestamp(began, UTC).astimezone(zone)
    name, day = f"{KINDS[start.weekday()]}-{start.hour}", start.date().isoformat()
    days = dict(hours.get(name, {}))
    days[day] = round(max(lasted, days.get(day, 0.0)), 1)
    kept = dict(sorted(days.items())[-DAYS_KEPT:])
    return {**hours, name: kept}


def _quantile(silences: list[float]) -> float:
    ordered = sorted(silences)
    return ordered[max(0, math.ceil(SHARE * len(ordered)) - 1)]
