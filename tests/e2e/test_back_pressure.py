"""More than can be borne: pushes are told to come back, nothing that was taken is lost, and the door opens again."""

from __future__ import annotations

import os
import signal
from types import ModuleType
from typing import Any

import pytest
from wiredesk.testing import wait_for

pytestmark = [pytest.mark.broker, pytest.mark.slow]


def test_a_standing_backlog_answers_429_and_what_was_taken_is_decided_after_it(
    start_desk: Any, wires: ModuleType
) -> None:
    desk = start_desk(environ={"INGEST_MOST_BACKLOG": "40"})
    made = wires.make_wires(seed=3, stories=200)
    indexing = desk.pid("indexing")
    receipts: list[str] = []
    os.kill(indexing, signal.SIGSTOP)
    try:
        refused = wait_for(lambda: refusal(desk, made, receipts), "a push is told to come back", 60)
    finally:
        os.kill(indexing, signal.SIGCONT)
    assert refused.json()["code"] == "backlog"
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert receipts
    decided = desk.wait_decided(receipts, 120)
    assert {receipt for receipt, found in decided.items() if len(found) != 1} == set()
    wait_for(lambda: desk.push("alpha", made[0].data).status_code == 202, "pushes are taken again", 60)


def refusal(desk: Any, made: Any, receipts: list[str]) -> Any:
    """The answer of a push that was not taken; the receipts of one that was."""
    answer = desk.push("alpha", made[len(receipts) % len(made)].data)
    if answer.status_code == 429:
        return answer
    assert answer.status_code == 202, answer.text
    receipts.append(answer.json()["receipts"][0]["receipt_id"])
    return None


def test_a_disk_below_its_watermark_answers_507_and_keeps_nothing(start_desk: Any, wires: ModuleType) -> None:
    desk = start_desk(environ={"INGEST_DISK_WATERMARK": "0.999999"})
    answer = desk.push("alpha", wires.make_wires(seed=3, stories=1)[0].data)
    assert (answer.status_code, answer.json()["code"]) == (507, "disk_full")
    assert "retry-after" in answer.headers
    assert desk.get("/v1/items").json()["items"] == []
