"""The stack of containers under load: wider enrichment, the highest steady rate, and twice that for ten minutes.

Needs Docker (`deploy/engine make bench`), and takes about a quarter of an hour; without Docker it is left out.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from wiredesk.places import cache_folder
from wiredesk.stack import Stack
from wiredesk.testing import wait_for
from wiredesk_enrichment.embedding_model import fetched
from wiredesk_enrichment.settings import EnrichmentSettings
from wiredesk_ingest.intake import read_wire
from wiredesk_ingest.providers import Profile
from wiredesk_ingest.wire import Wire

BARE = Path(__file__).parent / "baselines/enrich_loop.py"
STORIES = int(os.environ.get("BENCH_SCALE_STORIES", "600"))
SOAK_SECONDS = float(os.environ.get("BENCH_SOAK_SECONDS", "600"))
REPLICAS = (1, 2, 4)
STEP = 4.0
"""Wires a second from one rate that is tried to the next."""
STEP_SECONDS = 36.0
"""How long each rate is held; its first third fills the desk and is not judged."""
LOOK_SECONDS = 4.0
"""From one reading of the backlog to the next; each is up to two seconds old, and costs CPU itself."""
FLAT = 0.1
"""The share of a third's wires by which the backlog may grow to the next third and still count as flat."""
KEPT = 0.95
"""The share of a rate's wires that have to be taken in time for it to count."""
SENDERS = 32
"""Pushes under way at once, as from so many providers."""
TRIES = 2
"""A rate that does not stay flat is tried once more: something beside the stack may have held it up."""
BACKLOG = 400
"""Stories that may wait for enrichment in the soak: small, so that back-pressure has to show."""
WAITING = "import urllib.request as u; print(u.urlopen('http://127.0.0.1:8081/metrics').read().decode())"
DEADLINE = 900.0


@pytest.fixture(scope="module")
def stack(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    if (
        shutil.which("docker") is None
        or subprocess.run(["docker", "info"], capture_output=True, check=False).returncode
    ):
        pytest.skip("no Docker engine answers: run deploy/engine make bench")
    folder = tmp_path_factory.mktemp("stack")
    folder.chmod(0o755)
    providers = folder / "providers.toml"
    providers.write_text('[alpha]\nlanguage = "en"\n', "utf-8")
    overlay = folder / "bounds.yml"
    overlay.write_text(
        f"services: {{ingest: {{environment: {{INGEST_MOST_ENRICHMENT_BACKLOG: '{BACKLOG}'}}}}}}\n", "utf-8"
    )
    started = Stack(
        repository, folder, [str(overlay)], {"PROVIDERS_FILE": str(providers), "HEALTH_INTERVAL": "10s"}, None
    )
    started.compose("build", "--quiet")
    started.up()
    yield started
    started.close()


def test_wider_enrichment_beside_the_bare_loop(stack: Stack, make_stories: Any, show: Any, tmp_path: Path) -> None:
    before = bare_rate(make_stories(50, STORIES), tmp_path / "items.ndjson")
    rates = []
    for turn, replicas in enumerate(REPLICAS):
        stack.compose("up", "-d", "--wait", "--no-recreate", "--scale", f"enrichment={replicas}", "enrichment")
        settle(stack)
        rates.append(drain_rate(stack, make_stories(60 + turn, STORIES)))
    after = bare_rate(make_stories(50, STORIES), tmp_path / "items.ndjson")
    bare = (before + after) / 2
    rows = [
        [f"bare loop, 2 processes, {when}", f"{rate:.1f}", ""] for when, rate in (("before", before), ("after", after))
    ]
    rows += [[f"pipeline, {replicas} replicas", f"{rate:.1f}", f"{rate / bare:.2f}"]
             for replicas, rate in zip(REPLICAS, rates, strict=True)]  # fmt: skip
    show(f"{STORIES} stories of 350 words through the containers (all stores on the same two cores)",
         ["", "stories/s", "of the bare loop"], rows)  # fmt: skip


def test_twice_what_it_can_bear_is_held_back_and_nothing_is_lost(stack: Stack, make_stories: Any, show: Any) -> None:
    stack.compose("up", "-d", "--wait", "--no-recreate", "--scale", "enrichment=2", "enrichment")
    settle(stack)
    steady = steady_rate(stack, make_stories)
    pushed = pushed_at(stack, 2 * steady, make_stories(99, int(2 * steady * SOAK_SECONDS) + 1), SOAK_SECONDS)
    began = time.monotonic()
    wait_for(lambda: waiting(stack) == 0, "the backlog is gone", DEADLINE)
    recovery = time.monotonic() - began
    decided = stack.wait_decided(pushed.receipts, DEADLINE)
    lost = [receipt for receipt in pushed.receipts if len(decided[receipt]) != 1]
    most = max(reading for _, reading in pushed.waiting)
    show("Ten minutes at twice the steady rate" if SOAK_SECONDS == 600 else f"{SOAK_SECONDS:.0f} s at twice the steady rate",
         ["steady wires/s", "twice that", "pushed", "taken", "429", "most waiting", "recovery s", "lost or doubled"],
         [[f"{steady:.0f}", f"{2 * steady:.0f}", str(len(pushed.receipts) + pushed.held_back),
           str(len(pushed.receipts)), str(pushed.held_back),
           str(most), f"{recovery:.0f}", str(len(lost))]])  # fmt: skip
    assert lost == []
    assert pushed.held_back > 0 or most <= BACKLOG


def bare_rate(stories: Sequence[bytes], items: Path) -> float:
    """Stories a second of the bare loop on two processes."""
    alpha = Profile("alpha", language="en")
    read = [read_wire(Wire(story, alpha, "application/json")).items[0] for story in stories]
    items.write_text("\n".join(item.model_dump_json() for item in read), "utf-8")
    embedding = fetched(cache_folder(os.environ)) or ""  # as the images have it
    command = [sys.executable, str(BARE), str(items), "2", str(EnrichmentSettings().chunk), str(embedding)]
    ran = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return float(ran["stories"]) / float(ran["seconds"])


def drain_rate(stack: Stack, stories: Sequence[bytes]) -> float:
    """Stories a second, from the push until nothing waits."""
    began = time.monotonic()
    stack.push_until_taken("alpha", stories, key=f"bench-{began}")
    wait_for(lambda: waiting(stack) == 0 and time.monotonic() - began > 5, "nothing waits", DEADLINE)
    return len(stories) / (time.monotonic() - began)


def steady_rate(stack: Stack, make_stories: Any) -> float:
    """The highest of the rates tried, in wires a second, at which the backlog stays flat."""
    rate = STEP
    while any(stays_flat(stack, rate, make_stories(1000 * turn + int(rate), int(rate * STEP_SECONDS) + 1))
              for turn in range(1, TRIES + 1)):  # fmt: skip
        rate += STEP
    settle(stack)
    return max(STEP, rate - STEP)


def stays_flat(stack: Stack, rate: float, stories: Sequence[bytes]) -> bool:
    """Whether what waits at the least in the last third is no more than in the third before; batches come and go."""
    settle(stack)
    pushed = pushed_at(stack, rate, stories, STEP_SECONDS)
    third = STEP_SECONDS / 3
    middle = [reading for at, reading in pushed.waiting if third <= at < 2 * third]
    last = [reading for at, reading in pushed.waiting if at >= 2 * third]
    if pushed.held_back or not middle or not last:  # a stack too busy to tell what waits is not at rest
        return False
    if len(pushed.receipts) < KEPT * rate * STEP_SECONDS:  # it never had that rate: what it takes slowly does not wait
        return False
    return min(last) - min(middle) <= FLAT * rate * third


@dataclass(slots=True)
class Pushed:
    """What came of wires pushed at a rate. waiting: how many records waited, by seconds since the first push."""

    held_back: int = 0
    refused: list[str] = field(default_factory=list)
    receipts: list[str] = field(default_factory=list)
    waiting: list[tuple[float, int]] = field(default_factory=list)


def pushed_at(stack: Stack, rate: float, stories: Sequence[bytes], seconds: float) -> Pushed:
    """Pushes each story when it is due; the readings of the backlog are taken beside it."""
    pushed, began, ended = Pushed(), time.monotonic(), threading.Event()
    looking = threading.Thread(target=look, args=(stack, pushed, began, ended))
    looking.start()
    free = threading.Semaphore(SENDERS)
    with ThreadPoolExecutor(SENDERS) as senders:
        for number, story in enumerate(stories[: int(rate * seconds)]):
            time.sleep(max(0.0, began + number / rate - time.monotonic()))
            free.acquire()
            if time.monotonic() - began > seconds:
                break
            senders.submit(push_one, stack, story, pushed).add_done_callback(lambda _: free.release())
    ended.set()
    looking.join()
    assert pushed.refused == []
    return pushed


def look(stack: Stack, pushed: Pushed, began: float, ended: threading.Event) -> None:
    """Reads the backlog until the pushes end, and once more."""
    while True:
        over = ended.wait(LOOK_SECONDS)
        pushed.waiting.append((time.monotonic() - began, waiting(stack)))
        if over:
            return


def push_one(stack: Stack, story: bytes, pushed: Pushed) -> None:
    """A wire that is cut off on its way counts as held back: its provider sends it again."""
    try:
        answer = stack.push("alpha", story)
    except httpx.TransportError:
        pushed.held_back += 1
        return
    if answer.status_code == 202:
        pushed.receipts += [receipt["receipt_id"] for receipt in answer.json()["receipts"]]
    elif answer.status_code in {429, 503}:
        pushed.held_back += 1
    else:
        pushed.refused.append(answer.text)


def settle(stack: Stack) -> None:
    """Waits until nothing waits."""
    wait_for(lambda: waiting(stack) == 0, "nothing waits", DEADLINE)


def waiting(stack: Stack) -> int:
    """Records that wait for any group, as ingest's newest reading says."""
    told = stack.compose("exec", "-T", "ingest", "python3", "-c", WAITING)
    return sum(int(float(value)) for value in re.findall(r"^wiredesk_lag_records{.*} (\S+)$", told, re.MULTILINE))
