"""`python -m wiredesk_ingest.replay`: has wires read again by today's parsers, from any place that may act as ingest."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from wiredesk_core.broker.access import BrokerAccess
from wiredesk_core.broker.kafka import KafkaPublisher
from wiredesk_core.broker.log import TopicLog
from wiredesk_core.failures import Failure
from wiredesk_core.moments import iso, utc
from wiredesk_core.settings import SharedSettings
from wiredesk_core.topics import WIRE_RECEIVED

from wiredesk_ingest.replaying import Advance, Asked, Tally, goes_on_at, read_again, records_in, span

FAILED = 75


class Interrupted(Failure):
    """A run was cut short. What it had put on the bulk lane is read again; running it again changes nothing."""


async def replay(
    access: BrokerAccess, asked: Asked, *, now: datetime, advance: Advance | None = None, dry_run: bool = False
) -> Tally:
    """Put all wires that are meant on the bulk lane; gives what was done. Raises Interrupted with where to go on."""
    log = TopicLog(access, WIRE_RECEIVED)
    begin, end = await span(log, asked.since)
    partitions = [partition for partition in end if begin[partition] < end[partition]]
    publisher = None if dry_run else KafkaPublisher(access, client_id="replay")
    tally = Tally()
    try:
        async for told in read_again(log.read(begin, end), asked, publisher, now, advance or (lambda *_: None)):
            tally = told
    except (asyncio.CancelledError, Failure) as cut:
        place = goes_on_at(tally, partitions) or asked.since
        raise Interrupted(
            f"{tally.meant} wires were put on the bulk lane before it was cut short ({cut!r}); "
            f"go on with --since {iso(place)}"
        ) from cut
    finally:
        if publisher is not None:
            await publisher.close()
    return tally


async def total(access: BrokerAccess, asked: Asked) -> int:
    """How many records would have to be looked at."""
    return records_in(*await span(TopicLog(access, WIRE_RECEIVED), asked.since))


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; how the broker is reached is in WIREDESK_BROKER*."""
    parser = argparse.ArgumentParser(
        prog="python -m wiredesk_ingest.replay", description=(__doc__ or "").partition(":")[2]
    )
    parser.add_argument("--provider", required=True)
    parser.add_argument("--since", required=True, type=datetime.fromisoformat, help="received then or later, ISO 8601")
    parser.add_argument("--until", type=datetime.fromisoformat, help="received before then")
    parser.add_argument("--dry-run", action="store_true", help="count only")
    given = parser.parse_args(arguments)
    asked = Asked(given.provider, utc(given.since), given.until and utc(given.until))
    access = BrokerAccess.of(SharedSettings())
    try:
        with contextlib.suppress(KeyboardInterrupt):
            tally = asyncio.run(replay(access, asked, now=datetime.now(UTC), dry_run=given.dry_run))
            done = "would be read again" if given.dry_run else "are read again on the bulk lane"
            sys.stdout.write(f"{tally.looked_at} records looked at, {tally.meant} wires of {asked.provider} {done}\n")
            return 0
    except Failure as failure:
        sys.stderr.write(f"{failure}\n")
    return FAILED


if __name__ == "__main__":
    sys.exit(main())
