"""One id follows a request: taken from the caller when it is decent, made here when not, logged and given back."""

from __future__ import annotations

import logging
import re
import secrets
import time

import structlog
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wiredesk_core.telemetry import count, log, observe
from wiredesk_core.web.paths import told_path

HEADER = b"x-request-id"
DECENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,127}")
"""No spaces, quotes or line ends: the id is copied into logs and headers."""

_log = log(__name__)
_STANDARD = logging.getLogger(__name__)
"""Asked whether anybody listens: a structured line costs more than some requests do."""


class RequestIds:
    """Outermost middleware: the request's id, its log line and its figures.

    Plain ASGI, so that streams pass through untouched. A stream's time counts to its first byte.
    """

    def __init__(self, app: ASGIApp, *, service: str) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        request_id = request_id_of(Headers(scope=scope).get("x-request-id"))
        scope.setdefault("state", {})["request_id"] = request_id
        header = (HEADER, request_id.encode())

        async def marked_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), header]
                self._note(scope, message["status"], time.perf_counter() - began)
            await send(message)

        bound = structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            await self._app(scope, receive, marked_send)
        finally:
            structlog.contextvars.reset_contextvars(**bound)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        count("wiredesk_http_requests_total", service=self._service, status=str(status))
        observe("wiredesk_http_seconds", seconds, service=self._service)
        if status >= 500 or _STANDARD.isEnabledFor(logging.DEBUG):
            say = _log.warning if status >= 500 else _log.debug
            say(
                "answered",
                method=scope["method"],
                path=told_path(scope["path"]),
                status=status,
                ms=round(seconds * 1000, 2),
            )


def request_id_of(offered: str | None) -> str:
    """The caller's id if it is safe to repeat, else a new one: whoever shows a credential there has not understood."""
    if offered and DECENT.fullmatch(offered) and told_path(offered) == offered:
        return offered
    return secrets.token_hex(16)
