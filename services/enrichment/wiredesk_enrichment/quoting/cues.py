"""Cues of speech in a parsed frame: verbs of saying with their subjects, "according to", a name before a colon."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from wiredesk_enrichment.quoting.frames import Frame
from wiredesk_enrichment.quoting.grammar import Tree, Word
from wiredesk_enrichment.quoting.speech import SPEECH, STRONG

_PAPERS = (
    "statement letter email e-mail memo memorandum interview post tweet speech ad advertisement video message remarks "
    "column article note release response reply op-ed essay testimony memoir filing text blog"
)
_DOCUMENTS = frozenset(_PAPERS.split())
_NAME = r"[^\W\d_a-zà-ÿ][\w.'’-]*"
_COLON = re.compile(
    rf"(?:^|(?<=\n))\s*(?P<name>{_NAME}(?:\s+(?:{_NAME}|d[aeo]|de|la|van|von|of|the)){{0,4}})(?:,[^:\n]{{1,60}}|\s*\([^)\n]{{1,40}}\))?\s*:\s*$"
)
_CALENDAR = (
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september "
    "october november december"
)
_TIMES = frozenset(_CALENDAR.split())
_QUOTED = frozenset({"quoted", "cited", "heard", "overheard", "recorded"})


@dataclass(frozen=True, slots=True)
class Cue:
    """A sign of speech: its place in the text, the sentence that it is in, and the words that name the speaker."""

    start: int
    end: int
    sentence: int
    head: tuple[int, int] | None
    phrase: tuple[int, int] | None
    form: str
    word: int = -1
    """Index of its word in the parse."""
    beside: tuple[tuple[int, int], ...] = ()
    """The nouns next to the verb, nearest first: where the parse is wrong, one of them speaks."""

    is_by_pronoun: bool = False

    @property
    def is_strong(self) -> bool:
        """Whether it tells of speech by itself."""
        return self.form in STRONG or self.form == "according"


def find_cues(frame: Frame, tree: Tree) -> list[Cue]:
    """The cues among the reporter's own words, in text order."""
    return sorted(_cues(frame, tree), key=lambda cue: cue.start)


def find_leads(frame: Frame, tree: Tree, cues: Sequence[Cue]) -> list[Cue]:
    """The subjects of sentences without a cue: whoever is told of there may speak in the next."""
    told = {cue.sentence for cue in cues}
    leads = [
        _cue(frame, tree, at, tree.subject_of(at))
        for at, word in enumerate(tree.words)
        if word.head == at and word.tag.startswith("VB") and frame.is_kept(word.start)
    ]
    return [lead for lead in leads if lead.phrase and lead.sentence not in told]


def _cues(frame: Frame, tree: Tree) -> Iterator[Cue]:
    for at, word in enumerate(tree.words):
        if not frame.is_kept(word.start):
            continue
        if word.form in SPEECH and word.tag.startswith("VB"):
            yield _cue(frame, tree, at, _speaker(tree, at))
        elif word.form == "according" or (word.form == "per" and word.dep == "prep"):
            yield _cue(frame, tree, at, tree.object_of(at))


def _cue(frame: Frame, tree: Tree, at: int, head: int | None) -> Cue:
    words = tree.words
    word = words[at]
    start = frame.place(word.start)
    sentence = next((n for n, one in enumerate(frame.sentences) if word.start < one.end), len(frame.sentences) - 1)
    if head is None or not frame.is_kept(words[head].start):
        return Cue(
            start, start + word.end - word.start, sentence, None, None, word.form, at, _beside(frame, tree.words, at)
        )
    first, last = tree.phrase_of(head)
    begin, end = frame.place(first), frame.place(last - 1) + 1
    place = frame.place(words[head].start)
    return Cue(
        start, start + word.end - word.start, sentence, (place, place + words[head].end - words[head].start),
        (begin, end), word.form, at, _beside(frame, tree.words, at), words[head].tag == "PRP",
    )  # fmt: skip


def _beside(frame: Frame, words: Sequence[Word], verb: int) -> tuple[tuple[int, int], ...]:
    """The noun or pronoun right before the verb, and the one right behind it."""
    found = []
    for step in (-1, 1):
        at = verb + step
        while 0 <= at < len(words) and words[at].tag in ("RB", "MD", "DT", "JJ", "VBD", "VBZ") and abs(at - verb) < 4:
            at += step
        if 0 <= at < len(words) and words[at].tag[:2] in ("NN", "PR") and frame.is_kept(words[at].start):
            while step > 0 and at + 1 < len(words) and words[at + 1].tag == "NNP":
                at += 1
            place = frame.place(words[at].start)
            found.append((place, place + words[at].end - words[at].start))
    return tuple(found)


def _speaker(tree: Tree, verb: int) -> int | None:
    """Index of the word that names who speaks by this verb."""
    words, below = tree.words, tree.below[verb]
    is_passive = any(words[child].dep in ("auxpass", "nsubjpass") for child in below)
    if is_passive and words[verb].form not in _QUOTED:
        agent = next((child for child in below if words[child].dep == "agent"), None)
        return tree.object_of(agent) if agent is not None else None
    if words[verb].tag == "VBG" and verb and words[verb - 1].tag == "NNP" and words[verb - 1].form not in _TIMES:
        return verb - 1  # "footage of Kim Lee saying"
    subject = tree.subject_of(verb)
    if subject is None or words[subject].form not in _DOCUMENTS:
        return subject
    return _author(tree, subject, verb)


def _author(tree: Tree, document: int, verb: int) -> int:
    """Whose statement it is: "its statement said", "a letter from the ministry says"."""
    words = tree.words
    for child in tree.below[document]:
        if words[child].dep == "poss" and words[child].form not in ("this", "that"):
            return child
        if (
            words[child].dep == "prep"
            and words[child].form in ("by", "from")
            and (by := tree.object_of(child)) is not None
        ):
            return by
    above = words[document].head
    if words[document].dep not in ("nsubj", "nsubjpass") and above not in (document, verb):
        found = tree.subject_of(above)
        return document if found is None else found
    return document


def named_before(text: str, start: int, opened: int) -> tuple[int, int] | None:
    """The name before a colon at which a paragraph's quote begins: "Ms Oduya: “…”"."""
    found = _COLON.search(text[start:opened])
    return (start + found.start("name"), start + found.end("name")) if found else None
