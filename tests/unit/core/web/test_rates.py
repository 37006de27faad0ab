from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wiredesk_core.testing import NOON
from wiredesk_core.web.problems import Explained
from wiredesk_core.web.rates import Rates, together


def test_a_bucket_empties_says_when_to_come_back_and_fills_again() -> None:
    rates = Rates("key")
    for left in (2, 1, 0):
        assert rates.take("a", 3, NOON)["ratelimit"].startswith(f'"key";r={left};')
    with pytest.raises(Explained) as refused:
        rates.take("a", 3, NOON)
    assert (refused.value.status, refused.value.code) == (429, "rate_limited")
    assert refused.value.headers["retry-after"] == "20"
    assert refused.value.headers["ratelimit-policy"] == '"key";q=3;w=60'
    rates.take("b", 3, NOON)
    rates.take("a", 3, NOON + timedelta(seconds=20))
    with pytest.raises(Explained):
        rates.take("a", 3, NOON + timedelta(seconds=39))


def test_what_cost_nothing_is_given_back() -> None:
    rates = Rates("key")
    for _ in range(10):
        rates.take("a", 1, NOON)
        assert rates.give_back("a", 1)["ratelimit"] == '"key";r=1;t=0'


def test_what_costs_more_than_a_bucket_holds_takes_all_of_it_once() -> None:
    rates = Rates("provider")
    rates.take("a", 10, NOON, cost=500)
    with pytest.raises(Explained) as refused:
        rates.take("a", 10, NOON, cost=500)
    assert refused.value.headers["retry-after"] == "60"


def test_only_so_many_names_are_remembered() -> None:
    rates = Rates("key", most=2)
    for name in "abcab":
        rates.take(name, 1, NOON)
    assert len(rates._buckets) == 2


@given(st.lists(st.floats(0, 5), max_size=200), st.integers(1, 50))
def test_nobody_gets_more_than_a_full_bucket_and_what_has_flowed_in(pauses: list[float], per_minute: int) -> None:
    rates, at, taken = Rates("key"), NOON, 0
    for pause in pauses:
        at += timedelta(seconds=pause)
        try:
            rates.take("a", per_minute, at)
        except Explained:
            continue
        taken += 1
    assert taken <= per_minute + (at - NOON).total_seconds() * per_minute / 60 + 1e-6


def test_looking_takes_nothing_and_refuses_where_taking_would() -> None:
    rates = Rates("provider", may="send {} wires")
    for _ in range(3):
        rates.look("a", 1, NOON)
    rates.take("a", 1, NOON)
    with pytest.raises(Explained, match="may send 1 wires a minute"):
        rates.look("a", 1, NOON)
    rates.look("a", 1, NOON + timedelta(seconds=60))


def test_headers_of_several_buckets_are_lists() -> None:
    told = together(Rates("key").take("a", 2, NOON), {}, Rates("provider").take("b", 4, NOON))
    assert told == {
        "ratelimit-policy": '"key";q=2;w=60, "provider";q=4;w=60',
        "ratelimit": '"key";r=1;t=30, "provider";r=3;t=15',
    }
    assert together() == {}


def test_a_bucket_that_was_forgotten_meanwhile_is_given_back_to_as_a_full_one() -> None:
    rates = Rates("key", most=1)
    rates.take("a", 3, NOON)
    rates.take("b", 3, NOON)
    assert rates.give_back("a", 3)["ratelimit"] == '"key";r=3;t=0'
