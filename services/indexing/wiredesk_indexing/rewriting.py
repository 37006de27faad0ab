"""After a purge an embedded index is written again: only then its files let go of bytes that are deleted and not found.

A segment drops deleted bytes when it is merged, and nothing tells when that is; it is dropped whole once nothing in it
is left, and so it is once all its entries were written again elsewhere. Of the purged item's former revisions too, which
lie in segments of which a search tells nothing.
"""

from __future__ import annotations

import asyncio
import contextlib

from wiredesk_core.failures import Transient
from wiredesk_core.index import OpenIndex
from wiredesk_core.ports import Archive
from wiredesk_core.telemetry import log

from wiredesk_indexing.mend import mend

AT_A_TIME = 100
"""Entries that are written in one go: fresh stories wait for no more than these."""
PAUSE_SECONDS = 5.0
"""Before the next attempt when a store did not answer."""

_log = log(__name__)


async def rewrite_after_purges(archive: Archive, index: OpenIndex, purged: asyncio.Event, stop: asyncio.Event) -> None:
    """Write everything again whenever something was purged, until `stop`; purges that come meanwhile share the next time.

    Killed in the middle it is not taken up again by itself: the purge repeated begins it anew.
    """
    if not index.rewritten_to_forget:
        await stop.wait()
        return
    rewriting = asyncio.create_task(_rewrite_each(archive, index, purged))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait([rewriting, stopping], return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    rewriting.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await rewriting


async def _rewrite_each(archive: Archive, index: OpenIndex, purged: asyncio.Event) -> None:
    while await purged.wait():
        purged.clear()
        try:
            mended = await mend(archive, index, AT_A_TIME, again=True)
        except Transient as fault:
            _log.warning("the index still holds what was purged", fault=str(fault))
            purged.set()
            await asyncio.sleep(PAUSE_SECONDS)
        else:
            _log.info("the index is written again after a purge", entries=mended.put)
