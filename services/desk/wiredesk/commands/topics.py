"""`wiredesk topics`: the broker's topics, held against the table."""

from __future__ import annotations

import asyncio
import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from wiredesk.console import put, say, table
from wiredesk.options import DATA, Data, Json
from wiredesk.places import DeskFolder
from wiredesk.running import read_note

DIFFERENT = 1


class Action(StrEnum):
    """What to do about differences: say what would be done, do it, or fail because of them."""

    plan = "plan"
    apply = "apply"
    check = "check"


def topics(
    action: Annotated[Action, typer.Argument(help="plan: say what would be done; apply: do it; check: exit 1 if any.")],
    *,
    data: Data = DATA,
    broker: Annotated[str | None, typer.Option(help="A broker, HOST:PORT; this desk's own by default.")] = None,
    replication: Annotated[int, typer.Option(help="Copies of each topic that are asked for.", min=1)] = 1,
    providers: Annotated[
        Path | None, typer.Option(help="TOML file of profiles: those with inbound have a topic of their own.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Topics that are missing or differ from the table; how the broker is reached is in WIREDESK_BROKER_*."""
    from wiredesk_core.broker.inbound import whole_table
    from wiredesk_core.broker.topic_admin import apply_plan, plan_topics
    from wiredesk_core.failures import Misconfigured

    from wiredesk.lag import access_to

    note = read_note(DeskFolder(data))
    address = broker or (note.broker if note else None)
    if address is None:
        raise Misconfigured(f"No desk runs on {data}: start one with `wiredesk up`, or name a broker with --broker.")
    wanted = whole_table(providers or (note.providers_file if note else None))
    act = apply_plan if action is Action.apply else plan_topics
    steps = asyncio.run(act(access_to(address), wanted, replication=replication))
    rows = [(step.topic.name, step.kind, step.sentence) for step in steps]
    if as_json:
        put(json.dumps([dict(zip(("topic", "step", "why"), row, strict=True)) for row in rows]))
    elif steps:
        put(table(("Topic", "Step", "Why"), rows))
    else:
        say(f"{len(wanted)} topics are as in the table.")
    raise typer.Exit(DIFFERENT if steps and action is Action.check else 0)
