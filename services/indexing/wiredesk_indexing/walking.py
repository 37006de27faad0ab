"""Everything that is served, a page at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator

from wiredesk_core.messages import Changed
from wiredesk_core.ports import ArchiveReader


async def served_pages(archive: ArchiveReader, page: int) -> AsyncIterator[list[Changed]]:
    """The newest revisions of all items by id, so many at a time; what comes meanwhile may be among them."""
    after = ""
    while revisions := [stored.whole() for stored in await archive.snapshot(after, page)]:
        yield revisions
        after = revisions[-1].item_id
