"""What the routes work with: collaborators and limits, made once by `create_app`."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from wiredesk_core.audit.trail import Trail
from wiredesk_core.deeds import Audit
from wiredesk_core.ports import Registry
from wiredesk_core.usage import Ledger

from wiredesk_gateway.changes import ChangeLog
from wiredesk_gateway.cursors import CursorSeal
from wiredesk_gateway.reading import Reader
from wiredesk_gateway.views import Views


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one caller may take at a time. Times in seconds."""

    longest_wait: float = 30.0
    heartbeat: float = 15.0
    streams_per_key: int = 4
    snapshot_page: int = 50
    """Items after which a snapshot lets other answers go on."""
    stalled: float = 30.0
    """How long a reader of a stream may take nothing before it is let go."""
    largest_page: int = 16 * 1024 * 1024
    """Bytes of items after which a page ends early."""
    per_minute: int = 30_000
    """Requests of one key that says nothing else itself."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything a route may reach for. Archive and Index are behind the reader alone."""

    reader: Reader
    registry: Registry
    audit: Audit
    trail: Trail
    ledger: Ledger
    changes: ChangeLog
    views: Views
    search_cursors: CursorSeal
    change_cursors: CursorSeal
    shelf_cursors: CursorSeal
    audit_cursors: CursorSeal
    usage_cursors: CursorSeal
    version_cursors: CursorSeal
    limits: Limits
    stopping: asyncio.Event
