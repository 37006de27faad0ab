"""What stands in a page for machines only, left out of its markup before anything reads it: most of its bytes."""

from __future__ import annotations

import re

START = re.compile(r"<(?:!--|(script|style|svg)(?=[\s>]))", re.IGNORECASE)
ENDS = {
    "": re.compile("-->"),
    **{name: re.compile(rf"</{name}[^<>]*>", re.IGNORECASE) for name in ("script", "style", "svg")},
}
NESTED = re.compile(r"<svg[\s/>]", re.IGNORECASE)
STATEMENT = "ld+json"
LOOK_BACK = 2_000
"""Characters of a tag in which something that only looks like another is looked for."""


def trimmed(markup: str) -> str:
    """The markup without comments, scripts, styles and drawings. What the page says of itself in JSON-LD stays.

    What is not plainly one of these, from its start to its end, stays for the parser to decide.
    """
    kept: list[str] = []
    ends: dict[str, re.Match[str] | None] = {}
    done = at = 0
    while start := START.search(markup, at):
        name = (start[1] or "").lower()
        end = _end_of(markup, start, name, ends)
        at = start.end()
        if end is None:
            continue
        if _is_for_machines(markup, start, end.start(), done):
            kept.append(markup[done : start.start()])
            done = at = end.end()
        elif name == "script":
            at = end.end()
    return "".join((*kept, markup[done:])) if kept else markup


def _end_of(
    markup: str, start: re.Match[str], name: str, ends: dict[str, re.Match[str] | None]
) -> re.Match[str] | None:
    """The first end behind a start. One that was found, or that there is none, is not looked for again and again."""
    behind = start.end() if name else start.end() - 2
    known = ends.get(name) if name in ends else ENDS[name].search(markup, behind)
    ends[name] = known if known is None or known.start() >= behind else ENDS[name].search(markup, behind)
    return ends[name]


def _is_for_machines(markup: str, start: re.Match[str], end: int, done: int) -> bool:
    """Whether nothing that people read lies between a start and the end found for it."""
    near = max(done, start.start() - LOOK_BACK)
    if markup.rfind("<", near, start.start()) > markup.rfind(">", near, start.start()):
        return False  # within a tag, as the value of an attribute
    if not start[1]:
        return True
    closes = markup.find(">", start.end())
    if closes > end or markup[closes - 1] == "/":
        return False
    if start[1].lower() == "svg":
        return NESTED.search(markup, start.end(), end) is None
    return STATEMENT not in markup[start.end() : closes].lower()
