"""Small JSON bodies as frozen models: of a bounded size, with a pointer to each member that cannot be used."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.requests import ClientDisconnect, Request

from wiredesk_core.failures import Refused
from wiredesk_core.web.problems import invalid

MOST_BYTES = 64 * 1024


class Told(BaseModel):
    """What a caller may say in a body; a member that is not known is refused, never ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")


M = TypeVar("M", bound=BaseModel)


async def read_json(request: Request, model: type[M], most: int = MOST_BYTES) -> M:
    """The body; an empty one is an object without members. Raises Refused (400, 413)."""
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Refused(415, "unknown_encoding", "send the body as it is, without a Content-Encoding")
    data = await _bounded(request, most)
    try:
        return model.model_validate_json(data or b"{}")
    except ValidationError as wrong:
        raise invalid([{**error, "loc": ("body", *error["loc"])} for error in wrong.errors()]) from None


async def _bounded(request: Request, most: int) -> bytes:
    data = bytearray()
    try:
        async for chunk in request.stream():
            data += chunk
            if len(data) > most:
                raise Refused(413, "body_too_large", f"the body may hold {most} bytes")
    except ClientDisconnect as gone:
        raise Refused(400, "incomplete_body", "the connection ended before the body did; nothing was done") from gone
    return bytes(data)
