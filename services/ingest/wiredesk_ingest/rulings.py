"""The way in for operators: a kill or a reinstatement of one item, whatever its provider says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import FastAPI, Header, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field
from wiredesk_core.audit.trail import Trail
from wiredesk_core.identity import item_id_of, new_receipt_id, receipt_id_for
from wiredesk_core.keys import Key, KeyRing, require
from wiredesk_core.lifecycle import Verdict
from wiredesk_core.messages import DeskRuled, Outgoing, ReceiptNote
from wiredesk_core.ports import Clock, Publisher
from wiredesk_core.topics import RECEIPT_NOTED
from wiredesk_core.web.accounts import deed_of, introduce
from wiredesk_core.web.bodies import Told, read_json

from wiredesk_ingest.providers import Profile
from wiredesk_ingest.reception import note_headers
from wiredesk_ingest.stage import accepted_record

LONGEST_KEY = 255
ANSWERS: dict[int | str, dict[str, Any]] = {
    202: {"description": "The ruling is on the broker's disk; what it came to shows in its receipt"},
    400: {"description": "A member is missing, unknown or cannot be used"},
    401: {"description": "No API key, or one that is not known"},
    403: {"description": "The key may not rule, or not about items of this provider"},
    413: {"description": "The body is too large"},
    503: {"description": "The broker or the registry does not answer: nothing is promised, try again"},
}


class Ruled(Told):
    """What an operator decides about the item that a provider calls by this uri."""

    provider: str = Field(min_length=1, max_length=100)
    uri: str = Field(min_length=1, max_length=4096)
    verdict: Verdict
    reason: str = Field(min_length=1, max_length=2000, description="Told to everybody who had the item")


BODY = {"required": True, "content": {"application/json": {"schema": Ruled.model_json_schema()}}}


@dataclass(frozen=True, slots=True)
class Bench:
    """All that a ruling needs."""

    publisher: Publisher
    keys: KeyRing
    profiles: Mapping[str, Profile]
    clock: Clock
    gateway_url: str
    trail: Trail


def add_rulings(app: FastAPI, bench: Bench) -> None:
    """Adds the route."""

    @app.post(
        "/v1/rulings",
        status_code=202,
        summary="Kill an item, or reinstate it, as an operator",
        responses=ANSWERS,
        openapi_extra={"requestBody": BODY},
    )
    async def rule(
        request: Request,
        idempotency_key: Annotated[
            str | None, Header(max_length=LONGEST_KEY, description="The same key, verdict and item are the same ruling")
        ] = None,
    ) -> Response:
        now = bench.clock.now()
        key = await bench.keys.authenticate(request.headers.get("authorization"), now)
        introduce(request, key)
        require(key, "desk:act")
        ruled = await read_json(request, Ruled)
        require(key, "desk:act", ruled.provider)
        ruling = ruling_of(ruled, key, bench.profiles, _receipt_id(idempotency_key, ruled, now), now)
        action = f"ruling.{ruling.verdict}"
        deed = deed_of(request, "ingest", now, action, subject=ruling.item_id, reason=ruling.reason)
        async with bench.trail.changing(deed):
            await bench.publisher.publish(records_of(ruling))
        url = f"{bench.gateway_url}/v1/receipts/{ruling.receipt_id}"
        told = {"receipt_id": ruling.receipt_id, "url": url, "item_id": ruling.item_id}
        return JSONResponse(told, 202, {"cache-control": "no-store", "location": url})


def ruling_of(ruled: Ruled, key: Key, profiles: Mapping[str, Profile], receipt_id: str, now: datetime) -> DeskRuled:
    """The fact. Items of a provider that has no profile any more can be ruled about as well."""
    profile = profiles.get(ruled.provider)
    return DeskRuled(
        receipt_id=receipt_id,
        item_id=item_id_of(profile.scope if profile else ruled.provider, ruled.uri),
        uri=ruled.uri,
        provider=ruled.provider,
        verdict=ruled.verdict,
        ruled_at=now,
        by=f"{key.name} ({key.key_id})",
        reason=ruled.reason,
    )


def records_of(ruling: DeskRuled) -> tuple[Outgoing, Outgoing]:
    """The ruling and the note that it was received, to be published together."""
    note = ReceiptNote(
        receipt_id=ruling.receipt_id, provider=ruling.provider, stage="received", at=ruling.ruled_at, uri=ruling.uri
    )
    noted = Outgoing(RECEIPT_NOTED.name, note.receipt_id.encode(), note.model_dump_json().encode(), note_headers(note))
    return accepted_record(ruling, ruling.ruled_at), noted


def _receipt_id(idempotency_key: str | None, ruled: Ruled, now: datetime) -> str:
    """What is decided about which item counts as well: a key that is used again must not swallow a kill."""
    if not idempotency_key:
        return new_receipt_id(now)
    return receipt_id_for("ruling", f"{idempotency_key}\n{ruled.verdict}\n{ruled.provider}\n{ruled.uri}")
