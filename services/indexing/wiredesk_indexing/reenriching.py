"""Having items enriched again by a newer chain: from the archive onto the bulk lane, the layers they have served meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from wiredesk_core.item import Status, story_sha256
from wiredesk_core.lifecycle import State
from wiredesk_core.lineage import fold_items
from wiredesk_core.messages import Changed, Outgoing, VersionAccepted, envelope
from wiredesk_core.ports import ArchiveReader, Publisher, VersionEntry
from wiredesk_core.topics import LAYERS_WANTED

from wiredesk_indexing.apply import SHOWN
from wiredesk_indexing.walking import served_pages

PAGE = 200
PARSER = "archive"
"""Where a version comes from that is enriched again: no parser read its wire anew."""

Advance = Callable[[int, str], None]
"""Told how many items were looked at, and a word about the last."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which items: whose version came from `since` on, of one provider or of all, and whose layers an older chain made.

    `everything` means those of this chain too: after a model was changed, which no version of the chain tells.
    """

    chain: int
    since: datetime
    provider: str | None = None
    everything: bool = False

    def may_mean(self, served: Changed) -> bool:
        """Whether an item as it is served is one of them, its date aside."""
        if served.article is None or served.standing not in SHOWN:
            return False
        made_by = sum(layer.version for layer in served.article.layers.values())
        return self.provider in (None, served.provider) and (self.everything or made_by < self.chain)


@dataclass(frozen=True, slots=True)
class Tally:
    """How far it has come."""

    looked_at: int = 0
    meant: int = 0


async def enrich_again(
    archive: ArchiveReader, asked: Asked, publisher: Publisher | None, now: datetime, advance: Advance
) -> Tally:
    """Put the items that are meant on the bulk lane; each page is durable before the next. No publisher: count only.

    Running it again passes over the items that have their new layers by then.
    """
    tally = Tally()
    async for page in served_pages(archive, PAGE):
        records = [record async for record in _wanted(archive, asked, page, now)]
        if publisher is not None and records:
            await publisher.publish(records)
        tally = Tally(tally.looked_at + len(page), tally.meant + len(records))
        advance(len(page), page[-1].uri)
    return tally


async def _wanted(
    archive: ArchiveReader, asked: Asked, page: Sequence[Changed], now: datetime
) -> AsyncIterator[Outgoing]:
    states = await _states(archive, [served.item_id for served in page if asked.may_mean(served)])
    for item_id, state in states.items():
        head = state.current
        if head is None or head.received_at < asked.since:
            continue
        for entry in await archive.versions(item_id):
            if entry.wire_sha256 == head.wire_sha256 and entry.item.status is not Status.canceled:
                yield _record(item_id, entry, now)


async def _states(archive: ArchiveReader, item_ids: Sequence[str]) -> Mapping[str, State]:
    return (await fold_items(archive, item_ids))[1] if item_ids else {}


def _record(item_id: str, entry: VersionEntry, now: datetime) -> Outgoing:
    story = story_sha256(entry.item)
    version = VersionAccepted(
        receipt_id=entry.receipt_id,
        item_id=item_id,
        scope=entry.item.provider,
        wire_sha256=entry.wire_sha256,
        received_at=entry.received_at,
        parser=PARSER,
        rederived_at=now,
        story_sha256=story,
        item=entry.item,
    )
    headers = envelope(
        LAYERS_WANTED.name,
        source="indexing",
        identity=f"{item_id}/{entry.wire_sha256}/{story}",
        at=now,
        receipt_id=entry.receipt_id,
    )
    return Outgoing(LAYERS_WANTED.name, item_id.encode(), version.model_dump_json().encode(), headers)
