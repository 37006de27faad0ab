"""The way in for operators: a kill, a reinstatement or a purge of one item, whatever its provider says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import FastAPI, Header, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field
from wiredesk_core.audit.trail import Trail
from wiredesk_core.identity import item_id_of, new_receipt_id, receipt_id_for
from wiredesk_core.keys import Key, Scope, require
from wiredesk_core.lifecycle import Verdict
from wiredesk_core.messages import DeskRuled, Outgoing, ReceiptNote
from wiredesk_core.ports import Clock, Publisher
from wiredesk_core.topics import RECEIPT_NOTED
from wiredesk_core.web.accounts import deed_of
from wiredesk_core.web.allowance import left_of
from wiredesk_core.web.bodies import Told, read_json
from wiredesk_core.web.problems import invalid

from wiredesk_ingest.entrance import Entrance, require_unfiltered
from wiredesk_ingest.providers import Profile
from wiredesk_ingest.reception import note_headers
from wiredesk_ingest.stage import accepted_record

LONGEST_KEY = 255
SCOPES: Mapping[Verdict, Scope] = {
    Verdict.kill: "desk:act",
    Verdict.reinstate: "desk:act",
    Verdict.purge: "purge:admin",
}
"""What each verdict takes: who may kill may not destroy."""
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

    provider: str = Field(
        default="",
        max_length=100,
        description="Whose item. Only a purge may leave it out: it holds for everybody's then",
    )
    uri: str = Field(min_length=1, max_length=4096)
    verdict: Verdict
    reason: str = Field(min_length=1, max_length=2000, description="Told to everybody who had the item")


BODY = {"required": True, "content": {"application/json": {"schema": Ruled.model_json_schema()}}}


@dataclass(frozen=True, slots=True)
class Bench:
    """All that a ruling needs."""

    publisher: Publisher
    entrance: Entrance
    profiles: Mapping[str, Profile]
    clock: Clock
    gateway_url: str
    trail: Trail


def add_rulings(app: FastAPI, bench: Bench) -> None:
    """Adds the route."""

    @app.post(
        "/v1/rulings",
        status_code=202,
        summary="Kill, reinstate or purge an item, as an operator",
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
        key = await bench.entrance.admit(request)
        require(key, "purge:admin" if key.may("purge:admin") else "desk:act")
        require_unfiltered(key)
        ruled = await read_json(request, Ruled)
        owners = owners_of(ruled, bench.profiles)
        for owner in owners:
            require(key, SCOPES[ruled.verdict], owner)
        receipt_id = _receipt_id(idempotency_key, ruled, now)
        rulings = rulings_of(ruled, scopes_of(owners, bench.profiles), key, receipt_id, now)
        subject = rulings[0].item_id if len(rulings) == 1 else ruled.uri
        deed = deed_of(request, "ingest", now, f"ruling.{ruled.verdict}", subject=subject, reason=ruled.reason)
        async with bench.trail.changing(deed):
            await bench.publisher.publish(records_of(rulings))
        url = f"{bench.gateway_url}/v1/receipts/{receipt_id}"
        item_ids = [ruling.item_id for ruling in rulings]
        told = {"receipt_id": receipt_id, "url": url, "item_id": item_ids[0], "item_ids": item_ids}
        return JSONResponse(told, 202, {"cache-control": "no-store", "location": url, **left_of(request)})


def owners_of(ruled: Ruled, profiles: Mapping[str, Profile]) -> tuple[str, ...]:
    """Whose items are meant. Raises Refused(400) where nobody is named and not everybody may be meant."""
    if ruled.provider:
        return (ruled.provider,)
    if ruled.verdict is Verdict.purge and profiles:
        return tuple(sorted(profiles))
    told = "name whose item it is: several may go by one uri"
    raise invalid([{"loc": ("body", "provider"), "type": "missing", "msg": told}])


def scopes_of(owners: Sequence[str], profiles: Mapping[str, Profile]) -> Mapping[str, str]:
    """Where these providers' items are, each place once. A provider may have no profile any more."""
    return {(profiles[owner].scope if owner in profiles else owner): owner for owner in reversed(owners)}


def rulings_of(
    ruled: Ruled, scopes: Mapping[str, str], key: Key, receipt_id: str, now: datetime
) -> tuple[DeskRuled, ...]:
    """A fact for each item; `scopes` are those that they are in, each with whose it is."""
    return tuple(
        DeskRuled(
            receipt_id=receipt_id,
            item_id=item_id_of(scope, ruled.uri),
            uri=ruled.uri,
            provider=owner,
            verdict=ruled.verdict,
            ruled_at=now,
            by=f"{key.name} ({key.key_id})",
            reason=ruled.reason,
        )
        for scope, owner in sorted(scopes.items())
    )


def records_of(rulings: Sequence[DeskRuled]) -> tuple[Outgoing, ...]:
    """The rulings and the note that they were received, to be published together."""
    ruling = rulings[0]
    note = ReceiptNote(
        receipt_id=ruling.receipt_id, provider=ruling.provider, stage="received", at=ruling.ruled_at, uri=ruling.uri
    )
    noted = Outgoing(RECEIPT_NOTED.name, note.receipt_id.encode(), note.model_dump_json().encode(), note_headers(note))
    return *(accepted_record(one, one.ruled_at) for one in rulings), noted


def _receipt_id(idempotency_key: str | None, ruled: Ruled, now: datetime) -> str:
    """What is decided about which item counts as well: a key that is used again must not swallow a kill."""
    if not idempotency_key:
        return new_receipt_id(now)
    return receipt_id_for("ruling", f"{idempotency_key}\n{ruled.verdict}\n{ruled.provider}\n{ruled.uri}")
