"""Days with names: Christmas, Good Friday, Thanksgiving. Those that fall elsewhere in another country are left out."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta

from wiredesk_enrichment.dating.calendar import day
from wiredesk_enrichment.dating.months import YEAR
from wiredesk_enrichment.dating.scene import BY_REFERENCE, BY_TENSE, SAID_IN_FULL, Found, Scene
from wiredesk_enrichment.dating.tense import Direction

_FIXED = {
    "New Year's Day": (1, 1), "Valentine's Day": (2, 14), "St. Patrick's Day": (3, 17), "St Patrick's Day": (3, 17),
    "April Fools' Day": (4, 1), "May Day": (5, 1), "Juneteenth": (6, 19), "Fourth of July": (7, 4), "July Fourth": (7, 4),
    "Bastille Day": (7, 14), "Halloween": (10, 31), "Armistice Day": (11, 11), "Remembrance Day": (11, 11),
    "Veterans Day": (11, 11), "Christmas Eve": (12, 24), "Christmas Day": (12, 25), "Christmas": (12, 25),
    "Boxing Day": (12, 26), "New Year's Eve": (12, 31),
}  # fmt: skip
_FROM_EASTER = {
    "Shrove Tuesday": -47, "Ash Wednesday": -46, "Palm Sunday": -7, "Maundy Thursday": -3, "Good Friday": -2,
    "Easter Sunday": 0, "Easter Monday": 1, "Easter": 0, "Pentecost": 49, "Whit Monday": 50,
}  # fmt: skip
_NTH = {  # month, weekday, which one; -1 is the last
    "Martin Luther King Jr. Day": (1, 0, 3), "Martin Luther King Day": (1, 0, 3), "Presidents Day": (2, 0, 3),
    "Presidents' Day": (2, 0, 3), "Memorial Day": (5, 0, -1), "Labor Day": (9, 0, 1), "Columbus Day": (10, 0, 2),
    "Thanksgiving Day": (11, 3, 4), "Thanksgiving": (11, 3, 4), "Black Friday": (11, 4, 4), "Cyber Monday": (11, 0, 4),
}  # fmt: skip
NAMES = tuple(sorted({*_FIXED, *_FROM_EASTER, *_NTH}, key=len, reverse=True))
"""Longest first."""

_WHICH = re.compile(r"\b(?P<which>last|this|next)\s+$")
_YEAR_AFTER = re.compile(rf",?\s+(?:of\s+)?(?P<year>{YEAR})")
_NAMED_AFTER = re.compile(
    r"\s+(?:Island|Carol|tree|trees|card|cards|lights|party|parties|market|markets|dinner|eggs?|bunny|Bunny)\b"
)


def easter(of_year: int) -> date:
    """Easter Sunday of the Gregorian calendar (the anonymous algorithm of 1876)."""
    golden, century, rest = of_year % 19, of_year // 100, of_year % 100
    moon = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    sunday = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (golden + 11 * moon + 22 * sunday) // 451
    number, before = divmod(moon + sunday - 7 * late + 114, 31)
    return date(of_year, number, before + 1)


def _fixed(numbers: tuple[int, int]) -> Callable[[int], date]:
    return lambda of_year: date(of_year, *numbers)


def _from_easter(days: int) -> Callable[[int], date]:
    return lambda of_year: easter(of_year) + timedelta(days)


def _nth_weekday(number: int, weekday: int, nth: int) -> Callable[[int], date]:
    def found(of_year: int) -> date:
        if nth < 0:
            last = date(of_year, number, monthrange(of_year, number)[1])
            return last - timedelta((last.weekday() - weekday) % 7)
        first = date(of_year, number, 1)
        return first + timedelta((weekday - first.weekday()) % 7 + 7 * (nth - 1))

    return found


def _after_thanksgiving(days: int) -> Callable[[int], date]:
    thanksgiving = _nth_weekday(*_NTH["Thanksgiving"])
    return lambda of_year: thanksgiving(of_year) + timedelta(days)


HOLIDAYS: dict[str, Callable[[int], date]] = (
    {name: _fixed(numbers) for name, numbers in _FIXED.items()}
    | {name: _from_easter(days) for name, days in _FROM_EASTER.items()}
    | {name: _nth_weekday(*told) for name, told in _NTH.items()}
    | {"Black Friday": _after_thanksgiving(1), "Cyber Monday": _after_thanksgiving(4)}
)
"""The day of each in a year."""


def find_holiday(scene: Scene, at: re.Match[str]) -> Found | None:
    """The day with that name that the sentence means."""
    if _NAMED_AFTER.match(scene.text, at.end()):
        return None
    falls = HOLIDAYS[at.group().replace("’", "'")]
    if told := _YEAR_AFTER.match(scene.text, at.end()):
        return Found(at.start(), told.end(), day(falls(int(told["year"]))), SAID_IN_FULL)
    if scene.now is None:
        return None
    which = scene.left(at.start(), _WHICH, 8)
    start = which.start() if which else at.start()
    if which:
        return Found(start, at.end(), day(_which_one(falls, scene.now, which["which"])), BY_REFERENCE)
    return Found(start, at.end(), day(_by_tense(falls, scene.now, scene.direction(start, at.end()))), BY_TENSE)


def _which_one(falls: Callable[[int], date], now: date, which: str) -> date:
    if which == "this":
        return falls(now.year)
    if which == "last":
        return falls(now.year) if falls(now.year) < now else falls(now.year - 1)
    return falls(now.year) if falls(now.year) > now else falls(now.year + 1)


def _by_tense(falls: Callable[[int], date], now: date, way: Direction) -> date:
    days = [falls(now.year), falls(now.year - 1), falls(now.year + 1)]
    fits = [of for of in days if way is Direction.unknown or (of <= now if way is Direction.past else of >= now)]
    return min(fits, key=lambda of: abs((of - now).days))
