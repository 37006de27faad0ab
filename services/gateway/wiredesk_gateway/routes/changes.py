"""/v1/changes, its stream, and the snapshot to begin from: how an app keeps a copy that is never wrong for long."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from collections import Counter
from collections.abc import AsyncGenerator, Iterable, Iterator
from datetime import datetime
from typing import Any

import orjson
from pydantic import Field
from starlette.responses import Response
from wiredesk_core.failures import Refused
from wiredesk_core.keys import Key
from wiredesk_core.stored import Stored
from wiredesk_core.web.problems import Explained
from wiredesk_core.web.queries import Parameters
from wiredesk_core.web.streams import Stream

from wiredesk_gateway.answers import NO_STORE, fresh
from wiredesk_gateway.changes import Expired, Page, Positions
from wiredesk_gateway.desk import Desk
from wiredesk_gateway.documents import CHANGES, SNAPSHOT, STREAM
from wiredesk_gateway.doors import Call, Doors, NoParameters, require_any
from wiredesk_gateway.feed import Told, told_of
from wiredesk_gateway.telling import Telling
from wiredesk_gateway.views import stored_json

RETRY_MS = 2000
READ_PAGE = 50
"""Changes that are read at a time, after which other answers go on."""
MOST_READS = 100
"""Readings of the log in which one answer may look for changes that are for its reader."""


class ChangesAsked(Parameters):
    """Where to go on, and how long to wait for news."""

    cursor: str | None = Field(
        default=None, description="`next` of the page before; none begins with the oldest change"
    )
    limit: int = Field(default=100, ge=1, le=500, description="Changes a page")
    wait: float = Field(default=0, ge=0, le=60, description="Seconds to wait when there is nothing new")


class StreamAsked(Parameters):
    """Where to begin; a Last-Event-ID header goes before it."""

    cursor: str | None = Field(default=None, description="Any cursor of /v1/changes or /v1/snapshot")


def add_changes(doors: Doors, desk: Desk) -> None:
    """Adds the routes."""
    open_streams: Counter[str] = Counter()

    @doors.get("/v1/changes", scopes=("items:read",), asks=ChangesAsked, tag="changes", responses=CHANGES)
    async def get_changes(call: Call[ChangesAsked]) -> Response:
        """Everything that changed since a cursor, in order for each item.

        A page may be empty although there is more: follow `next` while `has_more`. The cursor holds on every gateway.
        After a fault a change may come again: one whose `revision` is not above what you have tells nothing new.
        """
        return await _changes(desk, doors, call)

    @doors.get("/v1/changes/stream", scopes=("items:read",), asks=StreamAsked, tag="changes", responses=STREAM)
    async def stream_changes(call: Call[StreamAsked]) -> Response:
        """The same changes as server-sent events; each event's id is a cursor.

        Browsers and clients resume with Last-Event-ID by themselves. While there is nothing to tell, `position` events
        keep the connection alive and move the cursor on. Who takes nothing for a while is let go.
        """
        cursor = call.request.headers.get("last-event-id") or call.asked.cursor
        page = await _read(desk, _place(desk, cursor), READ_PAGE, 0)
        _check_streams(open_streams, call.key, desk.limits.streams_per_key)
        frames = _frames(desk, doors, call, page, open_streams)
        headers = {**NO_STORE, "x-accel-buffering": "no"}
        return Stream(frames, desk.limits.stalled, headers, "text/event-stream")

    @doors.get("/v1/snapshot", scopes=("items:read",), asks=NoParameters, tag="changes", responses=SNAPSHOT)
    async def get_snapshot(call: Call[NoParameters]) -> Response:
        """All items that the key may see, as NDJSON, and the cursor from which to follow what changed meanwhile.

        The last line says `end`: without it the snapshot is not whole.
        """
        ends = await desk.changes.ends()
        cursor = _cursor(desk, ends.epoch, ends.positions)
        headers = {**NO_STORE, "wiredesk-cursor": cursor}
        return Stream(_lines(desk, doors, call, cursor), desk.limits.stalled, headers, "application/x-ndjson")


Place = tuple[str | None, Positions | None]


async def _changes(desk: Desk, doors: Doors, call: Call[ChangesAsked]) -> Response:
    """Reads on until the page is full: how much of the log is for others must not show. Waits only while it is empty."""
    deadline = time.monotonic() + min(call.asked.wait, desk.limits.longest_wait)
    place, found, reads = _place(desk, call.asked.cursor), list[Told](), 0
    while True:
        left = 0.0 if found else max(deadline - time.monotonic(), 0)
        page = await _read_or_stop(desk, place, min(call.asked.limit - len(found), READ_PAGE), left)
        key, now = await doors.readmit(call.authorization)
        found += await told_of(page, desk.reader, key, now, desk.views)
        place, reads = (page.epoch, page.positions), reads + 1
        full = len(found) >= call.asked.limit or sum(len(one.data) for one in found) > desk.limits.largest_page
        ended = page.at_end and (found or time.monotonic() >= deadline)
        if full or ended or (reads >= MOST_READS and not left) or desk.stopping.is_set():
            kept = list(_bearable(found, desk.limits.largest_page))
            _tell(call.telling, kept, now)
            return fresh(_page(desk, page, found, kept))
        await asyncio.sleep(0)


def _tell(telling: Telling, told: Iterable[Told], now: datetime) -> None:
    """Adds the items whose words are told."""
    for one in told:
        if one.words is not None:
            telling.tell(one.words, now, len(one.data))


def _page(desk: Desk, page: Page, found: list[Told], kept: list[Told]) -> bytes:
    """A page that ends early, where its bytes are too many, goes on behind the last change that it tells."""
    whole = len(kept) == len(found)
    told = b",".join(one.data for one in kept)
    after = orjson.dumps(_cursor(desk, page.epoch, page.positions if whole else kept[-1].behind))
    more = b"false" if page.at_end and whole else b"true"
    return b'{"changes":[' + told + b'],"has_more":' + more + b',"next":' + after + b"}"


def _bearable(found: list[Told], most: int) -> Iterator[Told]:
    """The first changes, up to so many bytes; always one."""
    for told in found:
        yield told
        most -= len(told.data)
        if most <= 0:
            return


async def _frames(
    desk: Desk, doors: Doors, call: Call[StreamAsked], page: Page, streams: Counter[str]
) -> AsyncGenerator[bytes, None]:
    """Server-sent events until the client goes, the key ends or the gateway stops.

    What is not for this reader must not show, not even by when a sign of life comes: these come by the clock.
    """
    with _held(streams, call.key), contextlib.suppress(Refused):
        yield f"retry: {RETRY_MS}\n\n".encode()
        due = time.monotonic() + desk.limits.heartbeat
        while True:
            key, now = await doors.readmit(call.authorization)
            require_any(key, ("items:read",))
            found = await told_of(page, desk.reader, key, now, desk.views)
            _tell(call.telling, found, now)
            doors.carried(call, key, now)  # before it is told: who breaks off has read it all the same
            for told in found:
                yield _frame(told.kind, _cursor(desk, page.epoch, told.behind), told.data)
            if found:
                due = time.monotonic() + desk.limits.heartbeat
            elif time.monotonic() >= due or desk.stopping.is_set():
                yield _frame("position", _cursor(desk, page.epoch, page.positions), b'{"kind":"position"}')
                due = time.monotonic() + desk.limits.heartbeat
            if desk.stopping.is_set():
                return
            page = await _read_or_stop(
                desk, (page.epoch, page.positions), READ_PAGE, max(due - time.monotonic(), 0.001)
            )


def _frame(name: str, cursor: str, data: bytes) -> bytes:
    return b"event: %b\nid: %b\ndata: %b\n\n" % (name.encode(), cursor.encode(), data)


async def _lines(desk: Desk, doors: Doors, call: Call[NoParameters], cursor: str) -> AsyncGenerator[bytes, None]:
    """Each page with the rights of its moment; cut short, without its end, when the key no longer holds."""
    after: str | None = ""
    number = 0
    with contextlib.suppress(Refused):
        while after is not None:
            key, now = await doors.readmit(call.authorization)
            require_any(key, ("items:read",))
            after, shown = await desk.reader.snapshot(after, desk.limits.snapshot_page, key, now)
            number += len(shown)
            lines = [_line(stored) for stored in shown]
            for stored, line in zip(shown, lines, strict=True):
                call.telling.tell(stored.outline, now, len(line))
            doors.carried(call, key, now)  # before it is told: who breaks off has read it all the same
            for line in lines:
                yield line
        yield orjson.dumps({"kind": "end", "items": number, "cursor": cursor}) + b"\n"


def _line(stored: Stored) -> bytes:
    return b'{"kind":"item","article":' + stored_json(stored) + b"}\n"


async def _read_or_stop(desk: Desk, place: Place, limit: int, wait: float) -> Page:
    """A page; at once when the gateway begins to stop while it waits for one."""
    if wait <= 0:
        return await _read(desk, place, limit, 0)
    reading = asyncio.ensure_future(_read(desk, place, limit, wait))
    stopping = asyncio.ensure_future(desk.stopping.wait())
    try:
        await asyncio.wait((reading, stopping), return_when=asyncio.FIRST_COMPLETED)
        return await reading if reading.done() else await _read(desk, place, limit, 0)
    finally:
        reading.cancel()
        stopping.cancel()


async def _read(desk: Desk, place: Place, limit: int, wait: float) -> Page:
    epoch, positions = place
    try:
        return await desk.changes.read(epoch, positions, limit=limit, wait=wait)
    except Expired as failure:
        raise expired() from failure


def expired() -> Refused:
    """The way back is a snapshot."""
    detail = "this cursor points at changes that are no longer kept: take a snapshot and follow from its cursor"
    link = '</v1/snapshot>; rel="alternate"'
    return Explained(410, "cursor_expired", detail, extra={"snapshot": "/v1/snapshot"}, headers={"link": link})


def _cursor(desk: Desk, epoch: str, positions: Positions) -> str:
    """Never the same twice: that a place has moved tells that something happened, though not for this reader."""
    placed = {"epoch": epoch, "at": [[number, positions[number]] for number in sorted(positions)]}
    return desk.change_cursors.seal({**placed, "once": secrets.token_hex(4)})


def _place(desk: Desk, cursor: str | None) -> Place:
    if cursor is None:
        return None, None
    placed: dict[str, Any] = desk.change_cursors.open(cursor)
    return placed["epoch"], dict(placed["at"])


def _check_streams(streams: Counter[str], key: Key, most: int) -> None:
    if streams[key.key_id] >= most:
        raise Refused(429, "too_many_streams", f"this key has {most} streams open already", retry_after=30)


@contextlib.contextmanager
def _held(streams: Counter[str], key: Key) -> Iterator[None]:
    """Counts one of the streams that a key has open."""
    streams[key.key_id] += 1
    try:
        yield
    finally:
        streams[key.key_id] -= 1
