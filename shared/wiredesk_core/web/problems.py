"""Everything that goes wrong over HTTP is told in one shape: application/problem+json (RFC 9457).

A problem says what the caller can act on and nothing of the inside: no paths, no tracebacks, no input echoed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wiredesk_core.failures import Refused, Transient
from wiredesk_core.telemetry import log
from wiredesk_core.web.allowance import left_of
from wiredesk_core.web.paths import told_path

PROBLEM_JSON = "application/problem+json"
TYPE_PREFIX = "urn:wiredesk:problem:"
CHALLENGE = 'Bearer realm="wiredesk"'
RETRY_TRANSIENT_SECONDS = 2

CODES: Mapping[int, str] = {
    400: "bad_request",
    401: "key_missing",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "too_large",
    415: "unsupported_media_type",
    429: "too_many_requests",
    503: "unavailable",
    507: "storage_full",
}
"""The code of a problem that has nothing but its status to say."""


class Explained(Refused):
    """A refusal that has more to tell: members of its own, headers of its own."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        extra: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, code, detail)
        self.extra = extra or {}
        self.headers = headers or {}


def problem(
    request: Request | None,
    status: int,
    code: str,
    detail: str,
    *,
    retry_after: int | None = None,
    headers: Mapping[str, str] | None = None,
    extra: Mapping[str, Any] | None = None,
) -> Response:
    """The answer for one problem; `extra` are its own members, such as `errors`. Never cached."""
    body: dict[str, Any] = {
        "type": TYPE_PREFIX + code,
        "title": _title(status),
        "status": status,
        "detail": detail,
        "code": code,
    }
    if request is not None:
        body["instance"] = told_path(request.url.path)
        body["request_id"] = request.scope.get("state", {}).get("request_id")
    told = {"cache-control": "no-store", **left_of(request), **(headers or {})}
    if retry_after is not None:
        told["retry-after"] = str(retry_after)
    if status == HTTPStatus.UNAUTHORIZED:
        told["www-authenticate"] = CHALLENGE
    return Response(orjson.dumps({**body, **(extra or {})}), status, told, media_type=PROBLEM_JSON)


def refusal(request: Request | None, refused: Refused) -> Response:
    """The answer to a request that is not carried out."""
    extra = refused.extra if isinstance(refused, Explained) else None
    headers = refused.headers if isinstance(refused, Explained) else None
    return problem(
        request,
        refused.status,
        refused.code,
        refused.detail,
        retry_after=refused.retry_after,
        headers=headers,
        extra=extra,
    )


def invalid(errors: Sequence[Mapping[str, Any]]) -> Explained:
    """400 with a pointer to each thing that is wrong, from pydantic's errors. What was sent is not repeated."""
    told = [_pointed(error) for error in errors]
    return Explained(
        400, "invalid_request", "something in the request cannot be used: see errors", extra={"errors": told}
    )


def install_problems(app: FastAPI) -> None:
    """Answer every failure of this app as a problem. Middleware added later wraps these answers too."""
    app.add_exception_handler(Refused, _on_refused)
    app.add_exception_handler(Transient, _on_transient)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_middleware(Failsafe)


class Failsafe:
    """Turns what nobody foresaw into a bare 500 and a log entry with the traceback."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def noting_send(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, noting_send)
        except Exception:
            log(__name__).exception("request failed", path=told_path(scope["path"]))
            if started:  # too late for a problem: the server has to cut the connection
                raise
            answer = problem(
                Request(scope), 500, "internal_error", "something went wrong here; the request id names it"
            )
            await answer(scope, receive, send)


async def _on_refused(request: Request, failure: Exception) -> Response:
    assert isinstance(failure, Refused)
    return refusal(request, failure)


async def _on_transient(request: Request, failure: Exception) -> Response:
    log(__name__).warning("not available", path=told_path(request.url.path), why=str(failure))
    detail = "something this needs does not answer just now; try again"
    return problem(request, 503, "unavailable", detail, retry_after=RETRY_TRANSIENT_SECONDS)


async def _on_invalid(request: Request, failure: Exception) -> Response:
    assert isinstance(failure, RequestValidationError)
    return refusal(request, invalid(failure.errors()))


async def _on_http(request: Request, failure: Exception) -> Response:
    assert isinstance(failure, HTTPException)
    code = CODES.get(failure.status_code, "refused")
    detail = _title(failure.status_code)
    return problem(request, failure.status_code, code, detail, headers=failure.headers)


def _pointed(error: Mapping[str, Any]) -> dict[str, str]:
    place, *path = [str(step) for step in error.get("loc", ())] or [""]
    pointer = "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in path)
    return {
        "in": place,
        "pointer": f"#{pointer}",
        "code": str(error.get("type", "")),
        "detail": str(error.get("msg", "")),
    }


def _title(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Refused"
