"""Runs the indexing service: settings, adapters, agents. Nothing else is decided here."""

from __future__ import annotations

import asyncio
import contextlib

from wiredesk_core.agents.faust_app import BULK_BATCH, PATIENT_SECONDS, URGENT_SECONDS, Agents, Binding, Lanes
from wiredesk_core.agents.runner import Runner
from wiredesk_core.agents.service import broker_answers, carry_out, run_until_stopped
from wiredesk_core.agents.stage import Stage
from wiredesk_core.archive import open_archive
from wiredesk_core.blobs import open_blobs
from wiredesk_core.broker.access import BrokerAccess
from wiredesk_core.broker.kafka import KafkaPublisher
from wiredesk_core.broker.topic_admin import require_topics
from wiredesk_core.claims import ClaimingPublisher
from wiredesk_core.clock import SystemClock
from wiredesk_core.failures import Transient
from wiredesk_core.garbage import collect_seldom
from wiredesk_core.index import open_index
from wiredesk_core.settings import SharedSettings
from wiredesk_core.telemetry import configure_logging, log
from wiredesk_core.topics import (
    ITEM_ACCEPTED,
    ITEM_ACCEPTED_BULK,
    ITEM_ENRICHED,
    ITEM_ENRICHED_BULK,
    RECEIPT_NOTED,
    WIRE_QUARANTINED,
    Topic,
    topics_of,
)
from wiredesk_core.tracing import open_tracing
from wiredesk_core.web.app import web_app
from wiredesk_core.web.serving import listen, serve, stop_on_signals

from wiredesk_indexing.again import AgainStage
from wiredesk_indexing.ledger import Ledger
from wiredesk_indexing.rewriting import rewrite_after_purges
from wiredesk_indexing.settings import IndexingSettings
from wiredesk_indexing.stages import ApplyStage, ReceiptStage, ShelfStage, read_accepted, read_enriched

RECEIPT_SECONDS = 0.1
"""How long a batch of notes may gather: whoever pushed asks for them, but not as eagerly as readers for a flash."""

_log = log(__name__)


async def run(shared: SharedSettings, settings: IndexingSettings) -> None:
    """The service, until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    stop_on_signals(stop)
    access = BrokerAccess.of(shared)
    tracing = open_tracing("indexing", shared.traces, shared.traces_ratio)
    clock, blobs = SystemClock(), open_blobs(shared.blobs)
    archive, index = open_archive(shared.archive), open_index(shared.index)
    publisher = ClaimingPublisher(KafkaPublisher(access, client_id="indexing"), blobs)
    ledger = Ledger(archive, index, publisher, clock)

    def bind(topic: Topic, stage: Stage, within: float = URGENT_SECONDS) -> Binding:
        batch = BULK_BATCH if topic.lane == "bulk" else settings.batch
        return Binding(topic, Runner(stage, publisher, blobs, clock, tracing=tracing), batch=batch, within=within)

    live = [
        bind(ITEM_ACCEPTED, ApplyStage("apply", read_accepted, ledger)),
        # each batch costs a commit of the index, which the next flash would wait for
        bind(ITEM_ENRICHED, ApplyStage("layer", read_enriched, ledger), PATIENT_SECONDS),
        bind(WIRE_QUARANTINED, ShelfStage(archive), PATIENT_SECONDS),
        bind(RECEIPT_NOTED, ReceiptStage(archive), RECEIPT_SECONDS),
    ]
    bulk = [
        bind(ITEM_ACCEPTED_BULK, AgainStage(archive, ledger), PATIENT_SECONDS),
        bind(ITEM_ENRICHED_BULK, ApplyStage("layer", read_enriched, ledger, again=True), PATIENT_SECONDS),
    ]
    instance, stuck_seconds = shared.instance_of("indexing"), shared.stuck_seconds
    agents = Lanes(
        Agents("indexing", access, live, instance, stuck_seconds),
        Agents(
            ITEM_ACCEPTED_BULK.group("indexing"), access, bulk, instance, stuck_seconds,
            gives_way_to=[binding.runner for binding in live],
        ),
    )  # fmt: skip
    health = web_app(
        service="indexing",
        title="Indexing",
        version="1",
        description="",
        checks={"agents": agents.check},
        stuck=agents.stuck,
    )
    socket = listen(shared.metrics_host, shared.metrics_port)
    try:
        await broker_answers(access)
        await require_topics(access, topics_of("indexing"), replication=shared.replication)
        resumed = await ledger.resume()
        _log.info("announced what was left", revisions=resumed)
        beside = [
            serve(health, socket, stop),
            release_embargoes(ledger, settings.release_seconds, stop),
            rewrite_after_purges(archive, index, ledger.purged, stop),
        ]
        await run_until_stopped(agents, stop, beside)
    finally:
        await publisher.close()
        await asyncio.to_thread(tracing.close)
        await index.close()
        await archive.close()


async def release_embargoes(ledger: Ledger, interval: float, stop: asyncio.Event) -> None:
    """Open what is due, every `interval` seconds; a store that does not answer is asked again."""
    while not stop.is_set():
        try:
            released = await ledger.release()
        except Transient as fault:
            _log.warning("embargoes wait", fault=str(fault))
        else:
            if released:
                _log.info("embargoes ended", items=released)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), interval)


def main() -> None:
    """Entry point of `python -m wiredesk_indexing`."""
    shared = SharedSettings()
    configure_logging("indexing", shared.log_level)
    collect_seldom()
    carry_out(run(shared, IndexingSettings()))


if __name__ == "__main__":
    main()
