"""Indirect speech: what somebody is reported to have said, in the reporter's words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from wiredesk_enrichment.quoting.cues import Cue
from wiredesk_enrichment.quoting.flow import Paragraph
from wiredesk_enrichment.quoting.frames import Frame
from wiredesk_enrichment.quoting.grammar import Tree

Span = tuple[int, int]

FEW = 3
"""Words; what is shorter states nothing."""
_REPORTS = (
    "say says said saying tell tells told add adds added adding announce announces announced argue argues argued assert "
    "asserted claim claims claimed claiming conclude concludes concluded concede conceded confirm confirms confirmed contend "
    "contends contended declare declared deny denies denied disclosed emphasize emphasized emphasise emphasised estimate "
    "estimates estimated explain explains explained insist insists insisted maintain maintains maintained note notes noted "
    "noting predict predicts predicted reiterated reply replied report reports reported reveal revealed state states stated "
    "stress stresses stressed suggest suggests suggested testified testify vow vowed vows warn warns warned warning wrote "
    "writes acknowledge acknowledged acknowledges admit admitted admits"
)
_REPORTING = frozenset(_REPORTS.split())
_WORD = re.compile(r"\w+")
_TRIM = ' \t\n\xa0,;:.“”"„«»'


@dataclass(frozen=True, slots=True)
class Statement:
    """Reported words and the cue that tells who said them."""

    start: int
    end: int
    cue: Cue
    score: float


def statements(text: str, paragraph: Paragraph, begun: int = 0) -> Iterator[Statement]:
    """The reported statements of a paragraph, in text order; what stands between quote marks alone is none.

    `begun` is where the story begins behind its dateline.
    """
    reached = paragraph.start
    for cue in paragraph.cues:
        if cue.phrase is None or cue.start < reached:
            continue
        span = _said(paragraph.frame, paragraph.tree, cue)
        if span is None:
            continue
        start, end = _with_marks(*_trimmed(text, max(begun, span[0]), span[1]), paragraph)
        if _own_words(text, start, end, paragraph) >= FEW and not start <= cue.start < end:
            yield Statement(start, end, cue, 0.8 if cue.form != "according" else 0.75)
            reached = max(reached, end)


def _said(frame: Frame, tree: Tree, cue: Cue) -> Span | None:
    if cue.form == "according":
        return _rest_of_sentence(frame, cue)
    if cue.form not in _REPORTING:
        return None
    clause = next((child for child in tree.below[cue.word] if tree.words[child].dep == "ccomp"), None)
    if clause is None:
        return None
    first, last = tree.reach(clause)
    if tree.words[first].form == "that":
        first = min(first + 1, last)
    if first <= cue.word <= last:
        return None
    return frame.place(tree.words[first].start), frame.ending(tree.words[last].end)


def _rest_of_sentence(frame: Frame, cue: Cue) -> Span | None:
    """What "according to somebody" is said of: the sentence without these words, before or behind them."""
    sentence = frame.sentences[cue.sentence]
    if cue.phrase is None:
        return None
    before, behind = (sentence.text_start, cue.start), (cue.phrase[1], sentence.text_end)
    return before if before[1] - before[0] > behind[1] - behind[0] else behind


def _trimmed(text: str, start: int, end: int) -> Span:
    while start < end and text[start] in _TRIM:
        start += 1
    while start < end and text[end - 1] in " \t\n\xa0,;:.":
        end -= 1
    return start, end


def _with_marks(start: int, end: int, paragraph: Paragraph) -> Span:
    """No quote mark is left out on one side."""
    for one in paragraph.quoted:
        if one.opened < start <= one.start:
            start = one.opened
        if one.start < end < one.closed:
            end = one.closed
    return start, end


def _own_words(text: str, start: int, end: int, paragraph: Paragraph) -> int:
    """How many of the words are the reporter's own."""
    quoted = sum(
        len(_WORD.findall(text[max(start, one.start) : min(end, one.end)]))
        for one in paragraph.quoted
        if one.start < end and start < one.end
    )
    return len(_WORD.findall(text[start:end])) - quoted
