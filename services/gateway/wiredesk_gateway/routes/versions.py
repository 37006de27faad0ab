"""A page of an item's versions: so many, and of so many bytes."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
from pydantic import Field
from wiredesk_core.failures import Refused
from wiredesk_core.web.queries import Parameters

from wiredesk_gateway.desk import Desk
from wiredesk_gateway.reading import Told
from wiredesk_gateway.views import version_view

Shown = tuple[Told, bytes]
"""A version, and how it is told."""


class VersionsAsked(Parameters):
    """Where to go on."""

    limit: int = Field(default=100, ge=1, le=500, description="Versions a page")
    cursor: str | None = Field(default=None, description="`next` of the page before")


def versions_page(
    item_id: str, entries: Sequence[Told], asked: VersionsAsked, desk: Desk
) -> tuple[Sequence[Shown], str | None]:
    """The versions behind the cursor that one answer bears, always one; and the cursor of the page after.

    Raises Refused: 400 for a cursor of another item, 410 where its version is not there any more.
    """
    rest = entries[_begin(item_id, entries, asked.cursor, desk) :]
    shown, room = list[Shown](), desk.limits.largest_page
    for told in rest[: asked.limit]:
        body = orjson.dumps(version_view(told.entry, dead=told.dead, silent=told.silent))
        shown.append((told, body))
        room -= len(body)
        if room <= 0:
            break
    if len(shown) == len(rest):
        return shown, None
    return shown, desk.version_cursors.seal({"item": item_id, "after": shown[-1][0].entry.wire_sha256})


def _begin(item_id: str, entries: Sequence[Told], cursor: str | None, desk: Desk) -> int:
    if cursor is None:
        return 0
    place = desk.version_cursors.open(cursor)
    if place["item"] != item_id:
        raise Refused(400, "cursor_of_another_query", "this cursor belongs to another item; start again without one")
    wires = [told.entry.wire_sha256 for told in entries]
    if place["after"] not in wires:
        raise Refused(410, "cursor_expired", "the version that this cursor points at is gone; start again without one")
    return wires.index(place["after"]) + 1
