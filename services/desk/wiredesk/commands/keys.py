"""`wiredesk keys`: who may come in, and how far."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer
from wiredesk_core.failures import Misconfigured
from wiredesk_core.moments import iso

from wiredesk.console import put, say, table
from wiredesk.options import DATA, Data, Json, Key, Url
from wiredesk.places import DeskFolder

if TYPE_CHECKING:
    from wiredesk.connection import Connection


class Action(StrEnum):
    """What to do about keys."""

    list = "list"
    make = "make"
    rotate = "rotate"
    revoke = "revoke"


Names = Annotated[list[str] | None, typer.Option(help="Repeatable; left out: all.")]


def keys(
    action: Annotated[
        Action, typer.Argument(help="list; make NAME; rotate ID: a new secret; revoke ID: it opens nothing any more.")
    ] = Action.list,
    subject: Annotated[
        str | None, typer.Argument(metavar="[NAME|ID]", help="The new key's user, or a key's id.")
    ] = None,
    *,
    scope: Annotated[
        list[str] | None, typer.Option(help="What a new key may do, such as items:read; repeatable.")
    ] = None,
    provider: Names = None,
    genre: Names = None,
    language: Names = None,
    item_type: Annotated[
        list[str] | None, typer.Option("--type", help="Such as text; repeatable; left out: all.")
    ] = None,
    per_minute: Annotated[
        int | None, typer.Option(help="Requests a minute; left out: as the service allows.", min=1)
    ] = None,
    expires: Annotated[str | None, typer.Option(help="When it ends: 2027-01-01.")] = None,
    overlap_hours: Annotated[
        float, typer.Option(help="With rotate: for how long the secret until now goes on opening.", min=0)
    ] = 24.0,
    data: Data = DATA,
    url: Url = None,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """API keys: list, make, rotate or revoke them. A token is shown once, when it is made."""
    from wiredesk.connection import Connection, address_of
    from wiredesk.when import moment_of

    if action is not Action.list and subject is None:
        raise Misconfigured(f"Whose key? `wiredesk keys {action} {'NAME' if action is Action.make else 'ID'}`")
    with Connection(address_of("gateway", DeskFolder(data), url, key)) as gateway:
        if action is Action.list:
            told = {"keys": list(all_keys(gateway))}
            put(json.dumps(told, ensure_ascii=False) if as_json else keys_table(told["keys"]))
            return
        if action is Action.revoke:
            gateway.request("DELETE", f"/v1/keys/{subject}")
            say(f"{subject} opens nothing any more; every service knows it within seconds.")
            return
        if action is Action.rotate:
            path, body = f"/v1/keys/{subject}/rotate", {"overlap_hours": overlap_hours}
        else:
            limits = {"providers": provider, "genres": genre, "languages": language, "types": item_type}
            ends = iso(moment_of(expires, datetime.now(UTC))) if expires else None
            path, body = "/v1/keys", wanted(subject or "", scope or [], limits, per_minute, ends)
        made = gateway.request("POST", path, json=body).json()
    put(json.dumps(made, ensure_ascii=False) if as_json else made["token"])


def all_keys(gateway: Connection) -> Iterator[Mapping[str, Any]]:
    """The keys of all pages."""
    after = ""
    while after is not None:
        page = gateway.get("/v1/keys", {"after": after}).json()
        yield from page["keys"]
        after = page["next"]


def wanted(
    name: str,
    scopes: Sequence[str],
    limits: Mapping[str, Sequence[str] | None],
    per_minute: int | None,
    expires: str | None,
) -> dict[str, Any]:
    """What is asked for. Raises Misconfigured for a key that could do nothing."""
    if not scopes:
        raise Misconfigured("What may it do? Name at least one --scope, such as items:read.")
    body: dict[str, Any] = {"name": name, "scopes": list(scopes), "per_minute": per_minute, "expires": expires}
    return body | {limit: list(names) for limit, names in limits.items() if names}


def keys_table(found: Sequence[Mapping[str, Any]]) -> str:
    """One line a key."""
    columns = ("Id", "Name", "Scopes", "Only", "Last used", "Expires")
    return table(columns, [_row(key) for key in found])


def _row(key: Mapping[str, Any]) -> tuple[str, ...]:
    limits = (
        f"{limit}: {', '.join(key[limit])}" for limit in ("providers", "genres", "languages", "types") if key[limit]
    )
    used, ends = key["last_used"] or "never", key["expires"] or "never"
    return key["key_id"], key["name"], ", ".join(key["scopes"]), "; ".join(limits), used, ends
