"""`wiredesk demo`: the whole desk at work on the sample wires."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer

from wiredesk.commands.up import DEFAULT_WORKERS, introduce, own_key
from wiredesk.console import say
from wiredesk.options import Data
from wiredesk.places import DeskFolder, cache_folder
from wiredesk.running import DeskNote

DEMO_DATA = Path(".wiredesk/demo")
SAMPLES = Path("samples")


def demo(
    *,
    data: Data = DEMO_DATA,
    samples: Annotated[Path, typer.Option(help="Folder with providers.toml and wires/PROVIDER/FILE.")] = SAMPLES,
    port: Annotated[int, typer.Option(help="Port of the gateway; 0 = any free one.")] = 8080,
    ingest_port: Annotated[int, typer.Option(help="Port that pushes are taken on; 0 = any free one.")] = 8081,
    workers: Annotated[int, typer.Option(help="Processes that enrich stories.", min=1)] = DEFAULT_WORKERS,
    once: Annotated[bool, typer.Option("--once", help="End when everything was shown.")] = False,
) -> None:
    """Start the desk, push the sample wires, show what became of them, and keep serving until Ctrl-C."""
    from wiredesk_core.failures import Misconfigured

    from wiredesk.desk import Plan, run_desk
    from wiredesk.tour import take_tour

    if not (samples / "wires").is_dir():
        raise Misconfigured(
            f"There are no sample wires in {samples}: run it in the source tree, or name it with --samples."
        )
    folder = DeskFolder(data)
    plan = Plan(folder, cache_folder(os.environ), port, ingest_port, samples / "providers.toml", None, 1, workers)

    async def on_ready(note: DeskNote, stop: asyncio.Event) -> None:
        token = await own_key(folder)
        await asyncio.to_thread(take_tour, note, token, samples / "wires")
        introduce(note, token, folder)
        if once:
            stop.set()

    say(f"Starting the desk in {data} …")
    asyncio.run(run_desk(plan, say, on_ready))
