"""Where a hit shows what was asked for: fragments of text with the places of the matching words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from wiredesk_core.index.question import Clause
from wiredesk_core.index.words import places_of, stemmed_words, words_of
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
    words = words_of(text) if clauses else ()
    runs = {run for clause in clauses for run in _phrase_runs(clause.words, words)}
    if english:
        runs |= _stem_runs({clause.stem for clause in clauses if clause.stem}, words)
    if not runs:
        return []
    places = places_of(text)
    spans = {(places[first][0], places[last][1]) for first, last in runs}
    return _apart(sorted(spans, key=lambda span: (span[0], -span[1])))


def _phrase_runs(phrase: tuple[str, ...], words: tuple[str, ...]) -> Iterator[Span]:
    """First and last word of each place where a phrase stands."""
    first = -1
    for _ in range(words.count(phrase[0])):
        first = words.index(phrase[0], first + 1)
        if words[first : first + len(phrase)] == phrase:
            yield first, first + len(phrase) - 1


def _stem_runs(stems: set[str], words: tuple[str, ...]) -> set[Span]:
    vocabulary = set(words) if stems else ()
    wanted = {word for word, stem in zip(vocabulary, stemmed_words(vocabulary), strict=True) if stem in stems}
    return {(at, at) for at, word in enumerate(words) if word in wanted} if wanted else set()


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
