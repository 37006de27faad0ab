"""A provider that sends only what cannot be read is paused, alone, before it has drained its day into quarantine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from wiredesk_core.agents.stage import Outcome, Record, Rejected
from wiredesk_core.failures import Conflict, Refused, Transient
from wiredesk_core.ports import Clock, Registry
from wiredesk_core.telemetry import count, log

KIND = "paused provider"
"""The Registry's kind of entry that pauses one, for every ingest alike; it ends by itself."""

_log = log(__name__)


@dataclass(frozen=True, slots=True)
class Bound:
    """How much noise is borne: so many unreadable wires in a row; then a pause of so long, and one more try."""

    in_a_row: int = 100
    pause: timedelta = timedelta(minutes=1)


@dataclass(slots=True)
class Noise:
    """Listens to what parsing says of each provider's wires, and keeps the noisy ones out.

    The count is each process's own and may be lost; a pause is in the Registry. After a pause a single readable wire
    clears the count, a single unreadable one begins the next pause.
    """

    registry: Registry
    clock: Clock
    bound: Bound = Bound()
    _in_a_row: dict[str, int] = field(default_factory=dict)

    async def hear(self, records: Sequence[Record], outcomes: Sequence[Outcome]) -> None:
        """What became of wires, in order. A Registry that does not answer pauses nobody."""
        noisy: dict[str, str] = {}
        for record, outcome in zip(records, outcomes, strict=True):
            provider = record.headers.get("provider", b"").decode("utf-8", "replace")
            if not isinstance(outcome, Rejected):
                self._in_a_row.pop(provider, None)
            elif not outcome.unexpected:  # a fault of ours tells nothing about the provider
                self._in_a_row[provider] = self._in_a_row.get(provider, 0) + 1
                noisy[provider] = outcome.code
        for provider, code in noisy.items():
            if self._in_a_row.get(provider, 0) >= self.bound.in_a_row:
                await self._pause(provider, code)

    async def _pause(self, provider: str, code: str) -> None:
        until = self.clock.now() + self.bound.pause
        told = {"in_a_row": self._in_a_row[provider], "code": code, "until": until.isoformat()}
        try:
            if await self.registry.get(KIND, provider) is None:
                await self.registry.put(KIND, provider, told, expected=None, expires=until)
                count("wiredesk_provider_pauses_total", provider=provider)
                _log.warning("a provider is paused", provider=provider, **told)
        except (Conflict, Transient) as missed:
            _log.warning("a provider could not be paused now", provider=provider, why=str(missed))


async def refuse_paused(registry: Registry, provider: str, now: datetime) -> None:
    """Raises Refused(429) while a provider is paused, with the reason and when to try again."""
    entry = await registry.get(KIND, provider)
    if entry is None:
        return
    seconds = (datetime.fromisoformat(str(entry.value["until"])) - now).total_seconds()
    count("wiredesk_push_refused_total", code="provider_paused")
    detail = (
        f"The last {entry.value['in_a_row']} wires of {provider} could not be read ({entry.value['code']}); they are in "
        "quarantine. Nothing of this push was kept: check what is sent, and send it again."
    )
    raise Refused(429, "provider_paused", detail, retry_after=max(1, round(seconds)))
