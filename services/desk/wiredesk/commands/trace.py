"""`wiredesk trace`: one push on its way, step by step, with the seconds between."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import typer

from wiredesk.console import put, table
from wiredesk.options import DATA, Data, Json, Key, Url
from wiredesk.places import DeskFolder


def trace(
    receipt: Annotated[str, typer.Argument(help="The receipt's number, as the push was answered.")],
    data: Data = DATA,
    url: Url = None,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Follow one push: received, parsed, applied, enriched, each with its time and what came of it."""
    from wiredesk.connection import Connection, address_of

    with Connection(address_of("gateway", DeskFolder(data), url, key)) as gateway:
        told = gateway.get(f"/v1/receipts/{receipt}").json()
    put(json.dumps(told, ensure_ascii=False) if as_json else way_table(told["notes"]))


def way_table(notes: Sequence[Mapping[str, Any]]) -> str:
    """The steps in the order of their times."""
    return table(("Step", "At", "Seconds", "Item", "What came of it"), list(_steps(notes)))


def _steps(notes: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, ...]]:
    ordered = sorted(notes, key=lambda note: datetime.fromisoformat(note["at"]))
    began = datetime.fromisoformat(ordered[0]["at"]) if ordered else None
    for note in ordered:
        at = datetime.fromisoformat(note["at"])
        since = (at - began).total_seconds() if began else 0.0
        told = ": ".join(str(note[name]) for name in ("disposition", "code", "detail") if note.get(name))
        yield note["stage"], at.isoformat(timespec="milliseconds"), f"{since:.3f}", note.get("uri") or "", told
