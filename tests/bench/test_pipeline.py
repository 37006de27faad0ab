"""How much of the models' speed the whole desk keeps: the bare loop and the pipeline, one after the other."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from wiredesk.places import cache_folder
from wiredesk.testing import wait_for
from wiredesk_enrichment.embedding_model import fetched
from wiredesk_enrichment.settings import EnrichmentSettings
from wiredesk_ingest.intake import read_wire
from wiredesk_ingest.providers import Profile
from wiredesk_ingest.wire import Wire

pytestmark = [pytest.mark.broker, pytest.mark.models, pytest.mark.slow]

BARE = Path(__file__).parent / "baselines/enrich_loop.py"
STORIES = int(os.environ.get("BENCH_STORIES", "500"))
WORKERS = 2
BATCH = 100
DEADLINE = 300.0
SUPERVISOR, BENCH = "supervisor", "this benchmark"
IDLE_SECONDS = 5.0
LOOK_SECONDS = 0.5
Usage = Mapping[str, tuple[float, float]]
"""CPU seconds and MB by process."""


def test_the_pipeline_beside_the_bare_loop(
    make_stories: Any, start_desk: Any, meter: Any, show: Any, tmp_path: Path
) -> None:
    stories = make_stories(1, STORIES)
    before = bare_loop(stories[::2], tmp_path / "items.ndjson", meter)
    desk = start_desk(WORKERS)
    wait_enriched(desk, push(desk, make_stories(2, 8 * WORKERS)))
    idle = idle_cpus(desk, meter)
    loaded = pipeline(desk, stories, meter)
    desk.close()
    after = bare_loop(stories[1::2], tmp_path / "items.ndjson", meter)
    show_processes(show, loaded, idle)
    show_rates(show, (before, after), loaded)


@dataclass(frozen=True)
class Loaded:
    """The desk under load: seconds it took, CPU seconds and MB by process, CPUs of the rest and of the pusher."""

    seconds: float
    spent: Mapping[str, float]
    megabytes: Mapping[str, float]
    others: float
    pusher: float

    @property
    def total(self) -> float:
        """CPU seconds of the whole desk."""
        return sum(self.spent.values())


def pipeline(desk: Any, stories: Sequence[bytes], meter: Any) -> Loaded:
    """Push everything and wait until the last story has its layers."""
    applied = layers_applied(desk)
    before, machine, begun = meter.trees(roots(desk)), meter.machine(), datetime.now(UTC)
    receipts = push(desk, stories)
    wait_for(lambda: _rested() and layers_applied(desk) >= applied + len(stories), "all have layers", DEADLINE)
    after, busy = meter.trees(roots(desk)), meter.machine() - machine
    ended = max(wait_enriched(desk, receipts))
    seconds = (ended - begun).total_seconds()
    spent = used(before, after)
    others = max(0.0, busy - sum(spent.values()))
    pushing = spent.pop(BENCH)
    megabytes = {name: resident for name, (_, resident) in after.items()}
    return Loaded(seconds, spent, megabytes, others / seconds, pushing / seconds)


def _rested() -> bool:
    """Looks are rare: each costs the desk what is measured here."""
    time.sleep(LOOK_SECONDS)
    return True


def layers_applied(desk: Any) -> int:
    """How many stories have got their layers since indexing started, as its metrics say."""
    (health,) = (process["health"] for process in desk.note()["processes"] if process["name"] == "indexing")
    told = urlopen(f"{health}/metrics").read().decode()
    found = re.search(r'^wiredesk_records_total{(?=.*stage="layer")(?=.*outcome="done").*} (\S+)$', told, re.MULTILINE)
    return int(float(found[1])) if found else 0


def idle_cpus(desk: Any, meter: Any) -> Mapping[str, float]:
    """What each process uses while nothing is pushed, in CPUs."""
    before = meter.trees(roots(desk))
    time.sleep(IDLE_SECONDS)
    return {name: cpu / IDLE_SECONDS for name, cpu in used(before, meter.trees(roots(desk))).items()}


def used(before: Usage, after: Usage) -> dict[str, float]:
    """CPU seconds between two readings of the meter."""
    return {name: seconds - before.get(name, (0.0, 0.0))[0] for name, (seconds, _) in after.items()}


def show_processes(show: Any, loaded: Loaded, idle: Mapping[str, float]) -> None:
    """A line a process, the busiest first."""
    rows = [
        [
            name,
            f"{cpu / loaded.seconds:.2f}",
            f"{cpu / loaded.total:.0%}",
            f"{1000 * cpu / STORIES:.1f}",
            f"{idle[name]:.3f}",
            f"{loaded.megabytes[name]:.0f}",
        ]
        for name, cpu in sorted(loaded.spent.items(), key=lambda pair: -pair[1])
    ]
    whole = f"{loaded.total / loaded.seconds:.2f}", "100%", f"{1000 * loaded.total / STORIES:.1f}"
    rows.append(["all", *whole, f"{sum(idle[name] for name in loaded.spent):.3f}", ""])
    head = ["process", "CPUs", "share", "ms a story", "CPUs idle", "RSS MB"]
    show(f"The desk enriches {STORIES} stories of 350 words (workers: MB of the largest of {WORKERS})", head, rows)


def show_rates(show: Any, bare: Sequence[Mapping[str, float]], loaded: Loaded) -> None:
    """All rates, their ratio, and how much of the machine was not theirs: the ratio counts when that is near 0."""
    bare_rate = sum(run["stories"] for run in bare) / sum(run["seconds"] for run in bare)
    rate = STORIES / loaded.seconds
    rows = [
        ["pipeline", f"{rate:.1f}", f"{loaded.seconds:.1f}", f"{loaded.pusher:.2f}", f"{loaded.others:.2f}"],
        ["pipeline / bare loop", f"{rate / bare_rate:.2f}", "", "", ""],
    ]
    for when, run in zip(("after", "before"), reversed(bare), strict=True):
        figures = f"{run['stories'] / run['seconds']:.1f}", f"{run['seconds']:.1f}", "", f"{run['others']:.2f}"
        rows.insert(0, [f"bare loop, half the stories {when}", *figures])
    head = ["", "stories/s", "seconds", "CPUs to push", "CPUs of others"]
    show("The same stories through the bare loop and through the whole desk (aim: 0.8)", head, rows)


def bare_loop(stories: Sequence[bytes], items: Path, meter: Any) -> dict[str, float]:
    """Run the bare loop on the items that the stories are read to."""
    alpha = Profile("alpha", language="en")
    read = [read_wire(Wire(story, alpha, "application/json")).items[0] for story in stories]
    items.write_text("\n".join(item.model_dump_json() for item in read), "utf-8")
    embedding = fetched(cache_folder(os.environ)) or ""  # as the desk has it
    command = [sys.executable, str(BARE), str(items), str(WORKERS), str(EnrichmentSettings().chunk), str(embedding)]
    machine, own, begun = meter.machine(), meter.children(), time.perf_counter()
    ran: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    assert ran["stories"] == len(stories)
    others = (meter.machine() - machine) - (meter.children() - own)
    return {**ran, "others": max(0.0, others) / (time.perf_counter() - begun)}


def roots(desk: Any) -> dict[str, int]:
    """Every process of the desk by name, its supervisor and whoever pushes included."""
    note = desk.note()
    processes = {process["name"]: process["pid"] for process in note["processes"]}
    return {**processes, SUPERVISOR: note["pid"], BENCH: os.getpid()}


def push(desk: Any, stories: Sequence[bytes]) -> list[str]:
    """Push stories in batches; gives the receipts' numbers."""
    receipts: list[str] = []
    for at in range(0, len(stories), BATCH):
        answer = desk.push("alpha", b"\n".join(stories[at : at + BATCH]), "application/x-ndjson")
        assert answer.status_code == 202, answer.text
        receipts += [receipt["receipt_id"] for receipt in answer.json()["receipts"]]
    return receipts


def wait_enriched(desk: Any, receipts: Sequence[str]) -> list[datetime]:
    """When the layers of each receipt were applied. Asks seldom: a question costs what is measured here."""
    return [_wait_one(desk, receipt) for receipt in reversed(receipts)]


def _wait_one(desk: Any, receipt: str) -> datetime:
    def enriched() -> datetime | None:
        answer = desk.get(f"/v1/receipts/{receipt}")
        notes = answer.json()["notes"] if answer.status_code == 200 else []
        at = next((note["at"] for note in notes if note["stage"] == "enriched"), None)
        if at is None:
            time.sleep(0.5)
        return None if at is None else datetime.fromisoformat(at)

    moment: datetime = wait_for(enriched, f"{receipt} is enriched", DEADLINE)
    return moment
