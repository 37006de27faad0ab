"""What a text is, by its own first characters: the name of its root element, and formats that are none of ours."""

from __future__ import annotations

import re

PROLOG = re.compile(
    r"\s*+(?:<\?(?:[^?]|\?(?!>))*+\?>\s*+|<!--.*?-->\s*+|<!DOCTYPE\s++([^\s>\[]++)[^>\[]*+(?:\[.*?\]\s*+)?>\s*+)",
    re.DOTALL | re.IGNORECASE,
)
START_TAG = re.compile(r"<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)(?=[\s/>])")
DECLARED = re.compile(r"\s*<(?:\?|!DOCTYPE\b|!--)", re.IGNORECASE)
MAGIC = (
    b"%PDF-",
    b"PK\x03\x04",
    b"\xff\xd8\xff",
    b"\x89PNG",
    b"GIF8",
    b"RIFF",
    b"\x1f\x8b",
    b"\xd0\xcf\x11\xe0",
    b"BM6",
)
STRANGE = re.compile(r"[\x00\x05-\x07\x0e\x0f\x15\x17-\x1a\x1c\x1d\x80-\x9f\ufffd]")
"""What neither stories nor their framing hold, tables of agencies included; one in twenty makes it no text."""
HEAD = 4096
LONGEST_PROLOG = 65_536
"""Characters of declarations and comments before the first element."""


def root_name(text: str) -> str:
    """The local name of the first element, in lower case; "" for text that does not start with markup."""
    at = 0
    while prolog := PROLOG.match(text, at, LONGEST_PROLOG):
        at = prolog.end()
    start = START_TAG.match(text, at)
    return start[1].lower() if start else ""


def is_declared_markup(text: str) -> bool:
    """Whether the text says itself that it is XML or HTML."""
    return DECLARED.match(text) is not None


def foreign_kind(data: bytes, text: str) -> str | None:
    """What this is when it is no text; None for what may be ours."""
    if data.startswith(MAGIC):
        return "a binary file"
    head = text[:HEAD]
    return "not text" if len(STRANGE.findall(head)) * 20 > len(head) else None
