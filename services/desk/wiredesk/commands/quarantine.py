"""`wiredesk quarantine`: what was put aside, and what to do about it."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

import typer
from wiredesk_core.failures import Misconfigured, Refused
from wiredesk_core.moments import iso

from wiredesk.console import put, say
from wiredesk.options import DATA, Data, Json, Key, Url
from wiredesk.places import DeskFolder

REFUSED = 1


class Action(StrEnum):
    """What to do with the records put aside."""

    list = "list"
    show = "show"
    replay = "replay"
    drop = "drop"


class State(StrEnum):
    """What was decided about a record."""

    shelved = "shelved"
    replayed = "replayed"
    dropped = "dropped"
    all = "all"


def quarantine(
    action: Annotated[
        Action, typer.Argument(help="list; show ID; replay: back to where it came from; drop: let its bytes go.")
    ] = Action.list,
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]…", help="Entries, by the ids of the list.")] = None,
    *,
    provider: Annotated[list[str] | None, typer.Option(help="Only these providers' records; repeatable.")] = None,
    code: Annotated[str | None, typer.Option(help="Only those put aside for this, such as json_broken.")] = None,
    stage: Annotated[str | None, typer.Option(help="Only those that this stage put aside, such as parse.")] = None,
    receipt: Annotated[str | None, typer.Option(help="Only those of this receipt.")] = None,
    state: Annotated[State, typer.Option(help="Only those about which this was decided; nothing yet: shelved.")] = (
        State.shelved
    ),
    since: Annotated[str | None, typer.Option(help="Put aside then or later: 2026-03-01, or 2h for two hours ago.")] = (
        None
    ),
    until: Annotated[str | None, typer.Option(help="Put aside before then.")] = None,
    limit: Annotated[int, typer.Option(help="At most so many.", min=1)] = 200,
    reason: Annotated[str, typer.Option(help="Why, for whoever reads the trace; a drop wants one.")] = "",
    raw: Annotated[bool, typer.Option("--raw", help="With show: the bytes as they came, and nothing else.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say which entries would be meant, do nothing.")] = False,
    data: Data = DATA,
    url: Url = None,
    ingest: Annotated[str | None, typer.Option(help="Ingest of that other desk, which carries decisions out.")] = None,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Records put aside: list, show, replay or drop them. 1 when something was refused."""
    from wiredesk.connection import Connection, address_of
    from wiredesk.quarantine import Asked, decide_all, entries_of, list_text, outcomes_json, outcomes_text
    from wiredesk.when import moment_of

    if raw and action is not Action.show:
        raise Misconfigured("--raw goes with show: it writes one record's bytes.")
    folder = DeskFolder(data)
    begin, end = (moment and iso(moment_of(moment, datetime.now(UTC))) for moment in (since, until))
    filters = _given(provider=provider, code=code, stage=stage, receipt_id=receipt, since=begin, until=end)
    parameters = filters if state is State.all else {**filters, "state": state.value}
    asked = Asked(tuple(ids or ()), parameters, limit)
    with Connection(address_of("gateway", folder, url, key)) as gateway:
        if action is Action.show:
            _show(gateway, asked, raw=raw, as_json=as_json)
            return
        if action is not Action.list and not asked.ids and not filters:
            raise Misconfigured(f"What to {action}? Name ids, or at least one filter such as --provider or --code.")
        entries = list(entries_of(gateway, asked))
    if action is Action.list or dry_run:
        put(json.dumps({"quarantined": entries}, ensure_ascii=False) if as_json else list_text(entries))
        return
    if action is Action.drop and not reason:
        raise Misconfigured("A drop leaves a trace: say why with --reason.")
    if url is not None and ingest is None:
        raise Misconfigured("Decisions are carried out by the desk's ingest: name it with --ingest.")
    with Connection(address_of("ingest", folder, ingest, key)) as way_in:
        outcomes = decide_all(way_in, action, entries, reason)
    put(outcomes_json(outcomes) if as_json else outcomes_text(outcomes))
    raise typer.Exit(REFUSED if any(outcome.outcome == "refused" for outcome in outcomes) else 0)


def _given(**filters: Any) -> dict[str, Any]:
    return {name: value for name, value in filters.items() if value}


def _show(gateway: Any, asked: Any, *, raw: bool, as_json: bool) -> None:
    """One entry, or its bytes."""
    from wiredesk.quarantine import entry_text

    if len(asked.ids) != 1:
        raise Misconfigured("Which one? `wiredesk quarantine show ID`, with an id of the list.")
    path = f"/v1/quarantine/{asked.ids[0]}"
    if raw:
        sys.stdout.buffer.write(gateway.get(f"{path}/bytes").content)
        sys.stdout.buffer.flush()
        return
    entry = gateway.get(path).json()
    if as_json:
        put(json.dumps(entry, ensure_ascii=False))
        return
    try:
        value = gateway.get(f"{path}/bytes").content
    except Refused as gone:
        if gone.status != 410:
            raise
        value = None
        say(str(gone))
    put(entry_text(entry, value))
