"""`wiredesk up`: the one-machine edition."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer

from wiredesk.console import put, say
from wiredesk.options import DATA, Data
from wiredesk.places import DeskFolder, cache_folder
from wiredesk.running import DeskNote

DEFAULT_WORKERS = min(4, os.cpu_count() or 1)


def up(
    *,
    data: Data = DATA,
    port: Annotated[int, typer.Option(help="Port of the gateway; 0 = any free one.")] = 8080,
    ingest_port: Annotated[int, typer.Option(help="Port that pushes are taken on; 0 = any free one.")] = 8081,
    providers: Annotated[Path | None, typer.Option(help="TOML file of provider profiles.")] = None,
    folder: Annotated[
        Path | None, typer.Option(help="Folder to watch: files in incoming/PROVIDER/ are taken as wires.")
    ] = None,
    broker: Annotated[
        str | None, typer.Option(help="A Kafka that runs already, HOST:PORT, instead of our own.")
    ] = None,
    replication: Annotated[int, typer.Option(help="Copies of each topic, on a broker of yours.")] = 1,
    workers: Annotated[int, typer.Option(help="Processes that enrich stories.", min=1)] = DEFAULT_WORKERS,
) -> None:
    """Start Kafka and every service on this machine; Ctrl-C stops them, the next `up` finds everything again."""
    from wiredesk.desk import Plan, run_desk

    desk = DeskFolder(data)
    plan = Plan(
        desk, cache_folder(os.environ), port, ingest_port, providers, broker, replication, workers, watched=folder
    )

    async def on_ready(note: DeskNote, _stop: asyncio.Event) -> None:
        introduce(note, await own_key(desk), desk)

    say(f"Starting the desk in {data} …")
    asyncio.run(run_desk(plan, say, on_ready))
    say("Stopped. Everything is kept: `wiredesk up` goes on from here.")


async def own_key(folder: DeskFolder) -> str:
    """The desk's own token, from its registry."""
    from wiredesk_core.audit import open_audit
    from wiredesk_core.registry import open_registry

    from wiredesk.keyring import desk_key

    url = os.environ.get("WIREDESK_REGISTRY") or f"sqlite:{folder.root.absolute() / 'registry.db'}"
    registry, audit = open_registry(url), open_audit(url)
    try:
        return await desk_key(folder, registry, audit)
    finally:
        await registry.close()
        await audit.close()


def introduce(note: DeskNote, token: str, folder: DeskFolder) -> None:
    """Where everything is."""
    put(f"Gateway   {note.gateway}   (API: {note.gateway}/openapi.json)")
    put(f"Ingest    {note.ingest}/v1/wires/PROVIDER")
    put(f"Kafka     {note.broker}")
    put(f"Key       {token}")
    put(f"Logs      {folder.logs}")
    if folder.root != DATA:
        put(f"Commands  wiredesk push, search, show …, each with --data {folder.root}")
    say("The desk is up. Ctrl-C stops it.")
