"""What runs in a fuzzing process: an input is made from its seed, read, and its cost measured."""

from __future__ import annotations

import json
import resource
import time
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

from wiredesk_core.failures import Unreadable
from wiredesk_ingest.intake import read_wire
from wiredesk_ingest.providers import Profile
from wiredesk_ingest.wire import Wire

from tests.fuzz.mutations import GOLDEN, mutated, wires_of

PROFILE = Profile("fjordwire", language="en", time_zone="Europe/Oslo", credit="Fjordwire")
MOST_CPU_MS = 2_000.0
MOST_MEMORY_MB = 64.0
MOST_MEMORY_PER_BYTE = 10
GUARD_BYTES = 2 * 1024**3
MEBIBYTE = 1024 * 1024
_base: list[float] = []
"""Resident memory of this process once everything is loaded, in MB; a spawned worker has nowhere else to keep it."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of one input. over: memory above the bound for its size, in MB; negative below."""

    seed: int
    outcome: str
    cpu_ms: float
    memory_mb: float
    over: float

    @property
    def crashed(self) -> bool:
        """Whether something other than Unreadable came out."""
        return self.outcome.startswith("crash")


def prepare() -> None:
    """Loads all that reading needs, and limits the address space, so that a bomb ends this process and not the machine."""
    for path in GOLDEN.rglob("*.in"):
        _outcome(path.read_bytes())
    resource.setrlimit(resource.RLIMIT_AS, (GUARD_BYTES, GUARD_BYTES))
    _base[:] = [_memory("VmRSS")]


def work(payloads: list[bytes]) -> list[bytes]:
    """A Measured as JSON for each `format:seed`."""
    return [_measured(*payload.decode().split(":")) for payload in payloads]


def _measured(name: str, seed: str) -> bytes:
    data = mutated(name, int(seed), _wires(name))
    # Resets the highest mark of resident memory (Linux, proc(5)).
    Path("/proc/self/clear_refs").write_text("5")
    started = time.process_time()
    outcome = _outcome(data)
    cpu_ms = (time.process_time() - started) * 1000
    memory = _memory("VmHWM") - _base[0]
    over = memory - MOST_MEMORY_MB - MOST_MEMORY_PER_BYTE * len(data) / MEBIBYTE
    return json.dumps(asdict(Measured(int(seed), outcome, cpu_ms, memory, over))).encode()


def _outcome(data: bytes) -> str:
    try:
        reading = read_wire(Wire(data, PROFILE))
        for item in reading.items:
            item.model_dump_json().encode()
    except Unreadable as unreadable:
        return f"unreadable {unreadable.code}"
    except Exception as fault:
        return f"crash {type(fault).__name__}: {fault}"[:200]
    return f"read {reading.format}"


def _memory(field: str) -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.partition(f"{field}:")[2].split()[0]) / 1024


@lru_cache(maxsize=1)
def _wires(name: str) -> list[bytes]:
    return wires_of(name)
