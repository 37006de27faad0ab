"""Plain text: no field is named, so only what is sure is read. The first short line is the headline."""

from __future__ import annotations

import re

from wiredesk_core.identity import sha256_of
from wiredesk_core.item import Item, ParseWarning

from wiredesk_ingest.formats.bounds import refuse_masses_of_copy
from wiredesk_ingest.formats.markup import Block
from wiredesk_ingest.formats.paragraphs import paragraphs_of_plain
from wiredesk_ingest.formats.shown_html import html_of_blocks
from wiredesk_ingest.wire import Wire

LONGEST_HEADLINE = 160
SENTENCE_END = re.compile(r"[.…:][\"'”’»)]*$")
BYLINE = re.compile(r"^(?:by|von|par|por|door|di|av|af)\s+\w[^.!?]{2,80}$", re.IGNORECASE)

TELEX_START = re.compile(r"\A\s*ZCZC\b[^\r\n]{0,80}[\r\n]", re.IGNORECASE)
TELEX_END = re.compile(r"[\r\n][ \t]*NNNN\s*\Z", re.IGNORECASE)


def recognise(text: str) -> bool:
    """Any text that no other format claimed."""
    return bool(text.strip())


def parse(text: str, wire: Wire) -> tuple[Item, ...]:
    """One item. Its uri is made of its content, so that the same text is the same story whenever it comes."""
    refuse_masses_of_copy(text)
    copy, framing = without_telex_frame(text)
    paragraphs = paragraphs_of_plain(copy.strip("\f\n\r "))
    headline, rest = _headline(paragraphs)
    byline, rest = _byline(rest)
    blocks = [Block(paragraph, "p") for paragraph in rest]
    return (
        Item(
            uri=content_uri(text),
            headline=headline,
            byline=byline,
            language=wire.provider.language,
            source=wire.provider.source,
            credit=wire.provider.credit,
            body_text="\n\n".join(rest),
            body_html=html_of_blocks(blocks),
            warnings=framing,
        ),
    )


def without_telex_frame(text: str) -> tuple[str, tuple[ParseWarning, ...]]:
    """The text without the lines that telex switches start and end messages with, and a warning that names them."""
    copy = TELEX_END.sub("", TELEX_START.sub("", text))
    if copy == text or not copy.strip():
        return text, ()
    start = TELEX_START.match(text)
    return copy, (ParseWarning(code="telex_frame", detail=f"left out: {start[0].strip()[:80] if start else 'NNNN'}"),)


def content_uri(text: str) -> str:
    """A stable uri for a text that has no id of its own: white space and line ends do not count."""
    return f"urn:sha256:{sha256_of(' '.join(text.split()).encode('utf-8', 'replace'))}"


def _headline(paragraphs: list[str]) -> tuple[str, list[str]]:
    """The first paragraph when it is one short line that is no sentence, and more follows; it leaves the body then."""
    first = paragraphs[0] if paragraphs else ""
    if len(paragraphs) == 1:
        return (first if len(first) <= LONGEST_HEADLINE and "\n" not in first else ""), paragraphs
    if len(first) > LONGEST_HEADLINE or "\n" in first or SENTENCE_END.search(first):
        return "", paragraphs
    return first, paragraphs[1:]


def printed_byline(paragraphs: list[str]) -> str:
    """A by-line that stands as a line of its own at the top of a text; "" when there is none."""
    return next((line for line in paragraphs[:3] if BYLINE.match(line) and not SENTENCE_END.search(line)), "")


def _byline(paragraphs: list[str]) -> tuple[str, list[str]]:
    found = printed_byline(paragraphs[:1]) if len(paragraphs) > 1 else ""
    return (found, paragraphs[1:]) if found else ("", paragraphs)
