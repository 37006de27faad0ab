"""How many files one core parses in a second, by format, in CPU time: others on the machine do not blur it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from wiredesk_core.failures import Unreadable
from wiredesk_ingest.intake import read_wire
from wiredesk_ingest.provider_file import read_profiles
from wiredesk_ingest.wire import Wire

pytestmark = pytest.mark.slow

CPU_SECONDS = 2.0
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


def sample_wires(repository: Path) -> Mapping[str, Sequence[Wire]]:
    """The sample wires that can be read, by the ending of their names."""
    profiles = read_profiles((repository / "samples/providers.toml").read_text("utf-8"))
    wires: dict[str, list[Wire]] = {}
    for path in sorted((repository / "samples/wires").rglob("*.*")):
        wire = Wire(path.read_bytes(), profiles[path.parent.name], "", path.name)
        try:
            read_wire(wire)
        except Unreadable:
            continue
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
