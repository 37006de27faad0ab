"""How long a push takes to be found, and a kill to hide its item everywhere, at ten wires a second."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from wiredesk.testing import Desk, wait_for

pytestmark = [pytest.mark.broker, pytest.mark.models, pytest.mark.slow]

PER_SECOND = 10
SECONDS = int(os.environ.get("BENCH_SECONDS", "30"))
DEADLINE = 30.0


def test_push_to_searchable_and_kill_to_gone_at_ten_wires_a_second(
    make_stories: Any, start_desk: Any, show: Any, quantile: Any
) -> None:
    desk = start_desk(2)
    stories = [json.loads(story) for story in make_stories(3, PER_SECOND * SECONDS)]
    found = at_a_steady_pace(stories, lambda story: seconds_until_found(desk, story))
    gone = at_a_steady_pace(stories[: PER_SECOND * 5], lambda story: seconds_until_gone(desk, story))
    rows = [
        [name, f"{len(seconds)}", *(f"{quantile(seconds, share):.3f}" for share in (0.5, 0.99)), aim]
        for name, seconds, aim in (("push to searchable", found, "1 / 3"), ("kill to gone", gone, "1 / 3"))
    ]
    show(f"Seconds at {PER_SECOND} wires a second", ("", "wires", "p50", "p99", "aim"), rows)
    assert len(found) == len(stories)


def at_a_steady_pace(stories: Sequence[Any], measure: Callable[[Any], float]) -> list[float]:
    """Measures each in a thread of its own, begun on a fixed beat, however long the ones before take."""
    seconds: list[float] = []
    threads = []
    begun = time.monotonic()
    for number, story in enumerate(stories):
        time.sleep(max(0.0, begun + number / PER_SECOND - time.monotonic()))
        thread = threading.Thread(target=lambda story=story: seconds.append(measure(story)))
        thread.start()
        threads.append(thread)
    for thread in threads:
        thread.join(DEADLINE)
    return seconds


def seconds_until_found(desk: Desk, story: dict[str, Any]) -> float:
    """From the push until a search for the story's own word finds it."""
    word = "word" + story["uri"].rpartition("-")[2] + "x"
    begun = time.perf_counter()
    push(desk, {**story, "body_text": f"{story['body_text']} {word}"})
    wait_for(lambda: desk.get("/v1/items", q=word, limit=1).json()["total"] == 1, f"{word} is found", DEADLINE)
    return time.perf_counter() - begun


def seconds_until_gone(desk: Desk, story: dict[str, Any]) -> float:
    """From the push of a kill until the item answers 410 and its word finds nothing."""
    word = "word" + story["uri"].rpartition("-")[2] + "x"
    begun = time.perf_counter()
    push(desk, {"uri": story["uri"], "version": "2", "pubstatus": "canceled"})
    wait_for(lambda: desk.get("/v1/items", uri=story["uri"]).status_code == 410, "the item is gone", DEADLINE)
    wait_for(lambda: desk.get("/v1/items", q=word, limit=1).json()["total"] == 0, f"{word} is gone", DEADLINE)
    return time.perf_counter() - begun


def push(desk: Desk, story: dict[str, Any]) -> None:
    """One wire, as its provider would send it."""
    answer = desk.push("alpha", json.dumps(story).encode())
    assert answer.status_code == 202, answer.text
