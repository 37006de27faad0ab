"""`make fuzz`: inputs by the hundred thousand for every format, measured against the law of docs/wires.md.

    python -m tests.fuzz [--formats NAME…] [--inputs N] [--from SEED] [--seconds S] [--workers W]

Writes docs/fuzz.md. With --from, the inputs are added to those that the page tells of. Exits 1 when the law was broken.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from wiredesk_core.agents.pool import Broken, WorkerPool
from wiredesk_ingest.formats import FORMATS

from tests.fuzz.measuring import MOST_CPU_MS, Measured, prepare, work

PAGE = Path(__file__).parents[2] / "docs/fuzz.md"
CHUNK = 100
DEADLINE = 30.0
HEAD = ("format", "inputs", "unreadable", "worst CPU, ms", "worst memory, MB", "over the law", "crashes")
SAID = """# Fuzzing

Written by `make fuzz` on {when}; machine: {cores} cores, {memory} GB, Python {python}.

Every input is a golden wire of its format, changed by up to five mutations (bits flipped, cut, spliced with another wire,
repeated, opened and never closed, soaked with signs, renumbered, shuffled, respelt in another charset); one in a thousand
grows to half a mebibyte. Its seed makes it again: `mutated(format, seed, wires_of(format))` in tests/fuzz/mutations.py.
*Over the law* counts inputs that took more than 2 s of CPU, or more than 64 MiB and ten times the input of memory; *crashes*
those from which anything but `Unreadable` came out.

"""


@dataclass(slots=True)
class Tally:
    """What came of a format's inputs so far."""

    inputs: int = 0
    unreadable: int = 0
    cpu_ms: float = 0.0
    memory_mb: float = 0.0
    over: list[int] = field(default_factory=list)
    crashes: list[str] = field(default_factory=list)

    def add(self, measured: Measured) -> None:
        """Counts one input."""
        self.inputs += 1
        self.unreadable += measured.outcome.startswith("unreadable")
        self.cpu_ms, self.memory_mb = max(self.cpu_ms, measured.cpu_ms), max(self.memory_mb, measured.memory_mb)
        if measured.cpu_ms > MOST_CPU_MS or measured.over > 0:
            self.over.append(measured.seed)
        if measured.crashed:
            self.crashes.append(f"{measured.seed} {measured.outcome}")


def main(arguments: Sequence[str]) -> int:
    """Fuzzes, prints and writes the page."""
    names = [known.name for known in FORMATS]
    parser = argparse.ArgumentParser(description="Inputs by the thousand for every format")
    parser.add_argument("--formats", nargs="+", choices=names, default=names)
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--from", dest="start", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=1800.0, help="at most, for each format")
    parser.add_argument("--workers", type=int, default=min(4, os.cpu_count() or 1))
    given = parser.parse_args(arguments)
    rows, broken = _rows_of(PAGE), 0
    for name in given.formats:
        seeds = range(given.start, given.start + given.inputs)
        tally = asyncio.run(_fuzzed(name, seeds, given.seconds, given.workers))
        broken += len(tally.over) + len(tally.crashes)
        rows[name] = _row(name, tally, rows.get(name) if given.start else None)
        sys.stdout.write("   ".join(rows[name]) + "\n")
        for line in (*tally.crashes[:20], *(f"over the law: {seed}" for seed in tally.over[:20])):
            sys.stdout.write(f"   {name} {line}\n")
        sys.stdout.flush()
        _write(PAGE, [rows[known] for known in names if known in rows])
    return 1 if broken else 0


async def _fuzzed(name: str, seeds: range, seconds: float, workers: int) -> Tally:
    """The tally of these seeds, or of as many of them as the time suffices for."""
    tally, until = Tally(), time.monotonic() + seconds
    pool = WorkerPool(work, workers=workers, chunk=CHUNK, seconds_each=DEADLINE, prepare=prepare)
    try:
        await pool.warm()
        for batch in _batches(seeds, CHUNK * workers * 4):
            if time.monotonic() > until:
                break
            for measured in await _run(pool, name, batch):
                tally.add(measured if measured.over <= 0 else await _alone(name, measured))
    finally:
        await pool.close()
    return tally


async def _run(pool: WorkerPool, name: str, seeds: Sequence[int]) -> list[Measured]:
    results = await pool.run([f"{name}:{seed}".encode() for seed in seeds])
    return [_read(seed, result) for seed, result in zip(seeds, results, strict=True)]


def _read(seed: int, result: bytes | Broken) -> Measured:
    if isinstance(result, Broken):
        return Measured(seed, f"crash {result.code}", 0.0, 0.0, 0.0)
    return Measured(**json.loads(result))


async def _alone(name: str, measured: Measured) -> Measured:
    """The same input in a process that has read nothing before it, whose memory is this input's alone."""
    pool = WorkerPool(work, workers=1, chunk=1, seconds_each=DEADLINE, prepare=prepare)
    try:
        (again,) = await _run(pool, name, [measured.seed])
    finally:
        await pool.close()
    return replace(again, cpu_ms=max(again.cpu_ms, measured.cpu_ms))


def _batches(seeds: range, size: int) -> Iterator[range]:
    return (seeds[at : at + size] for at in range(0, len(seeds), size))


def _row(name: str, tally: Tally, before: Sequence[str] | None) -> list[str]:
    """The row of a format; `before` are the figures of earlier inputs that it goes on from."""
    figures = [tally.inputs, tally.unreadable, round(tally.cpu_ms), round(tally.memory_mb)]
    figures += [len(tally.over), len(tally.crashes)]
    for at, old in enumerate(map(int, before[1:]) if before else ()):
        figures[at] = max(figures[at], old) if at in {2, 3} else figures[at] + old
    return [name, *map(str, figures)]


def _rows_of(page: Path) -> dict[str, list[str]]:
    """The rows of the page as it is."""
    lines = page.read_text("utf-8").splitlines() if page.exists() else []
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in lines
        if line.startswith("| ") and not line.startswith("| ---")
    ]
    return {row[0]: row for row in rows[1:]}


def _write(page: Path, rows: Sequence[Sequence[str]]) -> None:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    said = SAID.format(
        when=datetime.now(UTC).date(),
        cores=os.cpu_count(),
        memory=round(memory),
        python=platform.python_version(),
    )
    table = [HEAD, ["---"] + ["---:"] * (len(HEAD) - 1), *rows]
    page.write_text(said + "".join(f"| {' | '.join(row)} |\n" for row in table), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
