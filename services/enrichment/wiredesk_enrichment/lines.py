"""Lines and paragraphs of plain text, as offsets."""

from __future__ import annotations

import re
from statistics import median

Span = tuple[int, int]
"""Half-open code-point offsets."""

WRAPPED_COLUMN = 95
"""Old agency formats break lines before this column."""
WRAPPED_AT_LEAST = 40
"""Lines shorter than this are lists, tables and headings, not wrapped prose."""

_LINE = re.compile(r"\S(?:[^\n]*\S)?")
_SENTENCE_END = re.compile(r"""[.!?…:]["'”’»)\]]*$""")


def paragraphs_of(text: str) -> list[list[Span]]:
    """The lines of each paragraph, without the white space around them; a blank line parts paragraphs.

    Where every line is a paragraph of its own (no blank lines, or long lines in a row) it is given as one;
    where lines are only wrapped they stay together.
    """
    groups: list[list[Span]] = []
    for line in _LINE.finditer(text):
        if groups and text.count("\n", groups[-1][-1][1], line.start()) == 1:
            groups[-1].append(line.span())
        else:
            groups.append([line.span()])
    paragraphs: list[list[Span]] = []
    for lines in groups:
        paragraphs.extend([lines] if len(lines) > 1 and is_wrapped(text, lines) else [[line] for line in lines])
    return paragraphs


def is_wrapped(text: str, lines: list[Span]) -> bool:
    """Whether the line ends come from a fixed column width: full lines, most of them in mid-sentence."""
    inner = lines[:-1]
    lengths = [end - start for start, end in inner]
    if max(lengths) > WRAPPED_COLUMN or median(lengths) < WRAPPED_AT_LEAST:
        return False
    closed = sum(_SENTENCE_END.search(text[start:end]) is not None for start, end in inner)
    return closed * 2 <= len(inner)


def extent(lines: list[Span]) -> Span:
    """From the beginning of the first line to the end of the last."""
    return lines[0][0], lines[-1][1]
