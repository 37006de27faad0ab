"""/v1/keys: who may come in, for whoever hands out keys. Nobody can give what he does not hold himself."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import orjson
from pydantic import Field, StringConstraints
from starlette.responses import Response
from wiredesk_core.failures import Refused
from wiredesk_core.item import Moment
from wiredesk_core.keys import Key, Scope, mint_key, revoke_key, rotate_key, store_key, stored_keys, uses
from wiredesk_core.keys.book import look_up
from wiredesk_core.web.bodies import Told, read_json
from wiredesk_core.web.queries import Parameters

from wiredesk_gateway.answers import JSON, NO_STORE, fresh
from wiredesk_gateway.desk import Desk
from wiredesk_gateway.documents import KEY_MADE, KEYS, NO_KEY
from wiredesk_gateway.doors import Call, Doors, NoParameters
from wiredesk_gateway.giving import given, is_within, require_no_more

ADMIN: tuple[Scope, ...] = ("keys:admin",)
Name = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class KeyWanted(Told):
    """A new key. Without a limit it reaches as far as the key that asks for it."""

    name: Name
    scopes: frozenset[Name] = Field(min_length=1)
    providers: frozenset[Name] = frozenset()
    genres: frozenset[Name] = frozenset()
    languages: frozenset[Name] = frozenset()
    types: frozenset[Name] = frozenset()
    per_minute: int | None = Field(default=None, ge=1, le=10_000_000)
    expires: Moment | None = None


class KeysAsked(Parameters):
    """Which keys."""

    limit: int = Field(default=1000, ge=1, le=1000, description="Keys a page")
    after: str = Field(default="", max_length=200, description="`next` of the page before")


class Rotation(Told):
    """For how long the secret until now goes on opening beside the new one."""

    overlap_hours: float = Field(default=24.0, ge=0, le=24 * 90)


def add_keys(doors: Doors, desk: Desk) -> None:
    """Adds the routes."""

    @doors.get("/v1/keys", scopes=ADMIN, asks=KeysAsked, tag="keys", responses=KEYS)
    async def list_keys(call: Call[KeysAsked]) -> Response:
        """The keys that reach no further than yours, by id: what each may do, when it was last used. Secrets are not kept."""
        keys = await stored_keys(desk.registry)
        found = [key for key in keys if key.key_id > call.asked.after and is_within(call.key, key)]
        shown, used = found[: call.asked.limit], await uses(desk.registry)
        told = [{**key.told(), "last_used": used.get(key.key_id)} for key in shown]
        return fresh({"keys": told, "next": shown[-1].key_id if len(found) > len(shown) else None})

    @doors.at(
        "POST", "/v1/keys", scopes=ADMIN, asks=NoParameters, tag="keys", responses=KEY_MADE, body=KeyWanted
    )  # fmt: skip
    async def make_key(call: Call[NoParameters]) -> Response:
        """A new key. Its token is in this answer and can never be had again.

        It has no scope, reach or rate that yours has not, and ends with yours at the latest.
        """
        wanted = await read_json(call.request, KeyWanted)
        token, key = mint_key(**given(call.key, wanted.model_dump()), now=call.now)
        async with desk.trail.changing(call.deed("key.made", key.key_id, key.name)):
            await store_key(desk.registry, key)
        return _made(token, key)

    @doors.at(
        "POST", "/v1/keys/{key_id}/rotate", scopes=ADMIN, asks=NoParameters, tag="keys", responses=KEY_MADE, body=Rotation
    )  # fmt: skip
    async def rotate(call: Call[NoParameters]) -> Response:
        """A new secret for a key; the one until now goes on opening for a while.

        403 for a key that lasts longer or may come more often than yours: a bearer token rotates no lasting key.
        """
        asked = await read_json(call.request, Rotation)
        key_id = await _own(desk, call, to_hold=True)
        async with desk.trail.changing(call.deed("key.rotated", key_id)):
            token, key = await rotate_key(desk.registry, key_id, call.now, timedelta(hours=asked.overlap_hours))
        return _made(token, key)

    @doors.at("DELETE", "/v1/keys/{key_id}", scopes=ADMIN, asks=NoParameters, tag="keys", responses=NO_KEY)
    async def revoke(call: Call[NoParameters]) -> Response:
        """Take a key out of force; every replica knows it within seconds."""
        key_id = await _own(desk, call)
        async with desk.trail.changing(call.deed("key.revoked", key_id)):
            if not await revoke_key(desk.registry, key_id):
                raise _unknown()
        return Response(None, 204, NO_STORE)


async def _own(desk: Desk, call: Call[NoParameters], *, to_hold: bool = False) -> str:
    """The id in the path. Raises Refused(404) for no key, and alike for one that reaches beyond the caller's own.

    to_hold: the caller gets its secret, so it may give him nothing either that he has not got: 403 then.
    """
    key = await look_up(desk.registry, call.request.path_params["key_id"])
    if key is None or not is_within(call.key, key):
        raise _unknown()
    if to_hold:
        require_no_more(call.key, key)
    return key.key_id


def _made(token: str, key: Key) -> Response:
    return Response(orjson.dumps({"token": token, "key": key.told()}), 201, NO_STORE, media_type=JSON)


def _unknown() -> Refused:
    return Refused(404, "key_not_found", "there is no such key")
