"""`wiredesk status`: is everything up, how much is there, how far behind is it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from time import monotonic
from typing import Annotated, Any

import typer
from wiredesk_core.failures import Failure

from wiredesk.console import put, say, table
from wiredesk.options import DATA, Data, Json
from wiredesk.places import DeskFolder
from wiredesk.running import DeskNote, ProcessNote, is_running, read_note

NOT_READY = 1
LOOK_SECONDS = 1.0


def status(
    data: Data = DATA,
    as_json: Json = False,
    watch: Annotated[bool, typer.Option("--watch", help="Look again every second until Ctrl-C.")] = False,
) -> None:
    """Processes, readiness, counts and lag of the desk on this machine; exit code 1 when it is not all ready."""
    folder = DeskFolder(data)
    note = read_note(folder)
    if note is None or not is_running(folder):
        say(f"No desk runs on {data}: start it with `wiredesk up`.")
        raise typer.Exit(NOT_READY)
    if watch:
        asyncio.run(look_again_and_again(folder, note))
        return
    told = asyncio.run(look(folder, note))
    put(json.dumps(told, ensure_ascii=False) if as_json else status_text(told))
    raise typer.Exit(0 if all(process["ready"] for process in told["processes"]) else NOT_READY)


async def look_again_and_again(folder: DeskFolder, note: DeskNote) -> None:
    """The same as a table that stays in its place; Ctrl-C ends it."""
    from rich.live import Live
    from rich.text import Text

    before: dict[str, Any] = {}
    looked = monotonic()
    with contextlib.suppress(KeyboardInterrupt, asyncio.CancelledError), Live(auto_refresh=False) as live:
        while True:
            told = await look(folder, read_note(folder) or note)
            since, looked = monotonic() - looked, monotonic()
            live.update(Text(status_text(told | {"lag": with_trend(told["lag"], before, since)})), refresh=True)
            before = told["lag"]
            await asyncio.sleep(LOOK_SECONDS)


def with_trend(lag: dict[str, Any], before: dict[str, Any], since: float = LOOK_SECONDS) -> dict[str, str]:
    """Each lag with how it went in the seconds since the look before, and, where it shrinks, when it will be gone."""
    return {name: f"{waiting}{_trend(waiting, before.get(name), since)}" for name, waiting in lag.items()}


def _trend(waiting: Any, before: Any, since: float) -> str:
    if not isinstance(waiting, int) or not isinstance(before, int) or waiting == before:
        return ""
    if waiting > before:
        return f"  grows by {(waiting - before) / since:.0f}/s"
    return f"  gone in {waiting * since / (before - waiting):.0f} s"


async def look(folder: DeskFolder, note: DeskNote) -> dict[str, Any]:
    """All that can be seen from outside; a part that cannot be seen says why."""
    from wiredesk.lag import access_to, lag_of

    processes, counts, lag = await asyncio.gather(
        asyncio.gather(*(_process(process, note) for process in note.processes)),
        _or_why(counts_of(folder)),
        _or_why(lag_of(access_to(note.broker))),
    )
    return {
        "gateway": note.gateway,
        "ingest": note.ingest,
        "broker": note.broker,
        "pid": note.pid,
        "processes": list(processes),
        "counts": counts,
        "lag": lag,
    }


async def counts_of(folder: DeskFolder) -> dict[str, Any]:
    """Items by standing, dispositions, what waits to be announced, quarantine."""
    from wiredesk_core.archive import open_archive_reader

    archive = open_archive_reader(
        os.environ.get("WIREDESK_ARCHIVE") or f"sqlite:{folder.root.absolute() / 'archive.db'}"
    )
    try:
        counts = await archive.counts()
    finally:
        await archive.close()
    return {
        "items": {str(standing): number for standing, number in counts.by_standing.items()},
        "dispositions": {str(disposition): number for disposition, number in counts.by_disposition.items()},
        "unsent": counts.unsent,
        "quarantined": counts.quarantined,
    }


def status_text(told: dict[str, Any]) -> str:
    """The same for people."""
    processes = [
        (p["name"], "ready" if p["ready"] else p["state"], str(p["pid"] or ""), str(p["restarts"]), p["memory"])
        for p in told["processes"]
    ]
    return "\n\n".join(
        [
            f"Gateway {told['gateway']}, ingest {told['ingest']}, Kafka {told['broker']}, supervisor {told['pid']}",
            table(("Process", "State", "Pid", "Restarts", "Memory"), processes),
            table(("Count", "Number"), list(_flat(told["counts"]))),
            table(("Behind", "Records"), [(name, str(number)) for name, number in told["lag"].items()]),
        ]
    )


async def _process(process: ProcessNote, note: DeskNote) -> dict[str, Any]:
    from wiredesk.desk import is_ready
    from wiredesk.kafka import answers

    if process.health:
        ready = await is_ready(int(process.health.rpartition(":")[2]))
    else:
        ready = await asyncio.to_thread(answers, note.broker)
    return {**process.model_dump(), "ready": ready, "memory": memory_of(process.pid)}


def memory_of(pid: int | None) -> str:
    """Resident memory, where the system tells it in /proc."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as status_file:  # noqa: PTH123 - not a real file
            kib = next(int(line.split()[1]) for line in status_file if line.startswith("VmRSS"))
    except (OSError, StopIteration):
        return ""
    return f"{kib // 1024} MiB"


async def _or_why(looking: Any) -> dict[str, Any]:
    try:
        found: dict[str, Any] = await looking
    except (Failure, OSError) as failure:
        return {"unknown": str(failure)}
    return found


def _flat(counts: dict[str, Any], prefix: str = "") -> Any:
    for name, value in counts.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}: ")
        else:
            yield f"{prefix}{name}", str(value)
