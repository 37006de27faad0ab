"""Who comes in at ingest with a key: it is known, and comes no more often than it may, whatever it comes for."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from wiredesk_core.failures import Refused
from wiredesk_core.keys import Key, KeyRing
from wiredesk_core.ports import Clock
from wiredesk_core.web.accounts import authorization_of, introduce
from wiredesk_core.web.allowance import tell_left

from wiredesk_ingest.pace import Pace


@dataclass(frozen=True, slots=True)
class Entrance:
    """The one door for keys; answers and refusals behind it tell how often the key may still come."""

    keys: KeyRing
    pace: Pace
    clock: Clock

    async def admit(self, request: Request) -> Key:
        """The key that a request shows. Raises Refused: 401 for none that is in order, 429 when it comes too often."""
        now = self.clock.now()
        key = await self.keys.authenticate(authorization_of(request), now)
        introduce(request, key)
        tell_left(request, self.pace.come(key, now))
        return key


def require_unfiltered(key: Key) -> None:
    """Raises Refused(403) for a key of some genres, languages or types: here nobody can tell what an item is."""
    if key.is_filtered:
        raise Refused(403, "beyond_reach", "this key reaches only some kinds of items, which cannot be told from here")
