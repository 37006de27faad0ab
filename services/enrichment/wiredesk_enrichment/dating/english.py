"""English date expressions in text order: a word that can be part of one is looked at with what stands around it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from wiredesk_enrichment.dating.calendar import When
from wiredesk_enrichment.dating.holidays import NAMES, find_holiday
from wiredesk_enrichment.dating.months import WEEKDAY, find_month
from wiredesk_enrichment.dating.scene import Found, Scene
from wiredesk_enrichment.dating.units import find_deictic, find_unit
from wiredesk_enrichment.dating.weekdays import find_weekday
from wiredesk_enrichment.dating.years import find_number

_TRIGGER = re.compile(
    r"(?<![\w@#])(?:"
    rf"(?P<holiday>{'|'.join(re.escape(name).replace(chr(39), '[’' + chr(39) + ']') for name in NAMES)})|"
    r"(?P<month>Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?|Aug(?:ust|\.)?|"
    r"Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)|"
    rf"(?P<weekday>{WEEKDAY})|"
    r"(?P<deictic>[Tt]oday|[Yy]esterday|[Tt]omorrow|[Tt]onight|[Oo]vernight)|"
    r"(?P<unit>(?:day|week|weekend|fortnight|month|quarter|half|year|decade|spring|summer|autumn|winter)s?|fall|centur(?:y|ies))"
    r")(?![^\W_])|"
    r"(?:(?<![\w$€£¥#@/.,-])|(?<=\b[Mm]id-))(?P<number>['’‘]?\d{2,4}s?(?!\d)|\d{1,2}(?=[./]\d))"
)
_FINDERS: dict[str, Callable[[Scene, re.Match[str]], Found | None]] = {
    "holiday": find_holiday, "month": find_month, "weekday": find_weekday, "deictic": find_deictic, "unit": find_unit,
    "number": find_number,
}  # fmt: skip

_PARTS = {
    "morning": "MO", "afternoon": "AF", "evening": "EV", "night": "NI", "noon": "MI", "midday": "MI", "lunchtime": "MI",
    "overnight": "NI",
}  # fmt: skip
_PART_AFTER = re.compile(rf"(?:['’]s)?,?\s+(?:at\s+)?(?:early\s+|late\s+)?(?P<part>{'|'.join(_PARTS)})\b")
_PART_BEFORE = re.compile(r"\b(?P<all>(?:[Tt]he\s+)?(?P<part>morning|afternoon|evening|night)\s+of)\s+$")
_CLOCK = r"(?P<hour>\d{1,2})(?:[:.](?P<minute>\d\d))?\s?(?P<half>[ap])(?:\.\s?m\b\.?|m\b)"
_CLOCK_BEFORE = re.compile(
    rf"(?<![\d:.]){_CLOCK}(?:\s+(?:[A-Z]{{2,4}}|local(?:\s+time)?))?,?\s+(?:on\s+)?(?:late\s+|early\s+)?$"
)
_CLOCK_AFTER = re.compile(rf"(?:\s+at|,)\s+{_CLOCK}")
_HERE = re.compile(r"\b(?P<which>[Tt]his|[Ll]ast)\s+(?P<part>morning|afternoon|evening|night)\b")


def find_dates(scene: Scene, held: Sequence[tuple[int, int]] = ()) -> list[Found]:
    """The expressions of the text, without overlaps. `held` are names that a weekday or month may be a part of."""
    found: list[Found] = []
    scene = replace(scene, before=found)
    reached = 0
    for at in sorted((*_TRIGGER.finditer(scene.text), *_HERE.finditer(scene.text)), key=lambda at: at.start()):
        if at.start() < reached:
            continue
        one = _timed(scene, _read(scene, at))
        if one and one.start >= reached and not _is_inside_name(at, held):
            found.append(one)
            reached = one.end
    return found


def _read(scene: Scene, at: re.Match[str]) -> Found | None:
    if at.re is _HERE:
        return _part_of_today(scene, at)
    return _FINDERS[at.lastgroup or ""](scene, at)


def _part_of_today(scene: Scene, at: re.Match[str]) -> Found | None:
    """As in "This morning", "last night"."""
    which, part = at["which"].lower(), at["part"]
    if scene.now is None or (which == "last" and part not in ("night", "evening")):
        return None
    days = scene.now.toordinal() - (1 if which == "last" else 0)
    there = scene.now.fromordinal(days)
    return Found(at.start(), at.end(), When(f"{there.isoformat()}T{_PARTS[part]}", "part of day", there, there))


def _timed(scene: Scene, found: Found | None) -> Found | None:
    """A day with the time that stands beside it: "Monday night", "6 a.m. on Saturday"."""
    if found is None or found.when.grain != "day":
        return found
    text = scene.text
    if part := _PART_AFTER.match(text, found.end):
        return _at(found, found.start, part.end(), _PARTS[part["part"]], "part of day")
    if part := scene.left(found.start, _PART_BEFORE, 24):
        return _at(found, part.start(), found.end, _PARTS[part["part"]], "part of day")
    if clock := scene.left(found.start, _CLOCK_BEFORE, 40):
        return _clocked(found, clock, clock.start(), found.end)
    if clock := _CLOCK_AFTER.match(text, found.end):
        return _clocked(found, clock, found.start, clock.end())
    return found


def _clocked(found: Found, clock: re.Match[str], start: int, end: int) -> Found:
    hour, minute = int(clock["hour"]), int(clock["minute"] or 0)
    if not (1 <= hour <= 12 and minute < 60):
        return found
    hour = hour % 12 + (12 if clock["half"] == "p" else 0)
    return _at(found, start, end, f"{hour:02d}:{minute:02d}", "minute")


def _at(found: Found, start: int, end: int, time: str, grain: str) -> Found:
    when = replace(found.when, value=f"{found.when.value}T{time}", grain=grain)
    return replace(found, start=start, end=end, when=when)


def _is_inside_name(at: re.Match[str], held: Sequence[tuple[int, int]]) -> bool:
    """Whether the word is a part of a longer name: Theresa May, The Sunday Post."""
    return at.lastgroup in ("month", "weekday") and any(
        start <= at.start() and at.end() <= end and end - start > at.end() - at.start() + 4 for start, end in held
    )
