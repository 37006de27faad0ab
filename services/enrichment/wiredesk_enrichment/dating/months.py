"""Months and days of months: "late last May", "3-5 June", "Monday, Dec. 12, 2022"."""

from __future__ import annotations

import re
from datetime import date

from wiredesk_enrichment.dating.calendar import When, away, day, day_in, month, span
from wiredesk_enrichment.dating.scene import BY_REFERENCE, BY_TENSE, SAID_IN_FULL, Found, Scene
from wiredesk_enrichment.dating.tense import Direction

FULL = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
NUMBERS = {name: number for number, name in enumerate(FULL, start=1)}
NUMBERS |= {name[:3]: number for name, number in NUMBERS.items()} | {"Sept": 9}
MONTH = r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)"
WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
YEAR = r"(?:1[0-9]|20)\d\d(?!\d|[.,]\d)"
MISREAD = 14
"""Days: a date without a year that is so near is meant, whatever the verb seems to say."""

_ORDINAL = r"(?:st|nd|rd|th)?"
_DAY_AFTER = re.compile(
    rf"\.?\s+(?:the\s+)?(?P<day>\d{{1,2}}){_ORDINAL}(?![\d:%]|[.,]\d|\s?(?:percent|per cent|million|billion|p\.?m\b|a\.?m\b))"
    rf"(?:\s?(?:-|–|—|to|through|and)\s?(?P<last>\d{{1,2}}){_ORDINAL}(?![\d:%]|[.,]\d|\s(?!was\b|is\b|has\b)[a-z]+s\b))?"
    rf"(?:,?\s+(?P<year>{YEAR}))?"
)
_YEAR_AFTER = re.compile(rf"\.?(?:,|\s+of)?\s+(?P<year>{YEAR})")
_YEAR_FURTHER = re.compile(
    rf"(?:\s?(?:,|-|–|and|or|to|through|until)\s+{MONTH}\.?(?:\s+\d{{1,2}}{_ORDINAL})?){{1,3}},?\s+(?P<year>{YEAR})"
)
_SHARED_YEAR = re.compile(
    rf"(?:\s?(?:,|-|–|and|or|to|through|until)\s+(?:\d{{1,2}}\s+)?{MONTH}\.?){{1,3}}\s+(?P<year>{YEAR})"
)
_WHICH_YEAR = re.compile(r"(?:,|\s+of)?\s+(?P<which>last|this|next)\s+year\b")
_DAY_BEFORE = re.compile(
    rf"(?<![\d.,:$€£/-])(?:(?:the\s+)?(?P<day>\d{{1,2}}){_ORDINAL}\s?(?:-|–|to|and)\s?)?(?:the\s+)?(?P<last>\d{{1,2}}){_ORDINAL}\s+(?:of\s+)?$"
)
_QUALIFIED = re.compile(
    r"(?:\b(?P<part>[Ee]arly|[Ll]ate|[Mm]id|(?:the\s+)?(?:[Ee]nd|[Bb]eginning|[Ss]tart|[Mm]iddle)\s+of)[\s-]+(?:in\s+)?)?"
    r"(?:\b(?P<which>[Ll]ast|[Tt]his|[Nn]ext|past)\s+)?$"
)
_PREPOSITION = re.compile(
    r"\b(?:[Ii]n|[Ss]ince|[Bb]y|[Ff]rom|[Uu]ntil|till|of|[Dd]uring|[Tt]hrough|throughout|[Bb]efore|[Aa]fter|[Bb]etween|for|to|back in)\s+$"
)
_EVERY = re.compile(r"\b(?:[Ee]very|[Ee]ach|Black)\s+$")
_LISTED = re.compile(rf"\b{MONTH}(?:\.?\s+\d{{1,2}})?(?:,|\s+(?:and|or|to|through))\s+$")
_WEEKDAY_BEFORE = re.compile(rf"\b(?:{WEEKDAY}|Mon|Tues?|Wed|Thurs?|Fri|Sat|Sun)\.?,?\s+(?:the\s+)?$")
_SURNAME = re.compile(
    r"\s+(?:[A-Z][a-z]|said|says|told|was|is|has|had|who)\b|['’]s\s+[a-z]+\s+(?:said|was|is)\b|\s+[A-Z][a-z]+"
)
_ATTACKS = re.compile(r",?\s+(?:(?:terror|terrorist|hijack|al-Qaida|al Qaeda)\s+)?(?:attacks?|terrorists?|hijack\w+)\b")


def find_month(scene: Scene, at: re.Match[str]) -> Found | None:
    """The expression around the name of a month, or None where the word is no month."""
    name = at.group().rstrip(".")
    number = NUMBERS[name]
    end = at.end() - (1 if at.group().endswith(".") else 0)
    found = _with_day(scene, at.start(), end, number)
    if found is None and (name in FULL or _YEAR_AFTER.match(scene.text, end)):
        found = _alone(scene, at.start(), end, number)
    return found


def _with_day(scene: Scene, start: int, end: int, number: int) -> Found | None:
    text = scene.text
    if before := scene.left(start, _DAY_BEFORE, 24):
        first, last = before["day"], before["last"]
        year = _YEAR_AFTER.match(text, end) or None
        start, end = before.start(), year.end() if year else end
        told = year or _SHARED_YEAR.match(text, end)
    elif after := _DAY_AFTER.match(text, end):
        first, last = (after["day"], after["last"]) if after["last"] else (None, after["day"])
        end = after.end()
        told = after if after["year"] else _YEAR_FURTHER.match(text, end)
    else:
        return None
    of_year = int(told["year"]) - _turns(told, number) if told else _implied_year(scene, start, end, number, int(last))
    if of_year is None or (days := _days(of_year, number, first, last)) is None:
        return None
    if weekday := scene.left(start, _WEEKDAY_BEFORE, 16):
        start = weekday.start()
    return Found(start, end, days, SAID_IN_FULL if told else BY_TENSE)


def _turns(told: re.Match[str], number: int) -> bool:
    """Whether the year changes on the way to the month that it stands behind: "Dec. 28 to Jan. 3, 2026"."""
    named = re.findall(MONTH, told.group())
    return bool(named) and NUMBERS[named[-1][:3]] < number


def _days(of_year: int, number: int, first: str | None, last: str) -> When | None:
    """A day of the month, or the days from one to another."""
    end = day_in(of_year, number, int(last))
    begin = day_in(of_year, number, int(first)) if first else end
    if begin is None or end is None:
        return None
    return span(day(begin), day(end)) if first else day(end)


def _implied_year(scene: Scene, start: int, end: int, number: int, of_day: int) -> int | None:
    if (number, of_day) == (9, 11) and _ATTACKS.match(scene.text, end):
        return 2001
    if which := _WHICH_YEAR.match(scene.text, end):
        return scene.now.year + _STEPS[which["which"]] if scene.now else None
    if scene.now is None:
        return None
    return nearest_year(scene.now, number, of_day, scene.direction(start, end))


_STEPS = {"last": -1, "past": -1, "this": 0, "next": 1}


def nearest_year(now: date, number: int, of_day: int, way: Direction) -> int | None:
    """The year that a day without one belongs to: the way the sentence looks, or the nearest."""
    years = (now.year, now.year - 1, now.year + 1)
    days = [found for year in years if (found := day_in(year, number, of_day))]
    nearest = min(days, key=lambda found: abs((found - now).days), default=None)
    if nearest is None:
        return None
    if way is Direction.unknown or abs((nearest - now).days) <= MISREAD:
        return nearest.year
    fits = [found for found in days if (found <= now if way is Direction.past else found >= now)]
    return min(fits, key=lambda found: abs((found - now).days), default=nearest).year


def _alone(scene: Scene, start: int, end: int, number: int) -> Found | None:
    """A month without a day."""
    text = scene.text
    qualified = scene.left(start, _QUALIFIED, 30)
    which = qualified["which"] if qualified else None
    is_qualified = qualified is not None and bool(qualified.group())
    year = _YEAR_AFTER.match(text, end)
    shared = year or _YEAR_FURTHER.match(text, end)
    relative = _WHICH_YEAR.match(text, end)
    if not (is_qualified or shared or relative or _is_month(scene, start, end, text[start:end])):
        return None
    if not shared and scene.left(start, _EVERY, 8):
        return None
    begun = qualified.start() if qualified else start
    if shared:
        of_year = int(shared["year"]) - (0 if year else _turns(shared, number))
        return Found(begun, year.end() if year else end, month(date(of_year, number, 1)), SAID_IN_FULL)
    if scene.now is None:
        return None
    if relative:
        when = month(date(scene.now.year + _STEPS[relative["which"]], number, 1))
        return Found(begun, relative.end(), when)
    when_told = _which_month(scene.now, number, which) if which else None
    if when_told:
        return Found(begun, end, when_told, BY_REFERENCE)
    return Found(begun, end, _month_by(scene.now, number, scene.direction(begun, end)), BY_TENSE)


def _is_month(scene: Scene, start: int, end: int, name: str) -> bool:
    """Whether the bare word is the month: May, March, April, June and August are also names and verbs."""
    if scene.left(start, _PREPOSITION, 14) or scene.left(start, _LISTED, 24):
        return not (name in ("May", "April", "June", "August") and _SURNAME.match(scene.text, end))
    return name not in ("May", "March", "August", "April", "June")


def _which_month(now: date, number: int, which: str) -> When | None:
    which = which.lower()
    of_year = now.year
    if which in ("last", "past") and number >= now.month:
        of_year -= 1
    elif which == "next" and number <= now.month:
        of_year += 1
    return month(date(of_year, number, 1))


def _month_by(now: date, number: int, way: Direction) -> When:
    """The last such month, the next, or the nearest."""
    back = (now.month - number) % 12
    ahead = (number - now.month) % 12
    steps = ahead if way is Direction.future or (way is Direction.unknown and ahead < back) else -back
    return away(now.replace(day=1), "month", steps) or month(now)
