"""`wiredesk status`: is everything up, how much is there, how far behind is it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from time import monotonic, time
from typing import TYPE_CHECKING, Annotated, Any

import typer
from wiredesk_core.failures import Failure

from wiredesk.console import put, say, table
from wiredesk.keyring import read_key
from wiredesk.options import DATA, Data, Json, Key, Url
from wiredesk.places import DeskFolder
from wiredesk.running import DeskNote, ProcessNote, is_running, read_note

if TYPE_CHECKING:
    from wiredesk_ingest.providers import Profile

NOT_READY = 1
LOOK_SECONDS = 1.0

Look = Callable[[], Awaitable[dict[str, Any]]]


def status(
    *,
    data: Data = DATA,
    url: Url = None,
    ingest: Annotated[
        str | None, typer.Option("--ingest", envvar="WIREDESK_INGEST", help="Ingest of that other desk.")
    ] = None,
    key: Key = None,
    as_json: Json = False,
    watch: Annotated[bool, typer.Option("--watch", help="Look again every second until Ctrl-C.")] = False,
) -> None:
    """Processes, readiness, counts and lag of a desk, the one on this machine by default; exit code 1 when it is not all ready."""
    folder = DeskFolder(data)
    note = read_note(folder)
    if url is not None:
        look_once = partial(look_from_afar, url, ingest, key or read_key(folder))
    elif note is None or not is_running(folder):
        say(f"No desk runs on {data}: start it with `wiredesk up`, or name another with --url, --ingest and --key.")
        raise typer.Exit(NOT_READY)
    else:
        look_once = partial(_look_here, folder, note)
    if watch:
        asyncio.run(look_again_and_again(look_once))
        return
    told = asyncio.run(look_once())
    put(json.dumps(told, ensure_ascii=False) if as_json else status_text(told))
    raise typer.Exit(0 if all(process["ready"] for process in told["processes"]) else NOT_READY)


async def look_again_and_again(look_once: Look) -> None:
    """The same as a table that stays in its place; Ctrl-C ends it."""
    from rich.live import Live
    from rich.text import Text

    before: dict[str, Any] = {}
    looked = monotonic()
    with contextlib.suppress(KeyboardInterrupt, asyncio.CancelledError), Live(auto_refresh=False) as live:
        while True:
            told = await look_once()
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


async def _look_here(folder: DeskFolder, note: DeskNote) -> dict[str, Any]:
    return await look(folder, read_note(folder) or note)


async def look_from_afar(url: str, ingest: str | None, key: str | None) -> dict[str, Any]:
    """A desk behind its published addresses: what gateway and ingest tell to a key with `status:read`."""
    doors = {"gateway": url, **({"ingest": ingest} if ingest else {})}
    told = {name: await asyncio.to_thread(_ask, address, key) for name, address in doors.items()}
    answers = {name: answer for name, answer in told.items() if "unknown" not in answer}
    load = answers.get("ingest", {})
    return {
        "gateway": url,
        "ingest": ingest or "not asked (--ingest)",
        "broker": "behind them",
        "pid": "elsewhere",
        "processes": [_door(name, doors[name], answer) for name, answer in told.items()],
        "counts": told["gateway"],
        "lag": {name: row["waiting"] for name, row in load.get("lag", {}).items()},
        "refuses": load.get("refuses", []),
        "feeds": load.get("feeds", {}),
        "providers": load.get("providers", {}),
    }


def _ask(address: str, key: str | None) -> dict[str, Any]:
    from wiredesk.connection import Address, Connection

    try:
        with Connection(Address(address.rstrip("/"), key or "")) as connection:
            answer: dict[str, Any] = connection.get("/v1/status").json()
    except Failure as failure:
        return {"unknown": str(failure)}
    return answer


def _door(name: str, address: str, answer: dict[str, Any]) -> dict[str, Any]:
    away = "unknown" in answer
    state = "away" if away else "ready"
    return {"name": f"{name} at {address}", "ready": not away, "state": state, "pid": None, "restarts": 0, "memory": ""}


async def look(folder: DeskFolder, note: DeskNote) -> dict[str, Any]:
    """All that can be seen from outside; a part that cannot be seen says why."""
    from wiredesk_core.broker.inbound import whole_table

    from wiredesk.lag import access_to, lag_of

    processes, counts, lag, (feeds, providers) = await asyncio.gather(
        asyncio.gather(*(_process(process, note) for process in note.processes)),
        _or_why(counts_of(folder)),
        _or_why(lag_of(access_to(note.broker), whole_table(note.providers_file))),
        senders_of(folder, note.providers_file),
    )
    return {
        "gateway": note.gateway,
        "ingest": note.ingest,
        "broker": note.broker,
        "pid": note.pid,
        "processes": list(processes),
        "counts": counts,
        "lag": lag,
        "feeds": feeds,
        "providers": providers,
    }


async def senders_of(folder: DeskFolder, providers: Path | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """How each feed that ingest polls stands, and each provider: when it was last heard, whether it is silent."""
    from wiredesk_core.registry import open_registry
    from wiredesk_ingest.polling.health import feeds_told
    from wiredesk_ingest.silence.hearing import silences_told

    registry = open_registry(os.environ.get("WIREDESK_REGISTRY") or f"sqlite:{folder.root.absolute() / 'registry.db'}")
    try:
        feeds = await _or_why(feeds_told(registry))
        return feeds, await _or_why(silences_told(registry, _profiles_in(providers), time()))
    finally:
        await registry.close()


def _profiles_in(providers: Path | None) -> Mapping[str, Profile]:
    from wiredesk_ingest.provider_file import examine

    return examine(providers.read_text("utf-8")).profiles if providers and providers.is_file() else {}


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
            *([_feeds_text(told["feeds"])] if told.get("feeds") else []),
            *([_providers_text(told["providers"])] if told.get("providers") else []),
            *([f"Ingest refuses pushes: {', '.join(told['refuses'])}"] if told.get("refuses") else []),
        ]
    )


def _feeds_text(feeds: dict[str, Any]) -> str:
    if "unknown" in feeds:
        return f"Feeds: {feeds['unknown']}"
    rows = [
        (name, feed["last_success"] or "never", feed["next_poll"] or "now", str(feed["errors"]), feed["why"])
        for name, feed in feeds.items()
    ]
    return table(("Feed", "Last success", "Next poll", "Errors in a row", "Why"), rows)


def _providers_text(providers: dict[str, Any]) -> str:
    if "unknown" in providers:
        return f"Providers: {providers['unknown']}"
    rows = [(name, one["last_wire"] or "never", "SILENT" if one["silent"] else "") for name, one in providers.items()]
    return table(("Provider", "Last wire", "Silent"), rows)


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
