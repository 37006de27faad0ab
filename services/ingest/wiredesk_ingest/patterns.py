r"""Regular expressions out of a providers file. RE2 runs them: in time that grows with the text alone, whatever is written.

Where Python's own engine would backtrack for hours on one unlucky line, every wire of that provider would cost a parsing
process its deadline. RE2 has no look-around and no back-references, and its `\w` and `\b` know ASCII only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

import re2

LONGEST = 500
"""Characters of one pattern."""
ASCII_ONLY = re.compile(r"(?<!\\)(?:\\\\)*\\[bBwW]")
MEND_ASCII = r"\b and \w know ASCII letters only: write \pL for a letter, (?:\PL|$) for the end of a word"


def fault_of(pattern: str) -> str | None:
    """Why a pattern cannot be used, and how to mend it; None when it can."""
    if len(pattern) > LONGEST:
        return f"has {len(pattern)} characters, {LONGEST} are the most: write several"
    try:
        _compiled(pattern)
    except re2.error as error:
        return f"is not a regular expression of RE2 ({_told(error)}): there are no look-arounds and no back-references"
    # Such a pattern would miss what it was written for, and say nothing.
    return MEND_ASCII if not pattern.isascii() and ASCII_ONLY.search(pattern) else None


def oddity_of(pattern: str) -> str | None:
    """Why a pattern that works is hardly meant so."""
    if finds((pattern,), ""):
        return "matches an empty line too, and so every text: say what has to be there"
    if finds((pattern,), "a") and finds((pattern,), "1"):
        return "matches nearly every line: say more of what has to be there"
    return None


def finds(patterns: Sequence[str], text: str) -> bool:
    """Whether any of them matches somewhere; `^` and `$` stand for the edges of lines."""
    if not patterns:
        return False
    sound = _sound(text)
    return any(_compiled(pattern).search(sound) for pattern in patterns)


def lines_found(patterns: Iterable[str], text: str) -> Iterator[tuple[int, int]]:
    """Start and end of every line in which one of them matches."""
    compiled = [_compiled(pattern) for pattern in patterns]
    start = 0
    for line in _sound(text).split("\n"):
        if line.strip() and any(pattern.search(line) for pattern in compiled):
            yield start, start + len(line)
        start += len(line) + 1


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    return re2.compile(f"(?m){pattern}", options)


def _sound(text: str) -> str:
    """RE2 reads UTF-8, in which half a character cannot be written; a question mark takes its place, and no other."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _told(error: re2.error) -> str:
    said = error.args[0] if error.args else ""
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
