"""The reporter's own words: a paragraph with what is quoted cut short, which parses faster and better than the whole."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from wiredesk_enrichment.quoting.marks import Stretch
from wiredesk_enrichment.quoting.speech import SAID_WORDS
from wiredesk_enrichment.sentences import sentences

SHORT = 3
"""Words: so short a stretch stays as it is."""
_WORD = re.compile(r"\w+")
_IS_TOLD_BEHIND = re.compile(
    rf"\s*(?:[\w.’'-]+\s+){{0,5}}(?:{SAID_WORDS})\b(?!\s+(?:that|in|on|by)\b[^.]*[,:]?\s*[\"“])|\s+[a-z]"
)
_LAST = re.compile(r"[,.!?…—–-]+(?=['’”]*$)")


@dataclass(frozen=True, slots=True)
class Sentence:
    """Half-open offsets of a sentence, in its frame and in the text."""

    start: int
    end: int
    text_start: int
    text_end: int


@dataclass(frozen=True, slots=True)
class Frame:
    """A paragraph in short: its text, its sentences, and where each piece of it stands in the story."""

    text: str
    sentences: tuple[Sentence, ...]
    starts: tuple[int, ...]
    places: tuple[int, ...]
    ends: tuple[int, ...]
    kept: tuple[bool, ...]
    """Piece by piece: offset in the frame, offsets in the story, and whether it stands there as in the story."""

    def place(self, at: int) -> int:
        """Where a character of the frame stands in the story; of what was cut, the beginning."""
        piece = bisect_right(self.starts, at) - 1
        return self.places[piece] + (at - self.starts[piece] if self.kept[piece] else 0)

    def ending(self, at: int) -> int:
        """Where a stretch that ends before a character of the frame ends in the story."""
        piece = bisect_right(self.starts, at - 1) - 1
        return self.place(at - 1) + 1 if self.kept[piece] else self.ends[piece]

    def is_kept(self, at: int) -> bool:
        """Whether a character of the frame is the reporter's own."""
        return self.kept[bisect_right(self.starts, at) - 1]


def frame(text: str, start: int, end: int, quoted: Sequence[Stretch], wanted: Callable[[str], bool]) -> Frame:
    """text[start:end] with its quoted stretches cut short: the sentences that have one, lead to one or are wanted."""
    pieces = _pieces(text, start, end, quoted)
    starts = tuple(accumulate((len(piece.text) for piece in pieces[:-1]), initial=0)) if pieces else ()
    all_of = Frame(
        "".join(piece.text for piece in pieces), (), starts, tuple(piece.start for piece in pieces),
        tuple(piece.end for piece in pieces), tuple(piece.is_kept for piece in pieces),
    )  # fmt: skip
    spans = list(sentences(all_of.text))
    cut = [at for at, kept in zip(starts, all_of.kept, strict=True) if not kept]
    needed = [any(first <= at < last for at in cut) or wanted(all_of.text[first:last]) for first, last in spans]
    leads = [next_ - 1 for next_, (first, _) in enumerate(spans) if next_ and first + 1 in cut]
    chosen = {number for number, is_needed in enumerate(needed) if is_needed} | set(leads)
    if spans and all_of.text[: spans[-1][1]].endswith(":"):
        chosen.add(len(spans) - 1)
    return _only(all_of, [span for number, span in enumerate(spans) if number in chosen])


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    start: int
    end: int
    is_kept: bool


def _pieces(text: str, start: int, end: int, quoted: Sequence[Stretch]) -> list[_Piece]:
    pieces: list[_Piece] = []
    reached = start
    for stretch in quoted:
        goes_on = _IS_TOLD_BEHIND.match(text, stretch.closed, end) is not None and not _is_led_in_and_over(
            text, stretch
        )
        first, last = stretch.opened + 1, stretch.closed - (0 if stretch.is_open else 1)
        pieces.append(_Piece(text[reached:first], reached, first, is_kept=True))
        short = _short(text[stretch.start : stretch.end], goes_on=goes_on)
        pieces.append(_Piece(short, first, last, is_kept=False))
        reached = last
    pieces.append(_Piece(text[reached:end], reached, end, is_kept=True))
    return [piece for piece in pieces if piece.text]


def _is_led_in_and_over(text: str, stretch: Stretch) -> bool:
    """Whether it is like the first in: She said: “No.” Kim Lee said that she had left."""
    is_led_in = text[: stretch.opened][-8:].rstrip()[-1:] in (":", ",")
    return is_led_in and text[max(stretch.start, stretch.end - 2) : stretch.end].rstrip("'’”").endswith(".")


def _short(quoted: str, *, goes_on: bool) -> str:
    """What stands for a quoted stretch: of its kind, clause or part of one, and with its last mark.

    A question before its verb ("Why?" she asked) gets a comma, so that the sentence is not taken to be over.
    """
    last = _LAST.search(quoted)
    words = _WORD.findall(quoted)
    if goes_on and last and last.group()[-1] in ".!?…":
        last = None
        mark = ","
    else:
        mark = last.group()[-1] if last else ""
    is_sentence = len(words) > 1 and quoted[:1].isupper() and last is not None
    if len(words) <= SHORT and not is_sentence:
        return quoted if last or not mark else _LAST.sub(mark, quoted)
    return ("Yes" if quoted[:1].isupper() else "so") + mark


def _only(whole: Frame, spans: Sequence[tuple[int, int]]) -> Frame:
    """The frame of some of its sentences."""
    text, pieces, of_spans = "", list[tuple[int, int, int, bool]](), list[Sentence]()
    for first, last in spans:
        begun = len(text)
        piece = bisect_right(whole.starts, first) - 1
        while piece < len(whole.starts) and whole.starts[piece] < last:
            from_ = max(first, whole.starts[piece])
            pieces.append((begun + from_ - first, whole.place(from_), whole.ends[piece], whole.kept[piece]))
            piece += 1
        text += whole.text[first:last] + " "
        of_spans.append(Sentence(begun, begun + last - first, whole.place(first), whole.ending(last)))
    starts, places, ends, kept = zip(*pieces, strict=True) if pieces else ((), (), (), ())
    return Frame(text[:-1], tuple(of_spans), starts, places, ends, kept)
