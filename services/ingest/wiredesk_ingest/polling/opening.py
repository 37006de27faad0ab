"""From profiles to pollers: a poller for each feed that a providers file names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from wiredesk_core.ports import Clock, Publisher, Registry
from wiredesk_core.tracing import Tracing

from wiredesk_ingest.credentials import read_secret
from wiredesk_ingest.gatekeeper import Gatekeeper
from wiredesk_ingest.polling.fetching import Fetch
from wiredesk_ingest.polling.poller import Poller
from wiredesk_ingest.polling.reading import reader_of
from wiredesk_ingest.providers import Profile
from wiredesk_ingest.usage import CountWire


def pollers_of(
    profiles: Mapping[str, Profile],
    *,
    fetch: Fetch,
    publisher: Publisher,
    registry: Registry,
    clock: Clock,
    gatekeeper: Gatekeeper,
    tracing: Tracing,
    holder: str,
    environ: Mapping[str, str],
    secrets: Path,
    count_wire: CountWire,
) -> list[Poller]:
    """A poller for each feed, in the order of the file. Raises Misconfigured when a secret is not where the file says."""
    return [
        Poller(
            provider=profile.name,
            feed=feed,
            reader=reader_of(feed, read_secret(feed.authorization, environ, secrets)),
            fetch=fetch,
            publisher=publisher,
            registry=registry,
            clock=clock,
            gatekeeper=gatekeeper,
            holder=holder,
            tracing=tracing,
            count_wire=count_wire,
        )
        for profile in profiles.values()
        for feed in profile.feeds
    ]


def hosts_of(listed: str) -> tuple[str, ...]:
    """Hosts from `a.example,b.example`."""
    return tuple(host.strip().lower().rstrip(".") for host in listed.split(",") if host.strip())
