"""How the feeds stand, for people: from the Registry, where every replica's polls are noted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from wiredesk_core.moments import iso
from wiredesk_core.ports import Registry

from wiredesk_ingest.polling.state import KIND, FeedState


async def feeds_told(registry: Registry) -> dict[str, dict[str, Any]]:
    """`provider/feed` to its last success, its next question, its errors in a row and the last one of them."""
    return {entry.name: _told(FeedState.of_value(entry.value)) for entry in await registry.entries(KIND)}


def _told(state: FeedState) -> dict[str, Any]:
    return {
        "last_success": _moment(state.last_success),
        "next_poll": _moment(state.next_at),
        "errors": state.errors,
        "why": state.why,
    }


def _moment(at: float) -> str | None:
    return iso(datetime.fromtimestamp(at, UTC)) if at else None
