"""Paragraphs and headings of the text, also where a wire has only line ends to tell them apart, and their language."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from wiredesk_enrichment.lines import Span, extent, paragraphs_of
from wiredesk_enrichment.story import Enricher, Guess, Models, Story, Values

HEADING_WORDS = 14
HEADING_LETTERS = 100
PROSE_LETTERS = 120
"""A block that is longer than this is prose, whatever it ends with."""
TELLING_LETTERS = 60
"""A block with fewer letters is not asked for its language: names and quotes in it would decide."""
SURE = 0.85
"""Confidence from which a block is said to be in another language than its story."""
_NEAR = (
    frozenset({"no", "nb", "nn", "da"}), frozenset({"hr", "bs", "sr", "sh"}), frozenset({"id", "ms"}),
    frozenset({"es", "gl", "ast"}), frozenset({"nl", "af"}), frozenset({"cs", "sk"}), frozenset({"ru", "uk", "be"}),
)  # fmt: skip
"""Languages that an identifier takes for each other in a paragraph."""
NEARLY_SURE = 0.97
"""Confidence that such a pair needs."""

_FINAL = re.compile(r"""[.!;:,…\-–—)\]]["'”’»]*$|[.,]["'”’»]$""")
_SENTENCE_END = re.compile(r"""[.!?…]["'”’»)\]]*$""")
_OPENING = re.compile(r"""^["'“‘«¿¡]?\s*[^\W_a-zß-ÿ]""")
_NOT_A_HEADING = re.compile(
    r"^(?:[-–—•*·>@#(]|\d+[.)]\s|[Bb][Yy]\s+[A-Z]|https?:|www\.|[A-Z][A-Z .'’-]+,\s*\w+\.?\s+\d|"
    r"[\"“„«].+[\"”»]\s*[—–―-]+\s*[A-Z])"  # lists, by-lines, datelines, signed quotes
)


def find_blocks(story: Story, models: Models) -> Values:
    """Blocks in text order; together they cover everything but the white space between them.

    One in another language than the story's says so: quoted statements, summaries, notes of bilingual services.
    """
    text = story.text
    spans = [extent(lines) for lines in paragraphs_of(text)]
    marked = headings_in(story.item.body_html)
    headings = _marked_headings(text, spans, marked) if marked else _apparent_headings(text, spans)
    return {
        "blocks": [
            {"kind": "heading" if (start, end) in headings else "paragraph", "start": start, "end": end}
            | _other_language(text[start:end], story, models.guess)
            for start, end in spans
        ]
    }


def _other_language(block: str, story: Story, guess: Guess) -> dict[str, Any]:
    main = (story.values.get("language") or {}).get("code")
    if main is None or sum(map(str.isalpha, block)) < TELLING_LETTERS:
        return {}
    code, confidence = guess.language(block)
    near = any({code, main} <= pair for pair in _NEAR)
    if code == main or confidence < (NEARLY_SURE if near else SURE):
        return {}
    return {"language": {"code": code, "confidence": confidence}}


def _marked_headings(text: str, spans: list[Span], marked: frozenset[str]) -> set[Span]:
    """Where the wire marks its headings, those and no others."""
    return {(start, end) for start, end in spans if _plain(text[start:end]) in marked}


def _apparent_headings(text: str, spans: list[Span]) -> set[Span]:
    """Short unfinished lines that stand before prose, and not in a row of short lines."""
    headings: set[Span] = set()
    for number, (start, end) in enumerate(spans[:-1]):
        before = spans[number - 1] if number else None
        stands_alone = before is None or _is_prose(text, before)
        if stands_alone and _looks_like_heading(text[start:end]) and _is_prose(text, spans[number + 1]):
            headings.add((start, end))
    return headings


def _looks_like_heading(line: str) -> bool:
    words = line.split()
    return (
        len(line) <= HEADING_LETTERS
        and len(words) <= HEADING_WORDS
        and "\n" not in line
        and _OPENING.match(line) is not None
        and _FINAL.search(line) is None
        and _NOT_A_HEADING.match(line) is None
        and any(character.isalpha() for character in line)
    )


def _is_prose(text: str, span: Span) -> bool:
    line = text[slice(*span)]
    return len(line) > PROSE_LETTERS or (len(line.split()) > 5 and _SENTENCE_END.search(line) is not None)


def headings_in(html: str) -> frozenset[str]:
    """The plain texts of the headings (h2 to h6) that a story's markup has."""
    if "<h" not in html.lower():
        return frozenset()
    reader = _HeadingReader()
    reader.feed(html)
    return frozenset(_plain(heading) for heading in reader.headings) - {""}


def _plain(text: str) -> str:
    return " ".join(text.split())


class _HeadingReader(HTMLParser):
    """Collects the text inside h2 to h6."""

    LEVELS = frozenset({"h2", "h3", "h4", "h5", "h6"})

    def __init__(self) -> None:
        super().__init__()
        self.headings: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002  (the parser's signature)
        """A heading begins."""
        if tag in self.LEVELS:
            self._inside = True
            self.headings.append("")

    def handle_endtag(self, tag: str) -> None:
        """A heading ends."""
        if tag in self.LEVELS:
            self._inside = False

    def handle_data(self, data: str) -> None:
        """Text, inside a heading or not."""
        if self._inside:
            self.headings[-1] += data


BLOCKS = Enricher(
    "blocks",
    3,
    frozenset({"cleaning"}),
    find_blocks,
    model=lambda models: models.guess.model,
    uses=frozenset({"text", "language", "item.body_html"}),
)
