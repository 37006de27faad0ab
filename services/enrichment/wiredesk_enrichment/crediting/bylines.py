"""By-lines ("By Ana Ruiz and Tom Ek") and sign-offs ("(Reporting by …; Editing by …)"), in seven languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from wiredesk_enrichment.crediting.credit import Credit
from wiredesk_enrichment.knowledge import Knowledge
from wiredesk_enrichment.lines import Span

_PART = r"(?:[^\W\d_a-zß-ÿ][\w’'-]*\.?)"
_PARTICLE = r"(?:[dv]an|von|zu|der|den|de|del|della|di|da|dos|du|la|le|ter|bin|al)"
_NAME = rf"{_PART}(?:[^\S\n]+(?:{_PARTICLE}[^\S\n]+){{0,2}}{_PART}){{1,3}}"
_AND = r"(?:\s*,\s*(?:and|und|et|y|e|en)?\s*|\s+(?:and|und|et|y|e|en|&)\s+)"
_BEGINS = {
    "en": "(?:story |text |written )?by", "de": "(?:text )?von", "fr": "(?:texte )?par", "es": "(?:texto )?por",
    "it": "(?:testo )?di", "nl": "(?:tekst )?door", "pt": "(?:texto )?por",
}  # fmt: skip
_AFTER = r"(?:\s*(?:[,|/–—]|\s-\s)\s*(?P<rest>[^\n.!?]{1,60})|\s+(?:in|à|en|em|aus|a)\s+(?P<place>[^\n.!?]{2,40}))?"
_ROLES = (
    (
        "editing",
        r"(?:edit(?:ing|ed)|redigiert|redaktion|redaktie|redactie|édité|édition|editado|edición|edição|a cura)\b",
    ),
    (
        "byline",
        (
            r"(?:(?:additional |further )?(?:reporting|writing|written|reported)|bericht|verslag|reportage|rédigé|reporte|"
            r"reportaje|escrito|redacción|reportagem|servizio|scritto)\b"
        ),
    ),
)
_SIGNED = tuple(
    (role, re.compile(rf"[(\[;.,\s]*{words}(?:\s+(?:by|von|par|por|di|de|door))?\s*:?\s", re.IGNORECASE))
    for role, words in _ROLES
)
_STORY_WORD = re.compile(
    rf"(?<![\w'’-])(?!(?:{_PARTICLE}|and|und|et|y|e|en|in|à|em|aus|a|with|mit|avec|con|com|met)\b)[a-zß-ÿ]{{2,}}"
)
"""A small word that a bare sign-off does not have: then the line is a sentence."""
_CLAUSE = re.compile(r"[^;\n]+")
_NAMED = re.compile(_NAME)
_IN = re.compile(r"\b(?:in|à|en|em|aus|a)\s+$", re.IGNORECASE)
_OUTLET = re.compile(
    r"\b(?:News|Press|Agency|Staff|Writer|Correspondent|Reporter|Editor|Times|Post|Radio|TV|Media|Wire|Bureau|Desk|Service)\b|wire\b",
    re.IGNORECASE,
)
_TIME = (
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september "
    "october november december montag dienstag mittwoch donnerstag freitag samstag sonntag lundi mardi mercredi jeudi "
    "vendredi samedi dimanche the a an this that these those our their his her its all no today tomorrow tonight"
)
_NO_NAMES = frozenset(_TIME.split())
_SMALL_PARTS = frozenset({"r", "ar"})


@cache
def _head(code: str) -> re.Pattern[str]:
    begins = "|".join(dict.fromkeys((_BEGINS["en"], _BEGINS.get(code, _BEGINS["en"]))))
    begin = rf"(?:(?i:{begins})\s*:?\s+)"
    return re.compile(rf"{begin}(?P<names>{_NAME}(?:{_AND}{_NAME}){{0,5}}){_AFTER}\s*$")


def byline_in(body: str, line: Span, code: str, knowledge: Knowledge) -> Iterator[Credit]:
    """The writers of a line that is a by-line and nothing more, in the story's language or in English.

    One that names nobody is none: "By Monday Morning", "By Popular Demand".
    """
    found = _head(code).match(body, *line)
    if found is None:
        return
    start, end = found.span("names")
    names = [name for name in _names(body, start, end) if not _OUTLET.search(body[slice(*name)])]
    if names and all(_is_credible(body[slice(*name)], knowledge) for name in names):
        yield from (Credit(*name, "byline", 0.9) for name in names)


def signed_in(body: str, line: Span, knowledge: Knowledge) -> Iterator[Credit]:
    """Those whom a sign-off names, each with what he did; the places in it are nobody."""
    if _role(body, *line) is None:
        return
    for clause in _CLAUSE.finditer(body, *line):
        signed = _role(body, *clause.span())
        if signed is None or (body[line[0]] not in "([" and _STORY_WORD.search(body, signed[1], clause.end())):
            continue
        role, start = signed
        for name in _names(body, start, clause.end()):
            if not _is_place(body, name, knowledge) and _is_credible(body[slice(*name)], knowledge):
                yield Credit(*name, role, 0.85)


def _role(body: str, start: int, end: int) -> tuple[str, int] | None:
    """What a clause says that somebody did, and where the names begin."""
    matches = ((role, words.match(body, start, end)) for role, words in _SIGNED)
    return next(((role, found.end()) for role, found in matches if found), None)


def _names(body: str, start: int, end: int) -> Iterator[Span]:
    """Names of two words or more, without a stop that ends the line."""
    for found in _NAMED.finditer(body, start, end):
        name = found.group()
        is_initial = re.search(r"\b\w\.$", name) is not None
        yield found.start(), found.end() - (1 if name.endswith(".") and not is_initial else 0)


def _is_place(body: str, name: Span, knowledge: Knowledge) -> bool:
    things = knowledge.named(body[slice(*name)])
    is_after_in = _IN.search(body[max(0, name[0] - 8) : name[0]]) is not None
    return is_after_in or any(thing.kind in ("LOC", "ORG") for thing in things)


def _is_credible(name: str, knowledge: Knowledge) -> bool:
    """Whether it can be a person's: some word is in no dictionary, or begins the name of somebody known."""
    words = [word.strip(".'’-").lower() for word in name.split()]
    if _NO_NAMES.intersection(words) or any(thing.kind != "PER" for thing in knowledge.named(name)):
        return False
    if any(knowledge.parts(word) in _SMALL_PARTS for word in words):
        return False
    return words[0] in _first_names(knowledge) or any(not knowledge.parts(word) for word in words)


@cache
def _first_names(knowledge: Knowledge) -> frozenset[str]:
    persons = (name for name, things in knowledge.things.items() if things[0].kind == "PER" and " " in name)
    return frozenset(name.split()[0].lower() for name in persons)
