"""Runs the enrichment service: settings, adapters, agents. Nothing else is decided here."""

from __future__ import annotations

import asyncio

from wiredesk_core.agents.faust_app import PATIENT_SECONDS, Agents, Binding, Lanes
from wiredesk_core.agents.pool import Crew, WorkerPool
from wiredesk_core.agents.runner import Runner
from wiredesk_core.agents.service import broker_answers, carry_out, run_until_stopped
from wiredesk_core.blobs import open_blobs
from wiredesk_core.broker.access import BrokerAccess
from wiredesk_core.broker.kafka import KafkaPublisher
from wiredesk_core.broker.topic_admin import require_topics
from wiredesk_core.claims import ClaimingPublisher
from wiredesk_core.clock import SystemClock
from wiredesk_core.garbage import collect_seldom
from wiredesk_core.settings import SharedSettings
from wiredesk_core.telemetry import configure_logging
from wiredesk_core.topics import ITEM_ACCEPTED, LAYERS_WANTED, topics_of
from wiredesk_core.tracing import open_tracing
from wiredesk_core.web.app import web_app
from wiredesk_core.web.serving import listen, serve, stop_on_signals

from wiredesk_enrichment import worker
from wiredesk_enrichment.chain import CHAIN_VERSION
from wiredesk_enrichment.dispatch import Dispatcher
from wiredesk_enrichment.settings import EnrichmentSettings
from wiredesk_enrichment.stage import EnrichStage

BULK_STORIES = 16
"""Stories of the bulk lane that are enriched at a time: layers of a live story wait for no more than these."""

GATHER_SECONDS = 0.1
"""How long a batch of live stories may gather: a model reads several at a time for less, and layers are not urgent."""


async def run(shared: SharedSettings, settings: EnrichmentSettings) -> None:
    """The service, until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    stop_on_signals(stop)
    access = BrokerAccess.of(shared)
    tracing = open_tracing("enrichment", shared.traces, shared.traces_ratio)
    clock = SystemClock()
    pool = dispatcher(settings)
    blobs = open_blobs(shared.blobs)
    publisher = ClaimingPublisher(KafkaPublisher(access, client_id="enrichment"), blobs)
    stage = EnrichStage(pool, clock, CHAIN_VERSION)
    runner = Runner(stage, publisher, blobs, clock, tracing=tracing)
    bulk_runner = Runner(stage, publisher, blobs, clock, tracing=tracing)
    live = Binding(ITEM_ACCEPTED, runner, batch=settings.batch, within=GATHER_SECONDS)
    bulk = Binding(LAYERS_WANTED, bulk_runner, batch=BULK_STORIES, within=PATIENT_SECONDS)
    instance, stuck_seconds = shared.instance_of("enrichment"), shared.stuck_seconds
    agents = Lanes(
        Agents("enrichment", access, [live], instance, stuck_seconds),
        Agents(
            LAYERS_WANTED.group("enrichment"), access, [bulk],
            instance, stuck_seconds, gives_way_to=[runner],
        ),
    )  # fmt: skip
    health = web_app(
        service="enrichment",
        title="Enrichment",
        version="1",
        description="",
        checks={"agents": agents.check},
        stuck=agents.stuck,
    )
    socket = listen(shared.metrics_host, shared.metrics_port)
    try:
        await broker_answers(access)
        await require_topics(access, topics_of("enrichment"), replication=shared.replication)
        await pool.warm()
        await run_until_stopped(agents, stop, [serve(health, socket, stop)])
    finally:
        await publisher.close()
        await asyncio.to_thread(tracing.close)
        await pool.close()


def dispatcher(settings: EnrichmentSettings) -> Dispatcher:
    """The workers, each a process that remembers what it has read."""
    crew = Crew(settings.workers)
    return Dispatcher(
        [
            WorkerPool(
                worker.work,
                workers=1,
                chunk=settings.chunk,
                seconds_each=settings.story_seconds,
                prepare=worker.prepare,
                arguments=[settings.spacy_model, settings.knowledge, settings.embedding_model, settings.memory_mb],
                crew=crew,
            )
            for _ in range(settings.workers)
        ]
    )


def main() -> None:
    """Entry point of `python -m wiredesk_enrichment`."""
    shared = SharedSettings()
    configure_logging("enrichment", shared.log_level)
    collect_seldom()
    carry_out(run(shared, EnrichmentSettings()))


if __name__ == "__main__":
    main()
