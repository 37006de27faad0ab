"""Tokens: what a caller shows, and how it is held against what is kept. Pure but for the chance in a new secret.

A token reads `wd_<id>_<secret>`. The prefix and the id may be shown and logged; the secret is seen once, when
the key is minted. Only its SHA-256 is kept: the secret is 256 random bits, so nobody can guess it from its hash,
and a slow password hash would add nothing but a cost to every request.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from wiredesk_core.failures import Refused
from wiredesk_core.keys.key import REACHES, SCOPES, Key

PREFIX = "wd"
SECRET_BYTES = 32
LONGEST_TOKEN = 200
LONGEST_OVERLAP = timedelta(days=90)
NO_SECRET = "-" * 64
"""Compared with where there is no secret, so that it takes the same time; no hash reads like this."""


class Token(NamedTuple):
    """A token taken apart."""

    key_id: str
    secret: str


def mint_key(
    *, name: str, scopes: Iterable[str], now: datetime, expires: datetime | None = None, **limits: Any
) -> tuple[str, Key]:
    """A new token, to be shown once, and the key to store. Raises Refused(400) for an unknown scope.

    `limits` are those of Key: providers, genres, languages, types, per_minute.
    """
    wanted = known_scopes(scopes)
    key_id, secret = secrets.token_hex(8), secrets.token_urlsafe(SECRET_BYTES)
    reach = {name: frozenset(limits.pop(name, ())) for name in REACHES}
    key = Key(
        key_id=key_id,
        name=name,
        secret_sha256=digest(secret),
        scopes=wanted,
        created=now,
        expires=expires,
        **reach,
        **limits,
    )
    return f"{PREFIX}_{key_id}_{secret}", key


def with_new_secret(key: Key, now: datetime, overlap: timedelta) -> tuple[str, Key]:
    """A new token for the same key; the secret until now goes on opening for `overlap`. Raises Refused(400)."""
    if not timedelta() <= overlap <= LONGEST_OVERLAP:
        raise Refused(400, "bad_overlap", f"two secrets may overlap for 0 to {LONGEST_OVERLAP.days} days")
    secret = secrets.token_urlsafe(SECRET_BYTES)
    fresh = {"secret_sha256": digest(secret), "former_sha256": key.secret_sha256, "former_until": now + overlap}
    return f"{PREFIX}_{key.key_id}_{secret}", key.model_copy(update=fresh)


def known_scopes(scopes: Iterable[str]) -> frozenset[str]:
    """The same. Raises Refused(400) for one that does not exist."""
    wanted = frozenset(scopes)
    if unknown := wanted - SCOPES:
        raise Refused(400, "unknown_scope", f"no such scope: {', '.join(sorted(unknown))}")
    return wanted


def bearer_of(header_value: str | None) -> str:
    """What stands after `Bearer`. Raises Refused(401) when nothing does."""
    if not header_value:
        raise Refused(401, "key_missing", "send an API key: Authorization: Bearer wd_…")
    kind, _, token = header_value.partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        raise malformed()
    return token.strip()


def read_token(header_value: str | None) -> Token:
    """The token of an `Authorization: Bearer wd_…` header. Raises Refused(401) when there is none."""
    token = bearer_of(header_value)
    parts = token.split("_", 2)
    if len(token) > LONGEST_TOKEN or len(parts) != 3 or parts[0] != PREFIX:
        raise malformed()
    return Token(parts[1], parts[2])


def malformed() -> Refused:
    """The answer to a header that cannot be read."""
    return Refused(401, "key_malformed", "the Authorization header is not of the form: Bearer wd_<id>_<secret>")


def prove(key: Key | None, token: Token, now: datetime) -> Key:
    """The key, if the token's secret is one of its own and it has not expired. Raises Refused(401) otherwise.

    An unknown id and a wrong secret give the same answer; only who holds the secret learns of an expiry.
    """
    shown = digest(token.secret)
    current = _same(NO_SECRET if key is None else key.secret_sha256, shown)
    former = _same(NO_SECRET if key is None else key.former_sha256 or NO_SECRET, shown)
    if key is None or not (current or (former and key.former_until is not None and key.former_until > now)):
        raise Refused(401, "key_unknown", "this API key is not known here")
    if key.expires is not None and key.expires <= now:
        raise Refused(401, "key_expired", "this API key has expired")
    return key


def digest(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _same(kept: str, shown: str) -> bool:
    return hmac.compare_digest(kept.encode(), shown.encode())
