"""`wiredesk kill`, `reinstate` and `purge`: an operator's word about one item."""

from __future__ import annotations

from typing import Annotated

import typer
from wiredesk_core.lifecycle import Verdict

from wiredesk.console import put
from wiredesk.options import DATA, Data, Key, Url
from wiredesk.places import DeskFolder

NOT_DECIDED = 1

Item = Annotated[str, typer.Argument(metavar="URI", help="Item id, or the uri that its provider gave it.")]
Reason = Annotated[str, typer.Option(help="Why; told to everybody who had the item, and kept.")]
Provider = Annotated[
    str | None, typer.Option(help="Whose item; needed where several go by the uri, or the item is still to come.")
]
Ingest = Annotated[str | None, typer.Option("--ingest", help="Ingest of another desk, http://HOST:PORT.")]
Wait = Annotated[float, typer.Option(help="Longest to wait until it is carried out, seconds.")]


def kill(
    item: Item,
    *,
    reason: Reason,
    provider: Provider = None,
    data: Data = DATA,
    url: Url = None,
    ingest: Ingest = None,
    key: Key = None,
    wait: Wait = 30.0,
) -> None:
    """Withdraw an item everywhere, whatever its provider sends from now on; only `reinstate` brings it back."""
    _say(_rule(Verdict.kill, item, reason, provider, gateway=(data, url, key), ingest_url=ingest, wait=wait))


def reinstate(
    item: Item,
    *,
    reason: Reason,
    provider: Provider = None,
    data: Data = DATA,
    url: Url = None,
    ingest: Ingest = None,
    key: Key = None,
    wait: Wait = 30.0,
) -> None:
    """Bring a killed item back; a kill that comes after this kills it again."""
    _say(_rule(Verdict.reinstate, item, reason, provider, gateway=(data, url, key), ingest_url=ingest, wait=wait))


def purge(
    item: Item,
    *,
    reason: Reason,
    provider: Provider = None,
    data: Data = DATA,
    url: Url = None,
    ingest: Ingest = None,
    key: Key = None,
    wait: Wait = 30.0,
) -> None:
    """Destroy the words of an item for ever, everybody's of that uri unless a provider is named; nothing brings it back."""
    from wiredesk.connection import Connection, address_of
    from wiredesk.ruling import ITEM_ID, find, purge, purged

    with (
        Connection(address_of("gateway", DeskFolder(data), url, key)) as reading,
        Connection(address_of("ingest", DeskFolder(data), ingest, key)) as ways_in,
    ):
        if ITEM_ID.fullmatch(item):
            named = find(item, provider, reading)
            item, provider = named.uri, named.provider
        told = purged(*purge(item, provider, reason, ways_in), reading, wait)
    _say(None if told is None else "\n".join(told))


def _rule(
    verdict: Verdict,
    item: str,
    reason: str,
    provider: str | None,
    *,
    gateway: tuple[Data, Url, Key],
    ingest_url: str | None,
    wait: float,
) -> str | None:
    from wiredesk.connection import Connection, address_of
    from wiredesk.ruling import Asked, carried_out, find, rule

    data, url, key = gateway
    with (
        Connection(address_of("gateway", DeskFolder(data), url, key)) as reading,
        Connection(address_of("ingest", DeskFolder(data), ingest_url, key)) as ingest,
    ):
        named = find(item, provider, reading)
        receipt_id = rule(Asked(named, verdict, reason), ingest)
        return carried_out(receipt_id, reading, wait)


def _say(told: str | None) -> None:
    put(told or "Not carried out yet; look again at its receipt.")
    raise typer.Exit(0 if told else NOT_DECIDED)
