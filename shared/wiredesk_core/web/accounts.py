"""What requests leave in the audit: who asked goes with the request, so that a refusal can name him."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from wiredesk_core.audit.trail import Trail
from wiredesk_core.deeds import Deed
from wiredesk_core.failures import Refused
from wiredesk_core.keys import Key
from wiredesk_core.keys.tokens import malformed
from wiredesk_core.ports import Clock
from wiredesk_core.telemetry import count
from wiredesk_core.web.paths import told_path
from wiredesk_core.web.problems import refusal

NAMED_EVERY = timedelta(minutes=1)
MOST_NAMED = 10_000
"""Refusals that are remembered as named already."""


def authorization_of(request: Request) -> str | None:
    """The header that a caller shows. Raises Refused(401) for several: who stands in front may have looked at another."""
    shown = request.headers.getlist("authorization")
    if len(shown) > 1:
        raise malformed()
    return shown[0] if shown else None


def introduce(request: Request, key: Key) -> None:
    """From here on the request is this key's."""
    request.scope.setdefault("state", {})["key"] = key


def subject_of(request: Request) -> str:
    """The route that was asked, for the audit."""
    return f"{request.method} {told_path(request.url.path)}"


def deed_of(request: Request, service: str, now: datetime, action: str, **told: Any) -> Deed:
    """A deed of whoever was introduced; `told` are its other members."""
    state = request.scope.get("state", {})
    key: Key | None = state.get("key")
    who = {"actor": key.key_id, "name": key.name} if key else {"actor": ""}
    return Deed(at=now, service=service, action=action, **{**who, "request_id": state.get("request_id", ""), **told})


class RefusalAccount:
    """Counts callers who may not do what they ask (401, 403), and names those with a key: the same one once a minute."""

    def __init__(self, service: str, trail: Trail, clock: Clock) -> None:
        self._service = service
        self._trail = trail
        self._clock = clock
        self._named: dict[tuple[str, str, str], datetime] = {}

    def install(self, app: FastAPI) -> None:
        """Have it see every refusal of the app before it is answered."""
        app.add_exception_handler(Refused, self._on_refused)

    async def _on_refused(self, request: Request, failure: Exception) -> Response:
        assert isinstance(failure, Refused)
        if failure.status in (401, 403):
            count("wiredesk_callers_refused_total", service=self._service, code=failure.code)
        if failure.status == 403:
            self._name(request, failure)
        return refusal(request, failure)

    def _name(self, request: Request, refused: Refused) -> None:
        now = self._clock.now()
        deed = deed_of(
            request, self._service, now, "refused",
            subject=subject_of(request), outcome="refused", reason=refused.code,
        )  # fmt: skip
        who = deed.actor, deed.subject, deed.reason
        if (named := self._named.get(who)) is not None and now - named < NAMED_EVERY:
            return
        if len(self._named) >= MOST_NAMED:
            self._named.clear()
        self._named[who] = now
        self._trail.note(deed)
