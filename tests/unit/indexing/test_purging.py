"""A purge, end to end over the stores in memory."""

from __future__ import annotations

from wiredesk_core.lifecycle import Disposition, Standing, Verdict
from wiredesk_core.testing import enriched, ruled
from wiredesk_indexing.testing import Desk, version


async def test_a_purged_item_leaves_a_tombstone_and_what_comes_of_it_later_is_swallowed() -> None:
    desk = Desk()
    first = version(1)
    await desk.apply(first)
    await desk.apply(enriched(first, values={"text": "Ferry words"}))
    purge = ruled(first, Verdict.purge, reason="Order 12 O 34/26")
    await desk.apply(purge)
    await desk.apply(version(1, "receipt-again"))
    await desk.apply(version(2))
    await desk.apply(enriched(first))
    served = await desk.served(first)
    assert (served.standing, served.article, served.revision, served.cause) == (Standing.killed, None, 3, "desk")
    assert served.tombstone is not None
    assert (served.tombstone.purged, served.tombstone.reason) == (True, "Order 12 O 34/26")
    assert await desk.found() == []
    assert await desk.disposition("receipt-again") == await desk.disposition("receipt-2") == [Disposition.purged]
    ruling = await desk.archive.receipt(purge.receipt_id)
    assert ruling is not None
    assert [(note.code, note.detail) for note in ruling.notes] == [("purged", "its words are destroyed")]
    assert desk.announced()[-1] == served


async def test_each_purge_asks_for_the_index_to_be_written_again_and_so_does_one_that_is_repeated() -> None:
    desk = Desk()
    first = version(1)
    await desk.apply(first)
    await desk.apply(ruled(first, Verdict.kill))
    assert not desk.ledger.purged.is_set()
    await desk.apply(ruled(first, Verdict.purge))
    assert desk.ledger.purged.is_set()
    desk.ledger.purged.clear()
    await desk.apply(ruled(first, Verdict.purge, receipt_id="repeated"))
    assert desk.ledger.purged.is_set()
