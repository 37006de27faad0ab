"""Speech that goes on: quotes without a verb of their own belong to who spoke before, or is named next to them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from wiredesk_enrichment.quoting.attach import Surroundings, attach, is_complete
from wiredesk_enrichment.quoting.cues import Cue, find_cues, find_leads, named_before
from wiredesk_enrichment.quoting.frames import Frame, frame
from wiredesk_enrichment.quoting.grammar import Tree, Word
from wiredesk_enrichment.quoting.marks import Marks, Stretch, marks_of, stretches
from wiredesk_enrichment.quoting.speech import may_tell

Span = tuple[int, int]

ON_ITS_OWN = 4
"""Words: a shorter stretch that no speech is told of is a scare quote, a title or a name."""

LONGEST_NAME = 10
"""Words that a title between marks has at most."""

DIRECT = 0.9
"""Scores from here on mean a verb of the stretch's own sentence."""

SUPPOSED = 0.6
"""Score of a quote that names nobody: whoever spoke before is supposed to go on."""

_WORDS = re.compile(r"\w+(?:['’.,-]\w+)*")
_COINED_BEFORE = re.compile(
    r"\b(?:so-called|self-(?:proclaimed|styled|described)|known as|titled|entitled|called|named|nicknamed|dubbed|codenamed|"
    r"(?:word|words|term|phrase|slogan|song|album|film|movie|book|novel|show|series|play|hit|single|exhibition|painting|commentary|column|editorial|essay|article|poem|hashtag|banner))\s*,?\s*$",
    re.IGNORECASE,
)
_TITLED_BEFORE = re.compile(r"\b(?:titled|entitled)\s*,?\s*$")
_SENTENCE_ENDS = re.compile(r"[a-z]{2}[.!?]\s")
_OF_A_PROGRAMME = re.compile(r"(?:['’]s?|\b(?:on|in|watched|read|hosts?|of))\s+$")
_SENTENCE_GOES_ON = re.compile(r"[^\S\n]+[a-z(]|[.!?]")
_LABEL = re.compile(r"(?P<name>[^\W\d_a-zß-ÿ]{2,}(?:[ .'’-]+[^\W\d_a-zß-ÿ]{2,}){0,3}):\s")
_TOLD_INSIDE = re.compile(r", (?P<name>[A-Z][\w'’-]+(?: [A-Z][\w.'’-]+){0,3}|he|she) (?P<cue>said|says|added)[,.]")
"""Where the mark before a speaker's name is lost."""
_SIGNED = re.compile(
    r"\s*(?:[—–―‒]|--?)[^\S\n]*(?P<name>[^\W\d_a-zß-ÿ][\w.'’-]*(?:[^\S\n]+[^\W\d_][\w.'’-]*){0,4})(?:,[^\n]{1,60})?[^\S\n]*(?:\n|$)"
)


@dataclass(frozen=True, slots=True)
class Saying:
    """A quoted stretch, the words that name who says it, and the sign of speech by which that is known."""

    stretch: Stretch
    speaker: Span | None = None
    head: Span | None = None
    cue: Span | None = None
    score: float = 0.5


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph on its way: its quoted stretches, the reporter's words, and what the parser said of them."""

    start: int
    end: int
    quoted: Sequence[Stretch]
    frame: Frame
    tree: Tree = field(default_factory=Tree)
    cues: Sequence[Cue] = field(default=())
    leads: Sequence[Cue] = field(default=())

    def parsed(self, words: Sequence[Word]) -> Paragraph:
        """The paragraph with its parse."""
        tree = Tree(words)
        cues = find_cues(self.frame, tree)
        return replace(self, tree=tree, cues=cues, leads=find_leads(self.frame, tree, cues))


def sayings(text: str, paragraphs: Sequence[Paragraph]) -> list[Saying]:
    """The quotes of a story, with their speakers where these are told."""
    told: list[Saying] = []
    last: Saying | None = None
    for paragraph in paragraphs:
        of_paragraph = _of_paragraph(text, paragraph, last)
        if of_paragraph and of_paragraph[0].stretch.opened == paragraph.start:
            _lead_back(text, told, of_paragraph[0])
        told.extend(of_paragraph)
        named = [saying for saying in of_paragraph if saying.speaker]
        last = named[-1] if named else _last_told(paragraph, last)
    return told


def _lead_back(text: str, told: list[Saying], going_on: Saying) -> None:
    """Paragraphs left open, one after the other, are of whoever is named in the one that ends the speech.

    Unless the first of them names its speaker: who spoke before them is only supposed to go on.
    """
    start, first = going_on.stretch.opened, len(told)
    while first and _goes_on(text, told[first - 1].stretch, start):
        first -= 1
        start = told[first].stretch.opened
        if told[first].speaker and told[first].score > SUPPOSED:
            return
    if going_on.score >= DIRECT:
        told[first:] = [_like(earlier, going_on, 0.85) for earlier in told[first:]]


def _goes_on(text: str, stretch: Stretch, start: int) -> bool:
    """Whether a stretch is left open and the one that starts there, with the same mark, is next."""
    return stretch.is_open and text[stretch.opened] == text[start] and not text[stretch.end : start].strip()


def _of_paragraph(text: str, paragraph: Paragraph, last: Saying | None) -> list[Saying]:
    direct = [_direct(text, paragraph, stretch) for stretch in paragraph.quoted]
    told: list[Saying] = []
    for number, saying in enumerate(direct):
        settled = saying
        if saying.speaker is None and is_complete(text, saying.stretch):
            settled = _beside(saying, told, direct[number + 1 :], paragraph) or _like(saying, last, SUPPOSED)
        if _is_speech(text, settled):
            told.append(settled)
    return told


def _direct(text: str, paragraph: Paragraph, stretch: Stretch) -> Saying:
    """By a verb of the same sentence, a name before a colon, or a name behind a dash."""
    if label := _LABEL.match(text, stretch.start, stretch.end):
        return Saying(stretch, label.span("name"), label.span("name"), None, 0.9)
    if named := named_before(text, paragraph.start, stretch.opened):
        return Saying(stretch, named, named, None, 0.9)
    signed = _SIGNED.match(text, stretch.closed, paragraph.end)
    if signed and not text[: stretch.opened].rpartition("\n")[2].strip():
        return Saying(stretch, signed.span("name"), signed.span("name"), None, 0.9)
    if stretch.is_open and (told := _TOLD_INSIDE.search(text, stretch.start, stretch.end)):
        return Saying(stretch, told.span("name"), told.span("name"), told.span("cue"), 0.8)
    found = attach(text, stretch, Surroundings(paragraph.quoted, paragraph.frame, paragraph.tree, paragraph.cues))
    return _by(stretch, found.cue, found.score) if found else Saying(stretch)


def _beside(saying: Saying, told: Sequence[Saying], following: Sequence[Saying], paragraph: Paragraph) -> Saying | None:
    """Who speaks before it in the paragraph, else who is told of in the sentence before, else who speaks next."""
    if before := next((one for one in reversed(told) if one.speaker), None):
        return _like(saying, before, 0.85)
    both = (*paragraph.cues, *paragraph.leads)
    earlier = [cue for cue in both if cue.end <= saying.stretch.opened and cue.phrase]
    if earlier:
        return _by(saying.stretch, max(earlier, key=lambda cue: cue.start), 0.75)
    after = next((one for one in following if one.speaker), None)
    return _like(saying, after, 0.7) if after else None


def _last_told(paragraph: Paragraph, last: Saying | None) -> Saying | None:
    """Whom the paragraph leaves as the one who speaks."""
    strong = [cue for cue in paragraph.cues if cue.is_strong and cue.phrase]
    leads = paragraph.leads[-1:] if paragraph.frame.text.endswith(":") else ()
    if not strong and not leads:
        return last
    cue = leads[-1] if leads else strong[-1]
    return _by(Stretch(cue.start, cue.end, cue.start, cue.end), cue, 0.6)


def _by(stretch: Stretch, cue: Cue, score: float) -> Saying:
    return Saying(stretch, cue.phrase, cue.head, (cue.start, cue.end), score)


def _like(saying: Saying, other: Saying | None, score: float) -> Saying:
    return Saying(saying.stretch, other.speaker, other.head, other.cue, score) if other else saying


def _is_speech(text: str, saying: Saying) -> bool:
    """Whether the stretch is something said, and no title, scare quote or coined name."""
    stretch = saying.stretch
    words = _WORDS.findall(text[stretch.start : stretch.end])
    is_own = (
        saying.cue is not None
        and saying.cue[1] <= stretch.opened
        and not text[saying.cue[1] : stretch.opened].strip()  # "called “…” by Kim Lee"
    )
    inside = text[stretch.start : stretch.end]
    before = text[max(0, stretch.opened - 30) : stretch.opened]
    if not words or (_COINED_BEFORE.search(before) and not is_own):
        is_long = len(words) > ON_ITS_OWN + 1 and not _is_name(inside, words) and not _TITLED_BEFORE.search(before)
        return is_long and saying.speaker is not None
    is_direct = (
        saying.score >= DIRECT
        and (is_complete(text, stretch) or _is_answer(text, stretch))
        and not _OF_A_PROGRAMME.search(text[: stretch.opened][-30:])
    )
    if _is_name(inside, words) and not is_direct:
        return False
    return saying.speaker is not None or (len(words) >= ON_ITS_OWN and not _is_entry(text, stretch))


def _is_entry(text: str, stretch: Stretch) -> bool:
    """Whether it is a title or a cell of a table: no part of a sentence, for none goes on behind it, and none itself."""
    is_whole = not stretch.is_open and not text[stretch.start].islower() and not is_complete(text, stretch)
    return is_whole and _SENTENCE_GOES_ON.match(text, stretch.closed) is None and text[stretch.end - 1] != ","


def _is_answer(text: str, stretch: Stretch) -> bool:
    """Whether it begins a sentence or clause and a comma leads on to who says it: “Never,” he said."""
    before = text[: stretch.opened][-8:].rstrip()[-1:]
    return text[stretch.end - 1] == "," and before in (*',.!?:…”"', "")


def _is_name(inside: str, words: Sequence[str]) -> bool:
    """Whether words between marks are written as names and titles are: few, one sentence, all but small ones with capitals."""
    if len(words) > LONGEST_NAME or _SENTENCE_ENDS.search(inside):
        return False
    is_begun = words[0][0].isupper() or words[0] in ("the", "a", "an")
    is_capital = words[-1][0].isupper() or len(words) == 1
    return is_begun and is_capital and all(word[0].isupper() or len(word) <= 3 for word in words)


def paragraphs_of(text: str, spans: Sequence[Span]) -> list[Paragraph]:
    """Paragraphs, ready to be parsed: of their sentences those in which somebody may be speaking."""
    marks = marks_of(text, spans)
    return [_paragraph(text, start, end, marks) for start, end in spans]


def _paragraph(text: str, start: int, end: int, marks: Marks | None) -> Paragraph:
    quoted = stretches(text, start, end, marks)
    return Paragraph(start, end, quoted, frame(text, start, end, quoted, may_tell))
