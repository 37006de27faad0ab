"""Answers: bytes with the headers that every one of them carries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from wiredesk_gateway.views import matches

JSON = "application/json"
REVALIDATE = {"cache-control": "private, no-cache", "vary": "Authorization, Accept"}
"""Caches have to ask each time: an item may have been killed since."""
NO_STORE = {"cache-control": "no-store"}


def conditional(
    request: Request, body: bytes, etag: str, *, media_type: str = JSON, headers: Mapping[str, str] | None = None
) -> Response:
    """The body under its ETag, or 304 when the caller has it already."""
    told = {**REVALIDATE, "etag": etag, **(headers or {})}
    if matches(request.headers.get("if-none-match"), etag):
        return Response(None, 304, told)
    return Response(body, 200, told, media_type=media_type)


def fresh(told: Mapping[str, Any] | bytes, *, headers: Mapping[str, str] | None = None) -> Response:
    """An answer that no cache may keep."""
    body = told if isinstance(told, bytes) else orjson.dumps(told)
    return Response(body, 200, {**NO_STORE, **(headers or {})}, media_type=JSON)
