"""/v1/audit: who changed what and who was refused, for whoever has to account for it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any, Literal

import orjson
from pydantic import Field
from starlette.responses import Response
from wiredesk_core.deeds import AuditQuestion
from wiredesk_core.failures import Refused
from wiredesk_core.keys import Scope, require_whole
from wiredesk_core.web.queries import Parameters
from wiredesk_core.web.streams import Stream

from wiredesk_gateway.answers import NO_STORE, fresh
from wiredesk_gateway.cursors import fingerprint
from wiredesk_gateway.desk import Desk
from wiredesk_gateway.documents import AUDIT
from wiredesk_gateway.doors import Call, Doors
from wiredesk_gateway.search import Day, Value

READ: tuple[Scope, ...] = ("audit:read",)
EXPORT_PAGE = 1000


class AuditAsked(Parameters):
    """Which entries."""

    since: Day | None = Field(default=None, description="Done then or later")
    until: Day | None = Field(default=None, description="Done before then")
    actor: Value | None = Field(default=None, description="By this key's id, or signature:PROVIDER")
    action: Value | None = Field(default=None, description="Such as key.made, wires.pushed, refused")
    limit: int = Field(default=100, ge=1, le=1000, description="Entries a page")
    cursor: str | None = Field(default=None, description="`next` of the page before; all else as it was then")
    format: Literal["json", "ndjson"] = Field(default="json", description="ndjson: all of it, an entry a line")


def add_audit(doors: Doors, desk: Desk) -> None:
    """Adds the route."""

    @doors.get("/v1/audit", scopes=READ, asks=AuditAsked, tag="audit", responses=AUDIT)
    async def read_audit(call: Call[AuditAsked]) -> Response:
        """Changes, refused attempts and reads of sealed items, oldest first; filters join with AND. Other reads are counted, not listed.

        Each entry carries a hash that covers the one before it: without filters, `wiredesk audit verify` can follow them.
        """
        require_whole(call.key, "the audit is for keys without limits of their own")
        await desk.trail.flush()
        if call.asked.format == "ndjson":
            if call.asked.cursor is not None:
                raise Refused(400, "cursor_not_taken", "an export has no pages; leave the cursor out")
            return Stream(_lines(desk, call), desk.limits.stalled, NO_STORE, "application/x-ndjson")
        return fresh(await _page(desk, call))


async def _page(desk: Desk, call: Call[AuditAsked]) -> dict[str, Any]:
    asked = call.asked
    bound_to = fingerprint(asked.model_dump(mode="json", exclude={"cursor", "limit"}))
    after = _place(desk, asked.cursor, bound_to)
    found = await desk.audit.read(_question(asked), after=after, limit=asked.limit + 1)
    shown, has_more = found[: asked.limit], len(found) > asked.limit
    cursor = desk.audit_cursors.seal({"after": shown[-1].number, "asked": bound_to}) if has_more else None
    return {"entries": [entry.told() for entry in shown], "has_more": has_more, "next": cursor}


async def _lines(desk: Desk, call: Call[AuditAsked]) -> AsyncGenerator[bytes, None]:
    """All entries that are asked for, a page of the store at a time."""
    after = 0
    while found := await desk.audit.read(_question(call.asked), after=after, limit=EXPORT_PAGE):
        yield b"".join(orjson.dumps(entry.told(), option=orjson.OPT_APPEND_NEWLINE) for entry in found)
        after = found[-1].number


def _question(asked: AuditAsked) -> AuditQuestion:
    return AuditQuestion(asked.since, asked.until, asked.actor, asked.action)


def _place(desk: Desk, cursor: str | None, bound_to: str) -> int:
    """The entry behind which the page begins. Raises Refused(400) for a cursor of another question."""
    if cursor is None:
        return 0
    place = desk.audit_cursors.open(cursor)
    if place["asked"] != bound_to:
        raise Refused(400, "cursor_of_another_query", "this cursor belongs to another query; start again without one")
    return int(place["after"])
