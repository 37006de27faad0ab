"""How the lag goes from one look to the next."""

from __future__ import annotations

from typing import Any

import pytest
from wiredesk.commands.status import with_trend


@pytest.mark.parametrize(
    ("before", "waiting", "told"),
    [
        (10, 10, "10"),
        (None, 7, "7"),
        (10, 30, "30  grows by 20/s"),
        (30, 20, "20  gone in 2 s"),
        (5, 0, "0  gone in 0 s"),
        (3, "Kafka did not answer", "Kafka did not answer"),
    ],
)
def test_a_lag_says_whether_it_grows_or_when_it_will_be_gone(before: Any, waiting: Any, told: str) -> None:
    assert with_trend({"indexing: item.accepted": waiting}, {"indexing: item.accepted": before}) == {
        "indexing: item.accepted": told
    }
