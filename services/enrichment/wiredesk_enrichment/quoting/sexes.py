"""What a story itself says of its persons' sex: titles, words for men and women beside a name, pronouns behind it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

Span = tuple[int, int]
Sex = Literal["he", "she"]

REACH = 70
"""Characters behind a name in which a word for a man or a woman may stand."""

_WOMAN = (
    r"(?:actress|aunt|ballerina|bride|businesswoman|chairwoman|congresswoman|councilwoman|daughter|duchess|girl|girlfriend|"
    r"grandmother|heiress|mother|nun|policewoman|princess|queen|saleswoman|sister|spokeswoman|stateswoman|waitress|widow|wife|"
    r"woman)"
)
_MAN = (
    r"(?:boy|boyfriend|brother|businessman|congressman|councilman|duke|father|grandfather|groom|husband|king|man|policeman|"
    r"prince|son|spokesman|statesman|uncle|waiter|widower)"
)
_HER_TITLES = "Ms|Mrs|Miss|Madame|Mme|Lady|Dame|Queen|Princess|Sister|Baroness|Señora"
_HIS_TITLES = "Mr|Sir|Lord|King|Prince|Father|Brother|Baron|Señor|Monsieur"


def _before(titles: str, words: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:(?:{titles})\.?|(?i:{words}),?)\s+$")


def _behind(words: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?:,(?:\s+\d{{1,2}},)?|\s+(?:is|was))\s+(?:an?|the|his|her|their)\s+(?:[\w-]+\s+){{0,3}}?{words}\b"
    )


_BEFORE: dict[Sex, re.Pattern[str]] = {"she": _before(_HER_TITLES, _WOMAN), "he": _before(_HIS_TITLES, _MAN)}
_BEHIND: dict[Sex, re.Pattern[str]] = {"she": _behind(_WOMAN), "he": _behind(_MAN)}
_PRONOUN = re.compile(
    r"\b(?:(?P<he>he|his|himself)|(?P<she>she|hers|herself|"
    r"her(?=\s(?!(?:about|again|and|as|at|by|for|from|he|in|not|off|on|out|she|that|to|up|when|with)\b)[a-z])))\b",
    re.IGNORECASE,
)


def sexes(text: str, persons: Iterable[tuple[int, int, str]], sentences: Sequence[Span]) -> dict[str, Sex]:
    """By entity id, where signs agree; `persons` are (start, end, id) of mentions in the reporter's own words.

    A pronoun counts in a sentence that names one person, and only there; titles and words beside the name go before it.
    """
    named = sorted(persons)
    sure: dict[str, set[Sex]] = {}
    for start, end, person in named:
        sure.setdefault(person, set()).update(_beside(text, start, end))
    guessed: dict[str, set[Sex]] = {}
    for person, start, named_end, end in _alone(named, sentences):
        if sex := _referred_to(text, start, named_end, end):
            guessed.setdefault(person, set()).add(sex)
    signs = {person: found or guessed.get(person, set()) for person, found in sure.items()}
    return {person: next(iter(found)) for person, found in signs.items() if len(found) == 1}


def _beside(text: str, start: int, end: int) -> set[Sex]:
    before = text[max(0, start - 20) : start]
    return {
        sex for sex in _BEFORE if _BEFORE[sex].search(before) or _BEHIND[sex].match(text, end, end + REACH)
    }  # fmt: skip


def _alone(named: Sequence[tuple[int, int, str]], sentences: Sequence[Span]) -> Iterator[tuple[str, int, int, int]]:
    """For each sentence that names one person: who that is, where it begins, where the first name and it itself end."""
    at = 0
    for start, end in sentences:
        inside = []
        while at < len(named) and named[at][0] < end:
            if named[at][0] >= start:
                inside.append(named[at])
            at += 1
        if len({person for _, _, person in inside}) == 1:
            yield inside[0][2], start, inside[0][1], end


def _referred_to(text: str, start: int, named_end: int, end: int) -> Sex | None:
    """The pronoun behind the name, where it has but one kind and none stands before: that would be another person's."""
    found = {"he" if hit["he"] else "she" for hit in _PRONOUN.finditer(text, named_end, end)}
    if len(found) != 1 or _PRONOUN.search(text, start, named_end):
        return None
    return "he" if "he" in found else "she"
