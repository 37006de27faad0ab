"""Brings the index back to what the archive serves: after an index was lost, put back from a backup, or doubted.

It may run beside the service. Every write carries its revision, so what the service wrote meanwhile stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from wiredesk_core.agents.service import carry_out
from wiredesk_core.archive import open_archive
from wiredesk_core.index import open_index
from wiredesk_core.messages import Changed
from wiredesk_core.ports import Archive, Filed, Index, IndexGone, IndexPut
from wiredesk_core.settings import SharedSettings
from wiredesk_core.telemetry import configure_logging, log

from wiredesk_indexing.apply import index_change
from wiredesk_indexing.walking import served_pages

_log = log(__name__)


@dataclass(frozen=True, slots=True)
class Mended:
    """What was looked at, and what had to be written."""

    served: int
    put: int
    gone: int


async def mend(archive: Archive, index: Index, page: int = 500, *, again: bool = False) -> Mended:
    """Write what is served and not found so, take out what is found and not served. Holds an entry an item in memory.

    `again`: what is found as it should be is written as well, under the revision that it has.
    """
    found = {filed.item_id: filed for filed in [filed async for filed in index.walk()]}
    served = put = gone = 0
    async for revisions in served_pages(archive, page):
        changes = differing(revisions, {} if again else found)
        await index.write(changes)
        served += len(revisions)
        put += sum(isinstance(change, IndexPut) for change in changes)
        gone += sum(isinstance(change, IndexGone) for change in changes)
        for revision in revisions:
            found.pop(revision.item_id, None)
    strays = [filed for filed in found.values() if not await archive.served([filed.item_id])]
    await index.write([IndexGone(stray.item_id, stray.revision) for stray in strays])
    return Mended(served, put, gone + len(strays))


def differing(revisions: Iterable[Changed], found: Mapping[str, Filed]) -> list[IndexPut | IndexGone]:
    """The changes that bring these items from how they are found to how they are served."""
    wanted = ((index_change(revision, revision.changed_at), found.get(revision.item_id)) for revision in revisions)
    return [change for change, filed in wanted if not _stands(change, filed)]


def _stands(change: IndexPut | IndexGone, filed: Filed | None) -> bool:
    """Whether an item is found as it should be. A newer revision than the archive gave just now is none of ours."""
    if filed is None:
        return isinstance(change, IndexGone)
    if isinstance(change, IndexGone):
        return filed.revision > change.revision
    due = change.article.revision
    return filed.revision > due or (filed.revision, filed.collection) == (due, change.collection)


async def run(shared: SharedSettings) -> None:
    """Mend the index of these settings."""
    archive, index = open_archive(shared.archive), open_index(shared.index)
    try:
        mended = await mend(archive, index)
    finally:
        await index.close()
        await archive.close()
    _log.info("the index is mended", served=mended.served, put=mended.put, gone=mended.gone)


def main() -> None:
    """Entry point of `python -m wiredesk_indexing.mend`."""
    shared = SharedSettings()
    configure_logging("indexing", shared.log_level)
    carry_out(run(shared))


if __name__ == "__main__":
    main()
