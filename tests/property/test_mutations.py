"""Golden wires of every format, gone wrong in every way: nothing but Unreadable comes out."""

from collections import Counter
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wiredesk_core.failures import Unreadable
from wiredesk_ingest.formats import FORMATS
from wiredesk_ingest.intake import read_wire
from wiredesk_ingest.providers import Profile
from wiredesk_ingest.wire import Wire

PROFILE = Profile("fjordwire")


def outcome(data: bytes) -> str:
    """The format that a wire was read as, or why it was refused."""
    try:
        reading = read_wire(Wire(data, PROFILE))
    except Unreadable as unreadable:
        return unreadable.code
    for item in reading.items:
        item.model_dump_json().encode("utf-8")
    return reading.format


@pytest.mark.parametrize("name", [known.name for known in FORMATS])
@given(seed=st.integers(0, 10**9))
@settings(max_examples=40, deadline=None)
def test_no_golden_wire_gone_wrong_raises_anything_but_unreadable(mutations: ModuleType, name: str, seed: int) -> None:
    assert outcome(mutations.mutated(name, seed, mutations.wires_of(name)))


@pytest.mark.parametrize("name", [known.name for known in FORMATS])
def test_golden_wires_gone_wrong_still_reach_the_parser_of_their_format(mutations: ModuleType, name: str) -> None:
    wires = mutations.wires_of(name)
    came = Counter(outcome(mutations.mutated(name, seed, wires)) for seed in range(60))

    assert came[name] >= 10, (
        f"{came}: without golden wires, and mutations that leave some of them whole, nothing is tested"
    )


@pytest.mark.parametrize("name", [known.name for known in FORMATS])
def test_a_seed_makes_the_same_input_every_time(mutations: ModuleType, name: str) -> None:
    wires = mutations.wires_of(name)

    assert [mutations.mutated(name, seed, wires) for seed in range(20)] == [
        mutations.mutated(name, seed, wires) for seed in range(20)
    ]
