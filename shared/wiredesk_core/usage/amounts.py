"""What is counted: amounts that add up. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Literal

Way = Literal["read", "pushed"]
WAYS: tuple[Way, ...] = ("read", "pushed")


@dataclass(frozen=True, slots=True)
class Amount:
    """requests: answered. items: read, or wires pushed. bytes: of what was read or pushed. limited: turned away with 429."""

    requests: int = 0
    items: int = 0
    bytes: int = 0
    limited: int = 0

    def __add__(self, other: Amount) -> Amount:
        return Amount(
            self.requests + other.requests,
            self.items + other.items,
            self.bytes + other.bytes,
            self.limited + other.limited,
        )

    def told(self) -> Mapping[str, int]:
        """As it is kept and shown; `amount_of` reads it back."""
        return asdict(self)


NOTHING = Amount()
Amounts = Mapping[Way, Amount]


def amount_of(told: Mapping[str, Any]) -> Amount:
    """An amount from what `told` gave; what is missing is nothing."""
    return Amount(**{name: int(told.get(name, 0)) for name in Amount.__slots__})


def added(one: Amounts, other: Amounts) -> Amounts:
    """Both together, way by way."""
    return {way: one.get(way, NOTHING) + other.get(way, NOTHING) for way in WAYS if way in one or way in other}


@dataclass(frozen=True, slots=True)
class Usage:
    """What one caller did on one day (UTC).

    actor: a key's id, or `signature:PROVIDER`; `folder:`, `poll:` or `inbound:PROVIDER` for wires that nobody pushed.
    amounts: all of it. by_provider: of each provider's items and wires; there `requests` are answers that held some of it.
    """

    day: date
    actor: str
    name: str = ""
    amounts: Amounts = field(default_factory=dict)
    by_provider: Mapping[str, Amounts] = field(default_factory=dict)

    def __add__(self, other: Usage) -> Usage:
        """The two together, under the name that the caller has now."""
        providers = {**self.by_provider, **other.by_provider}
        return Usage(
            self.day,
            self.actor,
            other.name or self.name,
            added(self.amounts, other.amounts),
            {p: added(self.by_provider.get(p, {}), other.by_provider.get(p, {})) for p in providers},
        )

    def told(self) -> Mapping[str, Any]:
        """As it is kept and shown; `usage_of` reads it back. Day and actor are the place where it stands."""
        providers = {name: amounts_told(self.by_provider[name]) for name in sorted(self.by_provider)}
        return {"name": self.name, **amounts_told(self.amounts), "providers": providers}


def usage_of(day: date, actor: str, told: Mapping[str, Any]) -> Usage:
    """A caller's day from what `told` gave."""
    providers = {name: amounts_of(held) for name, held in told.get("providers", {}).items()}
    return Usage(day, actor, str(told.get("name", "")), amounts_of(told), providers)


def amounts_told(amounts: Amounts) -> Mapping[str, Any]:
    """Both ways, also where nothing went."""
    return {way: amounts.get(way, NOTHING).told() for way in WAYS}


def amounts_of(told: Mapping[str, Any]) -> Amounts:
    """Amounts from what `amounts_told` gave."""
    return {way: amount_of(told[way]) for way in WAYS if way in told}


class Tally:
    """What one answer holds of items, provider by provider."""

    __slots__ = ("_seen", "held")

    def __init__(self) -> None:
        self.held: dict[str, Amount] = {}
        self._seen: frozenset[str] = frozenset()

    def add(self, provider: str, size: int = 0) -> None:
        """One item more, told in so many bytes."""
        held = self.held.get(provider)
        if held is None:
            held = Amount(requests=int(provider not in self._seen))
        self.held[provider] = Amount(held.requests, held.items + 1, held.bytes + size)

    def taken(self) -> Mapping[str, Amount]:
        """What it holds since it was taken last.

        However a stream is cut, it is one request to each provider: the number of its pages would tell what is hidden.
        """
        held, self.held = self.held, {}
        self._seen |= held.keys()
        return held
