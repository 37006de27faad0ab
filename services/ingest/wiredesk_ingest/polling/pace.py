"""When a feed is asked again. Pure; moments and durations in seconds.

A feed is asked twice in its own usual gap between news, ever more seldom while it is silent, within the bounds of its
profile. Errors double the pause, a time that the server names is kept to, and no two replicas or feeds march in step.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import pairwise
from statistics import median

REMEMBERED = 16
"""Moments of news from which the gap is learned."""
SILENT_SHARE = 0.1
"""Share of a silence that may pass before the next question: a feed silent for 5 hours waits for half an hour."""
JITTER = 0.1
LONGEST_WAIT = 24 * 3600.0
"""A server may not send us away for longer."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The shortest and the longest pause between two questions."""

    fastest: float = 60.0
    slowest: float = 3600.0


@dataclass(frozen=True, slots=True)
class Wish:
    """What a feed asks of its readers: RSS's `ttl`, in seconds, and its `skipHours` (hours of UTC) and `skipDays`."""

    ttl: float = 0.0
    hours: frozenset[int] = field(default_factory=frozenset)
    days: frozenset[int] = field(default_factory=frozenset)
    """Days of the week, Monday is 0."""


NO_WISH = Wish()


def next_question(
    now: float, news: Sequence[float], bounds: Bounds, *, wish: Wish = NO_WISH, chance: float = 0.5
) -> float:
    """When to ask again after an answer; `news` are the moments at which something new came, oldest first.

    chance: a random number from 0 to 1. The profile's bounds have the last word, over the feed's wishes as well.
    """
    pause = _clamped(max(_usual_pause(now, news, bounds), wish.ttl), bounds)
    wanted = _clamped(_jittered(pause, chance), bounds)
    return min(_allowed(now + wanted, wish), now + max(bounds.slowest, wanted))


def after_error(
    now: float, errors: int, bounds: Bounds, *, retry_after: float | None = None, chance: float = 0.5
) -> float:
    """When to ask again after so many errors in a row (1 is the first)."""
    pause = min(bounds.slowest, bounds.fastest * 2.0 ** min(errors - 1, 30))
    pause = max(bounds.fastest, _jittered(pause, chance))
    return now + max(pause, min(retry_after or 0.0, LONGEST_WAIT))


def remembered(news: Sequence[float], now: float) -> tuple[float, ...]:
    """The moments of news with one more."""
    return (*news, now)[-REMEMBERED:]


def retry_after_of(header: str, now: datetime) -> float | None:
    """Seconds from a Retry-After header (a number, or an HTTP date); None when there is none that can be read."""
    text = header.strip()
    if text.isascii() and text.isdecimal():
        return min(float(text[:10]), LONGEST_WAIT)
    try:
        at = parsedate_to_datetime(text)
        return max(0.0, ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _usual_pause(now: float, news: Sequence[float], bounds: Bounds) -> float:
    if not news:
        return bounds.fastest
    gaps = [later - earlier for earlier, later in pairwise(news)]
    usual = median(gaps) / 2 if gaps else bounds.fastest
    return max(usual, (now - news[-1]) * SILENT_SHARE)


def _clamped(pause: float, bounds: Bounds) -> float:
    return min(max(pause, bounds.fastest), bounds.slowest)


def _jittered(pause: float, chance: float) -> float:
    return pause * (1 + JITTER * (2 * chance - 1))


def _allowed(at: float, wish: Wish) -> float:
    """The first moment from `at` on that lies in no hour and on no day that the feed asks to be left alone."""
    if (not wish.hours and not wish.days) or not math.isfinite(at):
        return at
    moment = datetime.fromtimestamp(at, UTC)
    for _ in range(24 * 8):
        if moment.hour not in wish.hours and moment.weekday() not in wish.days:
            return moment.timestamp()
        moment = moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return at
