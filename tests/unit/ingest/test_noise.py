"""A provider that sends only what cannot be read is paused alone, and comes back by itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import httpx
import pytest
from wiredesk_core.agents.stage import Done, Outcome, Record, Rejected
from wiredesk_core.clock import FixedClock
from wiredesk_core.failures import Refused, StoreBusy
from wiredesk_core.registry.memory import MemoryRegistry
from wiredesk_ingest.noise import Bound, Noise, refuse_paused

BROKEN, READ = Rejected("json_broken", "line 2"), Done()
OURS = Rejected("unexpected_KeyError", "a bug", unexpected=True)
BOUND = Bound(in_a_row=3, pause=timedelta(minutes=1))


@pytest.fixture
def noise(clock: FixedClock) -> Noise:
    return Noise(MemoryRegistry(clock), clock, BOUND)


async def heard(noise: Noise, outcomes: Sequence[Outcome], provider: str = "northwire") -> None:
    record = Record("wire.received", 0, 0, b"", b"", {"provider": provider.encode()}, noise.clock.now())
    await noise.hear([record] * len(outcomes), outcomes)


async def is_paused(noise: Noise, provider: str = "northwire") -> bool:
    try:
        await refuse_paused(noise.registry, provider, noise.clock.now())
    except Refused as refused:
        return refused.code == "provider_paused"
    return False


@pytest.mark.parametrize(
    ("outcomes", "paused"),
    [
        ([BROKEN] * 2, False),
        ([BROKEN] * 3, True),
        ([BROKEN, BROKEN, READ, BROKEN, BROKEN], False),
        ([BROKEN, OURS, BROKEN, OURS], False),
        ([OURS] * 9, False),
    ],
)
async def test_only_unreadable_wires_in_a_row_pause_a_provider(
    noise: Noise, outcomes: Sequence[Outcome], paused: bool
) -> None:
    for outcome in outcomes:
        await heard(noise, [outcome])
    assert await is_paused(noise) is paused
    assert not await is_paused(noise, "kestrel")


async def test_the_row_goes_on_over_batches_and_others_in_them_do_not_count(noise: Noise) -> None:
    await heard(noise, [BROKEN, BROKEN])
    await heard(noise, [READ, READ, READ], "kestrel")
    await heard(noise, [BROKEN])
    assert await is_paused(noise)


async def test_a_pause_ends_by_itself_and_a_single_wire_decides_what_follows(noise: Noise, clock: FixedClock) -> None:
    await heard(noise, [BROKEN] * 3)
    with pytest.raises(Refused, match="could not be read") as told:
        await refuse_paused(noise.registry, "northwire", clock.now())
    assert told.value.retry_after == 60
    clock.advance(timedelta(seconds=61))
    assert not await is_paused(noise)
    await heard(noise, [BROKEN])
    assert await is_paused(noise)
    clock.advance(timedelta(seconds=61))
    await heard(noise, [READ])
    await heard(noise, [BROKEN])
    assert not await is_paused(noise)


async def test_a_registry_that_does_not_answer_pauses_nobody_and_stops_nothing(clock: FixedClock) -> None:
    class Away(MemoryRegistry):
        async def get(self, kind: str, name: str) -> Any:
            raise StoreBusy(f"{kind} {name}: nobody answers")

    await heard(Noise(Away(clock), clock, BOUND), [BROKEN] * 9)


async def test_a_push_of_a_paused_provider_is_told_to_come_back(house: Any, http: httpx.AsyncClient) -> None:
    noise = Noise(house.registry, house.clock, BOUND)
    await heard(noise, [BROKEN] * 3)
    answer = await http.post("/v1/wires/northwire", content=b"{}")
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (429, "provider_paused", "60")
    assert house.publisher.records == []
    assert (await http.post("/v1/wires/northwire?dry_run=true", content=b"{}")).status_code == 200
