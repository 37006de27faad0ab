"""Stretches between quote marks, of one paragraph: whatever the marks, and also where one of a pair is lost."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

_CLOSERS = {
    "“": '”"‟“', "„": '“”"', "‟": '”"', "”": '”"', "«": "»", "»": "«»", "‹": "›", "›": "‹", '"': '"”', "「": "」",
    "『": "』",
}  # fmt: skip
"""What may close a stretch that each mark opens. ”…” is Swedish and Finnish; »…« German and Danish, »…» Swedish."""
_MARK = re.compile('[“”„‟«»‹›"「」『』]')
_CLINGS_BEHIND = re.compile(r"[\w.,!?…;%)\]]")
_SINGLE_OPENS = re.compile(r"(?<![\w’'])['‘‚](?!\d\ds?\b|(?:em|tis|twas|til|cause|n|bout|round)\b)(?=\w)")
_SINGLE_CLOSES = re.compile(r"['’‘](?!\w)")
_TYPED = re.compile(r"(?<!\w)''(?=\w)")
_INCHES = re.compile(r"\d$")
_FEW = 60
"""Characters: a stretch in single marks that ends without punctuation is no longer."""
_MANY = 2000
"""Characters: no stretch in single marks is longer, apostrophes are too common."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Words between marks: half-open offsets of the words, and of the words with their marks."""

    start: int
    end: int
    opened: int
    closed: int
    is_open: bool = False
    """The paragraph ends before the mark is closed: speech goes on in the next, or a mark is lost."""


class Marks(Enum):
    """Between which marks a story quotes."""

    double = auto()
    single = auto()


def stretches(text: str, start: int, end: int, marks: Marks | None = None) -> list[Stretch]:
    """The stretches between marks of text[start:end].

    Single marks count where a paragraph has no double ones, unless its story says otherwise (`marks_of`). Two that stand
    for a double one, as typewriters have it, make no stretch, nor does what is nested in them.
    """
    if marks is Marks.single and (singles := list(_singles(text, start, end))):
        return singles
    doubles = [found for found in _doubles(text, start, end) if found.start < found.end]
    return doubles if doubles or marks is not None else list(_singles(text, start, end))


def marks_of(text: str, paragraphs: Sequence[tuple[int, int]]) -> Marks | None:
    """With which marks a story quotes, None where it cannot be told: the others stand in a quote, a headline, or for irony."""
    if not _SINGLE_OPENS.search(text):
        return None
    outer = {Marks.double: 0, Marks.single: 0}
    for start, end in paragraphs:
        doubles, singles = list(_doubles(text, start, end)), list(_singles(text, start, end))
        outer[Marks.double] += _outside(doubles, singles)
        outer[Marks.single] += _outside(singles, doubles)
    if outer[Marks.double] == outer[Marks.single]:
        return None
    return max(outer, key=lambda marks: outer[marks])


def _outside(stretches: Sequence[Stretch], others: Sequence[Stretch]) -> int:
    """How many stretches do not lie in one of the others."""
    starts = [other.opened for other in others]
    around = (bisect_left(starts, one.opened) - 1 for one in stretches)
    return sum(at < 0 or others[at].closed < one.closed for one, at in zip(stretches, around, strict=True))


def _doubles(text: str, start: int, end: int) -> Iterator[Stretch]:
    opened: re.Match[str] | None = None
    is_nested, last = False, text.rfind('"', start, end)
    for mark in _MARK.finditer(text, start, end):
        sign = mark.group()
        if opened is None:
            opened = mark if _may_open(text, mark, start, end) else None
        elif opened.group() == '"' and mark.start() < last and _opens_inside(text, mark, end):
            is_nested = True
        elif is_nested and sign == "”":
            is_nested = False
        elif sign in _CLOSERS[opened.group()] and not _opens_again(text, opened, mark, end):
            yield _bare(text, opened.end(), mark.start(), opened.start(), mark.end())
            opened, is_nested = None, False
    if opened is not None:
        yield _bare(text, opened.end(), end, opened.start(), end, is_open=True)


def _opens_inside(text: str, mark: re.Match[str], end: int) -> bool:
    """Whether the mark between straight ones is “ and begins a quote in a quote."""
    return (
        mark.group() == "“"
        and text[mark.end() : min(end, mark.end() + 1)].isalnum()
        and not text[mark.start() - 1].isalnum()
    )


def _bare(text: str, start: int, end: int, opened: int, closed: int, *, is_open: bool = False) -> Stretch:
    inside = text[start:end]
    start += len(inside) - len(inside.lstrip())
    return Stretch(start, max(start, start + len(inside.strip())), opened, closed, is_open)


def _may_open(text: str, mark: re.Match[str], start: int, end: int) -> bool:
    """Marks with a closing look open nothing, nor those of an attribute in a tag; a straight one after a figure is an inch."""
    sign = mark.group()
    before = text[max(start, mark.start() - 1) : mark.start()]
    after = text[mark.end() : min(end, mark.end() + 1)]
    if sign in "“„«‹‟「『":
        return True
    if sign == '"':
        is_behind = _CLINGS_BEHIND.match(before) is not None and after.isspace()
        return (
            bool(after)
            and not is_behind
            and before != "="
            and after != ">"
            and not (_INCHES.search(before) and not after.isalnum())
        )
    return sign in "»›”" and bool(after.strip()) and not before.strip(" \t\n\xa0([—–-")


def _opens_again(text: str, opened: re.Match[str], mark: re.Match[str], end: int) -> bool:
    """Whether “ in a stretch that “ opened is a new beginning and no close."""
    after = text[mark.end() : min(end, mark.end() + 1)]
    return opened.group() == mark.group() == "“" and (after.isalnum() or not after)


def _singles(text: str, start: int, end: int) -> Iterator[Stretch]:
    if _TYPED.search(text, start, end):
        return
    reached = start
    for mark in _SINGLE_OPENS.finditer(text, start, end):
        if mark.start() < reached:
            continue
        closed = _single_close(text, mark.end(), end)
        if closed is not None:
            yield Stretch(mark.end(), closed, mark.start(), closed + 1)
            reached = closed + 1


def _single_close(text: str, start: int, end: int) -> int | None:
    """Where a single mark closes: behind punctuation, else soon, and not after the s of a possessive."""
    for mark in _SINGLE_CLOSES.finditer(text, start, min(end, start + _MANY)):
        at = mark.start()
        if text[at - 1] in ",.!?…—–" or (at - start <= _FEW and not _is_possessive(text, at)):
            return at
    return None


def _is_possessive(text: str, at: int) -> bool:
    return text[at - 1] in "sz" and text[at + 1 : at + 2] == " " and text[at + 2 : at + 3].islower()
