"""One push on its way."""

from __future__ import annotations

from typing import Any

from wiredesk.commands.trace import way_table

NOTES: list[dict[str, Any]] = [
    {"stage": "applied", "at": "2026-03-04T12:00:00.250000Z", "uri": "urn:ferry", "disposition": "accepted"},
    {"stage": "received", "at": "2026-03-04T12:00:00Z", "uri": "", "disposition": None},
    {"stage": "parsed", "at": "2026-03-04T12:00:00.100000Z", "uri": "", "disposition": None, "detail": "1 versions"},
]


def test_steps_stand_in_the_order_of_their_times_with_the_seconds_since_the_first() -> None:
    lines = way_table(NOTES).splitlines()
    steps = [line.split()[0] for line in lines[-3:]]
    assert steps == ["received", "parsed", "applied"]
    assert "0.250" in lines[-1]
    assert "accepted" in lines[-1]


def test_a_receipt_without_notes_is_an_empty_table() -> None:
    assert "Step" in way_table([])
