"""/v1/quarantine: what could not be read, with its bytes, for whoever mends it. What is decided about it goes to ingest."""

from __future__ import annotations

import base64
from collections.abc import AsyncGenerator
from typing import Any

from pydantic import Field
from starlette.responses import Response
from wiredesk_core.failures import Refused
from wiredesk_core.keys import Scope
from wiredesk_core.shelf import PREVIEW_BYTES, QuarantineEntry, ShelfQuestion, ShelfState
from wiredesk_core.web.queries import Parameters
from wiredesk_core.web.streams import Stream

from wiredesk_gateway.answers import NO_STORE, fresh
from wiredesk_gateway.cursors import fingerprint
from wiredesk_gateway.desk import Desk
from wiredesk_gateway.documents import QUARANTINE, QUARANTINE_BYTES, QUARANTINE_ENTRY
from wiredesk_gateway.doors import Call, Doors, NoParameters
from wiredesk_gateway.search import Day, Value

CHUNK = 64 * 1024
ADMIN: tuple[Scope, ...] = ("quarantine:admin",)


class QuarantineAsked(Parameters):
    """Which records."""

    provider: tuple[Value, ...] = Field(default=(), description="Repeatable: any of these")
    code: Value | None = Field(default=None, description="Why it was put aside, such as json_broken")
    stage: Value | None = Field(default=None, description="By which stage: parse, enrich, apply, …")
    state: ShelfState | None = Field(default=None, description="shelved (nobody decided yet), replayed or dropped")
    receipt_id: Value | None = Field(default=None, description="Of this push only")
    since: Day | None = Field(default=None, description="Put aside then or later")
    until: Day | None = Field(default=None, description="Put aside before then")
    limit: int = Field(default=50, ge=1, le=500, description="Entries a page")
    cursor: str | None = Field(default=None, description="`next` of the page before; all else as it was then")


def add_quarantine(doors: Doors, desk: Desk) -> None:
    """Adds the routes."""

    @doors.get("/v1/quarantine", scopes=ADMIN, asks=QuarantineAsked, tag="quarantine", responses=QUARANTINE)
    async def list_quarantine(call: Call[QuarantineAsked]) -> Response:
        """Records put aside, newest first, each with why, where it came from and how it begins.

        Filters join with AND. A record that was replayed and failed again stays in its place, with its newest reason.
        """
        return fresh(await _page(desk, call))

    @doors.get(
        "/v1/quarantine/{quarantine_id}",
        scopes=ADMIN, asks=NoParameters, tag="quarantine", responses=QUARANTINE_ENTRY,
    )  # fmt: skip
    async def get_quarantined(call: Call[NoParameters]) -> Response:
        """One record put aside, with its headers and all that was decided about it."""
        entry = await _entry(desk, call)
        call.telling.tell_quarantined(entry.quarantine_id)
        headers = {name: value.decode("utf-8", "backslashreplace") for name, value in entry.headers.items()}
        return fresh({**_view(entry), "headers": headers})

    @doors.get(
        "/v1/quarantine/{quarantine_id}/bytes",
        scopes=ADMIN, asks=NoParameters, tag="quarantine", responses=QUARANTINE_BYTES,
    )  # fmt: skip
    async def get_quarantined_bytes(call: Call[NoParameters]) -> Response:
        """The record's bytes as they came; 410 once they were dropped."""
        entry = await _entry(desk, call)
        if entry.state == "dropped":
            raise Refused(410, "quarantine_dropped", "an operator dropped this record; its bytes are gone")
        call.telling.tell_quarantined(entry.quarantine_id)
        told = {"content-disposition": "attachment", "x-content-type-options": "nosniff"}
        headers = {**NO_STORE, **told, "content-length": str(len(entry.value))}
        return Stream(_chunks(entry.value), desk.limits.stalled, headers, "application/octet-stream")


async def _chunks(value: bytes) -> AsyncGenerator[bytes, None]:
    """Of a size that a reader who takes nothing is found out by; the whole is no larger than ingest took in."""
    for start in range(0, len(value), CHUNK):
        yield value[start : start + CHUNK]


async def _page(desk: Desk, call: Call[QuarantineAsked]) -> dict[str, Any]:
    asked = call.asked
    bound_to = fingerprint(asked.model_dump(mode="json", exclude={"cursor", "limit"}))
    after = _place(desk, asked.cursor, bound_to)
    question = ShelfQuestion(
        asked.provider, asked.code, asked.stage, asked.state, asked.receipt_id, asked.since, asked.until
    )
    found = await desk.reader.quarantined(question, call.key, after=after, limit=asked.limit + 1)
    shown, has_more = found[: asked.limit], len(found) > asked.limit
    for entry in shown:
        call.telling.tell_quarantined(entry.quarantine_id)
    cursor = desk.shelf_cursors.seal({"after": shown[-1].quarantine_id, "asked": bound_to}) if has_more else None
    return {"quarantined": [_view(entry) for entry in shown], "has_more": has_more, "next": cursor}


def _place(desk: Desk, cursor: str | None, bound_to: str) -> str:
    """The entry behind which the page begins. Raises Refused(400) for a cursor of another question."""
    if cursor is None:
        return ""
    place = desk.shelf_cursors.open(cursor)
    if place["asked"] != bound_to:
        raise Refused(400, "cursor_of_another_query", "this cursor belongs to another query; start again without one")
    return str(place["after"])


async def _entry(desk: Desk, call: Call[NoParameters]) -> QuarantineEntry:
    """Raises Refused(404) for what is not there or not for this key: the two look alike."""
    entry = await desk.reader.set_aside(call.request.path_params["quarantine_id"], call.key)
    if entry is None:
        raise Refused(404, "quarantine_not_found", "there is no such record in quarantine")
    return entry


def _view(entry: QuarantineEntry) -> dict[str, Any]:
    why = entry.why.model_dump(mode="json")
    origin = {name: why.pop(name) for name in ("topic", "partition", "offset", "key")}
    decisions = [decision.model_dump(mode="json", include=DECISION) for decision in entry.decisions]
    head = {"quarantine_id": entry.quarantine_id, "state": entry.state}
    return {**head, **why, "origin": origin, "decisions": decisions, **_preview(entry)}


DECISION = {"kind", "round", "at", "by", "reason", "size", "sha256"}


def _preview(entry: QuarantineEntry) -> dict[str, Any]:
    """The first bytes: as text if they are UTF-8 (a letter cut at the end aside), else as base64."""
    begin = entry.value[:PREVIEW_BYTES]
    told: dict[str, Any] = {"size": entry.size, "truncated": entry.size > len(begin)}
    try:
        return {**told, "text": begin.decode()}
    except UnicodeDecodeError as failure:
        if told["truncated"] and failure.start > PREVIEW_BYTES - 4 and failure.reason == "unexpected end of data":
            return {**told, "text": begin[: failure.start].decode()}
        return {**told, "base64": base64.b64encode(begin).decode()}
