"""A provider's silence is judged against its own custom: the hour, the kind of day, and no single outage."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wiredesk_ingest.silence.usual import DAYS_KEPT, SHORTEST, Custom, judge

OSLO = ZoneInfo("Europe/Oslo")
MONDAY = datetime(2026, 3, 2, tzinfo=OSLO)


def at(day: int, hour: float) -> float:
    """So many days after a Monday, at that hour in Oslo."""
    return (MONDAY + timedelta(days=day)).timestamp() + hour * 3600


def heard(days: int, *, opens: int = 7, closes: int = 22, every: float = 0.25, weekends: bool = False) -> Custom:
    """A provider that sends all day long, is quiet at night, and at weekends unless said otherwise."""
    custom = Custom(at(0, 0))
    for day in range(days):
        if weekends or (MONDAY + timedelta(days=day)).weekday() < 5:
            moments = int((closes - opens) / every)
            for number in range(moments + 1):
                custom = custom.with_arrival(at(day, opens + number * every), 1, OSLO)
    return custom


def silent(custom: Custom, day: int, hour: float, threshold: float | str = "adaptive") -> bool:
    return judge(custom, threshold, at(day, hour), OSLO).silent  # type: ignore[arg-type]


def test_a_silence_in_the_middle_of_the_day_is_told_within_the_hour() -> None:
    custom = replace(heard(7), last=at(7, 11))
    assert not silent(custom, 7, 11.4)
    assert silent(custom, 7, 12)


def test_the_quiet_of_a_night_is_no_silence() -> None:
    custom = heard(10)  # up to a Wednesday evening
    assert not silent(custom, 10, 6.9)
    assert silent(custom, 10, 20), "the whole of the next day is one"


def test_the_quiet_of_a_weekend_is_no_silence_and_a_friday_does_not_teach_the_other_evenings() -> None:
    friday = heard(19)
    assert not silent(friday, 21, 12)
    tuesday = heard(16)
    assert silent(tuesday, 17, 20)


def test_one_outage_does_not_become_the_custom() -> None:
    custom = heard(10)
    for day in (14, 15, 16):
        for number in range(60):
            if day != 15 or number < 20 or number > 40:  # five hours of nothing on one day
                custom = custom.with_arrival(at(day, 7 + number * 0.25), 1, OSLO)
    custom = custom.with_arrival(at(17, 12), 1, OSLO)
    assert silent(custom, 17, 13.5)


def test_nothing_is_said_of_a_provider_that_is_hardly_known() -> None:
    assert not silent(Custom(at(0, 0)), 30, 0)
    assert not silent(Custom(at(0, 0)).with_arrival(at(0, 1), 1, OSLO), 30, 0)
    assert not silent(heard(1), 1, 12)


def test_a_fixed_threshold_outranks_the_custom_and_counts_from_the_first_wait() -> None:
    assert not silent(Custom(at(0, 0)), 0, 1.9, 7200.0)
    assert silent(Custom(at(0, 0)), 0, 2.1, 7200.0)
    assert not silent(heard(10), 20, 12, "off")


def test_a_quick_feed_is_not_alarmed_about_at_once() -> None:
    custom = heard(8, every=1 / 60)
    assert judge(custom, "adaptive", custom.last + SHORTEST - 1, OSLO).silent is False


def test_what_is_remembered_stays_small() -> None:
    custom = heard(120, weekends=True)
    assert max(map(len, custom.hours.values())) == DAYS_KEPT
    assert len(orjson.dumps(custom.to_value())) < 40_000


def test_a_custom_comes_back_as_it_was_kept() -> None:
    custom = heard(9)
    assert Custom.of_value(orjson.loads(orjson.dumps(custom.to_value()))) == custom


@pytest.mark.parametrize("value", [None, {}, {"last": "x"}, {"hours": 3}, {"hours": {"work-1": {"d": "x"}}}])
def test_what_cannot_be_read_is_learned_anew(value: dict[str, object] | None) -> None:
    assert Custom.of_value(value) == Custom()


@given(st.lists(st.floats(1e9, 2e9), max_size=40))
def test_arrivals_out_of_order_teach_no_silence_that_was_none(moments: list[float]) -> None:
    custom = Custom(1e9 - 1)
    for moment in moments:
        custom = custom.with_arrival(moment, 1, UTC)
    assert custom.heard == len(moments)
    assert custom.last == max([1e9 - 1, *moments])
    assert all(silence >= 0 for days in custom.hours.values() for silence in days.values())
