"""Which pushes come in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wiredesk_ingest.admission import LONGEST_WAIT, REOPEN, Bounds, Load, Reason, judge

BOUNDS = Bounds(backlog=1000, enrichment_backlog=50_000, in_flight=10_000, disk_free=0.05)


def test_nothing_to_bear_lets_everybody_in() -> None:
    assert judge(Load(), BOUNDS) == (None, frozenset())


@pytest.mark.parametrize(
    ("load", "status", "code"),
    [
        (Load(backlog=1001), 429, "backlog"),
        (Load(enrichment_backlog=50_001), 429, "enrichment_backlog"),
        (Load(in_flight=10_001), 429, "in_flight"),
        (Load(disk_free={"blobs": 0.5, "broker": 0.049}), 507, "disk_full"),
        (Load(disk_free={"broker": 0.0}), 507, "disk_full"),
        (Load(backlog=10**9, disk_free={"broker": 0.01}), 507, "disk_full"),
    ],
)
def test_each_bound_sends_away_with_its_own_reason_and_a_time_to_come_back(load: Load, status: int, code: str) -> None:
    refusal, closed = judge(load, BOUNDS)
    assert refusal is not None
    assert (refusal.status, refusal.code) == (status, code)
    assert 1 <= refusal.retry_after <= LONGEST_WAIT
    assert code in closed


def test_a_backlog_on_its_bound_is_still_borne() -> None:
    assert judge(Load(backlog=1000, in_flight=10_000, disk_free={"d": 0.05}), BOUNDS)[0] is None


def test_an_unknown_lag_refuses_nothing() -> None:
    assert judge(Load(backlog=None, enrichment_backlog=None), BOUNDS, frozenset({"backlog"}))[0] is None


def test_the_time_to_come_back_follows_the_rate_at_which_the_backlog_drains() -> None:
    refusal, _ = judge(Load(backlog=1500, drained_per_second=100), BOUNDS)
    assert refusal is not None
    assert refusal.retry_after == 10  # 1500 down to 500, at 100 a second


@given(st.lists(st.integers(0, 2000), max_size=60))
def test_a_door_closes_above_its_bound_and_opens_only_well_below_it(backlogs: list[int]) -> None:
    closed: frozenset[Reason] = frozenset()
    for backlog in backlogs:
        was_closed = bool(closed)
        refusal, closed = judge(Load(backlog=backlog), BOUNDS, closed)
        assert (refusal is not None) == bool(closed)
        if backlog > BOUNDS.backlog:
            assert closed
        elif backlog <= REOPEN * BOUNDS.backlog:
            assert not closed
        else:
            assert bool(closed) == was_closed
