"""Runs the gateway: settings, read-only adapters, the HTTP app. Nothing else is decided here."""

from __future__ import annotations

import asyncio
import contextlib
import sys

import uvloop
from wiredesk_core.archive import open_archive_reader
from wiredesk_core.audit import open_audit
from wiredesk_core.audit.trail import Trail
from wiredesk_core.blobs import open_blobs
from wiredesk_core.broker.access import BrokerAccess
from wiredesk_core.broker.topic_admin import require_topics
from wiredesk_core.clock import SystemClock
from wiredesk_core.failures import BrokerDown, Misconfigured
from wiredesk_core.garbage import collect_seldom
from wiredesk_core.index import open_index_reader
from wiredesk_core.keys.jwt import read_issuer
from wiredesk_core.ports import Registry
from wiredesk_core.registry import open_registry
from wiredesk_core.settings import SharedSettings
from wiredesk_core.telemetry import configure_logging, log
from wiredesk_core.topics import ITEM_CHANGED
from wiredesk_core.usage import Ledger
from wiredesk_core.web.serving import listen, serve, stop_on_signals

from wiredesk_gateway.app import create_app
from wiredesk_gateway.desk import Limits
from wiredesk_gateway.kafka_changes import KafkaChangeLog
from wiredesk_gateway.settings import GatewaySettings, origins_in
from wiredesk_gateway.signing import shared_signing_key


async def run(shared: SharedSettings, settings: GatewaySettings) -> None:
    """The service, until SIGTERM or SIGINT. The broker may be away: all but the change feed is served then.

    Raises Misconfigured when the broker's topic is not the table's: a feed of something else would be believed.
    """
    stop = asyncio.Event()
    stop_on_signals(stop)
    bound = listen(settings.host, settings.port)
    clock = SystemClock()
    archive, index = open_archive_reader(shared.archive), open_index_reader(shared.index)
    registry = open_registry(shared.registry, clock)
    audit = open_audit(shared.registry)
    trail, ledger = Trail(audit), Ledger(registry)
    access = BrokerAccess.of(shared)
    with contextlib.suppress(BrokerDown):
        await require_topics(access, (ITEM_CHANGED,), replication=shared.replication)
    changes = KafkaChangeLog(access, ITEM_CHANGED, open_blobs(shared.blobs))
    app = create_app(
        archive=archive,
        index=index,
        registry=registry,
        audit=audit,
        trail=trail,
        ledger=ledger,
        changes=changes,
        clock=clock,
        signing_key=await signing_key(settings, registry),
        limits=Limits(
            longest_wait=settings.longest_wait,
            heartbeat=settings.heartbeat,
            streams_per_key=settings.streams_per_key,
            per_minute=settings.per_minute,
            stalled=settings.stalled,
            largest_page=settings.largest_page,
        ),
        issuer=read_issuer(shared.jwt_issuer, shared.jwt_audience, shared.jwt_keys),
        origins=origins_in(settings.cors),
        stopping=stop,
    )
    log(__name__).info("serving", host=settings.host, port=bound.getsockname()[1])
    try:
        async with asyncio.TaskGroup() as together:
            together.create_task(serve(app, bound, stop, grace=settings.grace))
            together.create_task(changes.follow(stop))
            together.create_task(trail.run(stop))
            together.create_task(ledger.run(stop))
    finally:
        await trail.settle()
        await ledger.settle()
        for store in (archive, index, registry, audit):
            await store.close()


async def signing_key(settings: GatewaySettings, registry: Registry) -> bytes:
    """The one that is set, else the one that all gateways share through the Registry."""
    if settings.signing_key is not None:
        return settings.signing_key.get_secret_value().encode()
    return await shared_signing_key(registry)


def main() -> None:
    """Entry point of `python -m wiredesk_gateway`."""
    shared = SharedSettings()
    configure_logging("gateway", shared.log_level)
    collect_seldom()
    try:
        uvloop.run(run(shared, GatewaySettings()))
    except Misconfigured as failure:
        log(__name__).error("cannot start", why=str(failure))
        sys.exit(2)


if __name__ == "__main__":
    main()
