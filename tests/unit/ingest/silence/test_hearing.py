"""Replicas of ingest hear together, and say once when a provider falls silent."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs
from wiredesk_core.failures import StoreBusy
from wiredesk_ingest.silence.hearing import KIND, Hearing, keep_hearing, silences_told
from wiredesk_ingest.silence.usual import Custom


@pytest.fixture
def waited_for(house: Any) -> Any:
    return {"northwire": replace(house.profiles["northwire"], silence=3600.0)}


def hearing(house: Any, profiles: Any) -> Hearing:
    return Hearing(house.registry, profiles, house.clock)


def hear(house: Any, one: Hearing, wires: int = 1) -> None:
    for _ in range(wires):
        one.note("northwire", house.clock.now().timestamp())


async def custom(house: Any) -> Custom:
    entry = await house.registry.get(KIND, "northwire")
    return Custom.of_value(entry.value)


def shown() -> float | None:
    return REGISTRY.get_sample_value("wiredesk_provider_silent", {"provider": "northwire"})


async def looks(house: Any, one: Hearing, minutes: Sequence[float]) -> list[str]:
    """What is said while so many minutes pass between one look and the next."""
    with capture_logs() as said:
        for pause in minutes:
            house.clock.advance(timedelta(minutes=pause))
            await one.look()
    return [line["event"] for line in said]


async def test_a_silence_is_said_once_and_its_end_too(house: Any, waited_for: Any) -> None:
    one = hearing(house, waited_for)
    hear(house, one)
    assert await looks(house, one, [0, 59]) == []
    assert await looks(house, one, [2, 10]) == ["a provider has fallen silent"]
    assert shown() == 1
    hear(house, one)
    assert await looks(house, one, [1]) == ["a provider is heard again"]
    assert shown() == 0


async def test_a_restart_does_not_reset_the_wait(house: Any, waited_for: Any) -> None:
    one = hearing(house, waited_for)
    hear(house, one)
    await looks(house, one, [0])
    assert await looks(house, hearing(house, waited_for), [61]) == ["a provider has fallen silent"]


async def test_a_provider_that_never_sent_is_waited_for_from_the_first_look_on(house: Any, waited_for: Any) -> None:
    assert await looks(house, hearing(house, waited_for), [0, 61]) == ["a provider has fallen silent"]


async def test_what_several_replicas_hear_adds_up(house: Any, waited_for: Any) -> None:
    one, other = hearing(house, waited_for), hearing(house, waited_for)
    hear(house, one, 3)
    hear(house, other, 4)
    await asyncio.gather(one.look(), other.look())
    assert (await custom(house)).heard == 7


async def test_nothing_that_was_heard_is_lost_while_the_registry_is_away(house: Any, waited_for: Any) -> None:
    class Away:
        async def get(self, _kind: str, _name: str) -> None:
            raise StoreBusy("away")

    one = Hearing(Away(), waited_for, house.clock)  # type: ignore[arg-type]
    hear(house, one, 2)
    with pytest.raises(StoreBusy):
        await one.look()
    one.registry = house.registry
    await one.look()
    assert (await custom(house)).heard == 2


async def test_strangers_are_not_listened_to(house: Any, waited_for: Any) -> None:
    one = hearing(house, waited_for)
    one.note("nobody", 1.0)
    await one.look()
    assert await house.registry.get(KIND, "nobody") is None


async def test_a_stop_writes_what_was_heard_last(house: Any, waited_for: Any) -> None:
    one, stop = hearing(house, waited_for), asyncio.Event()
    listening = asyncio.create_task(keep_hearing(one, stop, interval=60))
    await asyncio.sleep(0)
    hear(house, one)
    stop.set()
    await asyncio.wait_for(listening, 5)
    assert (await custom(house)).heard == 1


async def test_how_providers_stand_is_told_to_people(house: Any, waited_for: Any) -> None:
    one = hearing(house, waited_for)
    hear(house, one)
    await looks(house, one, [0, 61])
    told = await silences_told(house.registry, waited_for, house.clock.now().timestamp())
    last = "2026-11-23T12:00:00.000000Z"
    assert told == {"northwire": {"last_wire": last, "silent": True, "silent_seconds": 3660, "may_last_seconds": 3600}}
