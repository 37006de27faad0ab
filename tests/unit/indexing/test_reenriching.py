"""A newer chain over the archive: who is enriched again, what is served of it, and what its change is called."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from wiredesk_core.archive.memory import MemoryArchive
from wiredesk_core.article import LAYERS, Layer, LayerStatus
from wiredesk_core.broker.memory import MemoryPublisher
from wiredesk_core.clock import FixedClock
from wiredesk_core.index.memory import MemoryIndex
from wiredesk_core.item import Item, Status
from wiredesk_core.messages import ACCEPTED, Changed, Enriched, VersionAccepted
from wiredesk_core.testing import accepted, after, enriched, make_item
from wiredesk_indexing.ledger import Ledger
from wiredesk_indexing.reenriching import Asked, Tally, enrich_again

CHAIN = 2 * len(LAYERS)
LONG_AGO = after(-600)


def layers_of(version: VersionAccepted, each: int, took_ms: float = 1.0, **values: Any) -> Enriched:
    """What a chain whose enrichers all have one version made of a story."""
    done = Layer(version=each, status=LayerStatus.done, took_ms=took_ms)
    return enriched(version, chain=each * len(LAYERS), layers=dict.fromkeys(LAYERS, done), values=values)


class Desk:
    """Archive, index and topics in memory, as indexing leaves them."""

    def __init__(self) -> None:
        self.archive, self.publisher = MemoryArchive(), MemoryPublisher()
        self.ledger = Ledger(self.archive, MemoryIndex(), self.publisher, FixedClock(after(60)))

    async def serve(self, item: Item, each: int) -> VersionAccepted:
        version = accepted(item)
        await self.ledger.apply([version, layers_of(version, each)])
        self.publisher.records.clear()
        return version

    async def ask(self, since: datetime = LONG_AGO, **more: Any) -> Tally:
        self.publisher.records.clear()
        return await enrich_again(self.archive, Asked(CHAIN, since, **more), self.publisher, after(90), lambda *_: None)

    def wanted(self) -> list[VersionAccepted]:
        facts = [ACCEPTED.validate_json(record.value) for record in self.publisher.on("layers.wanted")]
        return [fact for fact in facts if isinstance(fact, VersionAccepted)]

    def changes(self) -> list[Changed]:
        return [Changed.model_validate_json(record.value) for record in self.publisher.on("item.changed")]


def numbered(number: int, **fields: Any) -> Item:
    return make_item(uri=f"urn:alpha:{number}", **fields)


async def test_what_an_older_chain_made_is_asked_for_again_and_nothing_else() -> None:
    desk = Desk()
    old = await desk.serve(numbered(1), 1)
    await desk.serve(numbered(2), 2)
    assert await desk.ask() == Tally(looked_at=2, meant=1)
    (wanted,) = desk.wanted()
    assert (wanted.item_id, wanted.wire_sha256, wanted.item) == (old.item_id, old.wire_sha256, old.item)
    assert wanted.story_sha256 == old.story_sha256


async def test_running_it_again_passes_over_what_has_its_new_layers() -> None:
    desk = Desk()
    version = await desk.serve(numbered(1), 1)
    await desk.ask()
    await desk.ledger.apply([layers_of(version, 2)], again=True)
    assert await desk.ask() == Tally(looked_at=1, meant=0)
    assert (await desk.ask(everything=True)).meant == 1


@pytest.mark.parametrize(
    ("more", "meant"),
    [({"provider": "nobody"}, 0), ({"since": after(600)}, 0), ({"provider": numbered(1).provider}, 1)],
)
async def test_provider_and_date_say_whose_items_are_meant(more: dict[str, Any], meant: int) -> None:
    desk = Desk()
    await desk.serve(numbered(1), 1)
    assert (await desk.ask(**more)).meant == meant


async def test_a_killed_item_is_not_enriched_again() -> None:
    desk = Desk()
    await desk.serve(numbered(1), 1)
    await desk.serve(numbered(1, version="9", status=Status.canceled), 1)
    assert (await desk.ask()).meant == 0


async def test_without_a_publisher_it_only_counts() -> None:
    desk = Desk()
    await desk.serve(numbered(1), 1)
    asked = Asked(CHAIN, after(-600))
    assert (await enrich_again(desk.archive, asked, None, after(90), lambda *_: None)).meant == 1
    assert desk.publisher.records == []


async def test_new_layers_in_place_of_old_ones_are_a_replay_and_no_news() -> None:
    desk = Desk()
    version = await desk.serve(numbered(1), 1)
    await desk.ledger.apply([layers_of(version, 2, text="Cleaner.")], again=True)
    (change,) = desk.changes()
    assert change.article is not None
    assert (change.cause, change.revision, change.article.text) == ("replay", 3, "Cleaner.")


async def test_the_first_layers_of_a_version_are_layers_whatever_came_before() -> None:
    desk = Desk()
    await desk.serve(numbered(1), 1)
    await desk.serve(numbered(1, version="2", body_text="More."), 1)
    causes = [change.cause async for change in _revisions(desk)]
    assert causes == ["version", "layers", "version", "layers"]


async def test_the_same_layers_again_change_nothing_however_long_they_took() -> None:
    desk = Desk()
    version = await desk.serve(numbered(1), 2)
    await desk.ledger.apply([layers_of(version, 2, took_ms=99.0)], again=True)
    assert desk.changes() == []


async def test_an_older_chain_never_takes_the_place_of_a_newer_one() -> None:
    desk = Desk()
    version = await desk.serve(numbered(1), 2)
    await desk.ledger.apply([layers_of(version, 1, text="Older.")], again=True)
    assert desk.changes() == []


async def _revisions(desk: Desk) -> Any:
    (served,) = [stored.whole() for stored in await desk.archive.snapshot()]
    for number in range(1, served.revision + 1):
        revision = await desk.archive.revision(served.item_id, number)
        assert revision is not None
        yield revision
