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
from typing import Any

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
SHORT_LETTERS = 5
OFTEN, LATE, RARE, COMMON, UNKNOWN = 0.70, -0.26, 0.97, -1.70, -0.64
TWO_WORDS, MORE_WORDS, NAME, CAPITAL, VERB, PARTS, SHORT = -0.51, -1.15, 0.35, -0.25, 0.16, -0.42, -0.93
PAST = -1.0
"""Of a deed that the story tells once ("thanked"): readers of news skip it, whatever that set's readers did."""
OFFSET = -0.59
"""Log-odds that a reader would pick the phrase: fitted to half of a set of news stories, checked on the other half."""
ECHO = 0.5
"""A phrase inside or around a better one is left out when it weighs less than this share of it."""

MARKUP = frozenset({"amp", "quot", "nbsp", "lsquo", "rsquo", "ldquo", "rdquo", "mdash", "ndash"})
"""Names of characters that dirty text spells out."""

_TOKEN = re.compile(r"\w+(?:[-'’]\w+)*|[^\w\s]")
_POSSESSIVE = re.compile(r"['’]s?$")


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
                _count(phrases, mention["text"], mention["start"], is_name=True)
    for run in _runs(text, knowledge):
        for size in range(1, PHRASE_WORDS + 1):
            for at in range(len(run) - size + 1):
                words = run[at : at + size]
                if _is_topic(words, knowledge):
                    _count(phrases, text[words[0][0] : words[-1][1]], words[0][0])
    return phrases


def _count(phrases: dict[str, _Phrase], shown: str, start: int, *, is_name: bool = False) -> None:
    shown = _bare(shown)
    words = tuple(_stem(word) for word in shown.lower().split())
    phrase = phrases.setdefault(" ".join(words), _Phrase(start, words))
    phrase.first = min(phrase.first, start)
    phrase.count += 1
    phrase.is_name = phrase.is_name or is_name
    phrase.shown[shown] += 1


def _runs(text: str, knowledge: Knowledge) -> Iterator[list[tuple[int, int, str]]]:
    """Content words in a row: (start, end, word), parted by stop words, verbs of saying, numbers and punctuation."""
    run: list[tuple[int, int, str]] = []
    reached = 0
    for token in _TOKEN.finditer(text):
        word = _bare(token.group())
        is_content = _is_content(word, knowledge)
        if run and (not is_content or text[reached : token.start()] != " "):
            yield run
            run = []
        if is_content:
            run.append((token.start(), token.start() + len(word), word))
        reached = token.end()
    if run:
        yield run


def _bare(word: str) -> str:
    return _POSSESSIVE.sub("", word) if "'" in word or "’" in word else word


def _is_content(word: str, knowledge: Knowledge) -> bool:
    return len(word) > 2 and word[0].isalpha() and word.lower() not in MARKUP and knowledge.rarity(word) >= STOP_RARITY


def _is_topic(words: Sequence[tuple[int, int, str]], knowledge: Knowledge) -> bool:
    """A word by itself; of several, the last has to be able to be a noun and the others to stand before one."""
    *before, (_, _, last) = words
    if not before:
        return "r" not in knowledge.parts(last) or "n" in knowledge.parts(last)
    can_precede = (_can_be_noun(word, knowledge) or "a" in knowledge.parts(word) for _, _, word in before)
    return _can_be_noun(last, knowledge) and all(can_precede)


def _can_be_noun(word: str, knowledge: Knowledge) -> bool:
    parts = knowledge.parts(word)
    return "n" in parts or (not parts and not word.endswith(("ed", "ing", "ly")))


def _stem(word: str) -> str:
    """A word without its plural ending, so that forms of one word are counted together."""
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-3] + "y" if word.endswith("ies") else word[:-1]
    return word


def _weight(phrase: _Phrase, alone: Mapping[str, int], knowledge: Knowledge) -> float:
    """How likely a reader would pick the phrase, 0 to 1, by how often, early, rare and long it is.

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
        + VERB * ("v" in parts and "n" not in parts)
        + PAST * is_told_once
        + SHORT * (len(shown) < SHORT_LETTERS)
    )
    if size > 1:
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
    2,
    frozenset({"cleaning", "entities"}),
    find_keyphrases,
    uses=frozenset({"text", "language", "entities"}),
)
