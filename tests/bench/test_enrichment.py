"""What a story costs: by enricher, by number of workers and by the share of copies; how soon a worker is ready, how large."""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from wiredesk.places import cache_folder
from wiredesk_core.agents.pool import Broken
from wiredesk_core.item import Item
from wiredesk_enrichment.__main__ import dispatcher
from wiredesk_enrichment.chain import Chain
from wiredesk_enrichment.dispatch import Dispatcher
from wiredesk_enrichment.embedding_model import ensure_model
from wiredesk_enrichment.models import load_models
from wiredesk_enrichment.settings import EnrichmentSettings
from wiredesk_ingest.intake import read_wire
from wiredesk_ingest.providers import Profile
from wiredesk_ingest.wire import Wire

pytestmark = [pytest.mark.models, pytest.mark.slow]

STORIES = int(os.environ.get("BENCH_STORIES", "500")) * 2 // 5
BATCH = 96
CHUNK = 8
SERIES = (
    ("no copies", 0.0, False),
    ("50 % copies", 0.5, False),
    ("80 % copies", 0.8, False),
    ("80 % edited copies", 0.8, True),
)


@pytest.fixture(scope="module")
def embedding() -> Path:
    cache = cache_folder(os.environ)
    cache.mkdir(parents=True, exist_ok=True)
    return ensure_model(cache)


def items_of(stories: Sequence[bytes]) -> list[Item]:
    alpha = Profile("alpha", language="en")
    return [read_wire(Wire(story, alpha, "application/json")).items[0] for story in stories]


def test_what_each_enricher_costs(make_stories: Any, show: Any, embedding: Path) -> None:
    begun = time.perf_counter()
    chain = Chain(load_models(embedding=embedding))
    loaded = time.perf_counter() - begun
    items = items_of(make_stories(3, STORIES // 2))
    chain.enrich_all(items[:CHUNK])
    spent: Counter[str] = Counter()
    began, cpu = time.perf_counter(), time.process_time()
    for at in range(0, len(items), CHUNK):
        for enrichment in chain.enrich_all(items[at : at + CHUNK]):
            spent.update({name: layer.took_ms or 0.0 for name, layer in enrichment.layers.items()})
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    rows = [[name, f"{took / len(items):.2f}"] for name, took in spent.most_common()]
    rows += [
        ["all, by the clock", f"{1000 * seconds / len(items):.1f}"],
        ["all, CPU", f"{1000 * cpu / len(items):.1f}"],
    ]
    rows.append(["loading the models, once", f"{1000 * loaded:.0f}"])
    show(f"Milliseconds a story of 350 words ({len(items)} stories, one process)", ["enricher", "ms"], rows)


def test_stories_a_second_by_workers_and_copies(make_stories: Any, show: Any, meter: Any, embedding: Path) -> None:
    rows = []
    for workers in (1, 2):
        bare = 0.0
        for number, (name, share, edited) in enumerate(SERIES):
            items = with_copies(items_of(make_stories(10 * workers + number, STORIES)), share, edited=edited)
            started, seconds, cpu, megabytes = asyncio.run(enriched(items, workers, embedding, meter))
            rate, cost = len(items) / seconds, cpu / len(items)
            bare = bare or cost
            figures = f"{rate:.1f}", f"{1000 * cost:.1f}", f"{bare / cost:.1f}", f"{started:.1f}", f"{megabytes:.0f}"
            rows.append([f"{workers}, {name}", *figures])
    head = ["workers", "stories/s", "CPU ms a story", "× no copies by CPU", "start s", "RSS MB"]
    show(f"{STORIES} stories of 350 words (aims: 25 a second with 2 workers, 4 × at 80 % copies, 900 MB)", head, rows)


def with_copies(items: Sequence[Item], share: float, *, edited: bool) -> list[Item]:
    """As many items, this share of them copies of one before: of another provider and hour; edited: with other words too."""
    chance = random.Random(7)
    originals = list(items[: max(1, round(len(items) * (1 - share)))])
    told = [
        *originals,
        *(copy_of(chance.choice(originals), n, edited=edited) for n in range(len(items) - len(originals))),
    ]
    chance.shuffle(told)
    return told


def copy_of(item: Item, number: int, *, edited: bool) -> Item:
    """The story from elsewhere; edited: under another headline, its last paragraph left out and a line added."""
    carried = {"uri": f"urn:beta:{number}", "provider": "beta", "version_created": None}
    if edited:
        kept = item.body_text.rpartition("\n\n")[0]
        carried |= {
            "headline": f"{item.headline}, again",
            "body_text": f"{kept}\n\nNumber {number} adds a line of its own.",
        }
    return item.model_copy(update=carried)


async def enriched(
    items: Sequence[Item], workers: int, embedding: Path, meter: Any
) -> tuple[float, float, float, float]:
    """Seconds until the workers are ready, seconds and CPU seconds for all items, MB of the largest worker."""
    pool = dispatcher(EnrichmentSettings(workers=workers, embedding_model=str(embedding)))
    payloads = [item.model_dump_json().encode() for item in items]

    def spent() -> tuple[float, float]:
        used: tuple[float, float] = meter.trees({"bench": os.getpid()})["bench workers"]
        return used

    try:
        begun = time.perf_counter()
        await pool.warm()
        ready, (cpu, _) = time.perf_counter(), spent()
        results = await in_batches(pool, payloads)
        done, (cpu_after, largest) = time.perf_counter(), spent()
    finally:
        await pool.close()
    assert not [result for result in results if isinstance(result, Broken)]
    return ready - begun, done - ready, cpu_after - cpu, largest


async def in_batches(pool: Dispatcher, payloads: Sequence[bytes]) -> list[bytes | Broken]:
    return [r for at in range(0, len(payloads), BATCH) for r in await pool.run(payloads[at : at + BATCH])]
