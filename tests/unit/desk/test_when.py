"""Moments as people give them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from wiredesk.when import moment_of
from wiredesk_core.failures import Misconfigured

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("90s", datetime(2026, 3, 4, 11, 58, 30, tzinfo=UTC)),
        ("2h", datetime(2026, 3, 4, 10, tzinfo=UTC)),
        ("1w", datetime(2026, 2, 25, 12, tzinfo=UTC)),
        ("2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026-03-01T08:00:00+02:00", datetime(2026, 3, 1, 6, tzinfo=UTC)),
    ],
)
def test_a_moment_is_a_date_or_how_long_ago(text: str, moment: datetime) -> None:
    assert moment_of(text, NOW) == moment


@pytest.mark.parametrize("text", ["", "yesterday", "2 h", "2026-13-01", "9999999d"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(Misconfigured, match="is no moment"):
        moment_of(text, NOW)
