"""What is served does not depend on the order in which facts arrive, nor on how often."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st
from wiredesk_core.archive.memory import MemoryArchive
from wiredesk_core.broker.memory import MemoryPublisher
from wiredesk_core.clock import FixedClock
from wiredesk_core.index.memory import MemoryIndex
from wiredesk_core.lifecycle import Standing, Verdict
from wiredesk_core.ports import Fact, Query
from wiredesk_core.testing import accepted, after, enriched, make_item, mark, ruled, withdrawn
from wiredesk_indexing.ledger import Ledger


def story(number: int) -> Sequence[Fact]:
    """Version `number` of one of two stories, and its layers; the third version is a kill."""
    item = make_item(
        uri=f"urn:story:{number % 2}",
        version=str(number),
        headline=f"Ferry {number}",
        status="canceled" if number == 3 else "usable",
        aliases=("doc-0",) if number == 2 else (),
    )
    version = accepted(item, receipt_id=f"receipt-{number}", received_at=after(number))
    return version, enriched(version, values={"text": f"Ferry text {number}"})


def misread() -> Sequence[Fact]:
    """An item that an old parser found in a wire, that a newer one did not, and one whose wire was read better."""
    chimera, worse = (accepted(make_item(uri=f"urn:story:{name}", headline="Ferry ?")) for name in ("chimera", "worse"))
    read_better = worse.item.model_copy(update={"headline": "Ferry read better"})
    better = accepted(read_better, wire_sha256=worse.wire_sha256, generation=1, rederived_at=after(30))
    layers = [enriched(version, values={"text": version.item.headline}) for version in (worse, better)]
    return chimera, withdrawn(chimera), worse, better, *layers


def chain() -> Sequence[Fact]:
    """Four items, each evolved from the one before; the second is killed after the third was made."""

    def link(number: int, **changes: object) -> Fact:
        uris = {"uri": f"urn:chain:{number}", "evolved_from": f"urn:chain:{number - 1}"}
        return accepted(make_item(**{**uris, "headline": "Ferry", "version_created": after(number), **changes}))

    return *(link(number) for number in range(1, 5)), link(2, version="2", status="canceled", version_created=after(3))


def carriers() -> Sequence[Fact]:
    """One version by two carriers."""
    carried = make_item(uri="urn:story:carried", provider="atlas", headline="Ferry by atlas")
    other = carried.model_copy(update={"provider": "basalt", "version_created": after(1)})
    return accepted(carried, scope="harbour", precedence=1), accepted(other, scope="harbour", received_at=after(9))


FACTS: Sequence[Fact] = [
    *(fact for number in range(1, 5) for fact in story(number)),
    mark("doc-0", version="1"),
    *misread(),
    *chain(),
    accepted(make_item(uri="urn:story:late", expires=after(50))),
    *carriers(),
    ruled(accepted(make_item(uri="urn:story:1")), Verdict.reinstate, ruled_at=after(10)),
    ruled(accepted(make_item(uri="urn:story:1")), Verdict.kill, ruled_at=after(9)),
]


async def serve(facts: Sequence[Fact]) -> Mapping[str, object]:
    """All that a reader can see after these facts, revisions and times aside."""
    archive, index = MemoryArchive(), MemoryIndex()
    ledger = Ledger(archive, index, MemoryPublisher(), FixedClock(after(60)))
    for fact in facts:
        await ledger.apply([fact])
    found = await index.search(Query(collections=("open", "sealed")))
    shown = {}
    for stored in await archive.snapshot():
        revision = stored.whole()
        if revision.standing is Standing.absent:  # as though it had never been
            continue
        article = revision.article.model_copy(update={"revision": 0}) if revision.article else None
        shown[revision.item_id] = (revision.standing, article)
    return {"shown": shown, "found": sorted(hit.item_id for hit in found.hits)}


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_order_and_repetition_of_the_same_facts_serves_the_same_state(data: st.DataObject) -> None:
    repeats = data.draw(st.lists(st.sampled_from(FACTS), max_size=6))
    order = data.draw(st.permutations([*FACTS, *repeats]))
    assert asyncio.run(serve(order)) == asyncio.run(serve(FACTS))
