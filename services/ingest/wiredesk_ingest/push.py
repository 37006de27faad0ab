"""The way in over HTTP: a wire is on the broker's disk before its sender is told that it was taken."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Annotated, Any

from fastapi import FastAPI, Header, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from starlette.requests import ClientDisconnect
from wiredesk_core.audit.trail import Trail
from wiredesk_core.deeds import Deed
from wiredesk_core.failures import Conflict, Refused
from wiredesk_core.identity import new_receipt_id, receipt_id_for, sha256_of
from wiredesk_core.keys import KeyRing, require, require_whole
from wiredesk_core.keys.ring import Issuer
from wiredesk_core.ports import ArchiveReader, Clock, Publisher, Registry
from wiredesk_core.telemetry import count
from wiredesk_core.tracing import TRACEPARENT, HandingOn, Tracing, entering
from wiredesk_core.usage import Amount, Ledger
from wiredesk_core.web.accounts import RefusalAccount, deed_of
from wiredesk_core.web.allowance import left_of, tell_left
from wiredesk_core.web.app import web_app
from wiredesk_core.web.health import Check, Stuck
from wiredesk_core.web.rates import together

from wiredesk_ingest.admission import Bounds
from wiredesk_ingest.body import Limits, read_body
from wiredesk_ingest.entrance import Entrance
from wiredesk_ingest.gatekeeper import Gatekeeper
from wiredesk_ingest.noise import refuse_paused
from wiredesk_ingest.pace import Pace
from wiredesk_ingest.polling.health import feeds_told
from wiredesk_ingest.providers import Profile
from wiredesk_ingest.reception import UNTYPED, Arrival, lines_of, records_of
from wiredesk_ingest.rulings import Bench, add_rulings
from wiredesk_ingest.shelf import Shelf, add_shelf
from wiredesk_ingest.signing import Seal, is_signed, seal_of
from wiredesk_ingest.silence.hearing import silences_told
from wiredesk_ingest.usage import count_push, turned_away_counted

NDJSON = frozenset({"application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines"})
FORM = "application/x-www-form-urlencoded"
"""What curl says of any body unless told otherwise; it says nothing about a wire."""

NEVER_A_WIRE = re.compile(r"(?:multipart|image|audio|video|font)/|application/(?:pdf|x-tar|x-7z-compressed)\b")
"""Types that hold no wire, however well they are sniffed; ZIP and gzip are unpacked when they are read."""

HANDING_ON = HandingOn()
ABOUT = """Takes wires in. A 202 means that the broker has the wire on disk; what became of it shows in its receipt."""
BODY = {
    "required": True,
    "description": "The wire as it is, of any format; or NDJSON, a wire a line. May be packed with gzip.",
    "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in ("*/*", "application/x-ndjson")},
}
ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"description": "A dry run: what would come of each wire; nothing was kept"},
    202: {"description": "Every wire is on the broker's disk; one receipt for each"},
    400: {"description": "The body is empty, incomplete or broken, or a parameter cannot be used"},
    401: {"description": "No API key and no signature, or one that is not known, wrong or stale"},
    403: {"description": "The key may not push, or not for this provider"},
    404: {"description": "There is no profile for this provider"},
    413: {"description": "The body is too large, packed or unpacked, or holds too many wires"},
    415: {"description": "The Content-Type holds no wire, or the Content-Encoding is not taken"},
    422: {"description": "The Idempotency-Key was used for another body"},
    429: {
        "description": "The key, the provider or all of Wiredesk has had as much as it may: Retry-After says when to come"
    },
    503: {"description": "The broker or the registry does not answer: nothing is promised, try again"},
}
LONGEST_KEY = 255
LONGEST_FILENAME = 255
KEPT = timedelta(hours=24)
"""How long an Idempotency-Key stands for its body."""

Report = Mapping[str, Any]
Inspect = Callable[[Sequence[Arrival]], Awaitable[Sequence[Report]]]
"""Reads wires for a dry run: what would come of each. Has its own deadline."""


@dataclass(frozen=True, slots=True)
class Desk:
    """All that the way in works with."""

    publisher: Publisher
    registry: Registry
    profiles: Mapping[str, Profile]
    clock: Clock
    inspect: Inspect
    limits: Limits
    gateway_url: str
    entrance: Entrance
    gatekeeper: Gatekeeper
    tracing: Tracing
    signing: Mapping[str, Sequence[bytes]]
    trail: Trail
    ledger: Ledger


@dataclass(frozen=True, slots=True)
class Pushed:
    """A push whose body has been read."""

    provider: str
    body: bytes
    content_type: str
    filename: str
    idempotency_key: str | None
    traceparent: str

    @property
    def is_batch(self) -> bool:
        """Whether each line is a wire of its own."""
        return media_type(self.content_type) in NDJSON

    def wires(self, limits: Limits) -> tuple[bytes, ...]:
        """The wires in the body. Raises Refused(413) when there are too many."""
        wires = lines_of(self.body) if self.is_batch else (self.body,)
        if len(wires) > limits.batch:
            raise Refused(413, "batch_too_large", f"A batch may hold {limits.batch} wires; send it in parts.")
        return wires

    @property
    def wire_type(self) -> str:
        """The content type of each wire."""
        return "application/json" if self.is_batch else self.content_type


def create_app(
    *,
    publisher: Publisher,
    registry: Registry,
    archive: ArchiveReader,
    profiles: Mapping[str, Profile],
    clock: Clock,
    inspect: Inspect,
    trail: Trail,
    ledger: Ledger,
    limits: Limits = Limits(),  # noqa: B008  # frozen value
    gateway_url: str = "http://127.0.0.1:8080",
    checks: Mapping[str, Check] = MappingProxyType({}),
    stuck: Stuck = lambda _now: None,
    gatekeeper: Gatekeeper | None = None,
    tracing: Tracing = HANDING_ON,
    signing: Mapping[str, Sequence[bytes]] = MappingProxyType({}),
    issuer: Issuer | None = None,
    pace: Pace | None = None,
) -> FastAPI:
    """The push API, and the decisions about quarantine. `checks` decide whether the service is ready; `gateway_url` is where receipts are served.

    `signing` holds the keys by which providers sign their pushes; `trail` leads to the audit, `ledger` to usage
    in the Registry, and somebody has to run both.
    """
    entrance = Entrance(KeyRing(registry, issuer=issuer), pace or Pace(), clock)
    desk = Desk(
        publisher,
        registry,
        profiles,
        clock,
        inspect,
        limits,
        gateway_url.rstrip("/"),
        entrance,
        gatekeeper or Gatekeeper(Bounds()),
        tracing,
        signing,
        trail,
        ledger,
    )
    app = web_app(service="ingest", title="Wiredesk ingest", version="1", description=ABOUT, checks=checks, stuck=stuck)
    RefusalAccount("ingest", trail, clock).install(app)
    _add_routes(app, desk)
    add_shelf(app, Shelf(archive, publisher, entrance, clock, trail))
    add_rulings(app, Bench(publisher, entrance, profiles, clock, desk.gateway_url, trail))
    return app


def _add_routes(app: FastAPI, desk: Desk) -> None:
    @app.get("/v1/status", summary="How much waits in front of each service, what is refused, and how the feeds stand")
    async def status(request: Request) -> Response:
        key = await desk.entrance.admit(request)
        require(key, "status:read")
        require_whole(key, "this is about all providers; this key reaches only some")
        now = desk.clock.now().timestamp()
        told = {
            **desk.gatekeeper.told(time.monotonic()),
            "feeds": await feeds_told(desk.registry),
            "providers": await silences_told(desk.registry, desk.profiles, now),
        }
        return JSONResponse(told, headers={"cache-control": "no-store", **left_of(request)})

    @app.post(
        "/v1/wires/{provider}",
        status_code=202,
        summary="Push a wire, or a batch of them",
        responses=ANSWERS,
        openapi_extra={"requestBody": BODY},
    )
    async def push(
        request: Request,
        provider: Annotated[str, Path(max_length=100)],
        dry_run: Annotated[bool, Query(description="Only say what would come of it")] = False,
        idempotency_key: Annotated[str | None, Header(description="The same key is the same push, for 24 h")] = None,
    ) -> Response:
        with turned_away_counted(desk.ledger, request, provider if provider in desk.profiles else None, desk.clock):
            seal = await _admit(desk, request, provider)
            if dry_run:
                pushed = await _read(desk, request, provider, idempotency_key, seal)
                return JSONResponse(await _report(desk, pushed), headers=dict(left_of(request)))
            return await _push(desk, request, provider, idempotency_key, seal)


async def _push(
    desk: Desk, request: Request, provider: str, idempotency_key: str | None, seal: Seal | None
) -> Response:
    """A push that is kept."""
    desk.gatekeeper.admit()
    desk.entrance.pace.look(provider, desk.clock.now())
    await refuse_paused(desk.registry, provider, desk.clock.now())
    pushed = await _read(desk, request, provider, idempotency_key, seal)
    now = desk.clock.now()
    arrivals = _arrivals(pushed, desk.limits, now)
    tell_left(request, together(left_of(request), desk.entrance.pace.wires(provider, len(arrivals), now)))
    async with desk.trail.changing(_deed(request, pushed, arrivals)):
        await _take(desk, pushed, arrivals, now)
    count_push(desk.ledger, request, provider, now, Amount(1, len(arrivals), len(pushed.body)))
    return _taken(desk, arrivals, left_of(request))


async def _admit(desk: Desk, request: Request, provider: str) -> Seal | None:
    """The seal of a signed push; its body has to prove it. Raises Refused unless it may be pushed for this provider."""
    seal = None
    if is_signed(request.headers):
        seal = seal_of(request.headers, desk.signing.get(provider, ()), desk.clock.now())
    else:
        require(await desk.entrance.admit(request), "wires:write", provider)
    if provider not in desk.profiles:
        detail = "There is no profile for this provider; add one to the providers file and restart ingest."
        raise Refused(404, "unknown_provider", detail)
    if unknown := set(request.query_params) - {"dry_run"}:
        raise Refused(400, "unknown_parameter", f"There is no parameter {min(unknown)[:100]!r} here.")
    return seal


async def _read(desk: Desk, request: Request, provider: str, idempotency_key: str | None, seal: Seal | None) -> Pushed:
    if idempotency_key is not None and not 0 < len(idempotency_key) <= LONGEST_KEY:
        raise Refused(400, "bad_idempotency_key", f"An Idempotency-Key has 1 to {LONGEST_KEY} characters.")
    content_type = _content_type(request.headers.get("content-type", ""))
    _check_length(request.headers.get("content-length", ""), desk.limits)
    try:
        chunks = request.stream() if seal is None else seal.watch(request.stream())
        body = await read_body(chunks, request.headers.get("content-encoding", ""), desk.limits)
    except ClientDisconnect as gone:
        raise Refused(400, "incomplete_body", "The connection ended before the body did; nothing was kept.") from gone
    if seal is not None:
        seal.check()
    traceparent = request.headers.get("traceparent", "")
    return Pushed(
        provider=provider,
        body=body,
        content_type=content_type,
        filename=_filename(request.headers.get("x-filename", "")),
        idempotency_key=idempotency_key if seal is None else f"signed\n{seal.message_id}",
        traceparent=traceparent if TRACEPARENT.fullmatch(traceparent) else "",
    )


def media_type(content_type: str) -> str:
    """The type without its parameters, in lower case."""
    return content_type.partition(";")[0].strip().lower()


def _content_type(declared: str) -> str:
    if NEVER_A_WIRE.match(media_type(declared)):
        detail = f"{media_type(declared)} holds no wire; send the wire itself as the body, of any text format."
        raise Refused(415, "not_a_wire", detail)
    return UNTYPED if media_type(declared) in ("", FORM) else declared[:200]


def _check_length(declared: str, limits: Limits) -> None:
    """A body that says that it is too large is refused before it is sent."""
    if declared.isdecimal() and int(declared[:20]) > limits.body:
        raise Refused(413, "body_too_large", f"A push may hold {limits.body} bytes; send larger wires in parts.")


def _filename(declared: str) -> str:
    """The last part of a name as sent (headers are Latin-1 on the wire, senders mean UTF-8); never a path."""
    with contextlib.suppress(UnicodeError):
        declared = declared.encode("latin-1").decode("utf-8")
    return re.split(r"[/\\]", declared)[-1].strip()[:LONGEST_FILENAME]


def _deed(request: Request, pushed: Pushed, arrivals: Sequence[Arrival]) -> Deed:
    """One a push, whatever it holds: each wire has its receipt."""
    signer = {"actor": f"signature:{pushed.provider}"} if is_signed(request.headers) else {}
    told = f"{len(arrivals)} of {pushed.provider}, {len(pushed.body)} bytes"
    subject = arrivals[0].receipt_id
    return deed_of(request, "ingest", arrivals[0].received_at, "wires.pushed", subject=subject, reason=told, **signer)


async def _take(desk: Desk, pushed: Pushed, arrivals: Sequence[Arrival], now: datetime) -> None:
    """Publish all wires of a push; returns when they are durable."""
    wires = [(pushed.provider, arrival.receipt_id, pushed.traceparent) for arrival in arrivals]
    with entering(desk.tracing, wires) as contexts, desk.gatekeeper.carrying(len(pushed.body)):
        traced = [replace(one, traceparent=context) for one, context in zip(arrivals, contexts, strict=True)]
        await _claim(desk, pushed, now)
        await desk.publisher.publish([record for arrival in traced for record in records_of(arrival)])
    count("wiredesk_wires_total", len(arrivals), provider=pushed.provider, way="push")


def _arrivals(pushed: Pushed, limits: Limits, now: datetime) -> list[Arrival]:
    wires = pushed.wires(limits)
    return [
        Arrival(pushed.provider, wire, receipt_id, now, pushed.wire_type, pushed.filename, pushed.traceparent)
        for wire, receipt_id in zip(wires, _receipt_ids(pushed, len(wires), now), strict=True)
    ]


def _receipt_ids(pushed: Pushed, wires: int, now: datetime) -> list[str]:
    key = pushed.idempotency_key
    if key is None:
        return [new_receipt_id(now) for _ in range(wires)]
    if not pushed.is_batch:
        return [receipt_id_for(pushed.provider, key)]
    return [receipt_id_for(pushed.provider, f"{key}\n{number}") for number in range(wires)]


async def _claim(desk: Desk, pushed: Pushed, now: datetime) -> None:
    """Bind an Idempotency-Key to its body. Raises Refused(422) when it is bound to another one.

    A repeated push is published again under the same receipt numbers, which changes nothing downstream: so the
    binding may be written before the broker has answered, and a push that failed may simply be tried again.
    """
    if pushed.idempotency_key is None:
        return
    name = receipt_id_for(pushed.provider, pushed.idempotency_key)
    value = {"sha256": sha256_of(pushed.body), "batch": pushed.is_batch}
    bound = await desk.registry.get("idempotency", name)
    if bound is None:
        try:
            await desk.registry.put("idempotency", name, value, expected=None, expires=now + KEPT)
        except Conflict:
            bound = await desk.registry.get("idempotency", name)
    if bound is not None and dict(bound.value) != value:
        detail = "This Idempotency-Key was used for another body within the last 24 hours; use a new one."
        raise Refused(422, "idempotency_key_reused", detail)


async def _report(desk: Desk, pushed: Pushed) -> dict[str, Any]:
    """What would come of a push. Keeps nothing."""
    reports = await desk.inspect(_arrivals(pushed, desk.limits, desk.clock.now()))
    return {"dry_run": True, "provider": pushed.provider, "wires": list(reports)}


def _taken(desk: Desk, arrivals: Sequence[Arrival], left: Mapping[str, str]) -> Response:
    receipts = [
        {"receipt_id": a.receipt_id, "url": f"{desk.gateway_url}/v1/receipts/{a.receipt_id}", "provider": a.provider}
        for a in arrivals
    ]
    headers = {"cache-control": "no-store", **left}
    if len(receipts) == 1:
        headers["location"] = receipts[0]["url"]
    return JSONResponse({"receipts": receipts}, status_code=202, headers=headers)
