"""`wiredesk usage`: who read and pushed how much."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer
from wiredesk_core.moments import iso

from wiredesk.console import put, table
from wiredesk.options import DATA, Data, Json, Key, Url
from wiredesk.places import DeskFolder

if TYPE_CHECKING:
    from wiredesk.connection import Connection

PAGE = 1000


class By(StrEnum):
    """What a line is."""

    key = "key"
    provider = "provider"


def usage(
    *,
    since: Annotated[
        str | None, typer.Option(help="That day (UTC) or later: 2026-03-01, or 4w. A week otherwise.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="That day or before; today otherwise.")] = None,
    by: Annotated[By, typer.Option(help="A line a key, or a line a provider.")] = By.key,
    of: Annotated[
        str | None, typer.Option(help="Only this key's id, or signature:, folder:, poll: or inbound:PROVIDER.")
    ] = None,
    data: Data = DATA,
    url: Url = None,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Requests, items, bytes and 429s by day: of your own key, or with keys:admin of all."""
    from wiredesk.connection import Connection, address_of
    from wiredesk.when import moment_of

    begin, end = (moment and iso(moment_of(moment, datetime.now(UTC))) for moment in (since, until))
    filters = {"since": begin, "until": end, "by": by.value, "key": of}
    with Connection(address_of("gateway", DeskFolder(data), url, key)) as gateway:
        found = list(lines_of(gateway, {name: value for name, value in filters.items() if value}))
    put(json.dumps({"usage": found}, ensure_ascii=False) if as_json else usage_table(found))


def lines_of(gateway: Connection, asked: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    """All lines, page after page."""
    after: dict[str, str] = {}
    while True:
        page = gateway.get("/v1/usage", {**asked, **after, "limit": PAGE}).json()
        yield from page["usage"]
        if not page["has_more"]:
            return
        after = {"cursor": page["next"]}


def usage_table(found: Sequence[Mapping[str, Any]]) -> str:
    """A line a day and key, or a day and provider."""
    columns = ("Day", "Who", "Asked", "Items", "Bytes", "429", "Pushes", "Wires", "Bytes in", "429 in")
    return table(columns, [_row(line) for line in found])


def _row(line: Mapping[str, Any]) -> tuple[str, ...]:
    who = line.get("provider") or (f"{line['name']} ({line['key']})" if line["name"] else line["key"])
    amounts = (line[way][name] for way in ("read", "pushed") for name in ("requests", "items", "bytes", "limited"))
    return (line["day"], who, *map(str, amounts))
