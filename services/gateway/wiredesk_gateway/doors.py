"""The only way to add a route: who comes in must show a key with a scope, and ask only what the route knows.

Handlers answer with bytes, so FastAPI's own dependency and serialisation machinery is left out of the way;
it still knows every route, for the OpenAPI document.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Literal, TypeVar

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import request_response
from wiredesk_core.audit.trail import Trail
from wiredesk_core.deeds import Deed
from wiredesk_core.failures import Refused
from wiredesk_core.keys import Key, KeyRing, Scope, require
from wiredesk_core.ports import Clock
from wiredesk_core.usage import Amount, Ledger
from wiredesk_core.web.accounts import authorization_of, deed_of, introduce
from wiredesk_core.web.allowance import left_of, tell_left
from wiredesk_core.web.bodies import Told
from wiredesk_core.web.queries import NoParameters, Parameters, openapi_parameters, read_query
from wiredesk_core.web.rates import Rates

from wiredesk_gateway.telling import SealedAccount, Telling

P = TypeVar("P", bound=Parameters)


@dataclass(frozen=True, slots=True)
class Call(Generic[P]):
    """A request that was let in: by whom, when, asking what."""

    request: Request
    key: Key
    now: datetime
    asked: P
    telling: Telling = field(default_factory=Telling)
    """What is told in the answer, for whoever tells it to add to."""

    @property
    def authorization(self) -> str | None:
        """The header that let it in, for streams that outlive their key."""
        return authorization_of(self.request)

    def deed(self, action: str, subject: str, reason: str = "") -> Deed:
        """What the caller is about to do, for the audit."""
        return deed_of(self.request, "gateway", self.now, action, subject=subject, reason=reason)


NOT_MODIFIED = 304
"""Costs nothing of what a key may ask: whoever asks whether something changed should go on doing so."""

TOO_MANY = 429

Method = Literal["GET", "POST", "DELETE"]

Handler = Callable[[Call[P]], Awaitable[Response]]


class _Straight(APIRoute):
    """Request in, response out, nothing between."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **told: Any) -> None:
        super().__init__(path, endpoint, **told)
        self.app = request_response(endpoint)


@dataclass(frozen=True, slots=True)
class Accounts:
    """Where it is kept what was read: how much, and what of it is kept from most."""

    ledger: Ledger
    trail: Trail


class Doors:
    """Adds guarded routes to an app. A key may come `per_minute` times, unless it says otherwise itself."""

    def __init__(self, app: FastAPI, keys: KeyRing, clock: Clock, accounts: Accounts, per_minute: int) -> None:
        self._app = app
        self._keys = keys
        self._clock = clock
        self._ledger = accounts.ledger
        self._sealed = SealedAccount(accounts.trail)
        self._per_minute = per_minute
        self._rates = Rates("key")

    async def readmit(self, header_value: str | None) -> tuple[Key, datetime]:
        """Check a key again, while its stream goes on. Raises Refused(401) once it no longer holds."""
        now = self._clock.now()
        return await self._keys.authenticate(header_value, now), now

    def carried(self, call: Call[P], key: Key, now: datetime) -> None:
        """Account for what a page of a stream told, whose request was counted when it began."""
        telling = call.telling
        if telling.held:
            self._note(key, now, Amount(bytes=sum(part.bytes for part in telling.held.values())), telling)
        if telling.named:
            self._sealed.note(call.request, key, now, telling)

    def _note(self, key: Key, now: datetime, amount: Amount, telling: Telling) -> None:
        held = telling.taken()
        items = sum(part.items for part in held.values())
        whole = amount + Amount(items=items) if items else amount
        self._ledger.note(now, key.key_id, key.name, "read", whole, by_provider=held)

    @contextlib.contextmanager
    def _counted(self, key: Key, now: datetime) -> Iterator[None]:
        """Counts a refusal: as one that came too often, or else as a request like others."""
        try:
            yield
        except Refused as refused:
            turned_away = refused.status == TOO_MANY
            self._note(key, now, Amount(limited=1) if turned_away else Amount(requests=1), Telling())
            raise

    def get(
        self,
        path: str,
        *,
        scopes: tuple[Scope, ...],
        asks: type[P],
        tag: str,
        responses: Mapping[int, Mapping[str, Any]],
    ) -> Callable[[Handler[P]], Handler[P]]:
        """Decorates a handler of GET `path`, for keys with any of `scopes`. Its docstring is the documentation."""
        return self.at("GET", path, scopes=scopes, asks=asks, tag=tag, responses=responses)

    def at(
        self,
        method: Method,
        path: str,
        *,
        scopes: tuple[Scope, ...],
        asks: type[P],
        tag: str,
        responses: Mapping[int, Mapping[str, Any]],
        body: type[Told] | None = None,
    ) -> Callable[[Handler[P]], Handler[P]]:
        """The same for any method; `body` is what a caller says in it, which the handler reads itself."""

        def add(handler: Handler[P]) -> Handler[P]:
            async def guarded(request: Request) -> Response:
                now = self._clock.now()
                key = await self._keys.authenticate(authorization_of(request), now)
                introduce(request, key)
                telling = Telling()
                with self._counted(key, now):
                    per_minute = key.per_minute or self._per_minute
                    tell_left(request, self._rates.take(key.key_id, per_minute, now))
                    require_any(key, scopes)
                    answer = await handler(Call(request, key, now, read_query(asks, request), telling))
                self._note(key, now, Amount(1, 0, int(answer.headers.get("content-length", 0))), telling)
                if telling.named:
                    self._sealed.note(request, key, now, telling)
                if answer.status_code == NOT_MODIFIED:
                    tell_left(request, self._rates.give_back(key.key_id, per_minute))
                answer.headers.update(left_of(request))
                return answer

            title, _, more = (handler.__doc__ or "").partition("\n")
            route = _Straight(
                path,
                guarded,
                methods=[method],
                name=handler.__name__,
                operation_id=handler.__name__,
                summary=title.rstrip("."),
                description=more.strip(),
                tags=[tag],
                response_class=Response,
                responses={status: dict(told) for status, told in responses.items()},
                openapi_extra={
                    "parameters": [*_path_parameters(path), *openapi_parameters(asks)],
                    **_documented(body),
                    "security": [{"key": list(scopes)}],
                    "x-scopes-any-of": list(scopes),
                },
            )
            self._app.router.routes.append(route)
            return handler

        return add


def _documented(body: type[Told] | None) -> dict[str, Any]:
    if body is None:
        return {}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": body.model_json_schema()}}}}


def _path_parameters(path: str) -> list[dict[str, Any]]:
    names = re.findall(r"{(\w+)}", path)
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]


def require_any(key: Key, scopes: tuple[Scope, ...]) -> None:
    """Raises Refused(403) unless the key has one of the scopes."""
    if not any(scope in key.scopes for scope in scopes):
        require(key, scopes[0])


__all__ = ["Call", "Doors", "NoParameters", "require_any"]
