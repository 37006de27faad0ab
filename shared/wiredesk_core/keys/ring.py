"""The key ring at a service's door: keys remembered for a moment, bearer tokens of an issuer, use noted now and then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from wiredesk_core.keys.book import look_up, note_use
from wiredesk_core.keys.key import Key
from wiredesk_core.keys.tokens import PREFIX, bearer_of, prove, read_token
from wiredesk_core.ports import Registry

NOTE_EVERY = timedelta(minutes=1)


class Issuer(Protocol):
    """Whoever signs bearer tokens that are no keys of ours."""

    def admit(self, token: str, now: datetime) -> Key:
        """What a token allows. Raises Refused(401) unless everything about it is in order."""
        ...


@dataclass(frozen=True, slots=True)
class _Remembered:
    key: Key
    read_at: datetime


class KeyRing:
    """Authenticates with a short memory, so that a request rarely waits for the Registry.

    A revoked key works for at most `keep` longer. Ids that were not found are not remembered. Without an issuer, only
    our own keys open.
    """

    def __init__(
        self,
        registry: Registry,
        *,
        issuer: Issuer | None = None,
        keep: timedelta = timedelta(seconds=3),
        most: int = 10_000,
    ) -> None:
        self._registry = registry
        self._issuer = issuer
        self._keep = keep
        self._most = most
        self._known: dict[str, _Remembered] = {}
        self._noted: dict[str, datetime] = {}

    async def authenticate(self, header_value: str | None, now: datetime) -> Key:
        """As the function of the same name; or, where there is an issuer, what its token allows."""
        if self._issuer is not None and not (bearer := bearer_of(header_value)).startswith(f"{PREFIX}_"):
            return self._issuer.admit(bearer, now)
        token = read_token(header_value)
        key = prove(await self._key(token.key_id, now), token, now)
        await self._note(key, now)
        return key

    async def _key(self, key_id: str, now: datetime) -> Key | None:
        known = self._known.get(key_id)
        if known is not None and timedelta() <= now - known.read_at < self._keep:
            return known.key
        key = await look_up(self._registry, key_id)
        self._remember(key_id, key, now)
        return key

    async def _note(self, key: Key, now: datetime) -> None:
        """Once a minute a key, so that reading stays reading."""
        noted = self._noted.get(key.key_id)
        if noted is None or now - noted >= NOTE_EVERY:
            self._noted[key.key_id] = now
            await note_use(self._registry, key.key_id, now)

    def _remember(self, key_id: str, key: Key | None, now: datetime) -> None:
        self._known.pop(key_id, None)
        if key is None:
            return
        if len(self._known) >= self._most:
            oldest = next(iter(self._known))
            del self._known[oldest]
            self._noted.pop(oldest, None)
        self._known[key_id] = _Remembered(key, now)
