"""`wiredesk search`: what is served, by words."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from wiredesk.console import put, say
from wiredesk.options import DATA, Data, Json, Key, Url
from wiredesk.places import DeskFolder
from wiredesk.rendering import HIT_FIELDS, hits_table


def search(
    query: Annotated[str, typer.Argument(help='Words, "phrases", OR, NOT, headline:word.')],
    *,
    limit: Annotated[int, typer.Option(help="Most hits to show.", min=1, max=100)] = 20,
    sort: Annotated[str, typer.Option(help="relevance, newest or oldest.")] = "relevance",
    data: Data = DATA,
    url: Url = None,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Search the articles of a desk."""
    from wiredesk.connection import Connection, address_of

    with Connection(address_of("gateway", DeskFolder(data), url, key)) as gateway:
        found = gateway.get("/v1/items", {"q": query, "limit": limit, "sort": sort, "fields": HIT_FIELDS}).json()
    if as_json:
        put(json.dumps(found, ensure_ascii=False))
        return
    put(hits_table(found["items"]))
    say(f"{len(found['items'])} of {found['total']} found; `wiredesk show ITEM` shows one.")
