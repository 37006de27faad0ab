"""Dates in figures: years, decades, fiscal years, 2022-05-26, 26.5.2022, 5/26/2022."""

from __future__ import annotations

import re
from datetime import date

from wiredesk_enrichment.dating.calendar import When, day, day_in, decade, month, quarter, span, year
from wiredesk_enrichment.dating.scene import BY_TENSE, SAID_IN_FULL, Found, Scene

MODERN = 1900
"""Earlier numbers are years only behind a word that says so."""
LATEST = 2100

_ISO = re.compile(r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)(?:T[\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?(?![\d-])")
_DOTTED = re.compile(r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4}|\d\d)(?![\d.]\d|\d)")
_SLASHED = re.compile(r"(?P<a>\d{1,2})/(?P<b>\d{1,2})/(?P<y>\d{4})(?![\d/])")
_DECADE = re.compile(r"(?:(?P<century>1[5-9]|20)(?P<ten>\d)0|['’‘](?P<short>[2-9])0)['’]?s\b")
_YEAR = re.compile(r"(?P<year>1\d{3}|20\d\d)(?!\d|[.,:/]\d|\s?%|[\w])")
_RANGE = re.compile(r"(?P<from>1[5-9]\d\d|20\d\d)\s?[-–/]\s?(?P<to>(?:1[5-9]|20)\d\d|\d\d)(?![\d%-]|[.,]\d)")
_QUARTER_BEFORE = re.compile(r"\b(?P<number>[QH][1-4])\s+(?:of\s+)?$")
_NINE_ELEVEN = re.compile(r"9/11(?![\d/])")

_PART = r"(?:(?:[Tt]he\s+)?\b(?:[Ee]arly|[Ll]ate|[Mm]id|(?:end|beginning|start|middle|turn)\s+of)(?:\s+to\s+(?:mid|late))?[\s-]+)?(?:the\s+)?"
_PART_BEFORE = re.compile(rf"(?P<part>{_PART})$")
_FISCAL_BEFORE = re.compile(r"\b(?P<said>(?:[Ff]iscal|[Ff]inancial)(?:\s+[Yy]ear)?|FY)\s?$")
_SURE_BEFORE = re.compile(
    r"\b(?:[Ii]n|[Ss]ince|[Uu]ntil|till|[Dd]uring|[Tt]hroughout|[Cc]irca|[Ee]arly|[Ll]ate|[Mm]id|[Yy]ear|[Bb]ack in|[Aa]s of|class of)[\s-]+(?:the\s+)?(?:year\s+)?$"
)
_LIKELY_BEFORE = re.compile(
    r"\b(?:[Bb]y|of|[Ff]rom|[Bb]efore|[Aa]fter|[Bb]etween|[Tt]hrough|[Uu]nlike|as|to|for|than|dated|against|until)\s+(?:early\s+|late\s+|mid-)?$"
)
_LISTED_BEFORE = re.compile(r"\b(?:1[5-9]|20)\d\d(?:,|,?\s+(?:and|or|to)|\s?[-–])\s?$")
_ATTRIBUTE_BEFORE = re.compile(
    r"(?:\b(?:[Tt]he|[Aa]n?|[Ii]ts|[Hh]is|[Hh]er|[Tt]heir|[Oo]ur|[Mm]y|[Tt]his|[Tt]hat)|['’]s|s['’])\s+(?:early\s+|late\s+)?$"
)
_NOUN_AFTER = re.compile(r"[\s-]+[A-Za-z]")
_COUNTED_AFTER = re.compile(
    r"\s+(?:(?!was\b|is\b|has\b|as\b|its\b|his\b|this\b|us\b|does\b|elections\b|games\b|olympics\b)[a-z]+(?<![sui])s|people|men|women|children|"
    r"tonnes|acres|km|feet|percent|euros?|dollars?|pounds?|metres?|miles?)\b"
)
_ALONE_AFTER = re.compile(r"\s*[),;]")
_SUBJECT_AFTER = re.compile(r"\s+(?:was|is|has|saw|will|had|marked|brought)\b")


def find_number(scene: Scene, at: re.Match[str]) -> Found | None:
    """The date that begins with this figure, or None where the figure counts something."""
    text, start = scene.text, at.start()
    if found := _ISO.match(text, start) or _DOTTED.match(text, start):
        return _full(found, day_in(_four(found["y"]), int(found["m"]), int(found["d"])))
    if found := _SLASHED.match(text, start):
        return _full(found, _slashed(scene, found))
    if found := _NINE_ELEVEN.match(text, start):
        return Found(start, found.end(), day(date(2001, 9, 11)), SAID_IN_FULL)
    if found := _DECADE.match(text, start):
        return _decade(scene, found)
    if found := _RANGE.match(text, start):
        return _range(scene, found)
    found = _YEAR.match(text, start)
    return _year(scene, found) if found else None


def _four(digits: str) -> int:
    """A year of two digits is of this century, or of the last where that is long to come."""
    return int(digits) if len(digits) == 4 else int(digits) + (2000 if int(digits) < 70 else 1900)


def _full(found: re.Match[str], of: date | None) -> Found | None:
    return Found(found.start(), found.end(), day(of), SAID_IN_FULL) if of else None


def _slashed(scene: Scene, found: re.Match[str]) -> date | None:
    """Only where one order is possible, or where the order is known."""
    a, b, of_year = int(found["a"]), int(found["b"]), int(found["y"])
    readings = {"day": day_in(of_year, b, a), "month": day_in(of_year, a, b)}
    possible = {reading for reading in readings.values() if reading}
    if len(possible) == 1:
        return possible.pop()
    return None if scene.day_first is None else readings["day" if scene.day_first else "month"]


def _decade(scene: Scene, found: re.Match[str]) -> Found:
    first = int(found["century"] + found["ten"] + "0") if found["century"] else 1900 + int(found["short"]) * 10
    part = scene.left(found.start(), _PART_BEFORE, 36)
    return Found(part.start() if part else found.start(), found.end(), decade(date(first, 1, 1)), SAID_IN_FULL)


def _range(scene: Scene, found: re.Match[str]) -> Found | None:
    """As in "2006-2009" and "2021-22"."""
    first, to = int(found["from"]), found["to"]
    last = int(to) if len(to) == 4 else first // 100 * 100 + int(to)
    if not 0 < last - first <= 200 or last > LATEST or _COUNTED_AFTER.match(scene.text, found.end()):
        return None
    when = span(year(date(first, 1, 1)), year(date(last, 1, 1)))
    return Found(found.start(), found.end(), when, SAID_IN_FULL) if when else None


def _year(scene: Scene, found: re.Match[str]) -> Found | None:
    number, start, end = int(found["year"]), found.start(), found.end()
    if not 1000 <= number <= LATEST:
        return None
    if named := scene.left(start, _QUARTER_BEFORE, 10):
        return _company_quarter(named, number, end)
    if fiscal := scene.left(start, _FISCAL_BEFORE, 20):
        return Found(fiscal.start(), end, When(f"{number:04d}", "fiscal year"), SAID_IN_FULL)
    if not _is_year(scene, start, end, number):
        return None
    part = scene.left(start, _PART_BEFORE, 36)
    begun = part.start() if part and part["part"].strip().lower() not in ("", "the") else start
    return Found(begun, end, year(date(number, 1, 1)), SAID_IN_FULL if number >= MODERN else BY_TENSE)


def _company_quarter(named: re.Match[str], number: int, end: int) -> Found | None:
    letter, count = named["number"][0], int(named["number"][1])
    if letter == "Q":
        return Found(named.start(), end, quarter(date(number, count * 3, 1)), SAID_IN_FULL)
    if count > 2:
        return None
    first, last = month(date(number, count * 6 - 5, 1)).first, month(date(number, count * 6, 1)).last
    return Found(named.start(), end, When(f"{number:04d}-H{count}", "half", first, last), SAID_IN_FULL)


def _is_year(scene: Scene, start: int, end: int, number: int) -> bool:
    """Whether the words around a number of four digits make it a year, and not a count of something."""
    text = scene.text
    if scene.left(start, _SURE_BEFORE, 24) or scene.left(start, _LISTED_BEFORE, 12):
        return number >= MODERN or _COUNTED_AFTER.match(text, end) is None
    if scene.left(start, _LIKELY_BEFORE, 24):
        return number >= MODERN - 400 and _COUNTED_AFTER.match(text, end) is None
    if number < MODERN:
        return False
    if scene.left(start, _ATTRIBUTE_BEFORE, 16):
        return _NOUN_AFTER.match(text, end) is not None and _COUNTED_AFTER.match(text, end) is None
    before = text[max(0, start - 1) : start]
    return (before == "(" and _ALONE_AFTER.match(text, end) is not None) or (
        (not text[:start].strip() or text[:start].rstrip()[-1:] in ".\n")
        and _SUBJECT_AFTER.match(text, end) is not None
    )
