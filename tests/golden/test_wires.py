"""Golden wires: `wire/<format>/<case>.in` is read to exactly `<case>.json` (fields at their defaults left out).

A new case is two files; nothing is registered.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from wiredesk_core.failures import Unreadable
from wiredesk_ingest.intake import read_wire
from wiredesk_ingest.providers import Profile
from wiredesk_ingest.wire import Wire

WIRES = Path(__file__).parent / "wire"
CASES = sorted(path.relative_to(WIRES).with_suffix("").as_posix() for path in WIRES.rglob("*.in"))
PROFILE = Profile("fjordwire", language="en", time_zone="Europe/Oslo", credit="Fjordwire")


def records(data: bytes) -> Any:
    """What a wire says, as the golden files write it."""
    try:
        reading = read_wire(Wire(data, PROFILE))
    except Unreadable as unreadable:
        return {"unreadable": unreadable.code}
    items = [item.model_dump(mode="json", exclude_defaults=True) for item in reading.items]
    return {"parser": reading.parser, "items": items}


@pytest.mark.parametrize("case", CASES)
def test_a_wire_is_read_as_its_golden_file_says(case: str) -> None:
    expected = json.loads((WIRES / f"{case}.json").read_text(encoding="utf-8"))

    assert records((WIRES / f"{case}.in").read_bytes()) == expected


@pytest.mark.parametrize("case", CASES)
def test_a_wire_is_read_the_same_every_time(case: str) -> None:
    data = (WIRES / f"{case}.in").read_bytes()

    assert records(data) == records(data)
