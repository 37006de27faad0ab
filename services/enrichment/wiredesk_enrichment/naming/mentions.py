"""Mentions: stretches of text that name something, made tidy and given one kind for the whole story."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from wiredesk_enrichment.story import Name

KINDS = {
    "PERSON": "PER", "PER": "PER", "ORG": "ORG", "GPE": "LOC", "LOC": "LOC", "FAC": "LOC",
    "NORP": "NORP", "EVENT": "EVENT", "PRODUCT": "MISC", "WORK_OF_ART": "MISC", "LAW": "MISC", "LANGUAGE": "MISC",
    "MISC": "MISC",
}  # fmt: skip
"""What the models' labels are to us: person, organisation, place, nationality or creed, event, other."""

READ_SCORE = 0.8
"""Of a mention that the model found; not its own measure, for it gives none."""
FOUND_AGAIN_SCORE = 0.7
LONGEST = 100


@dataclass(frozen=True, slots=True)
class Mention:
    """A stretch of the text that names something of a kind."""

    start: int
    end: int
    text: str
    kind: str
    score: float = READ_SCORE


_ARTICLE = re.compile(r"(?:the|an?)\s+(?=\S)", re.IGNORECASE)
_POSSESSIVE = re.compile(r"\s*['’`]\s?s$|['’`]$")
_TITLE = re.compile(
    r"(?:mr|mrs|ms|miss|dr|prof|sir|dame|lord|lady|president|prime minister|minister|chancellor|senator|sen|rep|gov|"
    r"governor|mayor|judge|justice|king|queen|prince|princess|gen|general|col|colonel|lt|maj|major|capt|captain|sgt|"
    r"officer|detective|professor|secretary|ambassador|pope|rev|coach)\.?\s+(?=[A-Z])",
    re.IGNORECASE,
)
_LEFT = " \t\r\n\"'“”‘’«»(),;:!?‒–—―-•*/.`"
_RIGHT = " \t\r\n\"'“”‘’«»(,;:!?‒–—―-•*/`"
_WORD = re.compile(r"(?<![\w.@#-])\w+")
_GOES_ON = re.compile(r"[\w@-]|\.\w")
_SCORE = re.compile(r"\s\d{1,3}[-–]\d{1,3}$")
_PARTY = re.compile(r"[DRI]-(?=[A-Z])")
_DOTTED = re.compile(r"(?:\b\w\.){1,}$|\b(?:Jr|Sr|Inc|Corp|Co|Ltd|Bros|St)\.$")
_ADDRESS = re.compile(r"@|://|www\.|\.(?:com|org|net)/", re.IGNORECASE)


def tidy(text: str, names: Iterable[Name]) -> list[Mention]:
    """Mentions without articles, possessives, quote marks and titles; what is left of no name is dropped."""
    tidied = (_tidied(text, name) for name in names if name.label in KINDS)
    return [mention for mention in tidied if mention is not None]


def _tidied(text: str, name: Name) -> Mention | None:
    kind = KINDS[name.label]
    start, end = _one_line(text, name.start, name.end)
    start, end = _bare(text, start, end)
    if kind == "PER" and (title := _TITLE.match(text, start, end)):
        start = title.end()
    surface = text[start:end]
    is_name = any(c.isupper() or c.isdigit() or (c.isalpha() and not c.islower()) for c in surface)
    if not is_name or not 1 < len(surface) <= LONGEST or _ADDRESS.search(surface):
        return None
    return Mention(start, end, surface, kind)


def _one_line(text: str, start: int, end: int) -> tuple[int, int]:
    """A name does not go over a paragraph's end; the longer side is kept."""
    if "\n\n" not in text[start:end]:
        return start, end
    first = text.index("\n\n", start, end)
    rest = first + len(text[first:end]) - len(text[first:end].lstrip())
    return (start, first) if first - start >= end - rest else (rest, end)


def _bare(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in _LEFT:
        start += 1
    if article := _ARTICLE.match(text, start, end):
        start = article.end()
    if party := _PARTY.match(text, start, end):
        start = party.end()
    if score := _SCORE.search(text[start:end]):
        end = start + score.start()
    if possessive := _POSSESSIVE.search(text[start:end]):
        end = start + possessive.start()
    while start < end and text[end - 1] in _RIGHT:
        end -= 1
    if text[start:end].endswith(".") and not _DOTTED.search(text[start:end]):
        end -= 1
    return start, end


def vote(mentions: Sequence[Mention]) -> list[Mention]:
    """The same string is the same kind of thing throughout a story: the majority decides, the first in a tie."""
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    for mention in mentions:
        kinds[mention.text][mention.kind] += 1
    return [replace(mention, kind=kinds[mention.text].most_common(1)[0][0]) for mention in mentions]


class Sought:
    """Names to look for, with their kinds; built once for names that every story is searched for."""

    def __init__(self, wanted: Iterable[tuple[str, str]]) -> None:
        self._kinds = dict(wanted)
        self._by_first: dict[str, list[str]] = defaultdict(list)
        for name in sorted(self._kinds, key=lambda name: (-len(name), name)):
            if first := _WORD.match(name):
                self._by_first[first.group()].append(name)

    def found_in(self, text: str) -> Iterator[Mention]:
        """Where names stand by themselves: the longest that begins at a word."""
        for start, word in _words_of(text):
            if word in self._by_first:
                for name in self._by_first[word]:
                    if text.startswith(name, start) and not _GOES_ON.match(text, start + len(name)):
                        yield Mention(start, start + len(name), name, self._kinds[name], FOUND_AGAIN_SCORE)
                        break


@lru_cache(maxsize=2)
def _words_of(text: str) -> tuple[tuple[int, str], ...]:
    """Where words begin, and the words; kept, since a story is searched for one kind of names after the other."""
    return tuple((word.start(), word.group()) for word in _WORD.finditer(text))


def find_again(text: str, mentions: Sequence[Mention], *wanted: Sought) -> list[Mention]:
    """The mentions, and further places where one of the wanted names stands by itself."""
    taken = Taken(mentions)
    found = [
        mention for sought in wanted for mention in sought.found_in(text) if taken.is_free(mention.start, mention.end)
    ]
    return in_order([*mentions, *found])


def in_order(mentions: Iterable[Mention]) -> list[Mention]:
    """By place in the text, without overlaps: the earlier, then the longer, stays."""
    return list(_without_overlaps(sorted(mentions, key=lambda mention: (mention.start, -mention.end))))


def _without_overlaps(mentions: Iterable[Mention]) -> Iterator[Mention]:
    reached = 0
    for mention in mentions:
        if mention.start >= reached:
            reached = mention.end
            yield mention


class Taken:
    """Which stretches of the text mentions already cover."""

    def __init__(self, mentions: Iterable[Mention]) -> None:
        self._covered = {at for mention in mentions for at in range(mention.start, mention.end)}

    def is_free(self, start: int, end: int) -> bool:
        """Whether no mention covers any of text[start:end]."""
        return self._covered.isdisjoint(range(start, end))
