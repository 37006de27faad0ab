"""Nothing is lost: 2,000 wires, every process killed while work is in flight, and a journal to hold it against."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
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
Served = Mapping[str, tuple[Standing, str]]


@pytest.fixture(scope="module")
def wires() -> ModuleType:
    """The module beside this one; tests are files, not packages."""
    spec = importlib.util.spec_from_file_location("made_wires", Path(__file__).with_name("wires.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


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
    assert_dispositions_add_up(journal, {receipt: found[0] for receipt, found in decided.items()})
    should = wires.expected(made)
    assert served_now(desk) == {uri: state for uri, state in should.items() if state[0] is Standing.open}
    assert followed(desk, "alpha") == should


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


def assert_dispositions_add_up(journal: Mapping[str, Any], decided: Mapping[str, str]) -> None:
    """Of wires with the same bytes one is no duplicate; broken ones are in quarantine, all others are not."""
    fates: defaultdict[bytes, Counter[str]] = defaultdict(Counter)
    for receipt, wire in journal.items():
        fates[wire.data][decided[receipt]] += 1
        assert (decided[receipt] == "quarantined") == (wire.item is None), (receipt, decided[receipt])
    for fate in fates.values():
        if "quarantined" not in fate:
            assert sum(fate.values()) - fate["duplicate"] == 1, fate


def served_now(desk: Any) -> Served:
    """What the snapshot shows, by uri."""
    lines = [json.loads(line) for line in desk.get("/v1/snapshot").text.splitlines()]
    articles = [line.get("article", line) for line in lines]
    return {a["uri"]: (Standing.open, a["item"]["headline"]) for a in articles if "uri" in a}


def followed(desk: Any, provider: str) -> Served:
    """What a client has of a provider who followed /v1/changes from the very start."""
    state: dict[str, tuple[Standing, str]] = {}
    revisions: dict[str, int] = {}
    cursor: str | None = None
    while True:
        page = desk.get("/v1/changes", limit=500, **({"cursor": cursor} if cursor else {})).json()
        for change in [change for change in page["changes"] if change["provider"] == provider]:
            assert change["revision"] >= revisions.get(change["uri"], 0), "out of order"
            revisions[change["uri"]] = change["revision"]
            killed = change["kind"] == "killed"
            headline = "" if killed else change["article"]["item"]["headline"]
            state[change["uri"]] = (Standing.killed if killed else Standing.open, headline)
        cursor = page["next"]
        if not page["has_more"]:
            return state


@pytest.mark.parametrize("provider", ["beta", "gamma", "delta"])
def test_any_order_with_repeats_serves_the_same_state(desk: Any, wires: ModuleType, provider: str) -> None:
    made = wires.make_wires(seed=5, stories=90)
    chance = wires.random.Random(provider)
    shuffled = [*made, *chance.sample(made, len(made) // 3)]
    chance.shuffle(shuffled)
    receipts = desk.push_until_taken(provider, [wire.data for wire in shuffled], key="all")
    desk.wait_decided(receipts, DECIDED_SECONDS)
    assert followed(desk, provider) == wires.expected(made)
