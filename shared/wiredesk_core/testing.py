"""For tests: builders of valid values (name what matters to a test, the rest is filled in), and an app's routes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.routing import Route

from wiredesk_core.article import Article
from wiredesk_core.identity import item_id_of, sha256_of
from wiredesk_core.item import Item, story_sha256
from wiredesk_core.lifecycle import Standing, Verdict
from wiredesk_core.messages import (
    CancelMarked,
    Changed,
    DeskRuled,
    Enriched,
    Quarantine,
    ReceiptNote,
    ShelfDecision,
    Tombstone,
    VersionAccepted,
    Withdrawn,
)
from wiredesk_core.shelf import QuarantineEntry

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
"""The moment at which tests begin."""


def after(minutes: float) -> datetime:
    """So many minutes after NOON; a negative number lies before it."""
    return NOON + timedelta(minutes=minutes)


def make_item(**changes: Any) -> Item:
    """A short text item, usable, version 1."""
    fields: dict[str, Any] = {
        "uri": "urn:newsml:harbour.example:20260304:ferry",
        "version": "1",
        "provider": "harbour",
        "language": "en",
        "headline": "Night ferry returns to the strait",
        "body_text": "The night ferry sails again on Friday.\n\nTickets went on sale at noon.",
        "version_created": NOON,
    }
    return Item.model_validate(fields | changes)


def accepted(item: Item | None = None, **changes: Any) -> VersionAccepted:
    """A version read from a wire of its own; the wire's bytes follow from the item, so equal items are equal wires."""
    item = item or make_item()
    scope = changes.get("scope", item.provider)
    fields: dict[str, Any] = {
        "receipt_id": "receipt-1",
        "item_id": item_id_of(scope, item.uri),
        "scope": scope,
        "wire_sha256": sha256_of(item.model_dump_json().encode()),
        "received_at": NOON,
        "parser": "ninjs@1",
        "story_sha256": story_sha256(item),
        "item": item,
    }
    return VersionAccepted.model_validate(fields | changes)


def withdrawn(version: VersionAccepted, **changes: Any) -> Withdrawn:
    """The word of a newer set of parsers that this version's wire does not hold its item."""
    fields: dict[str, Any] = {
        "receipt_id": version.receipt_id,
        "item_id": version.item_id,
        "scope": version.scope,
        "wire_sha256": version.wire_sha256,
        "parser": version.parser,
        "generation": version.generation + 1,
        "rederived_at": after(30),
    }
    return Withdrawn.model_validate(fields | changes)


def ruled(version: VersionAccepted, verdict: Verdict = Verdict.reinstate, **changes: Any) -> DeskRuled:
    """An operator's decision about a version's item."""
    fields: dict[str, Any] = {
        "receipt_id": f"ruling-{verdict}",
        "item_id": version.item_id,
        "uri": version.item.uri,
        "provider": version.item.provider,
        "verdict": verdict,
        "ruled_at": after(30),
        "by": "night desk",
        "reason": "The lawyers say so",
    }
    return DeskRuled.model_validate(fields | changes)


def mark(alias: str = "urn:newsml:harbour.example:20260304:ferry", **changes: Any) -> CancelMarked:
    """A cancel mark for whatever goes by that alias, by a wire of its own."""
    fields: dict[str, Any] = {
        "receipt_id": "receipt-kill",
        "scope": "harbour",
        "alias": alias,
        "wire_sha256": sha256_of(f"kill {alias}".encode()),
        "received_at": after(1),
        "by_uri": "urn:newsml:harbour.example:20260304:kill",
    }
    return CancelMarked.model_validate(fields | changes)


def enriched(version: VersionAccepted, **changes: Any) -> Enriched:
    """The layers of a version, by chain 1: none, unless given."""
    fields: dict[str, Any] = {
        "receipt_id": version.receipt_id,
        "item_id": version.item_id,
        "uri": version.item.uri,
        "wire_sha256": version.wire_sha256,
        "version": version.item.version,
        "chain": 1,
        "story_sha256": version.story_sha256,
        "layers": {},
        "values": {},
    }
    return Enriched.model_validate(fields | changes)


def changed(item: Item | None = None, **changes: Any) -> Changed:
    """A revision of an item as served: the first one, open, unless said otherwise. A killed one gets a tombstone."""
    item = item or make_item()
    item_id = item_id_of(item.provider, item.uri)
    revision = changes.get("revision", 1)
    killed = changes.get("standing") == Standing.killed
    fields: dict[str, Any] = {
        "item_id": item_id,
        "uri": item.uri,
        "provider": item.provider,
        "revision": revision,
        "former_revision": revision - 1,
        "cause": "version",
        "standing": Standing.open,
        "former_standing": Standing.absent if revision == 1 else Standing.open,
        "changed_at": after(revision),
        "receipt_id": "receipt-1",
    }
    if killed:
        fields["tombstone"] = Tombstone(
            item_id=item_id, uri=item.uri, provider=item.provider, killed_at=fields["changed_at"]
        )
    else:
        fields["article"] = Article(uri=item.uri, item_id=item_id, revision=revision, item=item, text=item.body_text)
    return Changed.model_validate(fields | changes)


def note(**changes: Any) -> ReceiptNote:
    """A receipt note: received, nothing decided yet."""
    fields: dict[str, Any] = {"receipt_id": "receipt-1", "provider": "harbour", "stage": "received", "at": NOON}
    return ReceiptNote.model_validate(fields | changes)


def set_aside(
    quarantine_id: str = "quarantine-1", value: bytes = b"\xff\x00 not a wire", **why: Any
) -> QuarantineEntry:
    """A quarantined record; keywords change the reason."""
    fields: dict[str, Any] = {
        "receipt_id": "receipt-1",
        "provider": "harbour",
        "stage": "parse",
        "code": "no_format",
        "detail": "no parser recognises these bytes",
        "topic": "wire.received",
        "partition": 0,
        "offset": 7,
        "at": NOON,
    }
    return QuarantineEntry(
        quarantine_id,
        Quarantine.model_validate(fields | why),
        value,
        headers={"content-type": b"text/plain; q=\xe9"},
        size=len(value),
    )


def decision(kind: str = "replay", quarantine_id: str = "quarantine-1", **changes: Any) -> ShelfDecision:
    """What an operator decided about a quarantined record."""
    fields: dict[str, Any] = {
        "kind": kind,
        "quarantine_id": quarantine_id,
        "receipt_id": "receipt-1",
        "provider": "harbour",
        "round": 1,
        "at": after(5),
        "by": "desk editor",
        "size": 16,
        "sha256": "0" * 64,
    }
    return ShelfDecision.model_validate(fields | changes)


def routes_of(routes: Iterable[Any]) -> Iterator[Route]:
    """All routes of an app, those of included routers too; whatever else could answer fails here."""
    for route in routes:
        if isinstance(route, Route):
            yield route
        else:
            yield from routes_of(route.original_router.routes)
