"""`wiredesk replay`: wires read again by today's parsers, from the broker, without delaying live ones."""

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
    from wiredesk_ingest.replaying import Asked

UNFINISHED = 1


def replay(
    provider: Annotated[str, typer.Option(help="Whose wires.")],
    since: Annotated[str, typer.Option(help="Received then or later: 2026-03-01, or 2h for two hours ago.")],
    *,
    until: Annotated[str | None, typer.Option(help="Received before then.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say how many wires would be read again.")] = False,
    wait: Annotated[float, typer.Option(help="Longest to wait until all is worked on, seconds; 0 = do not.")] = 600.0,
    data: Data = DATA,
    broker: Annotated[str | None, typer.Option(help="A broker, HOST:PORT; this desk's own by default.")] = None,
    as_json: Json = False,
) -> None:
    """Have wires read again by today's parsers: a new reading in place of the old one, and a change only where it differs.

    Nothing is a duplicate, a correction or an alert because of it, and running it again changes nothing more.
    """
    from wiredesk_ingest.replaying import Asked

    from wiredesk.lag import access_to
    from wiredesk.when import moment_of

    now = datetime.now(UTC)
    asked = Asked(provider, moment_of(since, now), moment_of(until, now) if until else None)
    access = access_to(broker or broker_of(DeskFolder(data)))
    told = asyncio.run(_run(access, asked, now, dry_run=dry_run, wait=wait))
    if as_json:
        put(json.dumps({name: value for name, value in told.items() if name != "text"}))
    else:
        put(str(told["text"]))
    raise typer.Exit(0 if told["finished"] else UNFINISHED)


async def _run(access: BrokerAccess, asked: Asked, now: datetime, *, dry_run: bool, wait: float) -> dict[str, Any]:
    from wiredesk_ingest.replay import replay as read_again
    from wiredesk_ingest.replay import total

    from wiredesk.replay import bulk_lane_empty, outset, results

    before = await outset(access)
    with counting("Looking at wires", await total(access, asked)) as advance:
        tally = await read_again(access, asked, now=now, advance=advance, dry_run=dry_run)
    told: dict[str, Any] = {"looked_at": tally.looked_at, "read_again": tally.meant, "finished": True}
    if dry_run or not wait:
        done = "would be read again" if dry_run else "are on the bulk lane"
        return {**told, "text": f"{tally.looked_at} records looked at, {tally.meant} wires of {asked.provider} {done}."}
    with counting("Reading them again", None) as advance:
        finished = await bulk_lane_empty(access, wait, lambda waiting: advance(0, f"{waiting} records wait"))
    if not finished:
        say(f"Not all was worked on within {wait:g} s; it goes on by itself.")
    found = await results(access, before, now)
    return {**told, **found.counts, "finished": finished, "text": found.text(tally.meant)}
