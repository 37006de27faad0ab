"""When a feed is asked again: by its own rhythm, within its profile's bounds."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wiredesk_ingest.polling.pace import (
    LONGEST_WAIT,
    REMEMBERED,
    Bounds,
    Wish,
    after_error,
    next_question,
    remembered,
    retry_after_of,
)

NOW = datetime(2026, 3, 4, 12, 30, tzinfo=UTC).timestamp()
BOUNDS = Bounds(60, 3600)
HOURS = st.frozensets(st.integers(0, 23), max_size=23)


def every(seconds: float, times: int = 10) -> list[float]:
    """News at that pace, the last of it right now."""
    return [NOW - seconds * back for back in reversed(range(times))]


def test_a_feed_without_a_history_is_asked_as_often_as_allowed() -> None:
    assert next_question(NOW, [], BOUNDS) == NOW + 60


def test_a_feed_is_asked_twice_in_its_usual_gap() -> None:
    assert next_question(NOW, every(1200), BOUNDS) == NOW + 600


def test_one_pause_does_not_change_what_is_usual() -> None:
    news = [*(NOW - 8 * 3600 - gap for gap in (1800, 1200, 600, 0)), *every(600, 4)]
    assert next_question(NOW, news, BOUNDS) == NOW + 300


def test_a_silent_feed_is_asked_ever_more_seldom() -> None:
    news = [moment - 5 * 3600 for moment in every(120)]
    assert next_question(NOW, news, BOUNDS) == NOW + 1800


def test_a_feeds_ttl_holds_back_within_the_bounds() -> None:
    assert next_question(NOW, every(60), BOUNDS, wish=Wish(ttl=900)) == NOW + 900
    assert next_question(NOW, every(60), BOUNDS, wish=Wish(ttl=90_000)) == NOW + 3600


def test_hours_that_a_feed_wants_to_be_left_alone_in_are_kept() -> None:
    after = next_question(NOW, every(60), Bounds(60, 8 * 3600), wish=Wish(hours=frozenset({12, 13})))
    assert after == datetime(2026, 3, 4, 14, 0, tzinfo=UTC).timestamp()


def test_days_that_a_feed_wants_to_be_left_alone_on_are_kept_but_not_past_the_profiles_bound() -> None:
    wednesday = Wish(days=frozenset({2}))
    assert (
        next_question(NOW, every(60), Bounds(60, 24 * 3600), wish=wednesday)
        == datetime(2026, 3, 5, tzinfo=UTC).timestamp()
    )
    assert next_question(NOW, every(60), BOUNDS, wish=wednesday) == NOW + 3600


@given(
    news=st.lists(st.floats(NOW - 1e7, NOW), max_size=REMEMBERED).map(sorted),
    ttl=st.floats(0, 1e6),
    hours=HOURS,
    chance=st.floats(0, 1),
    bounds=st.builds(lambda fastest, more: Bounds(fastest, fastest + more), st.floats(1, 3600), st.floats(0, 80_000)),
)
def test_the_next_question_lies_within_the_bounds(
    news: list[float], ttl: float, hours: frozenset[int], chance: float, bounds: Bounds
) -> None:
    wait = next_question(NOW, news, bounds, wish=Wish(ttl, hours), chance=chance) - NOW
    assert bounds.fastest - 1e-3 <= wait <= bounds.slowest + 1e-3


def test_errors_double_the_pause_up_to_the_slowest() -> None:
    assert [after_error(NOW, n, BOUNDS) - NOW for n in (1, 2, 3, 7, 500)] == [60, 120, 240, 3600, 3600]


def test_a_time_that_the_server_names_is_kept_to_but_not_for_ever() -> None:
    assert after_error(NOW, 1, BOUNDS, retry_after=7200) == NOW + 7200
    assert after_error(NOW, 1, BOUNDS, retry_after=1) == NOW + 60
    assert after_error(NOW, 1, BOUNDS, retry_after=1e9) == NOW + LONGEST_WAIT


@given(errors=st.integers(1, 10_000), chance=st.floats(0, 1), retry=st.none() | st.floats(0, 1e12))
def test_after_errors_a_feed_is_neither_hammered_nor_forgotten(errors: int, chance: float, retry: float | None) -> None:
    wait = after_error(NOW, errors, BOUNDS, retry_after=retry, chance=chance) - NOW
    assert 60 <= wait <= LONGEST_WAIT


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        (" 5 ", 5.0),
        ("Wed, 04 Mar 2026 12:31:00 GMT", 60.0),
        ("Wed, 04 Mar 2026 12:00:00 GMT", 0.0),
        ("9" * 40, LONGEST_WAIT),
        ("soon", None),
        ("Wed, 04 Mar 2026 12:31:00 +" + "9" * 30, None),
        ("Wed, 04 Mar 99999999999999999999 12:31:00 GMT", None),
        ("-3", None),
        ("", None),
    ],
)
def test_retry_after_is_a_number_or_a_date(header: str, seconds: float | None) -> None:
    assert retry_after_of(header, datetime.fromtimestamp(NOW, UTC)) == seconds


def test_only_the_latest_news_are_remembered() -> None:
    news: tuple[float, ...] = ()
    for number in range(REMEMBERED + 5):
        news = remembered(news, float(number))
    assert news == tuple(float(number) for number in range(5, REMEMBERED + 5))
