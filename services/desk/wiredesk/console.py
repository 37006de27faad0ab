"""What the commands write: rich on a terminal, plain text elsewhere. Results go to stdout, all else to stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TextIO

PLAIN_SECONDS = 5.0
"""Without a terminal, progress is one line every so often."""


def say(line: str) -> None:
    """One line for people."""
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - this is where a command speaks


def put(line: str) -> None:
    """One line of result."""
    print(line, flush=True)  # noqa: T201 - this is where a command answers


def on_terminal(stream: TextIO) -> bool:
    """Whether somebody watches."""
    return stream.isatty()


@contextmanager
def counting(label: str, total: int | None) -> Iterator[Callable[[int, str], None]]:
    """Progress of long work; call what it gives with how many steps were done and a word on the present one."""
    if on_terminal(sys.stderr):
        with _rich_bar(label, total) as advance:
            yield advance
    else:
        with _plain_lines(label, total) as advance:
            yield advance


@contextmanager
def _rich_bar(label: str, total: int | None) -> Iterator[Callable[[int, str], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[word]}", markup=False),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=total, word="")
        yield lambda steps, word: bar.update(task, advance=steps, word=word[-40:])


@contextmanager
def _plain_lines(label: str, total: int | None) -> Iterator[Callable[[int, str], None]]:
    done, said_at = 0, time.monotonic()
    say(f"{label} …")

    def advance(steps: int, word: str) -> None:
        nonlocal done, said_at
        done += steps
        if time.monotonic() - said_at > PLAIN_SECONDS:
            said_at = time.monotonic()
            say(f"{label}: {done}" + (f" of {total}" if total else "") + f" ({word})")

    yield advance


def downloading(
    total_files: int, advance: Callable[[int, str], None]
) -> Callable[[str, int], AbstractContextManager[Callable[[int], None]]]:
    """Turns a bar that counts files into what a downloader reports to; only files of the wanted kind are counted."""
    seen: set[str] = set()

    @contextmanager
    def one(name: str, _size: int) -> Iterator[Callable[[int], None]]:
        yield lambda _bytes: None
        is_new = name.endswith(".jar") and name not in seen and len(seen) < total_files
        if is_new:
            seen.add(name)
        advance(int(is_new), name)

    return one


def table(columns: Sequence[str], rows: Sequence[Sequence[str]], title: str = "") -> str:
    """A table: drawn on a terminal, aligned columns elsewhere."""
    if on_terminal(sys.stdout):
        return _drawn(columns, rows, title)
    widths = [max(len(cell) for cell in column) for column in zip(columns, *rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (columns, *rows)
    ]
    return "\n".join([title, *lines] if title else lines)


def _drawn(columns: Sequence[str], rows: Sequence[Sequence[str]], title: str) -> str:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(title=title or None, title_justify="left")
    for column in columns:
        drawn.add_column(column, overflow="fold")
    for row in rows:
        drawn.add_row(*(Text(cell) for cell in row))
    console = Console()
    with console.capture() as captured:
        console.print(drawn)
    return captured.get().rstrip("\n")
