"""`wiredesk tail`: every change as it happens."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wiredesk.console import put, say
from wiredesk.options import DATA, Data, Json, Key, Url
from wiredesk.places import DeskFolder

if TYPE_CHECKING:
    from wiredesk.connection import Connection

PATIENCE_SECONDS = 60.0
"""Silence (not even a comment) after which the connection is taken for dead."""
AGAIN_SECONDS = 1.0


def tail(
    *,
    from_start: Annotated[bool, typer.Option("--from-start", help="Begin with the oldest change still kept.")] = False,
    limit: Annotated[int, typer.Option(help="End after so many changes; 0 = never.", min=0)] = 0,
    data: Data = DATA,
    url: Url = None,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Follow the changes of a desk until Ctrl-C; goes on where it was when the connection breaks."""
    from wiredesk.connection import Connection, address_of

    with Connection(address_of("gateway", DeskFolder(data), url, key)) as gateway:
        cursor = None if from_start else end_of(gateway)
        for number, change in enumerate(follow(gateway, cursor), start=1):
            put(json.dumps(change, ensure_ascii=False) if as_json else line_of(change))
            if number == limit:
                return


def end_of(gateway: Connection) -> str:
    """The cursor behind the last change."""
    with gateway.stream("/v1/snapshot") as snapshot:
        return str(snapshot.headers["wiredesk-cursor"])


def follow(gateway: Connection, cursor: str | None) -> Iterator[dict[str, Any]]:
    """Changes from the cursor on, over as many connections as it takes."""
    import httpx

    from wiredesk.connection import problem_of, reason_of

    while True:
        headers = {"Last-Event-ID": cursor} if cursor else {}
        try:
            with gateway.stream("/v1/changes/stream", headers=headers, timeout=PATIENCE_SECONDS) as stream:
                if stream.is_error:
                    stream.read()
                    raise problem_of(stream)
                for event, identity, told in events_of(stream.iter_lines()):
                    cursor = identity or cursor
                    if event != "position":
                        yield json.loads(told)
        except httpx.TransportError as broken:
            say(f"The connection broke ({reason_of(broken)}); trying again …")
        time.sleep(AGAIN_SECONDS)


def events_of(lines: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """Server-sent events: name, id and data of each."""
    fields: dict[str, str] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")
        elif fields:
            if "data" in fields:
                yield fields.get("event", "message"), fields.get("id", ""), fields["data"]
            fields = {}


def line_of(change: dict[str, Any]) -> str:
    """A change in one line."""
    item = (change.get("article") or {}).get("item") or {}
    headline = item.get("headline") or item.get("slugline") or ""
    at = str(change["at"])[:19].replace("T", " ")
    return f"{at}  {change['kind']:<8} {change['provider']:<12} r{change['revision']:<3} {change['item_id']}  {headline}".rstrip()
