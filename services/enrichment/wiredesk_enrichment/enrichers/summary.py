"""A summary in the story's own sentences: the lead, and what best goes with it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from wiredesk_enrichment.sentences import sentences
from wiredesk_enrichment.story import Enricher, Models, Skipped, Story, Values

MOST = 3
MOST_WORDS = 90
LOOKED_AT = 12
"""Sentences from the beginning; wire copy tells what matters first."""
FEW_WORDS = 6

_WORD = re.compile(r"\w{3,}")
_LEANS_ON_OTHERS = re.compile(
    r"^[\"'“‘«]|^(?:He|She|It|They|This|That|These|Those|But|And|However|Still|Also|According to (?:him|her))\b"
)


@dataclass(frozen=True, slots=True)
class _Sentence:
    start: int
    end: int
    text: str
    score: float


def summarise(story: Story, _models: Models) -> Values:
    """One to three sentences with their offsets, in text order; the lead is always among them."""
    candidates = _candidates(story)
    if not candidates:
        raise Skipped("the text has no sentences")
    chosen, spent = [candidates[0]], _length(candidates[0])
    for sentence in sorted(candidates[1:], key=lambda s: (-s.score, s.start)):
        if len(chosen) < MOST and spent + _length(sentence) <= MOST_WORDS:
            chosen.append(sentence)
            spent += _length(sentence)
    chosen.sort(key=lambda sentence: sentence.start)
    return {"summary": [{"start": s.start, "end": s.end, "text": s.text, "score": s.score} for s in chosen]}


def _candidates(story: Story) -> list[_Sentence]:
    """The first full sentences of the paragraphs, scored; fragments only where there is nothing else."""
    spans = [
        span
        for block in story.values["blocks"]
        if block["kind"] == "paragraph"
        for span in sentences(story.text, block["start"], block["end"])
    ]
    full = [span for span in spans if len(story.text[slice(*span)].split()) >= FEW_WORDS]
    topic = set(_WORD.findall(story.item.headline.lower()))
    return [
        _Sentence(start, end, story.text[start:end], _score(story.text[start:end], place, topic))
        for place, (start, end) in enumerate((full or spans)[:LOOKED_AT])
    ]


def _score(sentence: str, place: int, topic: set[str]) -> float:
    """0 to 1: early, sharing words with the headline, understandable by itself."""
    shared = len(topic & set(_WORD.findall(sentence.lower()))) / len(topic) if topic else 0.0
    alone = 0.0 if _LEANS_ON_OTHERS.match(sentence) else 1.0
    return round(0.5 / (1 + 0.4 * place) + 0.25 * shared + 0.25 * alone, 4)


def _length(sentence: _Sentence) -> int:
    return len(sentence.text.split())


SUMMARY = Enricher("summary", 1, frozenset({"blocks"}), summarise, uses=frozenset({"text", "blocks", "item.headline"}))
