"""An index that was lost or doubted is brought back to what the archive serves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from wiredesk_core.archive.memory import MemoryArchive
from wiredesk_core.broker.memory import MemoryPublisher
from wiredesk_core.clock import FixedClock
from wiredesk_core.index import OpenIndex, open_index
from wiredesk_core.index.testing import put
from wiredesk_core.messages import VersionAccepted
from wiredesk_core.ports import Filed, IndexGone
from wiredesk_core.testing import accepted, after, make_item, mark
from wiredesk_indexing.ledger import Ledger
from wiredesk_indexing.mend import Mended, mend


@pytest.fixture(params=["memory", "tantivy", "opensearch"])
async def index(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[OpenIndex]:
    urls = {"memory": "memory://", "tantivy": f"tantivy://{tmp_path}/index"}
    opened = open_index(urls.get(request.param) or request.getfixturevalue("opensearch_url"))
    yield opened
    await opened.close()


def story(number: int, **changes: object) -> VersionAccepted:
    return accepted(make_item(uri=f"urn:harbour:{number}", headline=f"Ferry {number}", **changes))


async def walked(index: OpenIndex) -> list[Filed]:
    return [filed async for filed in index.walk()]


async def test_a_lost_index_is_filled_again_and_strays_are_taken_out(index: OpenIndex) -> None:
    archive, publisher, clock = MemoryArchive(), MemoryPublisher(), FixedClock(after(60))
    stories = [story(number) for number in range(7)]
    sealed = story(8, embargoed_until=after(600))
    ledger = Ledger(archive, index, publisher, clock)
    await ledger.apply([*stories, sealed, mark("urn:harbour:3")])
    whole = await walked(index)
    assert {filed.item_id for filed in whole} == {s.item_id for s in (*stories, sealed)} - {stories[3].item_id}
    assert await mend(archive, index, page=3) == Mended(served=8, put=0, gone=0)

    late = [IndexGone(stories[number].item_id, 1) for number in (0, 5)]
    await index.write([*late, put("stray", text="nobody serves this")])
    assert await mend(archive, index, page=3) == Mended(served=8, put=2, gone=1)
    assert await walked(index) == whole


async def test_what_is_found_newer_than_the_archive_said_is_left_alone(index: OpenIndex) -> None:
    archive, publisher, clock = MemoryArchive(), MemoryPublisher(), FixedClock(after(60))
    first = story(1)
    await Ledger(archive, index, publisher, clock).apply([first])
    await index.write([put(first.item_id, revision=9, text="written a moment ago")])
    assert await mend(archive, index) == Mended(served=1, put=0, gone=0)
    assert [filed.revision for filed in await walked(index)] == [9]
