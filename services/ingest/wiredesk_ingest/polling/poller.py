"""Polling one feed: ask when it is time and nobody else does, publish what is new, then remember how far it was read.

Wires are on the broker's disk before the Registry hears of them: a crash in between publishes them again under the same
receipt numbers, which changes nothing downstream.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from wiredesk_core.failures import Conflict, Refused, Transient, Unreadable
from wiredesk_core.identity import receipt_id_for, sha256_of
from wiredesk_core.ports import Clock, Publisher, Registry
from wiredesk_core.telemetry import count, gauge, log
from wiredesk_core.tracing import HandingOn, Tracing, entering

from wiredesk_ingest.gatekeeper import Gatekeeper
from wiredesk_ingest.noise import refuse_paused
from wiredesk_ingest.polling.addresses import NotFetched
from wiredesk_ingest.polling.fetching import Fetch
from wiredesk_ingest.polling.pace import Bounds, after_error
from wiredesk_ingest.polling.reading import Batch, Reader
from wiredesk_ingest.polling.state import KIND, FeedState
from wiredesk_ingest.providers import Feed
from wiredesk_ingest.reception import UNTYPED, Arrival, records_of
from wiredesk_ingest.usage import CountWire, uncounted

LEASE_SECONDS = 90.0
"""Longer than one question and its publishing may take: past it another replica takes the feed for abandoned."""
KEPT = timedelta(days=60)
"""How long the state of a feed that nobody asks any more is kept."""
LONGEST_LOOK = 30.0
"""A replica looks at a feed's state at least so often, to tell of it."""
SHORTEST_LOOK = 0.05

_log = log(__name__)


@dataclass(slots=True)
class Held:
    """A feed in this replica's hands: its state, and the stamp that the next writing of it has to quote."""

    registry: Registry
    clock: Clock
    name: str
    state: FeedState
    stamp: int

    async def save(self, state: FeedState) -> None:
        """Write the state. Raises Conflict when the lease ran out and another replica has taken the feed."""
        value, expires = state.to_value(), self.clock.now() + KEPT
        self.stamp = (await self.registry.put(KIND, self.name, value, expected=self.stamp, expires=expires)).stamp
        self.state = state


@dataclass(slots=True)
class Poller:
    """One feed of one provider. `holder` is this replica's name, unlike any other's, also after a restart."""

    provider: str
    feed: Feed
    reader: Reader
    fetch: Fetch
    publisher: Publisher
    registry: Registry
    clock: Clock
    gatekeeper: Gatekeeper
    holder: str
    tracing: Tracing = field(default_factory=HandingOn)
    chance: Callable[[], float] = random.random
    count_wire: CountWire = uncounted

    @property
    def name(self) -> str:
        """Its name in the Registry."""
        return f"{self.provider}/{self.feed.name}"

    async def look(self) -> float:
        """Poll the feed if it is time; gives the seconds until the next look. Raises Transient without a Registry."""
        entry = await self.registry.get(KIND, self.name)
        state = FeedState.of_value(entry.value if entry else None).asked_at(self.feed.url)
        self._tell(state)
        wait = state.wait(self._now())
        if wait > 0:
            return _bounded(wait)
        try:
            self.gatekeeper.admit()
            await refuse_paused(self.registry, self.provider, self.clock.now())
        except Refused as full:
            return _bounded(float(full.retry_after or 1))
        held = await self._take(state, entry.stamp if entry else None)
        if held is None:
            return SHORTEST_LOOK
        try:
            await self._poll(held)
        except asyncio.CancelledError:
            await asyncio.shield(self._let_go(held))
            raise
        except Conflict:
            _log.warning("another replica has taken the feed meanwhile", feed=self.name)
            return SHORTEST_LOOK
        self._tell(held.state)
        return _bounded(held.state.wait(self._now()))

    async def _take(self, state: FeedState, stamp: int | None) -> Held | None:
        """The feed in our hands; None when another replica was quicker."""
        until = self._now() + LEASE_SECONDS
        try:
            value, expires = state.held_by(self.holder, until).to_value(), self.clock.now() + KEPT
            entry = await self.registry.put(KIND, self.name, value, expected=stamp, expires=expires)
        except Conflict:
            return None
        return Held(self.registry, self.clock, self.name, state.held_by(self.holder, until), entry.stamp)

    async def _let_go(self, held: Held) -> None:
        """Leave the feed to the others as it was, when this replica stops in the middle."""
        with contextlib.suppress(Conflict, Transient):
            await held.save(held.state.free())

    async def _poll(self, held: Held) -> None:
        outcome = "failed"
        try:
            brought = 0
            async for batch in self.reader(self.fetch, held.state, self._now, self.chance()):
                await self._publish(batch)
                brought += len(batch.wires)
                until = self._now() + LEASE_SECONDS
                await held.save(batch.state.held_by(self.holder, until) if batch.more else batch.state.free())
            outcome = "news" if brought else "unchanged"
        except (NotFetched, Unreadable) as fault:
            await held.save(self._failed(held.state, fault))
        except Transient as down:  # broker or registry: the feed is not to blame, and is asked again soon
            _log.warning("what a feed brought could not be kept; it is asked again", feed=self.name, why=str(down))
            await held.save(replace(held.state.free(), next_at=self._now() + self.feed.fastest))
        count("wiredesk_feed_polls_total", provider=self.provider, feed=self.feed.name, outcome=outcome)

    def _failed(self, state: FeedState, fault: NotFetched | Unreadable) -> FeedState:
        now, errors = self._now(), state.errors + 1
        pause = fault.retry_after if isinstance(fault, NotFetched) else None
        bounds = Bounds(self.feed.fastest, self.feed.slowest)
        next_at = after_error(now, errors, bounds, retry_after=pause, chance=self.chance())
        _log.warning("a feed cannot be read", feed=self.name, why=str(fault), errors=errors, wait=round(next_at - now))
        return state.free().failed(now, str(fault), next_at)

    async def _publish(self, batch: Batch) -> None:
        """All wires of a batch, in order; returns when they are durable."""
        arrivals = [self._arrival(wire, batch.content_type) for wire in batch.wires]
        if not arrivals:
            return
        wires = [(self.provider, arrival.receipt_id, "") for arrival in arrivals]
        with entering(self.tracing, wires) as contexts, self.gatekeeper.carrying(sum(map(len, batch.wires))):
            traced = [replace(one, traceparent=context) for one, context in zip(arrivals, contexts, strict=True)]
            await self.publisher.publish([record for arrival in traced for record in records_of(arrival)])
        count("wiredesk_wires_total", len(arrivals), provider=self.provider, way="poll")
        for arrival in arrivals:
            self.count_wire(self.provider, len(arrival.data), arrival.received_at)

    def _arrival(self, wire: bytes, content_type: str) -> Arrival:
        """The same wire of the same feed has the same receipt, however often it is polled."""
        receipt_id = receipt_id_for(self.provider, f"{self.feed.name}\n{sha256_of(wire)}")
        return Arrival(self.provider, wire, receipt_id, self.clock.now(), content_type or UNTYPED)

    def _now(self) -> float:
        return self.clock.now().timestamp()

    def _tell(self, state: FeedState) -> None:
        told = {"provider": self.provider, "feed": self.feed.name}
        gauge("wiredesk_feed_last_success_timestamp_seconds", state.last_success, **told)
        gauge("wiredesk_feed_next_poll_timestamp_seconds", state.next_at, **told)
        gauge("wiredesk_feed_errors_in_a_row", state.errors, **told)


async def keep_polling(pollers: Sequence[Poller], stop: asyncio.Event) -> None:
    """Poll all feeds, each in its own time, until told to stop; a question under way is given up, its feed let go."""
    await asyncio.gather(*(_keep(poller, stop) for poller in pollers))


async def _keep(poller: Poller, stop: asyncio.Event) -> None:
    stopping = asyncio.create_task(stop.wait())
    try:
        while not stop.is_set():
            look = asyncio.create_task(_look(poller))
            await asyncio.wait({look, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not look.done():
                look.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await look
                return
            await asyncio.wait({stopping}, timeout=look.result())
    finally:
        stopping.cancel()


async def _look(poller: Poller) -> float:
    """One look; whatever goes wrong with one feed, the others and the next look go on."""
    try:
        return await poller.look()
    except Transient as away:
        _log.warning("the registry does not answer; the feed waits", feed=poller.name, why=str(away))
    except Exception:
        _log.exception("polling a feed failed; it is tried again", feed=poller.name)
    return LONGEST_LOOK / 6


def _bounded(wait: float) -> float:
    return max(SHORTEST_LOOK, min(wait, LONGEST_LOOK))
