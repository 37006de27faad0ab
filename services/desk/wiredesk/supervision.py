"""When to start a dead child again, and when to give up: decisions only."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Policy:
    """How patient the supervisor is; seconds."""

    first_pause: float = 0.5
    longest_pause: float = 15.0
    steady_after: float = 30.0
    """A child that ran this long starts with a clean record."""
    worry_after: float = 20.0
    """A child that takes this long to become ready is spoken of; again after twice as long, and so on."""
    deaths_before_ready: int = 4
    """A child that never became ready is given up after so many deaths: something has to be mended first."""


@dataclass(frozen=True, slots=True)
class History:
    """What is known of one child."""

    deaths_in_a_row: int = 0
    restarts: int = 0
    was_ready: bool = False


@dataclass(frozen=True, slots=True)
class Restart:
    """Start it again after a pause in seconds."""

    pause: float


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Stop everything and say why."""

    deaths: int


def became_ready(history: History) -> History:
    """The child answers."""
    return replace(history, was_ready=True)


def after_death(history: History, ran_seconds: float, policy: Policy) -> tuple[History, Restart | GiveUp]:
    """The new history and what to do. Pauses double from death to death."""
    deaths = 1 if ran_seconds >= policy.steady_after else history.deaths_in_a_row + 1
    if not history.was_ready and deaths >= policy.deaths_before_ready:
        return replace(history, deaths_in_a_row=deaths), GiveUp(deaths)
    pause = min(policy.longest_pause, policy.first_pause * 2 ** (deaths - 1))
    return History(deaths, history.restarts + 1, history.was_ready), Restart(pause)
