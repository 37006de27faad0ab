"""`wiredesk audit`: who changed what, who was refused, and whether the account still holds together."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer
from wiredesk_core.deeds import Entry, entry_of, first_broken
from wiredesk_core.failures import Misconfigured
from wiredesk_core.moments import iso

from wiredesk.console import put, say, table
from wiredesk.options import DATA, Data, Json, Key, Url
from wiredesk.places import DeskFolder

if TYPE_CHECKING:
    from wiredesk.connection import Connection

BROKEN = 1


class Action(StrEnum):
    """What to do with the audit."""

    list = "list"
    verify = "verify"


def audit(
    action: Annotated[
        Action, typer.Argument(help="list; verify: whether every entry still follows from the one before.")
    ] = Action.list,
    *,
    since: Annotated[str | None, typer.Option(help="Done then or later: 2026-03-01, or 2h for two hours ago.")] = None,
    until: Annotated[str | None, typer.Option(help="Done before then.")] = None,
    actor: Annotated[str | None, typer.Option(help="Only by this key's id, or signature:PROVIDER.")] = None,
    deed: Annotated[str | None, typer.Option(help="Only this action, such as key.made or refused.")] = None,
    limit: Annotated[int, typer.Option(help="At most so many, oldest first.", min=1)] = 1000,
    export: Annotated[Path | None, typer.Option(help="Write all of them to this file, one JSON a line.")] = None,
    seen: Annotated[
        str | None, typer.Option(metavar="NUMBER:HASH", help="With verify: an entry as it was noted before.")
    ] = None,
    data: Data = DATA,
    url: Url = None,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Changes, refused attempts and reads of sealed items: list, export or verify them. 1 when the account was tampered with."""
    from wiredesk.connection import Connection, address_of
    from wiredesk.when import moment_of

    begin, end = (moment and iso(moment_of(moment, datetime.now(UTC))) for moment in (since, until))
    filters = {"since": begin, "until": end, "actor": actor, "action": deed}
    asked = {name: value for name, value in filters.items() if value}
    if action is Action.verify and asked:
        raise Misconfigured("verify follows the whole account: leave the filters out.")
    with Connection(address_of("gateway", DeskFolder(data), url, key)) as gateway:
        if action is Action.verify:
            told, holds = verdict(map(entry_of, exported(gateway, {})), _noted(seen))
            put(told)
            raise typer.Exit(0 if holds else BROKEN)
        if export is not None:
            count = write_lines(exported(gateway, asked), export)
            say(f"{count} entries in {export}.")
            return
        found = list(islice(exported(gateway, asked), limit))
    put(json.dumps({"entries": found}, ensure_ascii=False) if as_json else entries_table(found))


def exported(gateway: Connection, asked: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """The entries, oldest first, as they come."""
    from wiredesk.connection import problem_of

    with gateway.stream("/v1/audit", params={**asked, "format": "ndjson"}) as answer:
        if answer.is_error:
            answer.read()
            raise problem_of(answer)
        yield from (orjson.loads(line) for line in answer.iter_lines() if line)


def write_lines(entries: Iterator[Mapping[str, Any]], path: Path) -> int:
    """Writes an entry a line; gives how many."""
    with path.open("wb") as file:
        written = (file.write(orjson.dumps(entry, option=orjson.OPT_APPEND_NEWLINE)) for entry in entries)
        return sum(1 for _ in written)


def verdict(entries: Iterator[Entry], seen: tuple[int, str] | None) -> tuple[str, bool]:
    """What is to be said of an account, and whether it holds. `seen`: number and hash of an entry noted elsewhere."""
    newest: Entry | None = None
    found: str | None = None
    for entry in entries:
        if first_broken([entry], newest) is not None:
            return (
                f"Entry {entry.number} does not follow from the one before it: something was changed or taken out.",
                False,
            )
        if seen is not None and entry.number == seen[0]:
            found = entry.hash
        newest = entry
    if seen is not None and found != seen[1]:
        return f"Entry {seen[0]} is not the one that was noted: it was written anew, or the end was cut off.", False
    if newest is None:
        return "The audit is empty.", True
    return (
        f"{newest.number} entries, each follows from the one before. Note the last: {newest.number}:{newest.hash}",
        True,
    )


def entries_table(found: list[dict[str, Any]]) -> str:
    """A line an entry."""
    columns = ("Nr", "At", "Who", "Service", "What", "Outcome", "About", "Why")
    return table(columns, [_row(entry) for entry in found])


def _row(entry: Mapping[str, Any]) -> tuple[str, ...]:
    who = f"{entry['name']} ({entry['actor']})" if entry["name"] else entry["actor"]
    told = [entry[name] for name in ("service", "action", "outcome", "subject", "reason")]
    return str(entry["number"]), entry["at"], who, *told


def _noted(seen: str | None) -> tuple[int, str] | None:
    """Raises Misconfigured for what is no number and hash."""
    if seen is None:
        return None
    number, colon, link = seen.partition(":")
    if not (number.isdecimal() and colon and link):
        raise Misconfigured("--seen wants NUMBER:HASH, as verify printed it.")
    return int(number), link
