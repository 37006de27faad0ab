"""Runs the ingest service: settings, adapters, the way in, agents. Nothing else is decided here."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from wiredesk_core.agents.faust_app import BULK_BATCH, PATIENT_SECONDS, Agents, Binding, Lanes
from wiredesk_core.agents.pool import WorkerPool
from wiredesk_core.agents.runner import Runner
from wiredesk_core.agents.service import broker_answers, carry_out, run_until_stopped
from wiredesk_core.archive import open_archive_reader
from wiredesk_core.audit import open_audit
from wiredesk_core.audit.trail import Trail
from wiredesk_core.blobs import open_blobs
from wiredesk_core.broker.access import BrokerAccess
from wiredesk_core.broker.inbound import inbound_topics
from wiredesk_core.broker.kafka import KafkaPublisher
from wiredesk_core.broker.lag import LagGauge, LagWatch
from wiredesk_core.broker.topic_admin import require_topics
from wiredesk_core.claims import ClaimingPublisher
from wiredesk_core.clock import SystemClock
from wiredesk_core.failures import Misconfigured
from wiredesk_core.garbage import collect_seldom
from wiredesk_core.keys.jwt import read_issuer
from wiredesk_core.ports import Clock, Publisher, Registry
from wiredesk_core.registry import open_registry
from wiredesk_core.settings import SharedSettings
from wiredesk_core.telemetry import configure_logging
from wiredesk_core.topics import TOPICS, WIRE_RECEIVED, WIRE_RECEIVED_BULK, topics_of
from wiredesk_core.tracing import Tracing, open_tracing
from wiredesk_core.usage import Ledger
from wiredesk_core.web.serving import listen, serve, stop_on_signals

from wiredesk_ingest import worker
from wiredesk_ingest.admission import Bounds
from wiredesk_ingest.body import Limits
from wiredesk_ingest.bridge import BridgeStage
from wiredesk_ingest.credentials import read_secret
from wiredesk_ingest.dry_run import DryRun
from wiredesk_ingest.folder import WatchedFolder, watch
from wiredesk_ingest.gatekeeper import Gatekeeper
from wiredesk_ingest.noise import Bound, Noise
from wiredesk_ingest.pace import Pace
from wiredesk_ingest.polling.addresses import Reach
from wiredesk_ingest.polling.fetching import Fetcher
from wiredesk_ingest.polling.opening import hosts_of, pollers_of
from wiredesk_ingest.polling.poller import keep_polling
from wiredesk_ingest.provider_file import read_profiles
from wiredesk_ingest.providers import Profile
from wiredesk_ingest.push import create_app
from wiredesk_ingest.settings import IngestSettings
from wiredesk_ingest.signing import secret_bytes
from wiredesk_ingest.silence.hearing import Hearing, keep_hearing
from wiredesk_ingest.stage import ParseStage
from wiredesk_ingest.usage import counting

PARSE_CHUNK = 16
"""Wires that a parsing process takes at a time."""

BULK_NICE = 15
"""How far the process that reads wires again steps back from all others."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What every way in works with."""

    profiles: Mapping[str, Profile]
    publisher: Publisher
    registry: Registry
    clock: Clock
    tracing: Tracing
    gatekeeper: Gatekeeper
    ledger: Ledger


async def run(shared: SharedSettings, settings: IngestSettings) -> None:
    """The service, until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    stop_on_signals(stop)
    access = BrokerAccess.of(shared)
    tracing = open_tracing("ingest", shared.traces, shared.traces_ratio)
    clock, blobs = SystemClock(), open_blobs(shared.blobs)
    providers_toml = read_providers(shared)
    profiles = read_profiles(providers_toml)
    pool = parsing_pool(providers_toml, settings, settings.workers)
    # Of their own, so that neither trying wires out nor reading them again delays live ones.
    dry_pool = parsing_pool(providers_toml, settings, 1)
    bulk_pool = parsing_pool(providers_toml, settings, 1, nice=BULK_NICE)
    publisher = ClaimingPublisher(KafkaPublisher(access, client_id="ingest"), blobs)
    registry, audit = open_registry(shared.registry, clock), open_audit(shared.registry)
    trail, ledger = Trail(audit), Ledger(registry)
    hearing, noise = Hearing(registry, profiles, clock), Noise(registry, clock, bound_of_noise(settings))
    runner = Runner(ParseStage(pool, clock, hearing.note, noise), publisher, blobs, clock, tracing=tracing)
    inbound = inbound_topics(providers_toml)
    inbound_counted = counting(ledger, "inbound")
    bridges = [
        Binding(
            topic, Runner(BridgeStage(clock, inbound_counted), publisher, blobs, clock, claims=False, tracing=tracing)
        )
        for topic in inbound
    ]
    live = [Binding(WIRE_RECEIVED, runner), *bridges]
    bulk_runner = Runner(ParseStage(bulk_pool, clock), publisher, blobs, clock, tracing=tracing)
    bulk = Binding(WIRE_RECEIVED_BULK, bulk_runner, batch=BULK_BATCH, within=PATIENT_SECONDS)
    instance, stuck_seconds = shared.instance_of("ingest"), shared.stuck_seconds
    agents = Lanes(
        Agents("ingest", access, live, instance, stuck_seconds),
        Agents(
            WIRE_RECEIVED_BULK.group("ingest"), access, [bulk],
            instance, stuck_seconds, gives_way_to=[binding.runner for binding in live],
        ),
    )  # fmt: skip
    watch_lag = LagWatch(LagGauge(access, (*TOPICS, *inbound)))
    gatekeeper = Gatekeeper(bounds_of(settings), watch_lag, disks_of(settings.disks))
    archive = open_archive_reader(shared.archive)
    app = create_app(
        publisher=publisher,
        registry=registry,
        archive=archive,
        profiles=profiles,
        clock=clock,
        inspect=DryRun(dry_pool),
        trail=trail,
        ledger=ledger,
        limits=Limits(body=settings.max_body_bytes, batch=settings.max_batch),
        gateway_url=settings.gateway_url,
        checks={"agents": agents.check},
        stuck=agents.stuck,
        gatekeeper=gatekeeper,
        tracing=tracing,
        signing=signing_of(profiles, settings.secrets),
        issuer=read_issuer(shared.jwt_issuer, shared.jwt_audience, shared.jwt_keys),
        pace=Pace(settings.pushes_per_minute, settings.wires_per_minute),
    )
    fetcher = fetcher_of(settings, clock)
    tools = Tools(profiles, publisher, registry, clock, tracing, gatekeeper, ledger)
    beside: list[Coroutine[Any, Any, None]] = [
        serve(app, listen(settings.host, settings.port), stop),
        watch_lag.run(stop),
        keep_hearing(hearing, stop),
        trail.run(stop),
        ledger.run(stop),
        *feeds_in(tools, settings, fetcher, stop),
        *folders_in(tools, settings, stop),
    ]
    try:
        await broker_answers(access)
        await require_topics(access, (*topics_of("ingest"), *inbound), replication=shared.replication)
        await pool.warm()
        await run_until_stopped(agents, stop, beside)
    finally:
        await fetcher.close()
        await publisher.close()
        await asyncio.to_thread(tracing.close)
        await ledger.settle()
        await registry.close()
        await trail.settle()
        await audit.close()
        await archive.close()
        await pool.close()
        await dry_pool.close()
        await bulk_pool.close()


def parsing_pool(providers_toml: str, settings: IngestSettings, workers: int, nice: int = 0) -> WorkerPool:
    """Processes that parse wires; they start with their first wire, or when warmed."""
    return WorkerPool(
        worker.work,
        workers=workers,
        chunk=PARSE_CHUNK,
        seconds_each=settings.parse_seconds,
        prepare=worker.prepare,
        arguments=[providers_toml, nice, settings.container_seconds],
    )


def bound_of_noise(settings: IngestSettings) -> Bound:
    """How much a provider may send that cannot be read."""
    return Bound(settings.most_unreadable_in_a_row, timedelta(seconds=settings.pause_seconds))


def bounds_of(settings: IngestSettings) -> Bounds:
    """What this ingest may be asked to bear."""
    return Bounds(
        backlog=settings.most_backlog,
        enrichment_backlog=settings.most_enrichment_backlog,
        in_flight=settings.most_in_flight_bytes,
        disk_free=settings.disk_watermark,
    )


def fetcher_of(settings: IngestSettings, clock: SystemClock) -> Fetcher:
    """What asks feeds, within the bounds of the settings."""
    reach = Reach(hosts_of(settings.poll_hosts), private=settings.poll_private)
    return Fetcher(reach, clock, agent=settings.poll_agent, seconds=settings.poll_seconds, size=settings.max_body_bytes)


def signing_of(profiles: Mapping[str, Profile], folder: Path) -> dict[str, list[bytes]]:
    """The keys by which each provider signs. Raises Misconfigured for one that is not where the file says, or weak."""
    return {
        profile.name: [secret_bytes(read_secret(kept, os.environ, folder), kept) for kept in profile.signing_keys]
        for profile in profiles.values()
    }


def feeds_in(
    tools: Tools, settings: IngestSettings, fetcher: Fetcher, stop: asyncio.Event
) -> list[Coroutine[Any, Any, None]]:
    """The polling of all feeds; nothing where no profile has any."""
    pollers = pollers_of(
        tools.profiles,
        fetch=fetcher,
        publisher=tools.publisher,
        registry=tools.registry,
        clock=tools.clock,
        gatekeeper=tools.gatekeeper,
        tracing=tools.tracing,
        holder=f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}",
        environ=os.environ,
        secrets=settings.secrets,
        count_wire=counting(tools.ledger, "poll"),
    )
    return [keep_polling(pollers, stop)] if pollers else []


def folders_in(tools: Tools, settings: IngestSettings, stop: asyncio.Event) -> list[Coroutine[Any, Any, None]]:
    """The watching of the common folder, and of those that profiles name."""
    common: list[tuple[Path, str | None]] = [] if settings.folder is None else [(settings.folder, None)]
    own = [(Path(profile.folder), profile.name) for profile in tools.profiles.values() if profile.folder]
    folders = [
        WatchedFolder(
            root,
            tools.publisher,
            tools.profiles,
            tools.clock,
            max_bytes=settings.max_body_bytes,
            tracing=tools.tracing,
            gatekeeper=tools.gatekeeper,
            provider=provider,
            still=settings.folder_still,
            count_wire=counting(tools.ledger, "folder"),
        )
        for root, provider in (*common, *own)
    ]
    return [watch(folder, settings.folder_interval, stop) for folder in folders]


def disks_of(listed: str) -> dict[str, Path]:
    """Names and folders from `NAME=PATH,NAME=PATH`. Raises Misconfigured for anything else."""
    disks = {}
    for entry in filter(None, map(str.strip, listed.split(","))):
        name, equals, path = entry.partition("=")
        if not (name and equals and path):
            raise Misconfigured(f"INGEST_DISKS={listed}: write NAME=PATH,NAME=PATH")
        disks[name] = Path(path)
    return disks


def read_providers(shared: SharedSettings) -> str:
    """The provider profiles as TOML text. Raises Misconfigured when there is no such file; without one, none is known."""
    if shared.providers is None:
        return ""
    try:
        return shared.providers.read_text(encoding="utf-8")
    except OSError as error:
        raise Misconfigured(f"WIREDESK_PROVIDERS={shared.providers}: {error.strerror}") from error


def main() -> None:
    """Entry point of `python -m wiredesk_ingest`."""
    shared = SharedSettings()
    configure_logging("ingest", shared.log_level)
    collect_seldom()
    carry_out(run(shared, IngestSettings()))


if __name__ == "__main__":
    main()
