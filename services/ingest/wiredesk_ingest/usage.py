"""What of pushes is counted as usage: who pushed how much for whom, and how often he was told to come later.

Wires that nobody pushes are counted by the way that they came: `folder:PROVIDER`, `poll:PROVIDER`, `inbound:PROVIDER`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Literal

from starlette.requests import Request
from wiredesk_core.failures import Refused
from wiredesk_core.keys import Key
from wiredesk_core.ports import Clock
from wiredesk_core.usage import Amount, Ledger

from wiredesk_ingest.signing import is_signed

TOO_MANY = 429
CountWire = Callable[[str, int, datetime], None]
"""Is told of a wire that is on the broker's disk: its provider, its bytes, and when."""


def uncounted(provider: str, size: int, now: datetime) -> None:
    """For where nobody keeps account."""


def counting(ledger: Ledger, way: Literal["folder", "poll", "inbound"]) -> CountWire:
    """Counts wires that came by themselves. Nobody asked, so there are no requests; one that comes again counts again."""

    def note(provider: str, size: int, now: datetime) -> None:
        amount = Amount(items=1, bytes=size)
        ledger.note(now, f"{way}:{provider}", "", "pushed", amount, by_provider={provider: amount})

    return note


def count_push(ledger: Ledger, request: Request, provider: str, now: datetime, amount: Amount) -> None:
    """A push that was taken: its wires, and the bytes of its body (unpacked)."""
    _note(ledger, request, provider, now, amount)


@contextlib.contextmanager
def turned_away_counted(ledger: Ledger, request: Request, provider: str | None, clock: Clock) -> Iterator[None]:
    """Counts a 429 of whoever showed a key, or signs for a provider that is known: it comes before the body proves it.

    None: no provider that is known, so that nobody can fill the account with names.
    """
    try:
        yield
    except Refused as refused:
        if refused.status == TOO_MANY:
            _note(ledger, request, provider, clock.now(), Amount(limited=1))
        raise


def _note(ledger: Ledger, request: Request, provider: str | None, now: datetime, amount: Amount) -> None:
    key: Key | None = request.scope.get("state", {}).get("key")
    held = {} if provider is None else {provider: amount}
    if key is not None:
        held = held if key.may("wires:write", provider) else {}  # else he would learn which names are known
        ledger.note(now, key.key_id, key.name, "pushed", amount, by_provider=held)
    elif provider is not None and is_signed(request.headers):
        ledger.note(now, f"signature:{provider}", "", "pushed", amount, by_provider=held)
