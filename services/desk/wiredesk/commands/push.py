"""`wiredesk push`: wires to the desk, and what became of each."""

from __future__ import annotations

from typing import Annotated

import typer

from wiredesk.options import DATA, Data, Key
from wiredesk.places import DeskFolder


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
    from wiredesk.pushing import exit_code, follow_all, parcels_of, push_all, report

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
