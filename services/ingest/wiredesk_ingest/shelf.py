"""What operators decide about records in quarantine: put back where they came from, or dropped.

A decision is a record on `wire.quarantined`, which indexing folds into the archive. This side only reads there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import FastAPI, Path, Request
from fastapi.responses import JSONResponse
from pydantic import Field
from wiredesk_core.audit.trail import Trail
from wiredesk_core.deeds import Deed
from wiredesk_core.failures import Refused
from wiredesk_core.identity import sha256_of
from wiredesk_core.keys import Key, require
from wiredesk_core.messages import DECISION_HEADER, REPLAY_HEADER, Outgoing, Replay, ShelfDecision, envelope
from wiredesk_core.ports import ArchiveReader, Clock, Publisher
from wiredesk_core.shelf import QuarantineEntry
from wiredesk_core.topics import WIRE_QUARANTINED, lane_of_replays
from wiredesk_core.web.accounts import deed_of
from wiredesk_core.web.allowance import left_of
from wiredesk_core.web.bodies import Told, read_json

from wiredesk_ingest.entrance import Entrance


class Reason(Told):
    """Why somebody decides so."""

    reason: str = Field(default="", max_length=1000, description="For whoever reads the trace later")


class Named(Reason):
    """The same, and it has to be said."""

    reason: str = Field(min_length=1, max_length=1000, description="For whoever reads the trace later")


@dataclass(frozen=True, slots=True)
class Shelf:
    """All that deciding works with."""

    archive: ArchiveReader
    publisher: Publisher
    entrance: Entrance
    clock: Clock
    trail: Trail


def add_shelf(app: FastAPI, shelf: Shelf) -> None:
    """Adds the routes."""

    @app.post(
        "/v1/quarantine/{quarantine_id}/replay",
        summary="Put a record back on the topic that it came from",
        **_documented(Reason),
    )
    async def replay(request: Request, quarantine_id: Annotated[str, Path(max_length=300)]) -> JSONResponse:
        key, entry = await _asked(shelf, request, quarantine_id)
        given = await read_json(request, Reason)
        if entry.state == "dropped":
            raise Refused(409, "quarantine_dropped", "This record was dropped; its bytes are gone.")
        if entry.state == "replayed":
            return _told(request, entry, "replayed", changed=False)
        decision = decided("replay", entry, key, given.reason, shelf.clock.now())
        records = [put_back(entry), recorded(decision)]
        async with shelf.trail.changing(_deed(request, decision)):
            await shelf.publisher.publish(records)
        return _told(request, entry, "replayed", changed=True)

    @app.post(
        "/v1/quarantine/{quarantine_id}/drop",
        summary="Let go of a record's bytes; who did so and why stays",
        **_documented(Named),
    )
    async def drop(request: Request, quarantine_id: Annotated[str, Path(max_length=300)]) -> JSONResponse:
        key, entry = await _asked(shelf, request, quarantine_id)
        given = await read_json(request, Named)
        if entry.state != "dropped":
            decision = decided("drop", entry, key, given.reason, shelf.clock.now())
            async with shelf.trail.changing(_deed(request, decision)):
                await shelf.publisher.publish([recorded(decision)])
        return _told(request, entry, "dropped", changed=entry.state != "dropped")


def put_back(entry: QuarantineEntry) -> Outgoing:
    """The record as it came, for the topic that it came from, with its next round in the header.

    The same entry gives the same record: whoever replays twice before the archive shows it changes nothing more.
    Raises Refused(409) for a record of a topic that ingest may not write.
    """
    why = entry.why
    lane = lane_of_replays(why.topic)
    if lane is None or "ingest" not in lane.producers:
        raise Refused(409, "not_replayable", f"A record of {why.topic} cannot be put back from here.")
    replay = Replay(quarantine_id=entry.quarantine_id, round=why.round + 1)
    headers = {**entry.headers, REPLAY_HEADER: replay.model_dump_json().encode()}
    return Outgoing(lane.name, why.key.encode("latin-1") or why.receipt_id.encode(), entry.value, headers)


def decided(kind: Any, entry: QuarantineEntry, key: Key, reason: str, now: datetime) -> ShelfDecision:
    """The trace of a decision: about what, by whom, when and why."""
    return ShelfDecision(
        kind=kind,
        quarantine_id=entry.quarantine_id,
        receipt_id=entry.why.receipt_id,
        provider=entry.why.provider,
        round=entry.why.round,
        at=now,
        by=f"{key.name} ({key.key_id})",
        reason=reason,
        size=entry.size,
        sha256=sha256_of(entry.value),
    )


def recorded(decision: ShelfDecision) -> Outgoing:
    """A decision on its way to the archive, behind the record that it is about."""
    headers = envelope(
        "quarantine.decided",
        source="ingest",
        identity=f"{decision.quarantine_id}/{decision.round}/{decision.kind}",
        at=decision.at,
        receipt_id=decision.receipt_id,
    )
    value = decision.model_dump_json().encode()
    headers = {**headers, DECISION_HEADER: decision.kind.encode()}
    return Outgoing(WIRE_QUARANTINED.name, decision.receipt_id.encode(), value, headers)


async def _asked(shelf: Shelf, request: Request, quarantine_id: str) -> tuple[Key, QuarantineEntry]:
    """Who decides about what. Raises Refused: 404 alike for what is not there and what is not for this key."""
    key = await shelf.entrance.admit(request)
    require(key, "quarantine:admin")
    entry = await shelf.archive.set_aside(quarantine_id)
    if entry is None or key.is_filtered or not key.may("quarantine:admin", entry.why.provider):
        raise Refused(404, "quarantine_not_found", "There is no such record in quarantine.")
    return key, entry


def _deed(request: Request, decision: ShelfDecision) -> Deed:
    action = f"quarantine.{decision.kind}"
    return deed_of(request, "ingest", decision.at, action, subject=decision.quarantine_id, reason=decision.reason)


def _told(request: Request, entry: QuarantineEntry, state: str, *, changed: bool) -> JSONResponse:
    """202 where the archive will follow in a moment, 200 where nothing more was to do."""
    told = {"quarantine_id": entry.quarantine_id, "state": state, "round": entry.why.round, "changed": changed}
    return JSONResponse(told, 202 if changed else 200, {"cache-control": "no-store", **left_of(request)})


def _documented(model: type[Reason]) -> dict[str, Any]:
    body = {"content": {"application/json": {"schema": model.model_json_schema()}}, "required": model is Named}
    answers: dict[int | str, dict[str, Any]] = {
        200: {"description": "It was decided so before; nothing more was done"},
        202: {"description": "Decided and on the broker's disk; the archive follows"},
        400: {"description": "The body cannot be used"},
        401: {"description": "No API key, or one that is not known"},
        403: {"description": "The key lacks quarantine:admin"},
        404: {"description": "There is no such record, or not for this key"},
        409: {"description": "The record was dropped, or its topic cannot be written from here"},
        503: {"description": "The broker or the archive does not answer: nothing is promised, try again"},
    }
    return {"responses": answers, "status_code": 202, "openapi_extra": {"requestBody": body}}
