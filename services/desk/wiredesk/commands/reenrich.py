"""`wiredesk reenrich`: layers by today's chain for items that an older one enriched, without delaying live ones."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wiredesk.console import counting, put, say
from wiredesk.options import DATA, Data, Json
from wiredesk.places import DeskFolder
from wiredesk.running import broker_of

if TYPE_CHECKING:
    from wiredesk_core.broker.access import BrokerAccess
    from wiredesk_indexing.reenriching import Asked

UNFINISHED = 1


def reenrich(
    since: Annotated[str, typer.Option(help="Versions that came then or later: 2026-03-01, or 2h for two hours ago.")],
    *,
    provider: Annotated[str | None, typer.Option(help="Whose items; all by default.")] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also what this chain made: a model was changed, or is there now.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say how many items would be enriched again.")] = False,
    wait: Annotated[float, typer.Option(help="Longest to wait until all is worked on, seconds; 0 = do not.")] = 600.0,
    data: Data = DATA,
    broker: Annotated[str | None, typer.Option(help="A broker, HOST:PORT; this desk's own by default.")] = None,
    archive: Annotated[
        str | None, typer.Option(envvar="WIREDESK_ARCHIVE", help="An archive's URL; this desk's own by default.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Have items enriched again by today's chain; until then they are served with the layers that they have.

    Nothing is an alert because of it. Running it again, or after it was cut short, passes over what has its new layers.
    """
    from wiredesk_enrichment.chain import CHAIN_VERSION
    from wiredesk_indexing.reenriching import Asked

    from wiredesk.lag import access_to
    from wiredesk.when import moment_of

    now, folder = datetime.now(UTC), DeskFolder(data)
    asked = Asked(CHAIN_VERSION, moment_of(since, now), provider, everything)
    access = access_to(broker or broker_of(folder))
    store = archive or f"sqlite:{folder.root.absolute() / 'archive.db'}"
    told = asyncio.run(_run(access, store, asked, now, dry_run=dry_run, wait=wait))
    put(json.dumps(told) if as_json else _text(told, dry_run=dry_run))
    raise typer.Exit(0 if told["finished"] else UNFINISHED)


async def _run(
    access: BrokerAccess, store: str, asked: Asked, now: datetime, *, dry_run: bool, wait: float
) -> dict[str, Any]:
    from wiredesk_core.archive import open_archive_reader
    from wiredesk_core.broker.kafka import KafkaPublisher
    from wiredesk_indexing.reenriching import enrich_again

    from wiredesk.replay import bulk_lane_empty

    reader = open_archive_reader(store)
    publisher = None if dry_run else KafkaPublisher(access, client_id="reenrich")
    try:
        total = sum((await reader.counts()).by_standing.values())
        with counting("Looking at items", total) as advance:
            tally = await enrich_again(reader, asked, publisher, now, advance)
    finally:
        if publisher is not None:
            await publisher.close()
        await reader.close()
    told = {"looked_at": tally.looked_at, "enriched_again": tally.meant, "finished": True}
    if dry_run or not wait or not tally.meant:
        return told
    with counting("Enriching them again", None) as advance:
        finished = await bulk_lane_empty(access, wait, lambda waiting: advance(0, f"{waiting} records wait"))
    if not finished:
        say(f"Not all was worked on within {wait:g} s; it goes on by itself.")
    return {**told, "finished": finished}


def _text(told: dict[str, Any], *, dry_run: bool) -> str:
    done = (
        "would be enriched again" if dry_run else "are enriched again" if told["finished"] else "are on the bulk lane"
    )
    return f"{told['looked_at']} items looked at, {told['enriched_again']} {done}."
