"""/v1/quarantine: what could not be read, with its bytes, for whoever mends it."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from pydantic import Field
from starlette.responses import Response
from wiredesk_core.ports import QuarantineEntry
from wiredesk_core.web.queries import Parameters

from wiredesk_gateway.answers import fresh
from wiredesk_gateway.desk import Desk
from wiredesk_gateway.documents import QUARANTINE
from wiredesk_gateway.doors import Call, Doors
from wiredesk_gateway.visibility import providers_for

PREVIEW_BYTES = 2000


class QuarantineAsked(Parameters):
    """Which records."""

    provider: str | None = Field(default=None, max_length=200, description="Only this provider's")
    limit: int = Field(default=50, ge=1, le=500, description="Newest ones")


def add_quarantine(doors: Doors, desk: Desk) -> None:
    """Adds the route."""

    @doors.get(
        "/v1/quarantine", scopes=("quarantine:admin",), asks=QuarantineAsked, tag="quarantine", responses=QUARANTINE
    )
    async def list_quarantine(call: Call[QuarantineAsked]) -> Response:
        """Records put aside, newest first, each with why, where it came from and how it begins."""
        wanted = () if call.asked.provider is None else (call.asked.provider,)
        entries = await _entries(desk, providers_for(call.key, wanted), call.asked.limit)
        return fresh({"quarantined": [_view(entry) for entry in entries]})


async def _entries(desk: Desk, providers: Sequence[str] | None, limit: int) -> list[QuarantineEntry]:
    if providers is None:
        return []
    asked: Sequence[str | None] = providers or (None,)
    found = [entry for name in asked for entry in await desk.archive.quarantined(provider=name, limit=limit)]
    return sorted(found, key=lambda entry: entry.why.at, reverse=True)[:limit]


def _view(entry: QuarantineEntry) -> dict[str, Any]:
    why = entry.why.model_dump(mode="json")
    origin = {name: why.pop(name) for name in ("topic", "partition", "offset")}
    return {"quarantine_id": entry.quarantine_id, **why, "origin": origin, **_preview(entry.value)}


def _preview(value: bytes) -> dict[str, Any]:
    """The first bytes: as text if they are UTF-8 (a letter cut at the end aside), else as base64."""
    begin = value[:PREVIEW_BYTES]
    told: dict[str, Any] = {"size": len(value), "truncated": len(value) > PREVIEW_BYTES}
    try:
        return {**told, "text": begin.decode()}
    except UnicodeDecodeError as failure:
        if told["truncated"] and failure.start > PREVIEW_BYTES - 4 and failure.reason == "unexpected end of data":
            return {**told, "text": begin[: failure.start].decode()}
        return {**told, "base64": base64.b64encode(begin).decode()}
