"""Where the copy itself is broken: sentences torn apart, words doubled, text cut off, characters garbled.

Nothing is mended: editors see the places, and readers of the article can weigh them. The signs are those of
machine-made rewriting and of careless conversion; English words tell only where the story is in English.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from wiredesk_enrichment.knowledge import Knowledge
from wiredesk_enrichment.sentences import is_abbreviation
from wiredesk_enrichment.story import Enricher, Models, Story, Values

MOST = 200
"""Places told of one story."""
SPUN_BREAKS = 2
"""So many broken places ..."""
SPUN_WORDS = 700
"""... in so many words are no slips of a hand."""
SURE = 0.8
"""A place that is less surely broken does not count for that: a space before a comma is a habit of some."""
LONG_PARAGRAPH = 8
"""Words; a shorter paragraph may stand twice, and may end without a stop."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """A broken place: half-open offsets into the text, what is wrong there, how sure that is."""

    start: int
    end: int
    code: str
    score: float


_TORN = re.compile(r"(?<=[^\W\d_][.!?])[^\S\n]+(?P<word>[a-zß-öø-ÿ][\w'’-]*)(?P<stop>[.!?]?)(?![\w@])")
_LAST_WORD = re.compile(r"[\w.&'’-]+$")
_STRAY = re.compile(
    r"(?<=[\w)\"”’])(?P<stop>\.) (?P<marks>[,;])|(?<=\w)(?P<space>[^\S\n]+)(?P<mark>,)(?=\s)|(?:,,|;;|,\.(?!\w)|[!?],\s?,)"
)
_LONE = re.compile(r"(?<=[^\W\d_][.!?]) (?P<word>[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ]{3,})\.(?=[\s”\"]|$)")
_SINGLE_WORDS = (
    "Again Agreed Always Amen Awesome Correct Done Ever Exactly Finally Forever Gone Great Maybe Never None Nope Nothing "
    "Okay Period Please Really Right Sorry Sure Thanks True Well What When Where Whatever Wrong Yeah Absolutely Indeed"
)
_ANSWERS = frozenset(_SINGLE_WORDS.split())
"""Words that make a sentence alone."""
_DOUBLED = re.compile(r"\b(?P<word>[a-z]{2,})\s+(?P=word)\b(?![-'’])")
_GOOD_DOUBLES = (
    "had that is very so bye blah ha no now more many out on in do it who her you there far long new really etc"
)
_DOUBLES = frozenset(_GOOD_DOUBLES.split())
"""Words that good sentences double: "had had", "that that"; and those that meet at a clause's end."""
_WORD = re.compile(r"\S+")
ECHOES = range(3, 7)
"""Words of a phrase that stands twice in a row."""
_GARBLED = re.compile(r"(?:\ufffd|Ã[\x80-\xbf©¨¤¶¼±]|â€[\x80-\xbf™œ˜“”\x9d¦]?|Â[£©®°\xa0])+")
_MARKUP = re.compile(
    r"&(?:amp|quot|nbsp|lt|gt|#\d{2,5}|[lr][sd]quo|[mn]dash);|</?(?:p|br|div|span|a|b|i|em|strong|h\d|li|ul)\b[^<>\n]{0,80}>"
)
_CUT = re.compile(r"(?:\[?(?:\.\.\.|…)\]?|\((?:more|continued)\)|[,;–—-])\s*$")
_ENDED = re.compile(r"[.!?:\"”’»)\]]\s*$")
_HANGS = re.compile(
    r"\b(?:the|an?|of|to|and|or|but|with|for|in|on|at|by|from|that|which|as|than|is|are|was|were|has|have|will)$"
)


def find_flaws(story: Story, models: Models) -> Values:
    """`quality`: the broken places in text order; one that covers the whole text where they are too many for slips."""
    text = story.text
    spoken = story.values.get("language") or {}
    flaws = [*_torn(text), *_stray(text), *_garbled(text), *_doubled_paragraphs(text, story), *_cut(text, story)]
    if spoken.get("code") == "en":
        flaws += [*_lone(text, models.knowledge), *_doubled(text)]
    told = _apart(flaws)[:MOST]
    spun = _spun(text, told)
    return {
        "quality": [
            {"code": flaw.code, "start": flaw.start, "end": flaw.end, "score": flaw.score} for flaw in (*spun, *told)
        ]
    }


def _torn(text: str) -> Iterator[Flaw]:
    """A stop and then a small letter: "earlier this year. this. For the first time"."""
    for found in _TORN.finditer(text):
        before = _LAST_WORD.search(text[max(0, found.start() - 40) : found.start()])
        word = before.group() if before else ""
        if _ends_plainly(word):
            yield Flaw(found.start("word"), found.end(), "torn_sentence", 0.9 if found["stop"] else 0.8)


def _ends_plainly(word: str) -> bool:
    """Whether the stop behind a word ends a sentence: behind no abbreviation, initial, address or "e-" name."""
    bare = word.rstrip(".!?")
    return len(bare) > 2 and "." not in bare and not bare.isupper() and not is_abbreviation(bare)


def _stray(text: str) -> Iterator[Flaw]:
    """Marks that stand alone or double: "in Taiwan. , Japan", "assistance , even"."""
    for found in _STRAY.finditer(text):
        yield Flaw(*found.span(), "stray_punctuation", 0.9 if found["marks"] or found["mark"] is None else 0.7)


def _lone(text: str, knowledge: Knowledge) -> Iterator[Flaw]:
    """A name as a sentence of its own, torn from the one before: "and South China. Korea."."""
    for found in _LONE.finditer(text):
        word = found["word"]
        before = _LAST_WORD.search(text[max(0, found.start() - 40) : found.start()])
        is_torn = before is not None and _ends_plainly(before.group())
        if (
            is_torn
            and word not in _ANSWERS
            and not is_abbreviation(word)
            and bool(knowledge.named(word) or not knowledge.parts(word))
        ):
            yield Flaw(found.start("word"), found.end(), "torn_sentence", 0.6)


def _doubled(text: str) -> Iterator[Flaw]:
    for found in _DOUBLED.finditer(text):
        if found["word"] not in _DOUBLES:
            yield Flaw(*found.span(), "repeated_words", 0.9)
    spans = [word.span() for word in _WORD.finditer(text)]
    words = text.split()
    for size in ECHOES:
        for at in [at for at, (word, later) in enumerate(zip(words, words[size:], strict=False)) if word == later]:
            start, end = spans[at][0], spans[min(at + 2 * size, len(spans)) - 1][1]
            if _is_echo(words[at : at + size], words[at + size : at + 2 * size]) and "\n" not in text[start:end]:
                yield Flaw(start, end, "repeated_words", 0.7)


def _is_echo(first: Sequence[str], second: Sequence[str]) -> bool:
    """Whether the same words stand twice in a row; with a mark between them it is speech."""
    is_spoken = any(word[-1] in ",;.!?—" for word in first)
    return first == second and len(set(first)) > 1 and not is_spoken


def _doubled_paragraphs(text: str, story: Story) -> Iterator[Flaw]:
    seen: set[str] = set()
    for block in story.values["blocks"]:
        words = " ".join(text[block["start"] : block["end"]].split())
        if words.count(" ") >= LONG_PARAGRAPH:
            if words in seen:
                yield Flaw(block["start"], block["end"], "repeated_paragraph", 0.95)
            seen.add(words)


def _garbled(text: str) -> Iterator[Flaw]:
    yield from (Flaw(*found.span(), "garbled_characters", 0.9) for found in _GARBLED.finditer(text))
    yield from (Flaw(*found.span(), "leftover_markup", 0.9) for found in _MARKUP.finditer(text))


def _cut(text: str, story: Story) -> Iterator[Flaw]:
    """A last paragraph that breaks off, where those before it end as sentences do."""
    prose = [
        block for block in story.values["blocks"]
        if block["kind"] == "paragraph" and text.count(" ", block["start"], block["end"]) >= LONG_PARAGRAPH
    ]  # fmt: skip
    if not prose or prose[-1] is not story.values["blocks"][-1]:
        return
    *before, (start, end) = ((block["start"], block["end"]) for block in prose)
    last = text[start:end]
    begins = end - len(last.split()[-1])
    if _CUT.search(last) or _HANGS.search(last):
        yield Flaw(begins, end, "truncated", 0.85)
    elif len(before) > 1 and _ENDED.search(last) is None and all(_ENDED.search(text[slice(*span)]) for span in before):
        yield Flaw(begins, end, "truncated", 0.6)


def _apart(flaws: Iterable[Flaw]) -> list[Flaw]:
    """In text order; of two that overlap the surer one."""
    kept: list[Flaw] = []
    for flaw in sorted(flaws, key=lambda flaw: (flaw.start, -flaw.end)):
        if not kept or kept[-1].end <= flaw.start:
            kept.append(flaw)
        elif flaw.score > kept[-1].score:
            kept[-1] = flaw
    return kept


def _spun(text: str, flaws: Iterable[Flaw]) -> tuple[Flaw, ...]:
    """The whole text, where broken sentences and marks are too many for slips of a hand."""
    broken = sum(flaw.code in ("torn_sentence", "stray_punctuation") and flaw.score >= SURE for flaw in flaws)
    share = broken * SPUN_WORDS / max(len(text.split()), 1)
    is_spun = broken >= SPUN_BREAKS and share >= SPUN_BREAKS
    return (Flaw(0, len(text), "machine_spun", round(min(0.5 + share / 20, 0.95), 4)),) if is_spun else ()


QUALITY = Enricher(
    "quality", 1, frozenset({"cleaning", "blocks"}), find_flaws, uses=frozenset({"text", "blocks", "language"})
)
