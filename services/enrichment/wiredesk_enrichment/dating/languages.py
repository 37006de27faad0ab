"""Dates in German, French, Spanish, Italian, Dutch and Portuguese: by words and order, as far as these are sure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from wiredesk_enrichment.dating.calendar import day, day_in, month, moved, year
from wiredesk_enrichment.dating.months import YEAR, nearest_year
from wiredesk_enrichment.dating.scene import BY_REFERENCE, BY_TENSE, SAID_IN_FULL, Found, Scene
from wiredesk_enrichment.dating.tense import Direction
from wiredesk_enrichment.dating.years import find_number

WEEK = 7
REACH = 200
"""Characters on each side in which a clause has to end."""


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language's words: months and weekdays in their order, and how they are put together.

    near gives days from today by their words; ahead are words that make a sentence look ahead; of stands between day,
    month and year; year_after are the words behind which a bare number of four digits is a year.
    """

    months: str
    weekdays: str
    near: dict[str, int]
    ahead: str
    of: str = ""
    year_after: str = "in"


TONGUES: dict[str, Tongue] = {
    "de": Tongue(
        "januar|jänner februar märz april mai juni juli august september oktober november dezember",
        "montag dienstag mittwoch donnerstag freitag samstag|sonnabend sonntag",
        {"heute": 0, "gestern": -1, "vorgestern": -2, "morgen": 1, "übermorgen": 2},
        r"wird|werden|soll|sollen|will|wollen|kommenden|nächsten|bis|ab",
        year_after="im jahr|im jahre|seit|bis|von|anno|jahr|jahres",
    ),
    "fr": Tongue(
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "lundi mardi mercredi jeudi vendredi samedi dimanche",
        {"aujourd['’]hui": 0, "hier": -1, "avant-hier": -2, "demain": 1, "après-demain": 2},
        r"va|vont|doit|doivent|devrait|devraient|sera|seront|aura|auront|prochain|\w{3,}(?:era|eront|ira|iront)",
        year_after="en|depuis|dès|jusqu['’]en|année|fin|début",
    ),
    "es": Tongue(
        "enero febrero marzo abril mayo junio julio agosto septiembre|setiembre octubre noviembre diciembre",
        "lunes martes miércoles jueves viernes sábado domingo",
        {"hoy": 0, "ayer": -1, "anteayer": -2, "pasado mañana": 2},
        r"va a|van a|debe|deben|próximo|\w{3,}(?:rá|rán)", of="de|del",
        year_after="en|desde|hasta|año",
    ),
    "it": Tongue(
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
        "lunedì martedì mercoledì giovedì venerdì sabato domenica",
        {"oggi": 0, "ieri": -1, "l['’]altro ieri": -2, "domani": 1, "dopodomani": 2},
        r"deve|devono|dovrebbe|prossimo|prossima|\w{3,}(?:erà|eranno|irà|iranno)|sarà|saranno",
        year_after="nel|dal|fino al|del|anno",
    ),
    "nl": Tongue(
        "januari februari maart april mei juni juli augustus september oktober november december",
        "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
        {"vandaag": 0, "gisteren": -1, "eergisteren": -2, "morgen": 1, "overmorgen": 2},
        r"zal|zullen|wil|willen|moet|moeten|volgende|komende|tot|vanaf",
        year_after="in|sinds|tot|jaar",
    ),
    "pt": Tongue(
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
        "segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo",
        {"hoje": 0, "ontem": -1, "anteontem": -2, "amanhã": 1},
        r"vai|vão|deve|devem|próximo|próxima|\w{3,}(?:rá|rão)", of="de|do",
        year_after="em|desde|até|ano",
    ),
}  # fmt: skip

_STOPS = re.compile(r"[.!?][\"”»“]?\s+(?=[^\W\d_a-zà-ÿ])|\n|[,;]\s|\s[–—]\s")
_MORNING = re.compile(r"\b(?:am|jeden|des|guten|heute|gestern|de|'s|goede)\s+$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Grammar:
    months: dict[str, int]
    weekdays: dict[str, int]
    near: list[tuple[re.Pattern[str], int]]
    pattern: re.Pattern[str]
    ahead: re.Pattern[str]


def find_dates_in(code: str, scene: Scene) -> list[Found]:
    """The expressions of a text in one of TONGUES, without overlaps."""
    grammar = _grammar(code)
    found: list[Found] = []
    for one in sorted(_all(grammar, scene), key=lambda one: (one.start, -one.end)):
        if not found or one.start >= found[-1].end:
            found.append(one)
    return found


@cache
def _grammar(code: str) -> _Grammar:
    tongue = TONGUES[code]
    months = {name: at for at, names in enumerate(tongue.months.split(), start=1) for name in names.split("|")}
    weekdays = {name: at for at, names in enumerate(tongue.weekdays.split()) for name in names.split("|")}
    of = rf"(?:(?:{tongue.of})\s+)?" if tongue.of else ""
    of_month = rf"(?P<month>{'|'.join(months)})"
    pattern = re.compile(
        rf"(?<![\w.,/-])(?P<day>\d{{1,2}})(?:\.|er|º|°)?\s+{of}{of_month}\b(?:,?\s+{of}(?P<year>{YEAR}))?|"
        rf"\b{of_month.replace('month', 'month2')}\s+{of}(?P<year2>{YEAR})|"
        rf"\b(?:{tongue.year_after})\s+(?P<year3>{YEAR})(?!\s?%)|"
        rf"\b(?P<weekday>{'|'.join(weekdays)})\b(?!\s*,?\s*(?:den\s+|le\s+)?\d)|"
        rf"(?P<figures>(?<![\w.,/-])\d{{1,4}}[./-]\d{{1,2}}[./-]\d{{2,4}})",
        re.IGNORECASE,
    )
    near = [(re.compile(rf"\b{word}\b", re.IGNORECASE), step) for word, step in tongue.near.items()]
    return _Grammar(months, weekdays, near, pattern, re.compile(rf"\b(?:{tongue.ahead})\b", re.IGNORECASE))


def _all(grammar: _Grammar, scene: Scene) -> Iterator[Found]:
    for at in grammar.pattern.finditer(scene.text):
        if found := _read(grammar, scene, at):
            yield found
    for word, step in grammar.near if scene.now else ():
        for at in word.finditer(scene.text):
            there = moved(scene.now or date.min, "day", step)
            if there and not (at.group().lower() == "morgen" and scene.left(at.start(), _MORNING, 12)):
                yield Found(at.start(), at.end(), day(there), BY_REFERENCE)


def _read(grammar: _Grammar, scene: Scene, at: re.Match[str]) -> Found | None:
    if at["day"]:
        return _day_of_month(grammar, scene, at, grammar.months[at["month"].lower()])
    if at["month2"]:
        number = grammar.months[at["month2"].lower()]
        return Found(at.start(), at.end(), month(date(int(at["year2"]), number, 1)), SAID_IN_FULL)
    if at["year3"]:
        return Found(at.start("year3"), at.end("year3"), year(date(int(at["year3"]), 1, 1)), SAID_IN_FULL)
    if at["figures"]:
        return find_number(scene, at)
    return _weekday(grammar, scene, at, grammar.weekdays[at["weekday"].lower()])


def _day_of_month(grammar: _Grammar, scene: Scene, at: re.Match[str], number: int) -> Found | None:
    of_day = int(at["day"])
    if at["year"]:
        of_year: int | None = int(at["year"])
    else:
        way = Direction.future if _looks_ahead(grammar, scene.text, at) else Direction.unknown
        of_year = nearest_year(scene.now, number, of_day, way) if scene.now else None
    there = day_in(of_year, number, of_day) if of_year else None
    return Found(at.start(), at.end(), day(there), SAID_IN_FULL if at["year"] else BY_TENSE) if there else None


def _weekday(grammar: _Grammar, scene: Scene, at: re.Match[str], number: int) -> Found | None:
    if scene.now is None:
        return None
    if _looks_ahead(grammar, scene.text, at):
        there = scene.now + timedelta((number - scene.now.weekday()) % WEEK)
    else:
        there = scene.now - timedelta((scene.now.weekday() - number) % WEEK)
    return Found(at.start(), at.end(), day(there), BY_TENSE)


def _looks_ahead(grammar: _Grammar, text: str, at: re.Match[str]) -> bool:
    """Whether the clause has a word that looks ahead."""
    before = _STOPS.split(text[max(0, at.start() - REACH) : at.start()])[-1]
    after = _STOPS.split(text[at.end() : at.end() + REACH], maxsplit=1)[0]
    return grammar.ahead.search(before) is not None or grammar.ahead.search(after) is not None
