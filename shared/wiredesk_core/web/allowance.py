"""How often a request's caller may still come, as headers that go with whatever it is answered, refusals too."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from starlette.requests import Request

NOTHING: Mapping[str, str] = MappingProxyType({})


def tell_left(request: Request, left: Mapping[str, str]) -> None:
    """Take note of the headers. Problems tell them by themselves; whoever makes another answer asks `left_of`."""
    request.scope.setdefault("state", {})["left"] = left


def left_of(request: Request | None) -> Mapping[str, str]:
    """The headers; none where nothing was taken from any bucket."""
    left: Mapping[str, str] = NOTHING if request is None else request.scope.get("state", NOTHING).get("left", NOTHING)
    return left
