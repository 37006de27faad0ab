"""`wiredesk show`: one article, with what was found in it and what was taken out."""

from __future__ import annotations

import json
import re
from typing import Annotated

import typer

from wiredesk.console import put
from wiredesk.options import DATA, Data, Json, Key, Url
from wiredesk.places import DeskFolder

ITEM_ID = re.compile(r"[a-z2-7]{26}")


def show(
    item: Annotated[str, typer.Argument(help="Item id, or the uri that its provider gave it.")],
    data: Data = DATA,
    url: Url = None,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Show one article: text, headings, entities, what was removed, and how far each layer has come."""
    from wiredesk.connection import Connection, address_of
    from wiredesk.rendering import article_text

    with Connection(address_of("gateway", DeskFolder(data), url, key)) as gateway:
        answer = (
            gateway.get(f"/v1/items/{item}") if ITEM_ID.fullmatch(item) else gateway.get("/v1/items", {"uri": item})
        )
    article = answer.json()
    put(json.dumps(article, ensure_ascii=False) if as_json else article_text(article))
