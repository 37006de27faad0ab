"""Stretches between quote marks, of one paragraph: whatever the marks, and also where one of a pair is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_CLOSERS = {
    "“": '”"‟“', "„": '“”"', "‟": '”"', "”": '”"', "«": "»", "»": "«»", "‹": "›", "›": "‹", '"': '"”', "「": "」",
    "『": "』",
}  # fmt: skip
"""What may close a stretch that each mark opens. ”…” is Swedish and Finnish; »…« German and Danish, »…» Swedish."""
_MARK = re.compile('[“”„‟«»‹›"「」『』]')
_SINGLE_OPENS = re.compile(r"(?<![\w’'])['‘‚](?!\d\ds?\b|(?:em|tis|twas|til|cause|n|bout|round)\b)(?=\w)")
_SINGLE_CLOSES = re.compile(r"['’‘](?!\w)")
_INCHES = re.compile(r"\d$")
_TYPED = re.compile(r"(?<!\w)''(?=\w)")
_FEW = 60
"""Characters: a stretch in single marks that ends without punctuation is no longer."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Words between marks: half-open offsets of the words, and of the words with their marks."""

    start: int
    end: int
    opened: int
    closed: int
    is_open: bool = False
    """The paragraph ends before the mark is closed: speech goes on in the next, or a mark is lost."""


def stretches(text: str, start: int, end: int) -> list[Stretch]:
    """The stretches between marks of text[start:end]. Single marks count where a paragraph has no double ones.

    Two single marks that stand for a double one, as typewriters have it, make no stretch, nor does what is nested in them.
    """
    doubles = [found for found in _doubles(text, start, end) if found.start < found.end]
    return doubles or ([] if _TYPED.search(text, start, end) else list(_singles(text, start, end)))


def _doubles(text: str, start: int, end: int) -> Iterator[Stretch]:
    opened: re.Match[str] | None = None
    for mark in _MARK.finditer(text, start, end):
        if opened is None:
            opened = mark if _may_open(text, mark, start, end) else None
        elif mark.group() in _CLOSERS[opened.group()] and not _opens_again(text, opened, mark, end):
            yield _bare(text, opened.end(), mark.start(), opened.start(), mark.end())
            opened = None
    if opened is not None:
        yield _bare(text, opened.end(), end, opened.start(), end, is_open=True)


def _bare(text: str, start: int, end: int, opened: int, closed: int, *, is_open: bool = False) -> Stretch:
    inside = text[start:end]
    start += len(inside) - len(inside.lstrip())
    return Stretch(start, max(start, start + len(inside.strip())), opened, closed, is_open)


def _may_open(text: str, mark: re.Match[str], start: int, end: int) -> bool:
    """Marks with a closing look open nothing; a straight one after a figure is an inch, those of an attribute in a tag none."""
    sign = mark.group()
    before = text[max(start, mark.start() - 1) : mark.start()]
    after = text[mark.end() : min(end, mark.end() + 1)]
    if sign in "“„«‹‟「『":
        return True
    if sign == '"':
        return bool(after) and before != "=" and after != ">" and not (_INCHES.search(before) and not after.isalnum())
    return sign in "»›”" and bool(after.strip()) and not before.strip(" \t\n\xa0([—–-")


def _opens_again(text: str, opened: re.Match[str], mark: re.Match[str], end: int) -> bool:
    """Whether “ in a stretch that “ opened is a new beginning and no close."""
    after = text[mark.end() : min(end, mark.end() + 1)]
    return opened.group() == mark.group() == "“" and (after.isalnum() or not after)


def _singles(text: str, start: int, end: int) -> Iterator[Stretch]:
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
    candidates = [mark.start() for mark in _SINGLE_CLOSES.finditer(text, start, end)]
    punctuated = [at for at in candidates if text[at - 1] in ",.!?…—–"]
    near = [at for at in candidates if at - start <= _FEW and not _is_possessive(text, at)]
    best = [*punctuated[:1], *near[:1]]
    return min(best) if best else None


def _is_possessive(text: str, at: int) -> bool:
    return text[at - 1] in "sz" and text[at + 1 : at + 2] == " " and text[at + 2 : at + 3].islower()
