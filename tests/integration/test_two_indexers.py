"""Two indexing processes on one Archive: whatever they do at the same time, what is served is the fold of all facts."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from itertools import pairwise

import pytest
from wiredesk_core.archive import OpenArchive, open_archive
from wiredesk_core.archive.memory import MemoryArchive
from wiredesk_core.broker.memory import MemoryPublisher
from wiredesk_core.clock import FixedClock
from wiredesk_core.failures import StoreBusy
from wiredesk_core.index.memory import MemoryIndex
from wiredesk_core.messages import Changed
from wiredesk_core.ports import Archive, Fact
from wiredesk_core.testing import accepted, after, enriched, make_item, mark
from wiredesk_indexing.ledger import Ledger

STORIES = 12


def facts_of(chance: random.Random) -> list[Fact]:
    """Versions, layers and kills of a few stories, each several times, in any order."""
    facts: list[Fact] = []
    for number in range(STORIES):
        for version in range(1, 4):
            item = make_item(
                uri=f"urn:story:{number}", version=str(version), headline=f"Ferry {version}",
                aliases=(f"doc-{number}",), embargoed_until=after(30) if number % 4 == 1 else None,
            )  # fmt: skip
            one = accepted(item, receipt_id=f"receipt-{number}-{version}", received_at=after(version))
            facts += [one, enriched(one, values={"text": f"text {version}"})]
        if number % 3 == 0:
            facts.append(mark(f"doc-{number}"))
    facts += chance.sample(facts, len(facts) // 2)
    chance.shuffle(facts)
    return facts


async def apply_in_batches(ledger: Ledger, facts: Sequence[Fact], chance: random.Random) -> None:
    """As the runner does: batches in order, each repeated until it went through."""
    waiting = list(facts)
    while waiting:
        batch = waiting[: chance.randint(1, 9)]
        for _ in range(20):
            try:
                await ledger.apply(batch)
            except StoreBusy:
                continue
            break
        waiting = waiting[len(batch) :]
        if chance.random() < 0.2:
            await ledger.release()


async def served(archive: Archive) -> dict[str, object]:
    """What a reader sees of each item, its revision aside."""
    shown: dict[str, object] = {}
    for stored in await archive.snapshot():
        change = stored.whole()
        article = change.article.model_copy(update={"revision": 0}) if change.article else None
        shown[change.uri] = change.standing, article
    return shown


async def alone(facts: Sequence[Fact]) -> dict[str, object]:
    """The same facts through one process in memory."""
    archive = MemoryArchive()
    ledger = Ledger(archive, MemoryIndex(), MemoryPublisher(), FixedClock(after(60)))
    for fact in facts:
        await ledger.apply([fact])
    return await served(archive)


@pytest.mark.parametrize("seed", range(4))
async def test_two_processes_that_share_the_facts_serve_their_fold(postgres_url: str, seed: int) -> None:
    chance = random.Random(seed)
    facts = facts_of(chance)
    archives: list[OpenArchive] = [open_archive(postgres_url), open_archive(postgres_url)]
    heard = MemoryPublisher()
    ledgers = [Ledger(archive, MemoryIndex(), heard, FixedClock(after(60))) for archive in archives]
    mixed = [facts, chance.sample(facts, len(facts))] if seed % 2 else [facts[::2], facts[1::2]]
    await asyncio.gather(*(apply_in_batches(*pair, chance) for pair in zip(ledgers, mixed, strict=True)))
    try:
        assert await served(archives[0]) == await alone(facts)
        assert (await archives[1].counts()).unsent == 0
        assert_in_order([Changed.model_validate_json(record.value) for record in heard.on("item.changed")])
    finally:
        for archive in archives:
            await archive.close()


def assert_in_order(announced: Sequence[Changed]) -> None:
    """Each item's revisions were heard one after the other, none left out."""
    for item_id in {change.item_id for change in announced}:
        heard = [change.revision for change in announced if change.item_id == item_id]
        assert heard[0] == 1
        assert all(later - earlier in {0, 1} for earlier, later in pairwise(heard)), heard
