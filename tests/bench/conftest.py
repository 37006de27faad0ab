"""What every benchmark needs: stories of its own, desks to load, a meter for processes, and tables."""

from __future__ import annotations

import json
import math
import random
import re
import resource
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from wiredesk.testing import Desk
from wiredesk_ingest.intake import parse_bytes
from wiredesk_ingest.provider_file import read_profiles

WORDS = 350
PROVIDERS = '[alpha]\nlanguage = "en"\n'
SENTENCE_END = re.compile(r"(?<=[.!?”])\s+(?=[A-Z“\"])")
SENTENCES_A_PARAGRAPH = 3
EPOCH = datetime(2026, 3, 4, tzinfo=UTC)

MakeStories = Callable[[int, int], list[bytes]]
StartDesk = Callable[..., Desk]
Show = Callable[[str, Sequence[str], Sequence[Sequence[str]]], None]


@pytest.fixture(scope="session")
def sentences(repository: Path) -> list[str]:
    """Every English sentence of the sample wires, once."""
    profiles = read_profiles((repository / "samples/providers.toml").read_text("utf-8"))
    found: dict[str, None] = {}
    for path in sorted((repository / "samples/wires").rglob("*.*")):
        for record in parse_bytes(path.read_bytes(), path.name, profiles[path.parent.name]):
            item = record.get("item") or {}
            if (item.get("language") or "").startswith("en"):
                found |= dict.fromkeys(SENTENCE_END.split(item["body_text"].replace("\n\n", " ")))
    return [sentence for sentence in found if len(sentence.split()) >= 6]


@pytest.fixture(scope="session")
def make_stories(sentences: list[str]) -> MakeStories:
    """Makes distinct stories of about 350 words as ninjs: seed, number. The same seed makes the same stories."""

    def make(seed: int, number: int) -> list[bytes]:
        chance = random.Random(seed)
        return [_story(f"urn:alpha:bench-{seed}-{n}", n, chance, sentences) for n in range(number)]

    return make


def _story(uri: str, number: int, chance: random.Random, sentences: Sequence[str]) -> bytes:
    told: list[str] = []
    while sum(len(sentence.split()) for sentence in told) < WORDS:
        told.append(chance.choice(sentences))
    paragraphs = [told[at : at + SENTENCES_A_PARAGRAPH] for at in range(0, len(told), SENTENCES_A_PARAGRAPH)]
    fields = {
        "uri": uri,
        "version": "1",
        "versioncreated": (EPOCH + timedelta(seconds=number)).isoformat(),
        "headline": f"{' '.join(chance.choice(sentences).split()[:9])} ({number})",
        "language": "en",
        "body_text": "\n\n".join(" ".join(paragraph) for paragraph in paragraphs),
    }
    return json.dumps(fields, ensure_ascii=False).encode()


@pytest.fixture(scope="module")
def start_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartDesk]:
    """Starts desks on free ports with the provider alpha; all are stopped at the end of the module."""
    desks: list[Desk] = []

    def start(workers: int) -> Desk:
        folder = tmp_path_factory.mktemp("desk")
        providers = folder / "providers.toml"
        providers.write_text(PROVIDERS, encoding="utf-8")
        desk = Desk(folder / "data", providers, workers)
        desks.append(desk)
        desk.up()
        return desk

    yield start
    for desk in desks:
        desk.close()


@pytest.fixture(scope="session")
def show() -> Show:
    """Prints a table: title, head, rows; the first column leans left, figures lean right."""

    def table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        widths = [max(len(row[at]) for row in (head, *rows)) for at in range(len(head))]
        print(f"\n\n{title}")
        for row in (head, *rows):
            cells = [
                row[0].ljust(widths[0]),
                *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)),
            ]
            print("  " + "   ".join(cells))

    return table


@pytest.fixture(scope="session")
def quantile() -> Callable[[Sequence[float], float], float]:
    """The value that this share of the values does not exceed (nearest rank)."""

    def at(values: Sequence[float], share: float) -> float:
        ranked = sorted(values)
        return ranked[max(math.ceil(share * len(ranked)) - 1, 0)]

    return at


@pytest.fixture(scope="session")
def meter() -> Any:
    """Reads CPU time and memory of process trees from /proc."""
    if not Path("/proc/self/stat").exists():
        pytest.skip("CPU and memory by process are read from /proc, which only Linux has")
    return Meter()


class Meter:
    """CPU seconds and resident memory of process trees, and of the whole machine."""

    _ticks = 100.0
    """Linux counts CPU time for user space in hundredths of a second."""

    def trees(self, roots: Mapping[str, int]) -> dict[str, tuple[float, float]]:
        """CPU seconds and MB by name: of each root, and of the processes below it as `name workers`.

        A root below a root is counted by itself; of workers the memory is that of the largest.
        """
        own = set(roots.values())
        children = {pid: [child for child in found if child not in own] for pid, found in self._children().items()}
        measured: dict[str, tuple[float, float]] = {}
        for name, pid in roots.items():
            measured[name] = (self._seconds(pid), self._megabytes(pid))
            workers = list(self._below(pid, children))
            if workers:
                seconds = sum(self._seconds(worker) for worker in workers)
                measured[f"{name} workers"] = (seconds, max(self._megabytes(worker) for worker in workers))
        return measured

    def machine(self) -> float:
        """CPU seconds that all processes together have used since the machine started."""
        user, nice, system, _idle, _wait, irq, softirq = map(
            int, Path("/proc/stat").read_text().split("\n")[0].split()[1:8]
        )
        return (user + nice + system + irq + softirq) / self._ticks

    def children(self) -> float:
        """CPU seconds of the processes that this one has started and seen end."""
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    def _children(self) -> dict[int, list[int]]:
        children: dict[int, list[int]] = {}
        for folder in Path("/proc").glob("[0-9]*"):
            stat = self._stat(int(folder.name))
            if stat:
                children.setdefault(int(stat[1]), []).append(int(folder.name))
        return children

    def _below(self, pid: int, children: Mapping[int, Sequence[int]]) -> Iterator[int]:
        for child in children.get(pid, ()):
            yield child
            yield from self._below(child, children)

    def _seconds(self, pid: int) -> float:
        stat = self._stat(pid)
        return (int(stat[11]) + int(stat[12])) / self._ticks if stat else 0.0

    def _megabytes(self, pid: int) -> float:
        try:
            status = Path(f"/proc/{pid}/status").read_text()
        except OSError:
            return 0.0
        found = re.search(r"^VmRSS:\s+(\d+) kB", status, re.MULTILINE)
        return int(found[1]) / 1024 if found else 0.0

    def _stat(self, pid: int) -> list[str]:
        """The fields of /proc/PID/stat behind the command's name: state, parent, …"""
        try:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return []
