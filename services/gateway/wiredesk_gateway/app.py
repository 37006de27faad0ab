"""The gateway's HTTP app over its ports. It reads; nothing here can change an item."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from wiredesk_core.audit.trail import Trail
from wiredesk_core.deeds import Audit
from wiredesk_core.keys import KIND, KeyRing
from wiredesk_core.keys.ring import Issuer
from wiredesk_core.ports import ArchiveReader, Clock, IndexReader, Query, Registry
from wiredesk_core.usage import Ledger
from wiredesk_core.web.accounts import RefusalAccount
from wiredesk_core.web.app import web_app
from wiredesk_core.web.health import Check

from wiredesk_gateway.changes import ChangeLog
from wiredesk_gateway.cursors import CursorSeal
from wiredesk_gateway.desk import Desk, Limits
from wiredesk_gateway.documents import completed
from wiredesk_gateway.doors import Accounts, Doors
from wiredesk_gateway.reading import Reader
from wiredesk_gateway.routes.audit import add_audit
from wiredesk_gateway.routes.changes import add_changes
from wiredesk_gateway.routes.items import add_items
from wiredesk_gateway.routes.keys import add_keys
from wiredesk_gateway.routes.quarantine import add_quarantine
from wiredesk_gateway.routes.receipts import add_receipts
from wiredesk_gateway.routes.status import add_status
from wiredesk_gateway.routes.usage import add_usage
from wiredesk_gateway.views import Views

ROUTES = (add_items, add_changes, add_receipts, add_quarantine, add_status, add_keys, add_audit, add_usage)
"""Every guarded route comes from here."""

SHARED_WITH_PAGES: Mapping[str, Any] = {
    "allow_methods": ["GET", "POST", "DELETE"],
    "allow_headers": ["authorization", "content-type", "if-none-match", "last-event-id", "x-request-id"],
    "expose_headers": [
        "etag",
        "link",
        "retry-after",
        "ratelimit",
        "ratelimit-policy",
        "wiredesk-cursor",
        "x-request-id",
    ],
    "max_age": 600,
}
"""What a page of an allowed origin may send and read. No credentials: a key is sent by who has it, not by the browser."""

DESCRIPTION = "Enriched news articles for internal apps. Every call needs an API key: Authorization: Bearer wd_…"


def create_app(
    *,
    archive: ArchiveReader,
    index: IndexReader,
    registry: Registry,
    audit: Audit,
    trail: Trail,
    ledger: Ledger,
    changes: ChangeLog,
    clock: Clock,
    signing_key: bytes,
    limits: Limits | None = None,
    stopping: asyncio.Event | None = None,
    issuer: Issuer | None = None,
    origins: Sequence[str] = (),
) -> FastAPI:
    """The app. Tokens of an `issuer` open it too. Gateways with the same `signing_key` accept each other's cursors; `stopping` ends event streams.

    Web pages of `origins` may call, with a key and without cookies. `trail` leads to `audit`, `ledger` to usage in the
    Registry; somebody has to run both.
    """
    desk = Desk(
        reader=Reader(archive, index),
        registry=registry,
        audit=audit,
        trail=trail,
        ledger=ledger,
        changes=changes,
        views=Views(),
        search_cursors=CursorSeal(signing_key, "search"),
        change_cursors=CursorSeal(signing_key, "changes"),
        shelf_cursors=CursorSeal(signing_key, "quarantine"),
        audit_cursors=CursorSeal(signing_key, "audit"),
        usage_cursors=CursorSeal(signing_key, "usage"),
        version_cursors=CursorSeal(signing_key, "versions"),
        limits=limits or Limits(),
        stopping=stopping or asyncio.Event(),
    )
    app = web_app(
        service="gateway",
        title="Wiredesk",
        version="1",
        description=DESCRIPTION,
        checks=_checks(archive, index, registry, changes),
    )
    if origins:
        app.add_middleware(CORSMiddleware, allow_origins=list(origins), **SHARED_WITH_PAGES)
    RefusalAccount("gateway", trail, clock).install(app)
    doors = Doors(app, KeyRing(registry, issuer=issuer), clock, Accounts(ledger, trail), desk.limits.per_minute)
    for add in ROUTES:
        add(doors, desk)
    _document(app)
    return app


def _checks(archive: ArchiveReader, index: IndexReader, registry: Registry, changes: ChangeLog) -> Mapping[str, Check]:
    return {
        "archive": lambda: archive.served(["readiness"]),
        "index": lambda: index.search(Query(limit=1)),
        "registry": lambda: registry.get(KIND, "readiness"),
        "changes": changes.ends,
    }


def _document(app: FastAPI) -> None:
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        return app.openapi_schema or completed(generate())

    app.openapi = openapi  # type: ignore[method-assign]  # the way FastAPI documents for changing the schema
