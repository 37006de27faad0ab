"""Nobody gives what he does not hold himself: how far one key goes beside another. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from wiredesk_core.failures import Refused
from wiredesk_core.keys import Key
from wiredesk_core.keys.key import REACHES


def is_within(giver: Key, key: Key) -> bool:
    """Whether a key opens nothing that the giver's does not open now: then he may see it, and take it away."""
    return key.scopes <= giver.scopes and all(
        not getattr(giver, name) or (getattr(key, name) and getattr(key, name) <= getattr(giver, name))
        for name in REACHES
    )


def require_no_more(giver: Key, key: Key) -> None:
    """Raises Refused(403) for a key that lasts longer or may come more often: with its secret he would hold more.

    So whoever came with a bearer token, which ends within a day, gets no secret that opens after it.
    """
    if giver.expires is not None and (key.expires is None or key.expires > giver.expires):
        raise Refused(403, "beyond_reach", "expires: that key outlasts yours; rotate it with one that lasts as long")
    if giver.per_minute is not None and (key.per_minute is None or key.per_minute > giver.per_minute):
        raise Refused(403, "beyond_reach", "per_minute: that key may come more often than yours")


def given(giver: Key, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What is asked for, where it is nothing else what the giver has. Raises Refused(403) for anything beyond that.

    An end is moved to the giver's own: a key made with another does not outlive it.
    """
    if beyond := wanted["scopes"] - giver.scopes:
        raise Refused(403, "scope_missing", f"a key without {min(beyond)[:100]} cannot give it")
    limits = {name: _limited(name, getattr(giver, name), wanted[name]) for name in REACHES}
    rate, expires = wanted["per_minute"], wanted["expires"]
    if giver.per_minute is not None and (rate or 0) > giver.per_minute:
        raise Refused(403, "beyond_reach", f"per_minute: this key may come {giver.per_minute} times a minute itself")
    return {**wanted, **limits, "per_minute": rate or giver.per_minute, "expires": _sooner(giver.expires, expires)}


def _limited(name: str, held: frozenset[str], wanted: frozenset[str]) -> frozenset[str]:
    if held and not wanted <= held:
        raise Refused(403, "beyond_reach", f"{name}: a key cannot give more than it has itself")
    return wanted or held


def _sooner(held: datetime | None, wanted: datetime | None) -> datetime | None:
    return min(filter(None, (held, wanted)), default=None)
