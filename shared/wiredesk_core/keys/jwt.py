"""Bearer tokens of a trusted issuer (JWT, RFC 7519; best practices of RFC 8725) as a second way in.

Signed with a public-key algorithm by a key of the issuer's set, for us and for nobody else, and short-lived. What a
token allows stands in its claims: `scope` (words, RFC 8693), and `providers`, `genres`, `languages`, `types` (lists).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
from pydantic import ValidationError

from wiredesk_core.failures import Misconfigured, Refused
from wiredesk_core.keys.key import REACHES, SCOPES, Key
from wiredesk_core.telemetry import log

ALGORITHMS = ("RS256", "RS512", "PS256", "ES256", "ES384", "EdDSA")
"""Public-key algorithms only: a shared secret, or none at all, would let whoever verifies also sign."""
REQUIRED = ("exp", "iat", "iss", "aud", "sub")
LONGEST_LIFE = timedelta(hours=24)
LONGEST_TOKEN = 8192
LEEWAY = timedelta(seconds=30)
"""Clocks of others differ a little."""
LOOK_EVERY = timedelta(seconds=10)
LONGEST_SUBJECT = 196
"""Longer ones would be cut, and two of them might be one in the account of who did what."""


@dataclass(frozen=True, slots=True)
class JwtIssuer:
    """One issuer, the audience that we are, and the issuer's public keys by `kid`."""

    issuer: str
    audience: str
    keys: Mapping[str, jwt.PyJWK]

    def admit(self, token: str, now: datetime) -> Key:
        """See Issuer."""
        try:
            claims = self._claims(token)
        except (jwt.PyJWTError, ValueError, KeyError, TypeError) as wrong:
            raise _refused() from wrong
        issued, ends = _moment(claims["iat"]), _moment(claims["exp"])
        if not (issued - LEEWAY <= now < ends + LEEWAY and ends - issued <= LONGEST_LIFE):
            raise Refused(401, "token_expired", "this token is not valid now, or for longer than a day")
        if (starts := claims.get("nbf")) is not None and _moment(starts) - LEEWAY > now:
            raise Refused(401, "token_expired", "this token is not valid yet")
        return _key(claims, ends)

    def _claims(self, token: str) -> Mapping[str, Any]:
        """The claims of a token whose signature, issuer and audience are in order; times are looked at by our clock."""
        if len(token) > LONGEST_TOKEN or not token.isascii():
            raise jwt.InvalidTokenError("too long, or not of a token's letters")
        key = self.keys[str(jwt.get_unverified_header(token)["kid"])]
        claims: Mapping[str, Any] = jwt.decode(
            token,
            key=key,
            algorithms=[key.algorithm_name],
            issuer=self.issuer,
            audience=self.audience,
            options={
                "require": list(REQUIRED),
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
                "strict_aud": True,
            },
        )
        return claims


class WatchedIssuer:
    """An issuer whose key set is read again when its file has changed: a new key opens without a restart, one taken out no longer.

    A file that cannot be used leaves the keys as they were, and is logged at every look.
    """

    def __init__(self, issuer: str, audience: str, path: Path) -> None:
        """Raises Misconfigured when the file cannot be used."""
        self._path = path
        self._seen = _stamp(path)
        self._issuer = JwtIssuer(issuer, audience, _public_keys(path))
        self._looked: datetime | None = None

    def admit(self, token: str, now: datetime) -> Key:
        """See Issuer."""
        if self._looked is None or not timedelta() <= now - self._looked < LOOK_EVERY:
            self._looked = now
            self._look()
        return self._issuer.admit(token, now)

    def _look(self) -> None:
        stamp = _stamp(self._path)
        if stamp == self._seen:
            return
        try:
            self._issuer = replace(self._issuer, keys=_public_keys(self._path))
        except Misconfigured as unfit:
            log(__name__).error("the issuer's keys cannot be read again; those of before go on", why=str(unfit))
        else:
            self._seen = stamp
            log(__name__).info("the issuer's keys were read again", kids=sorted(self._issuer.keys))


def read_issuer(issuer: str, audience: str, keys: Path | None) -> WatchedIssuer | None:
    """The issuer that the settings name; None when they name none. Raises Misconfigured when they name half of one."""
    if not issuer and not audience and keys is None:
        return None
    if not (issuer and audience and keys is not None):
        raise Misconfigured(
            "bearer tokens need WIREDESK_JWT_ISSUER, WIREDESK_JWT_AUDIENCE and WIREDESK_JWT_KEYS together"
        )
    return WatchedIssuer(issuer, audience, keys)


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """What changes with a file; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _public_keys(path: Path) -> Mapping[str, jwt.PyJWK]:
    """A JSON Web Key Set (RFC 7517). Raises Misconfigured unless every key in it has a name and may only verify."""
    try:
        told = json.loads(path.read_text("utf-8"))["keys"]
        if any("d" in one for one in told):
            raise Misconfigured(f"WIREDESK_JWT_KEYS={path}: holds a private key; only the issuer may have that")
        keys = {str(one["kid"]): jwt.PyJWK(one) for one in told}
    except (OSError, ValueError, KeyError, TypeError, jwt.PyJWTError) as wrong:
        raise Misconfigured(
            f"WIREDESK_JWT_KEYS={path}: not a set of public keys with names (RFC 7517): {wrong}"
        ) from wrong
    unfit = sorted(kid for kid, key in keys.items() if key.algorithm_name not in ALGORITHMS)
    if unfit or not keys:
        raise Misconfigured(f"WIREDESK_JWT_KEYS={path}: {', '.join(unfit) or 'no key'}; use {', '.join(ALGORITHMS)}")
    return keys


def _key(claims: Mapping[str, Any], expires: datetime) -> Key:
    """Scopes that we do not know open nothing; a limit that cannot be read refuses the token."""
    if len(claims["sub"]) > LONGEST_SUBJECT:
        raise _refused()
    try:
        return Key(
            key_id=f"jwt:{claims['sub']}",
            name=str(claims.get("name", claims["sub"]))[:200],
            secret_sha256="",
            scopes=frozenset(str(claims.get("scope", "")).split()) & SCOPES,
            created=_moment(claims["iat"]),
            expires=expires,
            **{name: _names(claims[name]) for name in REACHES if name in claims},
        )
    except (ValidationError, TypeError) as wrong:
        raise _refused() from wrong


def _names(claim: object) -> frozenset[str]:
    """A limit that is there limits: an empty list lets nothing through, and so is no limit to have."""
    if not isinstance(claim, Sequence) or isinstance(claim, str) or not claim:
        raise TypeError("a limit is a list of names")
    return frozenset(map(str, claim))


def _moment(seconds: object) -> datetime:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise _refused()
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError) as wrong:
        raise _refused() from wrong


def _refused() -> Refused:
    return Refused(401, "token_invalid", "this bearer token is not one of ours, or not whole")
