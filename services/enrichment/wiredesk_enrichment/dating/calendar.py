"""Stretches of the calendar under their TIMEX3 names: "2022-05-26", "2022-W21", "2022-Q2", "199X"."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

WEEKEND = 5
"""Number of Saturday in Python's week."""


@dataclass(frozen=True, slots=True)
class When:
    """What a date expression means.

    value is written as in TIMEX3 (ISO-TimeML): ISO 8601 for days, months, years and weeks; Q1-Q4, H1-H2, SP SU FA WI
    (seasons), -WE (weekend), X for digits left open, T with a time or a part of the day; `a/b` for a range.
    grain says how exact it is; first and last are its days, None where the words leave them open (a season begins
    elsewhere in the south, a fiscal year wherever the company says).
    """

    value: str
    grain: str
    first: date | None = None
    last: date | None = None


def day(of: date) -> When:
    """One day."""
    return When(of.isoformat(), "day", of, of)


def week(of: date) -> When:
    """The ISO week around a day, Monday to Sunday."""
    monday = of - timedelta(of.weekday())
    return When("{}-W{:02d}".format(*of.isocalendar()[:2]), "week", monday, monday + timedelta(6))


def weekend(of: date) -> When:
    """Saturday and Sunday of the ISO week around a day."""
    whole = week(of)
    saturday = of - timedelta(of.weekday()) + timedelta(WEEKEND)
    return When(f"{whole.value}-WE", "weekend", saturday, whole.last)


def month(of: date) -> When:
    """The month around a day."""
    return When(f"{of:%Y-%m}", "month", of.replace(day=1), of.replace(day=monthrange(of.year, of.month)[1]))


def quarter(of: date) -> When:
    """The calendar quarter around a day."""
    number = (of.month + 2) // 3
    last = month(of.replace(month=number * 3, day=1)).last
    return When(f"{of:%Y}-Q{number}", "quarter", of.replace(month=number * 3 - 2, day=1), last)


def half(of: date) -> When:
    """The half-year around a day."""
    number = 1 if of.month <= 6 else 2
    last = month(of.replace(month=number * 6, day=1)).last
    return When(f"{of:%Y}-H{number}", "half", of.replace(month=number * 6 - 5, day=1), last)


def year(of: date) -> When:
    """The year around a day."""
    return When(f"{of:%Y}", "year", of.replace(month=1, day=1), of.replace(month=12, day=31))


def decade(of: date) -> When:
    """The ten years with the same first three digits."""
    begun = of.year // 10 * 10
    return When(f"{begun // 10:03d}X", "decade", date(max(begun, 1), 1, 1), date(begun + 9, 12, 31))


def century(of: date) -> When:
    """The hundred years around a day, as they are counted in words: the 19th is 18XX."""
    begun = of.year // 100 * 100
    return When(f"{begun // 100:02d}XX", "century", date(max(begun, 1), 1, 1), date(begun + 99, 12, 31))


UNITS: dict[str, Callable[[date], When]] = {
    "day": day, "week": week, "weekend": weekend, "month": month, "quarter": quarter, "half": half, "year": year,
    "decade": decade, "century": century,
}  # fmt: skip

_DAYS = {"day": 1, "week": 7, "weekend": 7, "fortnight": 14}
_MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12, "decade": 120, "century": 1200}


def moved(of: date, unit: str, count: int) -> date | None:
    """The day so many units away; the last of a month that is shorter; None outside the calendar."""
    try:
        if unit in _DAYS:
            return of + timedelta(_DAYS[unit] * count)
        months = of.year * 12 + of.month - 1 + _MONTHS[unit] * count
        first = date(months // 12, months % 12 + 1, 1)
    except (OverflowError, ValueError):
        return None
    return first.replace(day=min(of.day, monthrange(first.year, first.month)[1]))


def away(of: date, unit: str, count: int) -> When | None:
    """The unit that lies so many units away: -1 week is last week."""
    there = moved(of, unit, count)
    return UNITS[unit](there) if there else None


def season(name: str, of_year: int) -> When:
    """A season of a year; its days are left open."""
    return When(f"{of_year:04d}-{name}", "season")


def day_in(of_year: int, of_month: int, of_day: int) -> date | None:
    """A day by its numbers; None for the 30th of February."""
    try:
        return date(of_year, of_month, of_day)
    except ValueError:
        return None


def span(begin: When, end: When) -> When | None:
    """From one stretch to another, in order."""
    if not (begin.first and end.last and begin.first <= end.last):
        return None
    return When(f"{begin.value}/{end.value}", end.grain, begin.first, end.last)


def until_now(stretch: When, now: date) -> When:
    """The part of a stretch that is over ("earlier this year"): the name stays, the days end today."""
    return _cut(stretch, stretch.first, now)


def from_now(stretch: When, now: date) -> When:
    """The part of a stretch that is to come ("later this year")."""
    return _cut(stretch, now, stretch.last)


def _cut(stretch: When, first: date | None, last: date | None) -> When:
    is_inside = first is not None and last is not None and first <= last
    return replace(stretch, first=first, last=last) if is_inside else stretch
