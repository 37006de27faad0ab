"""Metrics: each is named once, set somewhere, and told apart by little."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from wiredesk_core.telemetry import METRICS, timed

BOUNDED = {
    "feed",
    "stage",
    "outcome",
    "code",
    "disposition",
    "provider",
    "way",
    "service",
    "status",
    "store",
    "group",
    "topic",
    "partition",
}


def test_every_metric_is_set_somewhere_and_every_one_that_is_set_is_named(repository: Path) -> None:
    code = "".join(
        file.read_text("utf-8") for room in ("shared", "services") for file in (repository / room).rglob("*.py")
    )
    used = set(re.findall(r'(?:count|observe|gauge)\(\s*"(wiredesk_\w+)"', code))
    assert used == set(METRICS)


@pytest.mark.parametrize("name", METRICS)
def test_labels_take_few_values(name: str) -> None:
    assert set(METRICS[name].labels) <= BOUNDED


def test_a_failed_write_is_timed_too() -> None:
    with pytest.raises(ZeroDivisionError), timed("archive"):
        1 / 0  # noqa: B018
