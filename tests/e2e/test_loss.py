"""Nothing is lost: 2,000 wires, every process killed while work is in flight, and a journal to hold it against."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import Any

import pytest
from wiredesk_core.lifecycle import Standing

pytestmark = [pytest.mark.broker, pytest.mark.models, pytest.mark.slow]

STORIES = 1230
BATCH = 50
KILLS = {6: "ingest", 12: "indexing", 18: "enrichment", 24: "gateway", 30: "kafka"}
"""Which process is killed after which batch."""
DECIDED_SECONDS = 300.0


@pytest.fixture(scope="module")
def desk(start_desk: Any) -> Any:
    """One desk for both tests: providers share nothing but the machine."""
    return start_desk(workers=2)


def test_2000_wires_through_five_kills_are_each_decided_once_and_served_as_their_fold(
    desk: Any, wires: ModuleType
) -> None:
    made = wires.make_wires(seed=11, stories=STORIES)
    assert len(made) >= 2000
    journal = push_through_kills(desk, made)
    decided = desk.wait_decided(journal, DECIDED_SECONDS)
    assert set(decided) == set(journal)
    assert {receipt for receipt, found in decided.items() if len(found) != 1} == set()
    wires.assert_dispositions_add_up(journal, {receipt: found[0] for receipt, found in decided.items()})
    should = wires.expected(made)
    assert wires.served_now(desk) == {uri: state for uri, state in should.items() if state[0] is Standing.open}
    wires.wait_followed(desk, "alpha", should)


def push_through_kills(desk: Any, made: Sequence[Any]) -> dict[str, Any]:
    """Push all wires in batches, killing on the way; gives what was acknowledged: receipt -> wire."""
    journal: dict[str, Any] = {}
    for number, start in enumerate(range(0, len(made), BATCH)):
        batch = made[start : start + BATCH]
        receipts = desk.push_until_taken("alpha", [wire.data for wire in batch], key=f"batch-{number}")
        journal.update(zip(receipts, batch, strict=True))
        if number in KILLS:
            assert any(not desk.dispositions(receipt) for receipt in receipts), "nothing was in flight"
            desk.kill(KILLS[number])
    return journal


@pytest.mark.parametrize("provider", ["beta", "gamma", "delta"])
def test_any_order_with_repeats_serves_the_same_state(desk: Any, wires: ModuleType, provider: str) -> None:
    made = wires.make_wires(seed=5, stories=90)
    chance = wires.random.Random(provider)
    shuffled = [*made, *chance.sample(made, len(made) // 3)]
    chance.shuffle(shuffled)
    receipts = desk.push_until_taken(provider, [wire.data for wire in shuffled], key="all")
    desk.wait_decided(receipts, DECIDED_SECONDS)
    wires.wait_followed(desk, provider, wires.expected(made))
