"""Killing, reinstating and purging: which item is meant, what is asked of the desk, and what came of it."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wiredesk_core.failures import Refused
from wiredesk_core.lifecycle import Verdict

from wiredesk.connection import Connection, Problem

ITEM_ID = re.compile(r"[a-z2-7]{26}")
POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Named:
    """An item as its provider calls it."""

    provider: str
    uri: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What the desk is asked to do."""

    item: Named
    verdict: Verdict
    reason: str


def find(item: str, provider: str | None, gateway: Connection) -> Named:
    """The item of that id or uri, alive or killed. Raises Refused when there is none, or more than one.

    An item that is still to come is named by its uri and provider.
    """
    by_id = ITEM_ID.fullmatch(item) is not None
    path, params = (f"/v1/items/{item}", {}) if by_id else ("/v1/items", {"uri": item})
    try:
        article = gateway.get(path, params | ({"provider": provider} if provider and not by_id else {})).json()
    except Problem as problem:
        if problem.status == 404 and provider and not by_id:
            return Named(provider, item)
        tombstone: Mapping[str, Any] | None = problem.told.get("tombstone")
        if problem.status != 410 or not tombstone:
            raise
        return Named(tombstone["provider"], tombstone["uri"])
    return Named(article["item"]["provider"], article["uri"])


def rule(asked: Asked, ingest: Connection) -> str:
    """Hand the ruling over; gives the number of its receipt."""
    body = {
        "provider": asked.item.provider,
        "uri": asked.item.uri,
        "verdict": asked.verdict.value,
        "reason": asked.reason,
    }
    return str(ingest.request("POST", "/v1/rulings", json=body).json()["receipt_id"])


def purge(uri: str, provider: str | None, reason: str, ingest: Connection) -> tuple[str, frozenset[str]]:
    """Have the items of a uri purged, everybody's unless a provider is named; gives the receipt and their ids."""
    body = {"provider": provider or "", "uri": uri, "verdict": Verdict.purge.value, "reason": reason}
    told = ingest.request("POST", "/v1/rulings", json=body).json()
    return str(told["receipt_id"]), frozenset(told["item_ids"])


def purged(receipt_id: str, item_ids: frozenset[str], gateway: Connection, seconds: float) -> tuple[str, ...] | None:
    """What became of each item of which there was anything, in words; None when that is not known in time."""
    deadline = time.monotonic() + seconds
    while True:
        applied = {note["item_id"]: note for note in _notes(receipt_id, gateway) if note["stage"] == "applied"}
        if item_ids <= applied.keys():
            return tuple(f"{item_id}: {note['detail']}" for item_id, note in sorted(applied.items()))
        if time.monotonic() >= deadline:
            return None
        time.sleep(POLL_SECONDS)


def carried_out(receipt_id: str, gateway: Connection, seconds: float) -> str | None:
    """What the ruling came to, in words; None when that is not known in time."""
    deadline = time.monotonic() + seconds
    while True:
        applied = next((note for note in _notes(receipt_id, gateway) if note["stage"] == "applied"), None)
        if applied is not None:
            return f"{applied['uri']}: {applied['code']}, {applied['detail']}"
        if time.monotonic() >= deadline:
            return None
        time.sleep(POLL_SECONDS)


def _notes(receipt_id: str, gateway: Connection) -> list[dict[str, Any]]:
    try:
        notes: list[dict[str, Any]] = gateway.get(f"/v1/receipts/{receipt_id}").json()["notes"]
    except Refused as refused:
        if refused.status == 404:  # noted a moment after it was taken
            return []
        raise
    return notes
