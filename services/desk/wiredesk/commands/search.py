"""`wiredesk search`: what is served, by words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from wiredesk.console import put, say, table
from wiredesk.options import DATA, Data, Json, Key, Url
from wiredesk.places import DeskFolder

FIELDS = "item_id,published_at,item.provider,item.headline,item.slugline"


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
        found = gateway.get("/v1/items", {"q": query, "limit": limit, "sort": sort, "fields": FIELDS}).json()
    if as_json:
        put(json.dumps(found, ensure_ascii=False))
        return
    put(hits_table(found["items"]))
    say(f"{len(found['items'])} of {found['total']} found; `wiredesk show ITEM` shows one.")


def hits_table(items: Sequence[dict[str, Any]]) -> str:
    """Hits, one a line."""
    rows = [
        (
            entry["item_id"],
            str(entry.get("published_at") or "")[:16].replace("T", " "),
            str(entry["item"].get("provider") or ""),
            str(entry["item"].get("headline") or entry["item"].get("slugline") or ""),
        )
        for entry in items
    ]
    return table(("Item", "Published", "Provider", "Headline"), rows)
