"""API keys: who may do what, kept in the Registry.

A token reads `wd_<id>_<secret>`. The prefix and the id may be shown and logged; the secret is seen once, when
the key is minted. Only its SHA-256 is kept: the secret is 256 random bits, so nobody can guess it from its hash,
and a slow password hash would add nothing but a cost to every request.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple, get_args

from pydantic import Field, ValidationError

from wiredesk_core.failures import Refused
from wiredesk_core.item import Frozen, Moment
from wiredesk_core.ports import Registry

Scope = Literal[
    "items:read", "embargo:read", "wires:write", "desk:rule", "quarantine:admin", "status:read", "keys:admin"
]
SCOPES: frozenset[str] = frozenset(get_args(Scope))

KIND = "key"
"""The Registry's kind of entry that holds keys."""

PREFIX = "wd"
SECRET_BYTES = 32
LONGEST_TOKEN = 200
NO_SECRET = hashlib.sha256(b"").hexdigest()
"""Compared with when a key is unknown, so that known and unknown ids take the same time."""


class Key(Frozen):
    """A key without its secret. No providers means all of them; no scopes means that it opens nothing."""

    key_id: str
    name: str
    secret_sha256: str = Field(repr=False)
    scopes: frozenset[str] = frozenset()
    providers: frozenset[str] = frozenset()
    created: Moment
    expires: Moment | None = None

    def may(self, scope: Scope, provider: str | None = None) -> bool:
        """Whether the key has the scope, and the provider when one is named."""
        return scope in self.scopes and (provider is None or not self.providers or provider in self.providers)


class Token(NamedTuple):
    """A token taken apart."""

    key_id: str
    secret: str


def mint_key(
    *,
    name: str,
    scopes: Iterable[str],
    now: datetime,
    providers: Iterable[str] = (),
    expires: datetime | None = None,
) -> tuple[str, Key]:
    """A new token, to be shown once, and the key to store. Raises Refused(400) for an unknown scope."""
    wanted = frozenset(scopes)
    if unknown := wanted - SCOPES:
        raise Refused(400, "unknown_scope", f"no such scope: {', '.join(sorted(unknown))}")
    key_id, secret = secrets.token_hex(8), secrets.token_urlsafe(SECRET_BYTES)
    key = Key(
        key_id=key_id,
        name=name,
        secret_sha256=_hash(secret),
        scopes=wanted,
        providers=frozenset(providers),
        created=now,
        expires=expires,
    )
    return f"{PREFIX}_{key_id}_{secret}", key


async def store_key(registry: Registry, key: Key) -> None:
    """Put a new key into force. Raises Conflict when its id is taken."""
    value: dict[str, Any] = key.model_dump(mode="json")
    await registry.put(
        KIND, key.key_id, {**value, "scopes": sorted(key.scopes), "providers": sorted(key.providers)}, expected=None
    )


async def stored_keys(registry: Registry) -> tuple[Key, ...]:
    """All keys that can be read, by id."""
    found = [_key_of(entry.value) for entry in await registry.entries(KIND)]
    return tuple(key for key in found if key is not None)


async def revoke_key(registry: Registry, key_id: str) -> bool:
    """Take a key out of force; False when there is none of that id."""
    entry = await registry.get(KIND, key_id)
    if entry is None:
        return False
    await registry.drop(KIND, key_id, expected=entry.stamp)
    return True


async def authenticate(registry: Registry, header_value: str | None, now: datetime) -> Key:
    """The key that an Authorization header names. Raises Refused(401) unless everything about it is in order."""
    token = read_token(header_value)
    return prove(await _look_up(registry, token.key_id), token, now)


def read_token(header_value: str | None) -> Token:
    """The token of an `Authorization: Bearer wd_…` header. Raises Refused(401) when there is none."""
    if not header_value:
        raise Refused(401, "key_missing", "send an API key: Authorization: Bearer wd_…")
    kind, _, token = header_value.partition(" ")
    parts = token.strip().split("_", 2)
    if kind.lower() != "bearer" or len(token) > LONGEST_TOKEN or len(parts) != 3 or parts[0] != PREFIX:
        raise Refused(401, "key_malformed", "the Authorization header is not of the form: Bearer wd_<id>_<secret>")
    return Token(parts[1], parts[2])


def prove(key: Key | None, token: Token, now: datetime) -> Key:
    """The key, if the token's secret is its own and it has not expired. Raises Refused(401) otherwise.

    An unknown id and a wrong secret give the same answer; only who holds the secret learns of an expiry.
    """
    kept = NO_SECRET if key is None else key.secret_sha256
    same = hmac.compare_digest(kept.encode(), _hash(token.secret).encode())
    if key is None or not same:
        raise Refused(401, "key_unknown", "this API key is not known here")
    if key.expires is not None and key.expires <= now:
        raise Refused(401, "key_expired", "this API key has expired")
    return key


def require(key: Key, scope: Scope, provider: str | None = None) -> None:
    """Raises Refused(403) unless the key has the scope, and the provider when one is named."""
    if scope not in key.scopes:
        raise Refused(403, "scope_missing", f"this API key lacks the scope {scope}")
    if not key.may(scope, provider):
        raise Refused(403, "provider_not_allowed", "this API key is not meant for that provider")


@dataclass(frozen=True, slots=True)
class _Remembered:
    key: Key
    read_at: datetime


class KeyRing:
    """Authenticates with a short memory, so that a request rarely waits for the Registry.

    A revoked key works for at most `keep` longer. Ids that were not found are not remembered.
    """

    def __init__(self, registry: Registry, *, keep: timedelta = timedelta(seconds=3), most: int = 10_000) -> None:
        self._registry = registry
        self._keep = keep
        self._most = most
        self._known: dict[str, _Remembered] = {}

    async def authenticate(self, header_value: str | None, now: datetime) -> Key:
        """As the function of the same name."""
        token = read_token(header_value)
        known = self._known.get(token.key_id)
        if known is not None and timedelta() <= now - known.read_at < self._keep:
            return prove(known.key, token, now)
        key = await _look_up(self._registry, token.key_id)
        self._remember(token.key_id, key, now)
        return prove(key, token, now)

    def _remember(self, key_id: str, key: Key | None, now: datetime) -> None:
        self._known.pop(key_id, None)
        if key is None:
            return
        if len(self._known) >= self._most:
            del self._known[next(iter(self._known))]
        self._known[key_id] = _Remembered(key, now)


async def _look_up(registry: Registry, key_id: str) -> Key | None:
    entry = await registry.get(KIND, key_id)
    return None if entry is None else _key_of(entry.value)


def _key_of(value: object) -> Key | None:
    """A damaged entry is no key: it opens nothing."""
    try:
        return Key.model_validate(value)
    except ValidationError:
        return None


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
