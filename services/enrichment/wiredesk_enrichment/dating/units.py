"""Weeks, months, quarters, years and seasons told from the day of writing: "two weeks ago", "earlier this year"."""

from __future__ import annotations

import re
from datetime import date

from wiredesk_enrichment.dating.calendar import (
    UNITS,
    When,
    away,
    century,
    day,
    from_now,
    half,
    moved,
    quarter,
    season,
    until_now,
    week,
    weekend,
)  # fmt: skip
from wiredesk_enrichment.dating.months import MONTH, NUMBERS, YEAR, nearest_year
from wiredesk_enrichment.dating.scene import BY_NEIGHBOUR, BY_TENSE, SAID_IN_FULL, Found, Scene
from wiredesk_enrichment.dating.tense import Direction

SEASONS = {"spring": "SP", "summer": "SU", "autumn": "FA", "fall": "FA", "winter": "WI"}
_ONES = ["a", "an", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
COUNTS = dict(zip(_ONES, (1, 1, *range(1, 13)), strict=True)) | {
    "fifteen": 15, "eighteen": 18, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "hundred": 100,
}  # fmt: skip
_NTH = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
_CENTURIES = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
    "twenty-first",
]

_COUNT_BEFORE = re.compile(rf"(?<![\w.,-])(?P<count>\d{{1,3}}|{'|'.join(COUNTS)})[\s-]+$", re.IGNORECASE)
_SHIFT_AFTER = re.compile(
    r"[\s-]+(?P<way>ago|earlier|later|before|after|from now|hence|previously)\b(?P<open>(?=\s+(?!and\b|but\b|when\b|in\b|at\b)\w))?"
)
_THE_BEFORE = re.compile(r"\b[Tt]he\s+$")
_TIME_AFTER = re.compile(r"s?['’]s?\s+time\b")
_NTH_BEFORE = re.compile(
    r"(?P<the>\b[Tt]he\s+|\b)(?:fiscal\s+)?(?P<nth>[Ff]irst|[Ss]econd|[Tt]hird|[Ff]ourth|1st|2nd|3rd|4th|[Ll]ast|final)(?:[\s-]+(?P<fiscal>fiscal))?[\s-]$"
)
_OF_YEAR = re.compile(
    rf"(?:\s+(?:of|in))?\s+(?:(?:the\s+)?(?P<fiscal>fiscal|financial)?\s*(?:year\s+)?(?P<year>{YEAR})|(?P<which>last|this|next)\s+year\b|(?P<same>the\s+year)\b)"
)
_OF_MONTH = re.compile(rf"\s+(?:of|in)\s+(?P<month>{MONTH})\b(?:\.?,?\s+(?P<year>{YEAR}))?")
_WHICH_BEFORE = re.compile(
    r"(?:\b(?P<part>[Ee]arly|[Ll]ate|[Ee]arlier|[Ll]ater|[Mm]id|(?:[Bb]y\s+)?(?:[Tt]he\s+)?(?:very\s+)?"
    r"(?:end|beginning|start|middle|close|turn|rest|remainder|course)\s+of)[\s-]+(?:in\s+)?)?"
    r"(?P<the>\b[Tt]he\s+)?\b(?P<which>[Ll]ast|[Tt]his|[Nn]ext|[Tt]hat|[Pp]revious|[Ff]ollowing|[Ss]ame|[Cc]urrent|[Cc]oming|[Tt]his\s+past|[Tt]his\s+coming)\s+$"
)
_EDGE_BEFORE = re.compile(
    r"\b(?P<part>[Ee]arly|[Ll]ate|[Ll]ater|(?:[Tt]he\s+)?(?:end|beginning|start|middle|close)\s+of)\s+(?:in\s+)?the\s+$"
)
_GOES_ON = re.compile(rf"\s+(?:of|that|which|when)\b|\s+{YEAR}|-")
_YEAR_END = re.compile(r"(?:['’]s)?[\s-]end\b")
_YEAR_FOLLOWS = re.compile(rf"(?:,|\s+of|\s+in)?\s+(?P<year>{YEAR})")
_SEASON_BEFORE = re.compile(
    r"(?:\b(?P<part>[Ee]arly|[Ll]ate|[Mm]id|[Ee]nd\s+of)[\s-]+)?(?P<the>\b[Tt]he\s+)?(?:(?P<which>\b[Ll]ast|\b[Tt]his|\b[Nn]ext|\b[Tt]his\s+past|\b[Tt]his\s+coming)\s+)?$"
)
_IN_SEASON = re.compile(
    r"\b(?:[Ii]n|[Ss]ince|[Bb]y|[Uu]ntil|[Dd]uring|of|[Ff]rom|[Aa]fter|[Bb]efore|[Tt]his)\s+(?:early\s+|late\s+)?(?:the\s+)?(?:early\s+|late\s+)?$"
)
_WEEKEND_BEFORE = re.compile(r"\b(?:[Oo]ver|[Aa]t|[Dd]uring|[Oo]n|[Ff]or|[Tt]hrough)\s+(?P<the>the\s+)$")
_CENTURY_BEFORE = re.compile(
    rf"(?P<the>\b[Tt]he\s+)?(?:\b(?:[Ee]arly|[Ll]ate|[Mm]id|[Tt]urn of the)[\s-]+)?\b(?:(?P<nth>\d{{1,2}})(?:st|nd|rd|th)|(?P<word>{'|'.join(_CENTURIES)}))[\s-]$",
    re.IGNORECASE,
)  # fmt: skip
_STEPS = {"last": -1, "past": -1, "this": 0, "current": 0, "next": 1, "coming": 1}
_LEANS = {"previous": -1, "following": 1, "next": 1, "same": 0, "that": 0}
_DAYS = frozenset({"day", "week", "weekend"})
_GRAINS = {
    "day": frozenset({"day"}), "week": _DAYS, "weekend": _DAYS, "month": _DAYS | {"month"},
    "quarter": frozenset({"quarter"}), "year": frozenset({"day", "month", "quarter", "half", "year"}),
    "decade": frozenset({"year", "decade"}), "century": frozenset({"century"}),
}  # fmt: skip


def find_unit(scene: Scene, at: re.Match[str]) -> Found | None:
    """The expression around the name of a unit of time, or None where it only tells how long."""
    name = at.group().lower()
    unit = name.removesuffix("s")
    if unit in SEASONS:
        return _season(scene, at, SEASONS[unit])
    if shift := _SHIFT_AFTER.match(scene.text, at.end()):
        return _shifted(scene, at, unit, shift)
    if name != unit:
        return _ahead(scene, at, unit)
    for read in (_nth, _which, _edge, _weekend, _century, _year_end):
        if found := read(scene, at, unit):
            return found
    return _ahead(scene, at, unit)


def _shifted(scene: Scene, at: re.Match[str], unit: str, shift: re.Match[str]) -> Found | None:
    """As in "Two weeks ago", "a year earlier", "the day before"."""
    way = shift["way"]
    if (way in ("before", "after") and shift["open"] is not None) or unit not in UNITS:
        return None
    count = scene.left(at.start(), _COUNT_BEFORE, 16)
    is_the = scene.left(at.start(), _THE_BEFORE, 8)
    is_compound = scene.text[at.end() : at.end() + 1] == "-"
    if not (count or (is_the and way in ("before", "after")) or is_compound):
        return None
    number = _counted(count["count"]) if count else 1
    begun = count.start("count") if count else (is_the.start() if is_the else at.start())
    if way in ("ago", "from now", "hence"):
        when = away(scene.now, unit, -number if way == "ago" else number) if scene.now and not is_compound else None
        if when or not is_compound:
            return Found(begun, shift.end("way"), when) if when else None
    step = number if way in ("later", "after", "hence") else -number
    when = _from_anchor(scene, at.start(), unit, step)
    return Found(begun, shift.end("way"), when, BY_NEIGHBOUR) if when else None


def _counted(word: str) -> int:
    return int(word) if word.isdigit() else COUNTS[word.lower()]


def _from_anchor(scene: Scene, start: int, unit: str, step: int) -> When | None:
    """So many units from the date before; for years gone by, from the day of writing where there is none."""
    anchor = scene.anchor(start, _GRAINS[unit])
    if anchor and anchor.first:
        there = moved(anchor.first, unit, step)
        keeps = anchor.grain in UNITS and unit == "year" and anchor.grain != "day"
        return UNITS[anchor.grain if keeps else unit](there) if there else None
    if unit in ("month", "year") and step < 0 and scene.now:
        return away(scene.now, unit, step)
    return None


def _nth(scene: Scene, at: re.Match[str], unit: str) -> Found | None:
    """As in "The third quarter", "the first half of 2022", "the second week of January"."""
    before = scene.left(at.start(), _NTH_BEFORE, 24)
    if before is None:
        return None
    nth = before["nth"].lower()
    if unit == "week" and (of_month := _OF_MONTH.match(scene.text, at.end())):
        return _nth_week(scene, before.start(), of_month, nth)
    if unit not in ("quarter", "half"):
        return None
    number = {"last": 4, "final": 4}.get(nth) or _NTH[nth]
    of_year = _OF_YEAR.match(scene.text, at.end())
    is_fiscal = "fiscal" in before.group() or bool(of_year and of_year["fiscal"])
    if unit == "half":
        number = min(number, 2) if nth in ("first", "second", "1st", "2nd", "last", "final") else 0
    if of_year is None and (unit == "half" or nth in ("last", "final") or scene.is_sport):
        return None
    which = _year_of(scene, before.start(), at.end(), of_year, number)
    if which is None or not number:
        return None
    first_month = (number - 1) * (3 if unit == "quarter" else 6) + 1
    when = (quarter if unit == "quarter" else half)(date(which, first_month, 1))
    if is_fiscal:
        when = When(when.value, f"fiscal {unit}")  # a company's year begins where it likes
    end = of_year.end() if of_year else at.end()
    return Found(before.start(), end, when, SAID_IN_FULL if of_year and of_year["year"] else BY_TENSE)


def _year_of(scene: Scene, start: int, end: int, told: re.Match[str] | None, number: int) -> int | None:
    """The year that a quarter or half belongs to: as told, else the last that has begun, or the next to come."""
    if told and told["year"]:
        return int(told["year"])
    if scene.now is None:
        return None
    if told:
        return scene.now.year + (_STEPS[told["which"]] if told["which"] else 0)
    current = (scene.now.month + 2) // 3
    if scene.direction(start, end) is Direction.future:
        return scene.now.year + (number < current)
    return scene.now.year - (number > current)


def _nth_week(scene: Scene, start: int, told: re.Match[str], nth: str) -> Found | None:
    number = NUMBERS[told["month"][:3]]
    if nth not in _NTH or (not told["year"] and scene.now is None):
        return None
    middle = _NTH[nth] * 7 - 3
    if told["year"]:
        of_year: int | None = int(told["year"])
    else:
        of_year = nearest_year(scene.now or date.min, number, middle, scene.direction(start, told.end()))
    return Found(start, told.end(), week(date(of_year, number, middle)), BY_TENSE) if of_year else None


def _which(scene: Scene, at: re.Match[str], unit: str) -> Found | None:
    """As in "Last week", "later this month", "the end of next year", "the following day"."""
    before = scene.left(at.start(), _WHICH_BEFORE)
    if before is None or unit == "half":
        return None
    which = before["which"].lower().split()[-1] if " " not in before["which"] else before["which"].lower().split()[1]
    part = (before["part"] or "").lower()
    is_the = before["the"] is not None
    if which in ("previous", "following", "same", "that") or (unit == "day" and which == "next"):
        when = _from_anchor(scene, at.start(), unit, _LEANS[which])
        return Found(before.start(), at.end(), when, BY_NEIGHBOUR) if when else None
    is_how_long = is_the and which in ("last", "next", "coming") and not (part and part.endswith("of"))
    if scene.now is None or unit == "day" or is_how_long or unit == "fortnight":
        return None
    when = away(scene.now, unit, _STEPS[which])
    if when and part in ("earlier", "later") and which in ("this", "current"):
        when = until_now(when, scene.now) if part == "earlier" else from_now(when, scene.now)
    if when and unit == "weekend" and which in ("this", "past"):
        when = _weekend_by(scene, before.start(), at.end(), is_past=which == "past")
    return Found(before.start(), at.end(), when) if when else None


def _edge(scene: Scene, at: re.Match[str], unit: str) -> Found | None:
    """As in "The end of the year", "late in the week": the unit that is running."""
    before = scene.left(at.start(), _EDGE_BEFORE)
    if before is None or scene.now is None or unit not in ("week", "month", "quarter", "year", "decade"):
        return None
    if _GOES_ON.match(scene.text, at.end()):
        return None
    when = away(scene.now, unit, 0)
    return Found(before.start(), at.end(), when) if when else None


def _weekend(scene: Scene, at: re.Match[str], unit: str) -> Found | None:
    before = scene.left(at.start(), _WEEKEND_BEFORE, 20) if unit == "weekend" else None
    if before is None or scene.now is None or _GOES_ON.match(scene.text, at.end()):
        return None
    return Found(before.start("the"), at.end(), _weekend_by(scene, before.start(), at.end()), BY_TENSE)


def _weekend_by(scene: Scene, start: int, end: int, *, is_past: bool = False) -> When:
    """The weekend that is running or the last one; the coming one where the sentence looks ahead."""
    now = scene.now or date.min
    looks_back = is_past or scene.direction(start, end) is Direction.past
    return (away(now, "weekend", -1) or weekend(now)) if looks_back and now.weekday() < 5 else weekend(now)


def _season(scene: Scene, at: re.Match[str], name: str) -> Found | None:
    """As in "The summer of 1998", "next spring"; "spring" and "fall" by themselves are no seasons."""
    before = scene.left(at.start(), _SEASON_BEFORE, 40)
    year = _YEAR_FOLLOWS.match(scene.text, at.end())
    begun = before.start() if before else at.start()
    if year:
        return Found(begun, year.end(), season(name, int(year["year"])), SAID_IN_FULL)
    if scene.now is None or _GOES_ON.match(scene.text, at.end()) or at.group().endswith("s"):
        return None
    which = before["which"].lower().split()[-1] if before and before["which"] else None
    if which:
        return Found(begun, at.end(), season(name, _season_year(scene.now, name, _WAYS[which])))
    if at.group() != "fall" and scene.left(begun, _IN_SEASON, 24) and before and before["the"]:
        way = scene.direction(begun, at.end())
        return Found(begun, at.end(), season(name, _season_year(scene.now, name, way.name)), BY_TENSE)
    return None


_WAYS = {"last": "last", "past": "last", "this": "unknown", "next": "next", "coming": "next"}
_BEGINS = {"SP": 3, "SU": 6, "FA": 9, "WI": 12}


def _season_year(now: date, name: str, way: str) -> int:
    """The year in which the season meant begins: last and next leave out the one that is running."""

    def months_off(of_year: int) -> int:
        return of_year * 12 + _BEGINS[name] - (now.year * 12 + now.month)

    years = range(now.year - 2, now.year + 2)
    if way == "last":
        return max(one for one in years if months_off(one) < -2)
    if way == "next":
        return min(one for one in years if months_off(one) > 0)
    if way == "past":
        return max(one for one in years if months_off(one) <= 0)
    if way == "future":
        return min(one for one in years if months_off(one) >= -2)
    return min(years, key=lambda one: abs(months_off(one) + 1))


def _century(scene: Scene, at: re.Match[str], unit: str) -> Found | None:
    before = scene.left(at.start(), _CENTURY_BEFORE, 40) if unit == "century" else None
    if before is None:
        return None
    nth = int(before["nth"]) if before["nth"] else _CENTURIES.index(before["word"].lower()) + 1
    if not 2 <= nth <= 30:
        return None
    return Found(before.start(), at.end(), century(date((nth - 1) * 100, 1, 1)), SAID_IN_FULL)


def _year_end(scene: Scene, at: re.Match[str], unit: str) -> Found | None:
    end = _YEAR_END.match(scene.text, at.end()) if unit == "year" else None
    if end is None or scene.now is None:
        return None
    when = away(scene.now, "year", 0)
    return Found(at.start(), end.end(), when) if when else None


def _ahead(scene: Scene, at: re.Match[str], unit: str) -> Found | None:
    """As in "In two weeks' time"."""
    time = _TIME_AFTER.match(scene.text, at.end())
    count = scene.left(at.start(), _COUNT_BEFORE, 16) if time else None
    if time is None or count is None or scene.now is None or unit not in UNITS:
        return None
    when = away(scene.now, unit, _counted(count["count"]))
    return Found(count.start("count"), time.end(), when) if when else None


_DEICTIC = {"today": 0, "tonight": 0, "overnight": 0, "yesterday": -1, "tomorrow": 1}
_FIGURATIVE = re.compile(r"\b(?:an?|our|their|\w+er)\s+$")
_NO_COMPARISON = re.compile(
    r"\b(?:\w+[hn]er|over|after|later|earlier|under|minister|officer|leader|power|order|water)\s+$"
)
_THE_DAY = re.compile(r"(?P<the>\b[Tt]he\s+day\s+(?:before|after))\s+$")


def find_deictic(scene: Scene, at: re.Match[str]) -> Found | None:
    """Today, yesterday, tomorrow, tonight, overnight, and the days next to them."""
    word = at.group().lower()
    if scene.now is None or (at.group()[0].isupper() and not _opens_sentence(scene.text, at.start())):
        return None
    if scene.left(at.start(), _FIGURATIVE, 16) and not scene.left(at.start(), _NO_COMPARISON, 16):
        return None  # "a brighter tomorrow"
    begun, step = at.start(), _DEICTIC[word]
    if beside := scene.left(at.start(), _THE_DAY, 24):
        begun, step = beside.start(), step * 2
    there = moved(scene.now, "day", step)
    if there is None:
        return None
    when = day(there)
    if word in ("tonight", "overnight"):
        when = When(f"{when.value}TNI", "part of day", there, there)
    return Found(begun, at.end(), when)


_SENTENCE_OPENS = re.compile(r"(?:^|[.!?:;\n–—\"“‘'(]\s*)$")


def _opens_sentence(text: str, start: int) -> bool:
    return _SENTENCE_OPENS.search(text[max(0, start - 3) : start]) is not None
