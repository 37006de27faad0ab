"""When a dead child is started again."""

from __future__ import annotations

from wiredesk.supervision import GiveUp, History, Policy, Restart, after_death, became_ready

POLICY = Policy(first_pause=0.5, longest_pause=15, steady_after=30, deaths_before_ready=4)
READY = History(was_ready=True)


def pauses(history: History, deaths: int, ran_seconds: float = 1) -> list[float]:
    found = []
    for _ in range(deaths):
        history, decision = after_death(history, ran_seconds, POLICY)
        assert isinstance(decision, Restart)
        found.append(decision.pause)
    return found


def test_pauses_double_up_to_the_longest() -> None:
    assert pauses(READY, 7) == [0.5, 1, 2, 4, 8, 15, 15]


def test_a_child_that_ran_steadily_starts_with_a_clean_record() -> None:
    assert pauses(READY, 3, ran_seconds=31) == [0.5, 0.5, 0.5]


def test_a_child_that_was_ready_once_is_never_given_up() -> None:
    assert len(pauses(READY, 200)) == 200


def test_a_child_that_never_became_ready_is_given_up() -> None:
    history = History()
    for _ in range(3):
        history, decision = after_death(history, 1, POLICY)
        assert isinstance(decision, Restart)

    assert after_death(history, 1, POLICY)[1] == GiveUp(4)


def test_restarts_are_counted_over_the_whole_life() -> None:
    history = became_ready(History())
    for ran_seconds in (1, 100, 1):
        history, _ = after_death(history, ran_seconds, POLICY)

    assert history.restarts == 3
    assert history.was_ready
