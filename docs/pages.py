"""What a generated page is made of: a title, parts, tables."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from pathlib import Path

REFERENCE = Path(__file__).parent / "reference"


def table(titles: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table."""
    titles = list(titles)
    lines = [titles, ["---"] * len(titles), *([str(cell) for cell in row] for row in rows)]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in line) + " |" for line in lines
    )


def page(title: str, *parts: str) -> str:
    """A generated page: it says so, for whoever wants to edit it."""
    return "\n\n".join([f"# {title}", "<!-- Written by `make docs` from the code; edit the code. -->", *parts]) + "\n"


def first_line(thing: object) -> str:
    """What a docstring says first."""
    return (inspect.getdoc(thing) or "").split("\n", 1)[0]


def code(text: str) -> str:
    """Text as code; nothing for nothing."""
    return f"`{text}`" if text else ""
