"""What came of having wires read again, by the records that followed."""

from __future__ import annotations

from typing import Any

import pytest
from wiredesk.replay import Results, kind_of
from wiredesk_core.broker.log import Kept
from wiredesk_core.lifecycle import Standing
from wiredesk_core.messages import REPLAY_HEADER, Replay
from wiredesk_core.testing import NOON, after, changed


def told_by(topic: str, value: bytes = b"", **headers: bytes) -> Kept:
    return Kept(topic, 0, 0, NOON, b"", value, headers)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"cause": "replay", "former_standing": Standing.open}, "changed"),
        ({"cause": "replay", "former_standing": Standing.absent}, "new"),
        ({"cause": "replay", "former_standing": Standing.open, "standing": Standing.absent}, "withdrawn"),
        ({"cause": "version", "former_standing": Standing.absent}, None),
        ({"cause": "layers", "former_standing": Standing.open}, None),
    ],
)
def test_a_change_tells_what_happened_to_its_item(change: dict[str, Any], kind: str | None) -> None:
    assert kind_of(told_by("item.changed", changed(**change).model_dump_json().encode()), NOON) == kind


def test_a_wire_put_aside_counts_for_its_own_run_alone() -> None:
    header = Replay(quarantine_id="q", rederived_at=after(1)).model_dump_json().encode()
    record = told_by("wire.quarantined", **{REPLAY_HEADER: header})
    assert kind_of(record, after(1)) == "put aside"
    assert kind_of(record, after(2)) is None
    assert kind_of(told_by("wire.quarantined"), after(1)) is None


def test_results_are_a_table_of_all_kinds() -> None:
    lines = Results({"changed": 3, "withdrawn": 1}).text(7).splitlines()
    assert [line.split()[:3] for line in lines[1:]] == [
        ["read", "again", "7"], ["new", "0", "items"], ["changed", "3", "items"], ["withdrawn", "1", "items"],
        ["put", "aside", "0"],
    ]  # fmt: skip
