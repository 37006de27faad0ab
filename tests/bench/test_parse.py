"""How many files one core parses in a second, by format, in CPU time: others on the machine do not blur it.

And whether a process that parses for long keeps its size.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import pytest
from wiredesk_core.failures import Unreadable
from wiredesk_ingest.formats import FORMATS
from wiredesk_ingest.intake import read_wire
from wiredesk_ingest.provider_file import read_profiles
from wiredesk_ingest.providers import Profile
from wiredesk_ingest.wire import Wire

pytestmark = pytest.mark.slow

CPU_SECONDS = 2.0
WIRES = 100_000
AIMS = {".html": 50} | dict.fromkeys(
    (".json", ".xml", ".newsml", ".nitf", ".txt", ".7901", ".anpa", ".rss", ".atom", ".eml"), 400
)


def test_files_parsed_a_second(repository: Path, show: Any) -> None:
    wires = sample_wires(repository)
    rows = [
        [suffix[1:], str(len(wires[suffix])), f"{mean_kb(wires[suffix]):.1f}", f"{rate(wires[suffix]):.0f}", str(aim)]
        for suffix, aim in AIMS.items()
    ]
    head = ["sample wires", "files", "KB a file", "files/s a core", "aim"]
    show("Parsing, from bytes to items (a page from the web holds far more markup than these samples)", head, rows)


def test_wires_of_every_format_parsed_a_second(repository: Path, show: Any) -> None:
    golden = {known.name: golden_wires(repository, known.name) for known in FORMATS}
    rows = [
        [name, str(len(wires)), f"{mean_kb(wires):.1f}", f"{rate(wires):.0f}", "50" if name == "html" else "400"]
        for name, wires in golden.items()
    ]
    show("Parsing, golden wires of each format", ["format", "files", "KB a file", "files/s a core", "aim"], rows)


def test_memory_over_a_hundred_thousand_wires(repository: Path, show: Any) -> None:
    """All formats in turn, in this process; what a parser kept of each wire would show."""
    wires = [wire for known in FORMATS for wire in golden_wires(repository, known.name)]
    rows, read = [], 0
    for share in (1, 10, 50, 100):
        until = WIRES * share // 100
        for wire in islice(cycle(wires), until - read):
            read_wire(wire)
        read = until
        rows.append([f"{share} %", str(read), f"{resident_mb():.0f}"])
    show("Memory of a process that parses", ["of the wires", "parsed", "RSS MB"], rows)


def golden_wires(repository: Path, name: str) -> list[Wire]:
    """The golden wires of a format that can be read."""
    profile = Profile("fjordwire", language="en", time_zone="Europe/Oslo")
    found = (
        Wire(path.read_bytes(), profile) for path in sorted((repository / "tests/golden/wire" / name).glob("*.in"))
    )
    return [wire for wire in found if is_readable(wire)]


def is_readable(wire: Wire) -> bool:
    """Whether something other than a refusal comes of it."""
    try:
        read_wire(wire)
    except Unreadable:
        return False
    return True


def resident_mb() -> float:
    """Resident memory of this process (Linux)."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def sample_wires(repository: Path) -> Mapping[str, Sequence[Wire]]:
    """The sample wires that can be read, by the ending of their names."""
    profiles = read_profiles((repository / "samples/providers.toml").read_text("utf-8"))
    wires: dict[str, list[Wire]] = {}
    for path in sorted((repository / "samples/wires").rglob("*.*")):
        wire = Wire(path.read_bytes(), profiles[path.parent.name], "", path.name)
        if is_readable(wire):
            wires.setdefault(path.suffix, []).append(wire)
    return wires


def mean_kb(wires: Sequence[Wire]) -> float:
    """Size of a file."""
    return sum(len(wire.data) for wire in wires) / len(wires) / 1024


def rate(wires: Sequence[Wire]) -> float:
    """Files a second of CPU time."""
    started, read = time.process_time(), 0
    while time.process_time() - started < CPU_SECONDS:
        for wire in wires:
            read_wire(wire)
        read += len(wires)
    return read / (time.process_time() - started)
