"""A feed's state survives the Registry, and whatever is found there."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wiredesk_ingest.polling.state import LONGEST_WHY, FeedState

STATE = FeedState(etag='"a"', seen=("x", "y"), news=(1.0, 2.5), cursor="next", errors=2, why="slow", skip_hours=(1, 2))


def test_a_state_comes_back_as_it_was_kept() -> None:
    assert FeedState.of_value(orjson.loads(orjson.dumps(STATE.to_value()))) == STATE


@pytest.mark.parametrize("value", [None, {}, {"etag": 1, "seen": "x", "news": None, "errors": "many", "colour": "red"}])
def test_what_cannot_be_read_starts_anew(value: dict[str, object] | None) -> None:
    assert FeedState.of_value(value) == FeedState()


@given(next_at=st.floats(0, 1000), until=st.floats(0, 1000), now=st.floats(0, 1000), held=st.booleans())
def test_a_feed_waits_for_its_time_and_for_whoever_holds_it(
    next_at: float, until: float, now: float, held: bool
) -> None:
    state = FeedState(next_at=next_at).held_by("a", until) if held else FeedState(next_at=next_at)
    may_ask = next_at <= now and (not held or until <= now)
    assert (state.wait(now) == 0) == may_ask


def test_why_a_feed_failed_can_be_kept_whatever_a_server_wrote() -> None:
    why = STATE.failed(10, "to \udcff\x00\n/é", 20).why
    assert why == "to ???/é"
    assert orjson.dumps(why)


def test_an_error_is_counted_and_a_success_forgets_it() -> None:
    failed = STATE.failed(10, "x" * 1000, 20)
    assert (failed.errors, len(failed.why), failed.next_at) == (3, LONGEST_WHY, 20)
    assert failed.last_success == STATE.last_success
    assert (failed.succeeded(30, 40).errors, failed.succeeded(30, 40).why) == (0, "")


def test_what_an_address_gave_counts_for_that_address_alone() -> None:
    asked = STATE.held_by("me", 50).asked_at("https://a.example/?key=secret")
    assert asked.asked_at("https://a.example/?key=secret") == asked
    assert "secret" not in str(asked.to_value())
    moved = asked.asked_at("https://b.example/")
    assert (moved.etag, moved.seen, moved.cursor, moved.errors) == ("", (), "", 0)
    assert (moved.news, moved.holder, moved.held_until) == (STATE.news, "me", 50)
