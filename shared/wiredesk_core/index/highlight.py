"""Where a hit shows what was asked for: fragments of text with the places of the matching words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from wiredesk_core.index.question import Clause
from wiredesk_core.index.words import Word, placed_words, stems_of
from wiredesk_core.ports import Highlight

WINDOW = 240
"""Code points of a fragment, about."""
LEAD = 60
"""Code points of it before the first match, about."""

Span = tuple[int, int]


def highlights(headline: str, text: str, clauses: Sequence[Clause], *, english: bool) -> tuple[Highlight, ...]:
    """The whole headline and the richest stretch of the text, each when it matches."""
    found = []
    for field, value in (("headline", headline), ("text", text)):
        asked = [clause for clause in clauses if clause.field in {None, field}]
        spans = matches(value, asked, english=english)
        if spans:
            start, end = (0, len(value)) if field == "headline" else _stretch(value, spans)
            inside = tuple((a - start, b - start) for a, b in spans if start <= a and b <= end)
            found.append(Highlight(field, value[start:end], inside))
    return tuple(found)


def matches(text: str, clauses: Sequence[Clause], *, english: bool) -> list[Span]:
    """Stretches that match a clause, in order, none over another; a phrase is one stretch."""
    words = placed_words(text) if clauses else []
    stems = stems_of(text) if english and words and any(clause.stem for clause in clauses) else ()
    spans = {span for clause in clauses for span in _clause_spans(clause, words, stems)}
    return _apart(sorted(spans, key=lambda span: (span[0], -span[1])))


def _clause_spans(clause: Clause, words: Sequence[Word], stems: Sequence[str]) -> Iterable[Span]:
    size = len(clause.words)
    for first, word in enumerate(words):
        if clause.stem is not None and stems and stems[first] == clause.stem:
            yield word.start, word.end
        elif word.text == clause.words[0]:
            run = words[first : first + size]
            if tuple(other.text for other in run) == clause.words:
                yield word.start, run[-1].end


def _apart(spans: Iterable[Span]) -> list[Span]:
    kept: list[Span] = []
    for span in spans:
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return kept


def _stretch(text: str, spans: Sequence[Span]) -> Span:
    """A window with as many matches as any, widened to whole words, never cutting its first match."""
    if len(text) <= WINDOW:
        return 0, len(text)
    richest = max(spans, key=lambda span: sum(span[0] <= a and b <= span[0] + WINDOW - LEAD for a, b in spans))
    start = _word_start(text, max(0, richest[0] - LEAD), richest[0])
    end = max(richest[1], _word_end(text, min(len(text), start + WINDOW)))
    return start, end


def _word_start(text: str, at: int, limit: int) -> int:
    if at == 0:
        return 0
    space = next((i for i in range(at, limit) if text[i].isspace()), None)
    return at if space is None else space + 1


def _word_end(text: str, at: int) -> int:
    if at == len(text):
        return at
    return next((i for i in range(at, max(at - LEAD, 0), -1) if text[i].isspace()), at)
