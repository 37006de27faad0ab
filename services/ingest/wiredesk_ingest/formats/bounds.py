"""How much one wire may hold: stories are small, and what is larger by far is a mistake or an attack.

Each bound is some thirty times what the largest of real wires has, and low enough that a wire which reaches it is read
within the two seconds and the memory that docs/wires.md promises.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TypeVar

from wiredesk_core.failures import Unreadable

MOST_ITEMS = 1_000
MOST_TAGS = 50_000
"""Start and end tags; reading one takes up to forty microseconds."""
MOST_ATTRIBUTES = 300_000
"""Of all tags of a document together, as counted by the signs that part them; a large page has 15,000."""
PARTING = " \t\r\n\f/="
"""Signs between attributes."""
FEW_ATTRIBUTES = 5_000
MOST_PAIRS = FEW_ATTRIBUTES * FEW_ATTRIBUTES
"""Of attributes of one tag, for all long tags together: the parser compares each with all before it."""
LONG_TAG = 2_000
MOST_REFERENCES = 80_000
"""Character references such as `&amp;`; where thousands stand in one text, the cleaning of HTML copies it for each."""
MOST_LINES = 50_000
MOST_CHARACTERS = 2 * 1024 * 1024
"""Of copy without markup, in one message: four times the longest of stories."""
MOST_ENTRIES = 10_000
"""Objects in one list of a JSON document."""
TAG = re.compile(r"""<[A-Za-z](?:[^>=]++|=\s*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|))*+""")
"""A start tag as browsers and parsers see it: a quotation mark counts after a sign of equality only."""
ATTRIBUTE = re.compile(r"""[^\s/>=]++(?:\s*+=\s*+(?:"[^"]*+"?|'[^']*+'?|[^\s>]*+))?+""")
NUMBERED_TAG = re.compile(r"&#(?:0*60|[xX]0*3[cC]);")
JSON_TAG = re.compile(r"\\u003[cC]")
"""The start of a tag that waits to be unescaped, besides `&lt;`; two patterns, each looked for by its first signs."""


Thing = TypeVar("Thing")


def few_enough(things: Iterable[Thing]) -> tuple[Thing, ...]:
    """Items, or what will be one each, taken one by one. Raises Unreadable: too_many_items."""
    found: list[Thing] = []
    for thing in things:
        found.append(thing)
        if len(found) > MOST_ITEMS:
            raise Unreadable("too_many_items", f"more than {MOST_ITEMS} items: send them in several wires")
    return tuple(found)


def refuse_masses(text: str) -> None:
    """Raises Unreadable, tag_bomb or line_bomb, for a wire that is hardly anything but tags or ends of lines.

    Those that JSON or markup spells in another way count as well.
    """
    refuse_masses_of_tags(text)
    refuse_masses_of_lines(text, text.count("\\n"))


def refuse_masses_of_tags(text: str) -> None:
    """Raises Unreadable, tag_bomb; for masses of character references as well."""
    ampersands, escapes, tags = text.count("&"), text.count("\\u00"), text.count("<") + text.count("lt;")
    if ampersands + escapes > MOST_REFERENCES and ampersands + text.count("\\u0026") > MOST_REFERENCES:
        raise Unreadable(
            "tag_bomb", f"more than {MOST_REFERENCES} character references: send the characters themselves"
        )
    if tags + ampersands + escapes > MOST_TAGS:
        tags += len(NUMBERED_TAG.findall(text)) + len(JSON_TAG.findall(text))
    if tags > MOST_TAGS:
        raise Unreadable("tag_bomb", f"more than {MOST_TAGS} tags: send one story a wire")


def refuse_masses_of_attributes(markup: str) -> None:
    """Raises Unreadable, tag_bomb, for markup whose tags hold more attributes than a page needs."""
    if len(markup) < FEW_ATTRIBUTES:
        return
    tags = TAG.findall(markup)
    inside = "".join(tags)
    many = sum(map(inside.count, PARTING)) > MOST_ATTRIBUTES
    if many or sum(len(ATTRIBUTE.findall(tag)) ** 2 for tag in tags if len(tag) > LONG_TAG) > MOST_PAIRS:
        raise Unreadable("tag_bomb", f"more than {MOST_ATTRIBUTES} attributes, or thousands in one tag: leave them out")


def refuse_masses_of_lines(text: str, more: int = 0) -> None:
    """Raises Unreadable, line_bomb. more: ends of lines that are to come, besides those in the text."""
    if max(text.count("\n"), text.count("\r")) + more > MOST_LINES:
        raise Unreadable("line_bomb", f"more than {MOST_LINES} lines: send one story a wire")


def refuse_masses_of_copy(text: str) -> None:
    """Raises Unreadable, copy_too_long."""
    if len(text) > MOST_CHARACTERS:
        raise Unreadable("copy_too_long", f"a text of more than {MOST_CHARACTERS} characters: send one story a wire")


def refuse_masses_of_entries(entries: Sequence[object]) -> None:
    """Raises Unreadable, json_bomb, for a list longer than any story's."""
    if len(entries) > MOST_ENTRIES:
        raise Unreadable("json_bomb", f"a list of more than {MOST_ENTRIES} entries: send one story a request")
