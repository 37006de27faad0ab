"""How often ingest may be asked: so many requests of one key, so many wires of one provider. A flood is answered 429, alone."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from datetime import datetime

from wiredesk_core.failures import Refused
from wiredesk_core.keys import Key
from wiredesk_core.telemetry import count
from wiredesk_core.web.rates import Rates

PER_MINUTE = 18_000
"""Below what may wait for all: one provider's flood ends at its own bound before the backlog's closes the door."""


class Pace:
    """Decides for one ingest process. Every refusal is Refused(429) with RateLimit headers and Retry-After."""

    def __init__(self, pushes: int = PER_MINUTE, wires: int = PER_MINUTE) -> None:
        """Both a minute: requests of a key that says nothing else itself, wires of a provider by whatever key."""
        self._pushes = pushes
        self._wires = wires
        self._keys = Rates("key")
        self._providers = Rates("provider", may="send {} wires")

    def come(self, key: Key, now: datetime) -> Mapping[str, str]:
        """A key comes once, to push or to decide; gives the headers that tell what it has left."""
        with _refusals_counted("key_rate"):
            return self._keys.take(key.key_id, key.per_minute or self._pushes, now)

    def look(self, provider: str, now: datetime) -> None:
        """Refuses before a body is read; takes nothing, since a signed push is not yet known to be the provider's."""
        with _refusals_counted("provider_rate"):
            self._providers.look(provider, self._wires, now)

    def wires(self, provider: str, wires: int, now: datetime) -> Mapping[str, str]:
        """The wires of one push, all or none; gives the headers that tell how many more the provider may send."""
        with _refusals_counted("provider_rate"):
            return self._providers.take(provider, self._wires, now, cost=wires)


@contextlib.contextmanager
def _refusals_counted(code: str) -> Iterator[None]:
    try:
        yield
    except Refused:
        count("wiredesk_push_refused_total", code=code)
        raise
