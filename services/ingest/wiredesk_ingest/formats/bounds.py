"""How much one wire may hold: stories are small, and what is larger by far is a mistake or an attack.

Each bound is some thirty times what the largest of real wires has, and low enough that a wire which reaches it is read
within the two seconds and the memory that docs/wires.md promises.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from wiredesk_core.failures import Unreadable
from wiredesk_core.item import Item

MOST_ITEMS = 1_000
MOST_TAGS = 50_000
"""Start and end tags; reading one takes up to forty microseconds."""
MOST_REFERENCES = 80_000
"""Character references such as `&amp;`; where thousands stand in one text, the cleaning of HTML copies it for each."""
MOST_LINES = 50_000
MOST_CHARACTERS = 2 * 1024 * 1024
"""Of copy without markup, in one message: four times the longest of stories."""
MOST_ENTRIES = 10_000
"""Objects in one list of a JSON document."""
NUMBERED_TAG = re.compile(r"&#(?:0*60|x0*3c);|\\u003c", re.IGNORECASE)
"""The start of a tag that waits to be unescaped, besides `&lt;`."""


def few_enough(items: Iterable[Item]) -> tuple[Item, ...]:
    """The items, read one by one. Raises Unreadable: too_many_items."""
    found: list[Item] = []
    for item in items:
        found.append(item)
        refuse_masses_of_items(len(found))
    return tuple(found)


def refuse_masses_of_items(number: int) -> None:
    """Raises Unreadable: too_many_items."""
    if number > MOST_ITEMS:
        raise Unreadable("too_many_items", f"more than {MOST_ITEMS} items: send them in several wires")


def refuse_masses(text: str) -> None:
    """Raises Unreadable, tag_bomb or line_bomb, for a wire that is hardly anything but tags or ends of lines.

    Those that JSON or markup spells in another way count as well.
    """
    refuse_masses_of_tags(text)
    refuse_masses_of_lines(text, text.count("\\n"))


def refuse_masses_of_tags(text: str) -> None:
    """Raises Unreadable, tag_bomb; for masses of character references as well."""
    if text.count("&") + text.count("\\u0026") > MOST_REFERENCES:
        raise Unreadable(
            "tag_bomb", f"more than {MOST_REFERENCES} character references: send the characters themselves"
        )
    escaped = text.count("lt;") + (len(NUMBERED_TAG.findall(text)) if "&#" in text or "\\u" in text else 0)
    if text.count("<") + escaped > MOST_TAGS:
        raise Unreadable("tag_bomb", f"more than {MOST_TAGS} tags: send one story a wire")


def refuse_masses_of_lines(text: str, more: int = 0) -> None:
    """Raises Unreadable, line_bomb. more: ends of lines that are to come, besides those in the text."""
    if max(text.count("\n"), text.count("\r")) + more > MOST_LINES:
        raise Unreadable("line_bomb", f"more than {MOST_LINES} lines: send one story a wire")


def refuse_masses_of_copy(text: str) -> None:
    """Raises Unreadable, copy_too_long."""
    if len(text) > MOST_CHARACTERS:
        raise Unreadable("copy_too_long", f"a text of more than {MOST_CHARACTERS} characters: send one story a wire")


def refuse_masses_of_entries(entries: list[object]) -> None:
    """Raises Unreadable, json_bomb, for a list longer than any story's."""
    if len(entries) > MOST_ENTRIES:
        raise Unreadable("json_bomb", f"a list of more than {MOST_ENTRIES} entries: send one story a request")
