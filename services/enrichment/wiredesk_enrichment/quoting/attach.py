"""Which cue a quoted stretch belongs to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from wiredesk_enrichment.quoting.cues import Cue
from wiredesk_enrichment.quoting.frames import Frame
from wiredesk_enrichment.quoting.grammar import Tree
from wiredesk_enrichment.quoting.marks import Stretch

_OPEN_END = re.compile(r"(?:[,!?—–…-]|\.{3})['’”]*$")
_COMPLETE = re.compile(r"[.!?…—–]+['’”]*$")
_SAYS_MORE = re.compile(r"(?:[^\S\n]+[\w'’-]+){5}|[^.!?\n]{0,30}\bthat\s")
"""After a verb of speech: words of its own, which it tells instead of a quote that is over."""
_LEADS_IN = re.compile(r"[,:]\s*$")
_ANOTHER_CLAUSE = re.compile(
    r",?\s+(?:when|while|because|if|but|and|after|before|though|although|which|since|until|unless|to|so)\b"
)
AFTER = 160
"""Characters between a quote and the verb behind it: "…," Kim Lee, who heads the office, said."""


@dataclass(frozen=True, slots=True)
class Attached:
    """A stretch and the cue that tells who speaks."""

    stretch: Stretch
    cue: Cue
    score: float


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a paragraph has besides one stretch: all stretches, the frame, its parse and its cues."""

    quoted: Sequence[Stretch]
    frame: Frame
    tree: Tree
    cues: Sequence[Cue]


def attach(text: str, stretch: Stretch, around: Surroundings) -> Attached | None:
    """The cue of the stretch's own sentence, or None."""
    inside = stretch.opened + 1
    numbered = enumerate(around.frame.sentences)
    number = next((n for n, one in numbered if one.text_start <= inside <= one.text_end), None)
    if number is None:
        return None
    is_over = text[max(stretch.start, stretch.end - 2) : stretch.end].rstrip("'’”").endswith(".")
    own = [
        cue
        for cue in around.cues
        if cue.sentence == number and not (is_over and cue.start >= stretch.closed and _SAYS_MORE.match(text, cue.end))
    ]
    following = next((other.opened for other in around.quoted if other.opened >= stretch.closed), None)
    return (
        _behind(text, stretch, own, following)
        or _led_in(text, stretch, own)
        or _governing(stretch, around.frame, around.tree, own)
        or _nearest(text, stretch, own)
    )


def _behind(text: str, stretch: Stretch, own: Sequence[Cue], following: int | None) -> Attached | None:
    """As in "…," she said: the stretch ends as if more were to come, and the verb comes before the next stretch."""
    ends = text[max(stretch.start, stretch.end - 5) : stretch.end]
    if not (_OPEN_END.search(ends) or text[stretch.closed : stretch.closed + 1] == ","):
        return None
    if _ANOTHER_CLAUSE.match(text, stretch.closed) and any(cue.end <= stretch.opened for cue in own):
        return None
    for cue in own:
        if cue.start >= stretch.closed and (following is None or cue.start < following):
            told = _spoken_behind(stretch, cue)
            return Attached(stretch, told, 0.95) if told.phrase and cue.start - stretch.closed <= AFTER else None
    return None


def _spoken_behind(stretch: Stretch, cue: Cue) -> Cue:
    """The cue with a subject that stands behind the stretch: one before it was misread."""
    if cue.phrase and cue.phrase[0] >= stretch.closed:
        return cue
    beside = next((one for one in cue.beside if one[0] >= stretch.closed), None)
    return replace(cue, head=beside, phrase=beside) if beside else cue


def _led_in(text: str, stretch: Stretch, own: Sequence[Cue]) -> Attached | None:
    """As in she said, "…", or: she added: "…"."""
    before = [cue for cue in own if cue.end <= stretch.opened]
    if not before or not before[-1].phrase or not before[-1].is_strong or before[-1].is_by_pronoun:
        return None
    between = text[before[-1].end : stretch.opened]
    is_led_in = _LEADS_IN.search(between) and "”" not in between and '"' not in between
    return Attached(stretch, before[-1], 0.9) if is_led_in and text[stretch.start].isupper() else None


def _governing(stretch: Stretch, frame: Frame, tree: Tree, own: Sequence[Cue]) -> Attached | None:
    """The verb on which the stretch hangs in the parse."""
    by_word = {cue.word: cue for cue in own if cue.phrase}
    inside = next(
        (
            at
            for at, word in enumerate(tree.words)
            if stretch.opened < frame.place(word.start) < stretch.closed and not frame.is_kept(word.start)
        ),
        None,
    )
    if inside is None:
        return None
    best: Cue | None = None
    for at in tree.upwards(inside):
        if at in by_word and (best is None or by_word[at].is_strong):
            best = by_word[at]
            if best.is_strong and not best.is_by_pronoun:
                break  # else the outer verb may name who is meant: "Kim Lee said she recalled thinking"
    return Attached(stretch, best, 0.9 if best.is_strong else 0.8) if best else None


def _nearest(text: str, stretch: Stretch, own: Sequence[Cue]) -> Attached | None:
    """The verb before it, else the one behind it where it is no mere part of the sentence."""
    before = [cue for cue in own if cue.end <= stretch.opened and cue.phrase]
    after = [cue for cue in own if cue.start >= stretch.closed and cue.phrase]
    if before:
        return Attached(stretch, before[-1], 0.8)
    return Attached(stretch, after[0], 0.7) if after and not text[stretch.start].islower() else None


def is_complete(text: str, stretch: Stretch) -> bool:
    """Whether the stretch is a sentence of its own: it begins like one and ends like one."""
    return (
        text[stretch.start : stretch.start + 1].isupper()
        and _COMPLETE.search(text[stretch.start : stretch.end]) is not None
    )
