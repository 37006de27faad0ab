"""A service of one agent that copies `relay.in` to `relay.out`, so that tests can kill it. Run with bootstrap, group."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import uvloop
from wiredesk_core.agents.faust_app import Agents, Binding
from wiredesk_core.agents.runner import Runner
from wiredesk_core.agents.service import run_until_stopped
from wiredesk_core.agents.stage import Done, Outcome, Record
from wiredesk_core.blobs.folder import FolderBlobs
from wiredesk_core.broker.access import BrokerAccess
from wiredesk_core.broker.kafka import KafkaPublisher
from wiredesk_core.clock import SystemClock
from wiredesk_core.messages import Outgoing
from wiredesk_core.telemetry import configure_logging
from wiredesk_core.topics import Topic
from wiredesk_core.web.serving import stop_on_signals

SOURCE = Topic("relay.in", "number", "numbers", 6, None, compacted=False, producers=(), consumers=())
TARGET = "relay.out"


class Relay:
    """Copies each record."""

    name = "relay"

    async def handle(self, records: Sequence[Record]) -> Sequence[Outcome]:
        """One output a record."""
        return [Done((Outgoing(TARGET, record.key, record.value),)) for record in records]

    async def settle(self, records: Sequence[Record], outcomes: Sequence[Outcome]) -> None:
        """Nothing is kept."""


async def main(bootstrap: str, group: str, blobs: Path) -> None:
    """Copy until told to stop."""
    stop = asyncio.Event()
    stop_on_signals(stop)
    access = BrokerAccess(bootstrap)
    publisher = KafkaPublisher(access, client_id=group)
    runner = Runner(Relay(), publisher, FolderBlobs(blobs), SystemClock())
    await run_until_stopped(Agents(group, access, [Binding(SOURCE, runner)], "relay-0"), stop, [])
    await publisher.close()


if __name__ == "__main__":
    configure_logging("relay", "warning")
    uvloop.run(main(sys.argv[1], sys.argv[2], Path(sys.argv[3])))
