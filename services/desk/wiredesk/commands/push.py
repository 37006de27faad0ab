"""`wiredesk push`: wires to the desk, and what became of each."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from wiredesk_core.failures import Refused

from wiredesk.console import counting, put, say, table
from wiredesk.options import DATA, Data, Key
from wiredesk.places import DeskFolder

if TYPE_CHECKING:
    from wiredesk.connection import Connection
    from wiredesk.pushing import Outcome, Parcel, Pending

OK, NOT_TAKEN, QUARANTINED = 0, 1, 3
POLL_SECONDS = 0.1
FAULTS = ("refused", "waiting")


def push(
    paths: Annotated[list[str], typer.Argument(metavar="PATH…", help="Files or folders; - for standard input.")],
    *,
    provider: Annotated[str | None, typer.Option(help="Whose wires; by default the name of a file's folder.")] = None,
    data: Data = DATA,
    url: Annotated[str | None, typer.Option(help="Ingest of another desk, http://HOST:PORT.")] = None,
    gateway: Annotated[
        str | None, typer.Option(help="Its gateway, where receipts are; told by ingest if left out.")
    ] = None,
    key: Key = None,
    wait: Annotated[float, typer.Option(help="Longest to wait for the last disposition, seconds; 0 = do not.")] = 60.0,
) -> None:
    """Push wires and follow each until it is decided: 0 all taken, 1 something refused or undecided, 3 quarantined."""
    from wiredesk.connection import Address, Connection, address_of
    from wiredesk.pushing import parcels_of

    parcels = parcels_of(paths, provider)
    address = address_of("ingest", DeskFolder(data), url, key)
    with Connection(address) as ingest:
        outcomes, pending = push_all(parcels, ingest)
    if pending:
        receipts = gateway or pending[0].url.partition("/v1/")[0]
        with Connection(Address(receipts, address.key)) as reading:
            outcomes += follow_all(pending, reading, wait)
    report(outcomes)
    raise typer.Exit(exit_code(outcomes))


def push_all(parcels: Sequence[Parcel], ingest: Connection) -> tuple[list[Outcome], list[Pending]]:
    """Hand over all files in order; one that is refused does not stop the others."""
    from wiredesk.pushing import Outcome, push

    refused: list[Outcome] = []
    pending: list[Pending] = []
    with counting("Pushing", len(parcels)) as advance:
        for parcel in parcels:
            try:
                pending += push(parcel, ingest)
            except Refused as problem:
                if problem.status in (401, 403):
                    raise  # the same key for all: the others would fare no better
                refused.append(Outcome(parcel.name, "refused", detail=f"{problem.code}: {problem.detail}"))
            advance(1, parcel.path.name)
    return refused, pending


def follow_all(pending: Sequence[Pending], gateway: Connection, seconds: float) -> list[Outcome]:
    """What became of all of them, in order; `waiting` for those that were not decided in time."""
    from wiredesk.pushing import Outcome, follow

    deadline = time.monotonic() + seconds
    told: dict[str, list[Outcome]] = {}
    with counting("Waiting for dispositions", len(pending)) as advance:
        while open_ones := [one for one in pending if one.receipt_id not in told]:
            for one in open_ones:
                if (outcomes := follow(one, gateway)) is not None:
                    told[one.receipt_id] = outcomes
                    advance(1, one.file)
            if time.monotonic() >= deadline:
                break
            time.sleep(POLL_SECONDS if len(told) < len(pending) else 0)
    late = "not decided yet; look again at its receipt"
    return [
        outcome
        for one in pending
        for outcome in told.get(one.receipt_id, [Outcome(one.file, "waiting", one.receipt_id, late)])
    ]


def report(outcomes: Sequence[Outcome]) -> None:
    """The table of dispositions, and their sums."""
    rows = [(o.file, o.disposition, o.item, o.detail) for o in outcomes]
    put(table(("File", "Disposition", "Item", "Detail"), rows))
    sums = Counter(outcome.disposition for outcome in outcomes)
    say(", ".join(f"{number} {disposition}" for disposition, number in sums.most_common()) or "Nothing was pushed.")


def exit_code(outcomes: Sequence[Outcome]) -> int:
    """What the shell is told."""
    found = {outcome.disposition for outcome in outcomes}
    if found & set(FAULTS):
        return NOT_TAKEN
    return QUARANTINED if "quarantined" in found else OK
