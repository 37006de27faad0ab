"""Hears which providers send and says when one falls silent against its own custom. Shared by all replicas of ingest.

Arrivals are gathered in memory and written to the Registry every so often: a restart loses seconds of what was learned, and
nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from wiredesk_core.failures import Conflict, Transient
from wiredesk_core.moments import iso
from wiredesk_core.ports import Clock, Registry
from wiredesk_core.telemetry import gauge, log

from wiredesk_ingest.providers import Profile
from wiredesk_ingest.silence.usual import Custom, Verdict, judge

KIND = "custom"
"""Its kind in the Registry; its name is the provider."""
INTERVAL = 15.0
KEPT = timedelta(days=120)
"""How long the custom of a provider that is heard no more is kept."""

_log = log(__name__)


@dataclass(slots=True)
class Hearing:
    """What one replica heard since it last wrote, and what it last said of each provider."""

    registry: Registry
    profiles: Mapping[str, Profile]
    clock: Clock
    _heard: dict[str, tuple[float, int]] = field(default_factory=dict)
    """Of each provider: the newest arrival, and how many wires came."""
    _silent: set[str] = field(default_factory=set)

    def note(self, provider: str, at: float) -> None:
        """A wire of this provider was received at `at` (Unix time)."""
        if provider in self.profiles:
            newest, wires = self._heard.get(provider, (0.0, 0))
            self._heard[provider] = max(newest, at), wires + 1

    async def look(self) -> dict[str, Verdict]:
        """Write down what was heard, then judge every provider. Raises Transient without a Registry; nothing is lost by it."""
        verdicts = {}
        for name, profile in self.profiles.items():
            custom = await self._written(name, profile)
            verdict = judge(custom, profile.silence, self.clock.now().timestamp(), profile.zone)
            self._tell(name, custom, verdict)
            verdicts[name] = verdict
        return verdicts

    async def _written(self, provider: str, profile: Profile) -> Custom:
        """The provider's custom with what this replica heard of it, which is kept for the next look if it fails."""
        heard = self._heard.pop(provider, None)
        try:
            return await self._merged(provider, profile, heard)
        except (Conflict, Transient):
            if heard is not None:
                newest, wires = self._heard.get(provider, (0.0, 0))
                self._heard[provider] = max(newest, heard[0]), wires + heard[1]
            raise

    async def _merged(self, provider: str, profile: Profile, heard: tuple[float, int] | None) -> Custom:
        while True:
            entry = await self.registry.get(KIND, provider)
            custom = Custom.of_value(entry.value if entry else None)
            if heard is None and entry is not None:
                return custom
            # The first look at a provider is when the wait for it begins.
            new = custom.with_arrival(*heard, profile.zone) if heard else Custom(self.clock.now().timestamp())
            try:
                stamp, expires = entry.stamp if entry else None, self.clock.now() + KEPT
                await self.registry.put(KIND, provider, new.to_value(), expected=stamp, expires=expires)
            except Conflict:
                await asyncio.sleep(0)  # another replica heard it as well
            else:
                return new

    def _tell(self, provider: str, custom: Custom, verdict: Verdict) -> None:
        gauge("wiredesk_provider_silent", int(verdict.silent), provider=provider)
        if custom.heard:
            gauge("wiredesk_provider_last_wire_timestamp_seconds", custom.last, provider=provider)
        if verdict.silent and provider not in self._silent:
            may_last = round(verdict.may_last or 0)
            _log.warning(
                "a provider has fallen silent", provider=provider, seconds=round(verdict.lasts), usual=may_last
            )
        if not verdict.silent and provider in self._silent:
            _log.info("a provider is heard again", provider=provider)
        (self._silent.add if verdict.silent else self._silent.discard)(provider)


async def silences_told(registry: Registry, profiles: Mapping[str, Profile], now: float) -> dict[str, dict[str, Any]]:
    """How each provider stands, for people: its last wire, how long it is silent, how long it may be."""
    told = {}
    for entry in await registry.entries(KIND):
        profile = profiles.get(entry.name)
        if profile is not None:
            custom = Custom.of_value(entry.value)
            told[entry.name] = _told(custom, judge(custom, profile.silence, now, profile.zone))
    return told


def _told(custom: Custom, verdict: Verdict) -> dict[str, Any]:
    return {
        "last_wire": iso(datetime.fromtimestamp(custom.last, UTC)) if custom.heard else None,
        "silent": verdict.silent,
        "silent_seconds": round(verdict.lasts),
        "may_last_seconds": None if verdict.may_last is None else round(verdict.may_last),
    }


async def keep_hearing(hearing: Hearing, stop: asyncio.Event, interval: float = INTERVAL) -> None:
    """Look every so often until told to stop, and once more then."""
    while True:
        try:
            await hearing.look()
        except Transient as away:
            _log.warning("the registry does not answer; silence is judged later", why=str(away))
        except Exception:
            _log.exception("judging the silence of providers failed; the next look follows")
        if stop.is_set():
            return
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), interval)
