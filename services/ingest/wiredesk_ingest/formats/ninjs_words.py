"""Headlines, summary and body of a ninjs object: by role, or by a key that ends with it, in every generation."""

from __future__ import annotations

import html
import re

from wiredesk_ingest.formats.json_fields import Fields, entries, scalar, text_in
from wiredesk_ingest.formats.markup import Block, blocks_of_html, looks_like_html, text_of
from wiredesk_ingest.formats.paragraphs import paragraphs_of_plain
from wiredesk_ingest.formats.shown_html import html_of_blocks, safe_html

MAIN = ("main", "", "text", "html", "xhtml", "headline", "default")
SECOND = ("subheadline", "sub", "subtitle", "secondary", "subhead", "deck")
BOX = re.compile(r"(?:fact|info|text)?s?_?box(?:es)?|facts?|fact_?file|side_?bars?|background", re.IGNORECASE)
"""Roles of texts that come with the story and are no other rendition of it."""
SUMMARY = ("summary", "abstract", "main", "", "text", "html", "caption", "lead", "teaser")


def _roles(fields: Fields, plural: str, singular: str) -> list[tuple[str, str, str]]:
    """(role, content type, value) of headlines, bodies and descriptions in every generation."""
    found = []
    for entry in entries(fields, plural):
        kind = text_in(entry, "contenttype")
        found.append((text_in(entry, "role").lower().rpartition(":")[2], kind, text_in(entry, "value", "name")))
    for key, value in fields.items():
        if key == singular or key.startswith(f"{singular}_"):
            role = key.removeprefix(singular).lstrip("_")
            found.append((role, "text/html" if "html" in role else "", scalar(value)))
    return [entry for entry in found if entry[2]]


def _by_role(found: list[tuple[str, str, str]], roles: tuple[str, ...]) -> str:
    return next((value for role in roles for name, _, value in found if name == role), "")


def headlines_of(fields: Fields) -> tuple[str, str]:
    """The headline and what stands below it, one line each."""
    found = _roles(fields, "headlines", "headline")
    main = _by_role(found, MAIN) or text_in(fields, "title") or (found[0][2] if found else "")
    return line_of(main), line_of(_by_role(found, SECOND))


def summary_of(fields: Fields) -> str:
    """The description that tells most of the story in short."""
    found = [entry for entry in _roles(fields, "descriptions", "description") if not entry[0].startswith("credit")]
    text = _by_role(found, SUMMARY) or (found[0][2] if found else "")
    return text_of(blocks_of_html(text)) if looks_like_html(text) else html.unescape(text)


def line_of(text: str) -> str:
    """One line of plain text; headlines sometimes come with markup."""
    return " ".join((text_of(blocks_of_html(text)) if looks_like_html(text) else html.unescape(text)).split())


def body_of(fields: Fields) -> tuple[str, str]:
    """body_text and body_html: the fullest body, and the boxes that by their role stand beside it."""
    found = _roles(fields, "bodies", "body")
    boxes = [entry for entry in found if BOX.fullmatch(entry[0])]
    told = [_fullest([entry for entry in found if entry not in boxes]), *(_fullest([box]) for box in boxes)]
    return "\n\n".join(text for text, _ in told if text), "\n".join(markup for _, markup in told if markup)


def _fullest(found: list[tuple[str, str, str]]) -> tuple[str, str]:
    """Text and HTML of the fullest of several bodies that tell the same: plain text only where the markup says less."""
    blocks = [_body_blocks(kind, role, value) for role, kind, value in found]
    sizes = [sum(len(block.text.split()) for block in body) for body in blocks]
    if not any(sizes):
        return "", ""
    marked = [looks_like_html(value) for _, _, value in found]
    best = max(range(len(found)), key=lambda at: (sizes[at], marked[at], -at))
    rich = [at for at in range(len(found)) if marked[at] and sizes[at] * 10 >= sizes[best] * 9]
    best = max(rich, key=lambda at: sizes[at]) if rich else best
    return text_of(blocks[best]), safe_html(found[best][2]) if marked[best] else html_of_blocks(blocks[best])


def _body_blocks(kind: str, role: str, value: str) -> list[Block]:
    if looks_like_html(value) or "html" in kind or "html" in role:
        return blocks_of_html(value)
    return [Block(paragraph, "p") for paragraph in paragraphs_of_plain(html.unescape(value))]
