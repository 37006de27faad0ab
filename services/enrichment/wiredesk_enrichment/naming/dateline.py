"""Datelines: "REYKJAVIK, Iceland (Northwire) —" at the head of a story names a place, and no name goes past its dash."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from wiredesk_enrichment.knowledge import Knowledge
from wiredesk_enrichment.naming.mentions import Mention

HEAD = 120
"""Characters of a paragraph in which a dateline has to end."""
OPENING = 400
"""Characters of a story in which the dateline's paragraph has to begin: a byline may stand before it."""

_UPPER = "A-ZÀ-ÖØ-Þ"
_CAPITALS = rf"[{_UPPER}][{_UPPER}.'’-]+(?: [{_UPPER}][{_UPPER}.'’-]+){{0,3}}"
_LETTERS = rf"[{_UPPER}][\w.'’-]+(?: (?:d[aeo]|del|l[ae]|of|[{_UPPER}][\w.'’-]+)){{0,3}}"
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.?"
_REGION = rf"(?: ?, (?!{_MONTH} \d)(?P<region>[{_UPPER}][\w.'’-]*(?: [{_UPPER}][\w.'’-]*){{0,2}}))?"
_FOREIGN_MONTH = (
    r"(?:j[aä]nv?[iuv]\w*|enero|gennaio|februari?|febrero|f[ée]vr\w*|fevereiro|febbraio|m[aä]rs|März|marzo|março|maart|a[vb]ril\w*|"
    r"aprile|Mai|mai|mayo|maggio|mei|maio|Jun\w*|juin|junio|giugno|juni|junho|Jul\w*|juill\w*|julio|luglio|juli|julho|Aug\w*|ao[uû]t|"
    r"agosto|augustus|sept\w*|settembre|setembro|Okt\w*|octo?u?bre|ottobre|oktober|outubro|nov\w*|Dez\w*|d[ée]c\w*|dic\w*|dezembro)\.?"
)
_DATE = rf"(?:,? \(?(?P<date>(?:{_MONTH} \d{{1,2}}|\d{{1,2}}\.? (?:de )?(?:{_MONTH}|{_FOREIGN_MONTH}))(?:,? (?:de )?\d{{4}})?)\)?)?"
_AGENCY = r"(?:,? ?(?P<agency>\([A-Za-z][^()\n]{0,39}\)|/[A-Z][\w -]{1,30}/))?"
_DASH = r"(?:\s*—\s*|\s*(?:–|--)\s|\s-\s)"


def _head(city: str, over: str = _DASH) -> re.Pattern[str]:
    return re.compile(rf"\s*(?P<cities>{city}(?: ?/ ?{city}){{0,2}}){_REGION}{_DATE}{_AGENCY}{over}\s*")


_IN_CAPITALS, _IN_LETTERS = _head(_CAPITALS), _head(_LETTERS)
_BEFORE_COLON = _head(_CAPITALS, r":\s")
_SHORT_STATE = re.compile(r"[A-Z][a-z]{1,5}\.|(?:[A-Z]\.){2}")
_PARTICLES = re.compile(r"(?<=[ -])(?:Au|D[aeo]|Del|L[ae]|Of|Sur|The)(?=[ -])")


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the dateline: half-open offsets into the text, the name there and as running text has it."""

    start: int
    end: int
    name: str
    plain: str


@dataclass(frozen=True, slots=True)
class Dateline:
    """The places of a dateline, and where it ends. Without places it only parts what is before and behind its dash."""

    places: tuple[Place, ...]
    over: int
    told: tuple[int, int] = (0, 0)
    """From the first place to the last of place and date."""
    agency: tuple[int, int] | None = None
    """Whose correspondent wrote there: offsets without the brackets."""


def find_dateline(text: str, knowledge: Knowledge) -> Dateline | None:
    """The dateline of a story, at the head of one of its first paragraphs.

    A date or an agency settles that a name in capitals is a place; before a bare dash only a known place is.
    """
    for paragraph in re.finditer(r"(?:\A|\n\s*\n)(?=\s*\S)", text[:OPENING]):
        found = _IN_CAPITALS.match(text, paragraph.end(), paragraph.end() + HEAD)
        if found and _is_placed(found, text, knowledge):
            return _dateline(found, knowledge)
        told = _IN_LETTERS.match(text, paragraph.end(), paragraph.end() + HEAD)
        if told and (told["agency"] or told["date"]) and _are_known(told, knowledge):
            return _dateline(told, knowledge)
        if found:
            return Dateline((), found.end())
        ended = _BEFORE_COLON.match(text, paragraph.end(), paragraph.end() + HEAD)
        if ended and _are_known(ended, knowledge) and _is_placed(ended, text, knowledge):
            return _dateline(ended, knowledge)
    return None


def _dateline(found: re.Match[str], knowledge: Knowledge) -> Dateline:
    last = max(found.end("cities"), found.end("region"), found.end("date"))
    start, end = found.span("agency")
    agency = (start + 1, end - 1) if found["agency"] else None
    return Dateline(tuple(_places(found, knowledge)), found.end(), (found.start("cities"), last), agency)


def _is_placed(found: re.Match[str], text: str, knowledge: Knowledge) -> bool:
    """Whether names in capitals before a dash are places: NASA, UN and BREAKING are none."""
    if any(thing.kind == "ORG" for thing in knowledge.named(found["cities"])):
        return False
    if found["agency"] or found["date"]:
        return True
    region = found["region"]
    if region and (_is_place(region, knowledge) or _SHORT_STATE.fullmatch(region)):
        return True
    goes_on = text[found.end() : found.end() + 1]
    return _are_known(found, knowledge) and not goes_on.islower()


def _are_known(found: re.Match[str], knowledge: Knowledge) -> bool:
    return all(_is_place(place.plain, knowledge) for place in _places(found, knowledge, with_region=False))


def _is_place(name: str, knowledge: Knowledge) -> bool:
    return any(thing.kind == "LOC" for thing in knowledge.named(name))


def _places(found: re.Match[str], knowledge: Knowledge, *, with_region: bool = True) -> Iterator[Place]:
    for city in re.finditer(r"[^/]*[^/ ]", found["cities"]):
        start = found.start("cities") + city.start() + len(city.group()) - len(city.group().lstrip())
        name = city.group().lstrip()
        yield Place(start, start + len(name), name, _plain(name, knowledge))
    region = found["region"]
    if with_region and region and _is_place(region, knowledge):
        yield Place(found.start("region"), found.end("region"), region, region)


def _plain(name: str, knowledge: Knowledge) -> str:
    """A name in capitals as running text has it: RIO DE JANEIRO is Rio de Janeiro."""
    if not name.isupper():
        return name
    capitalised = re.sub(r"[^\W\d_]+(?:['’]S\b)?", lambda word: word.group().capitalize(), name)
    softened = _PARTICLES.sub(lambda word: word.group().lower(), capitalised)
    return next((form for form in (name, capitalised, softened) if _is_place(form, knowledge)), capitalised)


def heed_dateline(text: str, mentions: Sequence[Mention], knowledge: Knowledge) -> list[Mention]:
    """The mentions, with the dateline's places as such and no name across its dash.

    A name of the story that is the city's name in ordinary letters is a place as well.
    """
    dateline = find_dateline(text, knowledge)
    if dateline is None:
        return list(mentions)
    walls = sorted({dateline.over, *(edge for place in dateline.places for edge in (place.start, place.end))})
    parted = [part for mention in mentions if (part := _parted(mention, walls, dateline.places))]
    plain = {place.plain for place in dateline.places}
    told = [replace(mention, kind="LOC") if mention.text in plain else mention for mention in parted]
    if dateline.agency:
        first, last = dateline.agency
        told = [replace(m, kind="ORG") if first <= m.start and m.end <= last else m for m in told]
    return [*(Mention(place.start, place.end, place.name, "LOC") for place in dateline.places), *told]


def _parted(mention: Mention, walls: Sequence[int], places: Sequence[Place]) -> Mention | None:
    """What of a mention stands behind the last wall that it crosses; nothing of one inside a place of the dateline."""
    start = max((wall for wall in walls if mention.start < wall < mention.end), default=mention.start)
    text = mention.text[start - mention.start :]
    bare = text.lstrip(" ,(—–-/\n")
    start = mention.end - len(bare)
    is_inside = any(place.start <= start < place.end for place in places)
    return None if is_inside or not bare[:1].isupper() else replace(mention, start=start, text=bare)
