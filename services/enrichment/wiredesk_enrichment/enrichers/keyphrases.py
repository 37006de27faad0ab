"""Keyphrases: words, short noun phrases and names, weighed by how often, how early and how rare they are.

Candidates come from runs of content words, judged by a word table (no tagger: that would double the time of a
story), and from the story's entities.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from wiredesk_enrichment.knowledge import RAREST, Knowledge
from wiredesk_enrichment.story import Enricher, Models, Skipped, Story, Values

MOST = 15
PHRASE_WORDS = 3
STOP_RARITY = 78
"""Words commoner than this carry no topic."""
RAREST_WEIGHED = 140
"""Beyond this rarity says no more, or every odd name would win."""
UNKNOWN_WORDS = 125
"""Rarity of a phrase of nothing but words that no table has."""
OFTEN, LATE, RARE, COMMON, UNKNOWN = 0.92, -0.11, 0.62, -0.99, -0.62
TWO_WORDS, MORE_WORDS, LETTERS, NAME, CAPITAL, NO_PARTS, PARTS = 2.01, 1.35, 1.49, 0.33, -0.33, -0.43, -0.08
PAST = -1.0
"""Of a deed that the story tells once ("thanked"): readers of news skip it, whatever that set's readers did."""
OFFSET = -4.0
"""Log-odds that a reader would pick the phrase before its rivals: fitted to half of a set of news stories, each story
with an offset of its own length, and checked on the other half."""
ECHO = 0.5
"""A phrase inside or around a better one is left out when it weighs less than this share of it."""

MARKUP = frozenset({"amp", "quot", "nbsp", "lsquo", "rsquo", "ldquo", "rdquo", "mdash", "ndash"})
"""Names of characters that dirty text spells out."""

_TOKEN = re.compile(r"\w+(?:[-'’]\w+)*|[^\w\s]")
_POSSESSIVE = re.compile(r"['’]s?$")

KEPT_WORDS = 20_000
"""Word forms of which is kept what the table says."""


class _Word(NamedTuple):
    """What a word can be in a phrase, whatever stands beside it."""

    stem: str
    is_content: bool
    stands_alone: bool
    can_be_noun: bool
    can_precede: bool
    """A noun or adjective: it can stand before a noun."""


Place = tuple[int, int, _Word]
"""A word of the text, half-open offsets without a possessive."""


@dataclass(slots=True)
class _Phrase:
    """A candidate while it is counted: how often, where first, how it is written."""

    first: int
    words: tuple[str, ...]
    count: int = 0
    is_name: bool = False
    shown: dict[str, int] = field(default_factory=lambda: defaultdict(int))


def find_keyphrases(story: Story, models: Models) -> Values:
    """The story's keyphrases, best first; the words that they are weighed by are those of the reader's language."""
    code = (story.values.get("language") or {}).get("code", models.reader.language)
    if code != models.reader.language:
        raise Skipped(f"no words are weighed in {code}")
    phrases = _candidates(story.text, story.values["entities"], models.knowledge)
    alone = {phrase.words[0]: phrase.count for phrase in phrases.values() if len(phrase.words) == 1}
    weighed = {key: _weight(phrase, alone, models.knowledge) for key, phrase in phrases.items()}
    best = sorted(weighed, key=lambda key: (-weighed[key], phrases[key].first))
    kept = _without_echoes(best, weighed)[:MOST]
    top = weighed[kept[0]] if kept else 1.0
    return {"keyphrases": [{"text": _shown(phrases[key]), "score": round(weighed[key] / top, 4)} for key in kept]}


def _candidates(text: str, entities: Sequence[Mapping[str, Any]], knowledge: Knowledge) -> dict[str, _Phrase]:
    phrases: dict[str, _Phrase] = {}
    for entity in entities:
        for mention in entity["mentions"]:
            if len(mention["text"].split()) <= 4:
                name = _bare(mention["text"])
                _count(phrases, tuple(map(_stem, name.lower().split())), name, mention["start"], is_name=True)
    for run in _runs(text, knowledge):
        for words in _topics(run):
            stems = tuple(word.stem for _, _, word in words)
            _count(phrases, stems, text[words[0][0] : words[-1][1]], words[0][0])
    return phrases


def _count(
    phrases: dict[str, _Phrase], words: tuple[str, ...], shown: str, start: int, *, is_name: bool = False
) -> None:
    phrase = phrases.setdefault(" ".join(words), _Phrase(start, words))
    phrase.first = min(phrase.first, start)
    phrase.count += 1
    phrase.is_name = phrase.is_name or is_name
    phrase.shown[shown] += 1


def _runs(text: str, knowledge: Knowledge) -> Iterator[list[Place]]:
    """Content words in a row, parted by stop words, verbs of saying, numbers and punctuation."""
    run: list[Place] = []
    reached = 0
    for token in _TOKEN.finditer(text):
        bare = _bare(token.group())
        word = _seen(bare, knowledge)
        if run and (not word.is_content or text[reached : token.start()] != " "):
            yield run
            run = []
        if word.is_content:
            run.append((token.start(), token.start() + len(bare), word))
        reached = token.end()
    if run:
        yield run


def _bare(word: str) -> str:
    return _POSSESSIVE.sub("", word) if "'" in word or "’" in word else word


@lru_cache(maxsize=KEPT_WORDS)
def _seen(word: str, knowledge: Knowledge) -> _Word:
    parts = knowledge.parts(word)
    is_content = len(word) > 2 and word[0].isalpha() and word.lower() not in MARKUP
    can_be_noun = "n" in parts or (not parts and not word.endswith(("ed", "ing", "ly")))
    return _Word(
        _stem(word.lower()),
        is_content and knowledge.rarity(word) >= STOP_RARITY,
        "r" not in parts or "n" in parts,
        can_be_noun,
        can_be_noun or "a" in parts,
    )


def _topics(run: Sequence[Place]) -> Iterator[Sequence[Place]]:
    """Words by themselves; and several, of which the last can be a noun and the others can stand before one."""
    for at, (_, _, word) in enumerate(run):
        if word.stands_alone:
            yield run[at : at + 1]
        for size in range(2, PHRASE_WORDS + 1):
            if at + size > len(run) or not run[at + size - 2][2].can_precede:
                break
            if run[at + size - 1][2].can_be_noun:
                yield run[at : at + size]


def _stem(word: str) -> str:
    """A word without its plural ending, so that forms of one word are counted together."""
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-3] + "y" if word.endswith("ies") else word[:-1]
    return word


def _weight(phrase: _Phrase, alone: Mapping[str, int], knowledge: Knowledge) -> float:
    """How likely a reader would pick the phrase, 0 to 1, by how often, early, rare and long it is; long words tell more.

    alone counts the single words: a phrase of words that mostly stand without it says less than they do.
    """
    shown, size = _shown(phrase), len(phrase.words)
    rarities = [knowledge.rarity(word) for word in phrase.words]
    known = [min(rarity, RAREST_WEIGHED) for rarity in rarities if rarity < RAREST]
    rare = (sum(known) / len(known) if known else UNKNOWN_WORDS) / 100
    parts = knowledge.parts(shown.lower().split()[-1])
    is_told_once = parts == "v" and shown.endswith("ed") and phrase.count == 1
    odds = (
        OFFSET
        + OFTEN * math.log(phrase.count)
        + LATE * math.log(1 + phrase.first)
        + RARE * rare
        + COMMON * max(0.0, 1 - rare)
        + UNKNOWN * (size - len(known)) / size
        + (0.0, TWO_WORDS, MORE_WORDS)[min(size, 3) - 1]
        + NAME * phrase.is_name
        + CAPITAL * shown[0].isupper()
        + PAST * is_told_once
    )
    if size == 1:
        odds += LETTERS * math.log(len(shown)) + NO_PARTS * (not parts and not shown[0].isupper())
    else:
        odds += PARTS * sum(math.log(1 + alone.get(word, 0)) for word in phrase.words) / size
    return 1 / (1 + math.exp(-odds))


def _without_echoes(best: Sequence[str], weighed: Mapping[str, float]) -> list[str]:
    """Phrases that are not merely a part of, or a longer form of, a phrase that weighs about the same."""
    kept: list[str] = []
    for key in best[: 4 * MOST]:
        padded = f" {key} "
        if not any(
            (padded in f" {other} " or f" {other} " in padded) and weighed[key] < ECHO * weighed[other]
            for other in kept
        ):
            kept.append(key)
    return kept


def _shown(phrase: _Phrase) -> str:
    """The commonest way in which the story writes it."""
    return max(phrase.shown, key=lambda shown: (phrase.shown[shown], -len(shown)))


KEYPHRASES = Enricher(
    "keyphrases",
    3,
    frozenset({"cleaning", "entities"}),
    find_keyphrases,
    uses=frozenset({"text", "language", "entities"}),
)
