"""Paragraphs of text without markup, as wires, mail and typewriters set them."""

from __future__ import annotations

from itertools import pairwise

from wiredesk_ingest.formats.bounds import refuse_masses_of_lines


def paragraphs_of_plain(text: str, *, keep_lines: bool = False) -> list[str]:
    """Paragraphs of a text without markup.

    Blank lines part them; where there are none every line is one, unless lines are kept as they are (tables).
    Lines that only wrap are joined. Raises Unreadable: line_bomb.
    """
    refuse_masses_of_lines(text)
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").expandtabs(8).split("\n")]
    groups: list[list[str]] = [[]]
    for line in lines:
        if line.strip():
            groups[-1].append(line)
        elif groups[-1]:
            groups.append([])
    groups = [group for group in groups if group]
    if keep_lines:
        return ["\n".join(group) for group in groups]
    if len(groups) == 1 and not is_wrapped(groups[0]):
        return [line.strip() for line in groups[0]]
    return [paragraph for group in groups for paragraph in _paragraphs_of_group(group)]


def _paragraphs_of_group(group: list[str]) -> list[str]:
    """One paragraph, or several when indented first lines say so."""
    starts = [position for position, line in enumerate(group) if line.startswith("  ")]
    if starts and 0 < len(starts) < len(group) and starts[0] == 0 and is_wrapped(group):
        edges = [*starts, len(group)]
        return [" ".join(line.strip() for line in group[a:b]) for a, b in pairwise(edges)]
    return [" ".join(line.strip() for line in group)] if is_wrapped(group) else ["\n".join(group).strip()]


def is_wrapped(lines: list[str]) -> bool:
    """Whether these lines are running text wrapped at a margin: all but paragraph ends are nearly full."""
    widths = [len(line) for line in lines]
    widest = max(widths)
    if len(lines) < 2 or not 40 <= widest <= 120:
        return False
    full = sum(width >= widest * 0.7 for width in widths[:-1])
    tabular = sum("   " in line.strip() for line in lines)
    return full >= (len(lines) - 1) * 0.8 and tabular * 4 < len(lines)
