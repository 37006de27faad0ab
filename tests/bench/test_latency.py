"""How long a push takes to be found, and a kill to hide its item everywhere, at ten wires a second."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest
from wiredesk.testing import Desk, wait_for

pytestmark = [pytest.mark.broker, pytest.mark.models, pytest.mark.slow]

PER_SECOND = 10
SECONDS = int(os.environ.get("BENCH_SECONDS", "30"))
DEADLINE = 30.0
KILLS = int(os.environ.get("BENCH_KILLS", "100"))
KILLS_PER_SNAPSHOT = 10
"""A snapshot holds every article of the desk: taken after each kill it would be the load that is measured."""
BETWEEN_LOOKS = 0.2
"""Seconds from one look at all routes to the next: looking costs the desk's own time."""
EMBARGOES = 20

Measured = TypeVar("Measured")
IsGone = Callable[[Desk, "Doomed"], bool]


def test_push_to_searchable_and_kill_to_gone_at_ten_wires_a_second(
    make_stories: Any, start_desk: Any, show: Any, quantile: Any
) -> None:
    desk = start_desk(2)
    stories = [json.loads(story) for story in make_stories(3, max(PER_SECOND * SECONDS, KILLS))]
    found = at_a_steady_pace(stories, lambda story: seconds_until_found(desk, story))
    others = [json.loads(story) for story in make_stories(4, PER_SECOND * KILLS)]
    traffic = threading.Thread(target=at_a_steady_pace, args=(others, lambda story: push(desk, story)))
    traffic.start()
    follower = Follower(desk)
    gone = at_a_steady_pace(
        list(enumerate(stories[:KILLS])), lambda numbered: seconds_until_gone(desk, follower, *numbered), 1
    )
    traffic.join()
    measured = [("push to searchable", found)]
    measured += [
        (f"kill to gone: {route}", [seconds[route] for seconds in gone if route in seconds]) for route in ROUTES
    ]
    measured.append(("embargo's end to told", seconds_after_embargoes(desk)))
    rows = [
        [name, f"{len(seconds)}", *(f"{quantile(seconds, share):.3f}" for share in (0.5, 0.99)), "1 / 3"]
        for name, seconds in measured
    ]
    show(f"Seconds at {PER_SECOND} wires a second", ("", "wires", "p50", "p99", "aim"), rows)
    assert (len(found), len(gone)) == (len(stories), KILLS)


def at_a_steady_pace(
    stories: Sequence[Any], measure: Callable[[Any], Measured], per_second: float = PER_SECOND
) -> list[Measured]:
    """Measures each in a thread of its own, begun on a fixed beat, however long the ones before take."""
    measured: list[Measured] = []
    threads = []
    begun = time.monotonic()
    for number, story in enumerate(stories):
        time.sleep(max(0.0, begun + number / per_second - time.monotonic()))
        thread = threading.Thread(target=lambda story=story: measured.append(measure(story)))
        thread.start()
        threads.append(thread)
    for thread in threads:
        thread.join(DEADLINE)
    return measured


def seconds_until_found(desk: Desk, story: dict[str, Any]) -> float:
    """From the push until a search for the story's own word finds it."""
    word = word_of(story)
    begun = time.perf_counter()
    push(desk, {**story, "body_text": f"{story['body_text']} {word}"})
    wait_for(lambda: desk.get("/v1/items", q=word, limit=1).json()["total"] == 1, f"{word} is found", DEADLINE)
    return time.perf_counter() - begun


def word_of(story: dict[str, Any]) -> str:
    """A word that no other story holds."""
    return f"word{story['uri'].rpartition('-')[2]}x"


class Follower:
    """Keeps up with the changes, so that each kill is looked for from where it was made."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._cursor = desk.get("/v1/snapshot").headers["wiredesk-cursor"]
        self._reading = threading.Lock()

    def newest(self) -> str:
        """A cursor behind every change so far."""
        with self._reading:
            more = True
            while more:
                page = self._desk.get("/v1/changes", cursor=self._cursor, limit=500).json()
                self._cursor, more = page["next"], page["has_more"]
            return self._cursor


@dataclass(frozen=True, slots=True)
class Doomed:
    """An item that is about to be killed, by all that a reader may know of it."""

    item_id: str
    uri: str
    word: str
    cursor: str


def answers_gone(path: str) -> IsGone:
    """Whether a route of one item answers that it was killed."""
    return lambda desk, doomed: desk.get(path.format(doomed.item_id)).status_code == 410


def is_told(desk: Desk, doomed: Doomed) -> bool:
    """Whether a follower has heard of the kill."""
    changes = desk.get("/v1/changes", cursor=doomed.cursor, limit=500).json()["changes"]
    return any(one["kind"] == "killed" and one["item_id"] == doomed.item_id for one in changes)


ROUTES: Mapping[str, IsGone] = {
    "item": answers_gone("/v1/items/{}"),
    "versions": answers_gone("/v1/items/{}/versions"),
    "related": answers_gone("/v1/items/{}/related"),
    "uri": lambda desk, doomed: desk.get("/v1/items", uri=doomed.uri).status_code == 410,
    "search": lambda desk, doomed: desk.get("/v1/items", q=doomed.word, limit=1).json()["total"] == 0,
    "list": lambda desk, doomed: doomed.item_id not in desk.get("/v1/items", limit=100, sort="oldest").text,
    "changes": is_told,
    "snapshot": lambda desk, doomed: f'"item_id":"{doomed.item_id}"' not in desk.get("/v1/snapshot").text,
}
"""Everywhere that an item can be met; the last one costs most to ask."""


def seconds_until_gone(desk: Desk, follower: Follower, number: int, story: dict[str, Any]) -> dict[str, float]:
    """From the push of a kill until a request is made, on each route, that does not meet the item any more.

    All routes are asked in turn, each until it has let go of the item; the snapshot behind them, at some kills only.
    """
    item_id = desk.get("/v1/items", uri=story["uri"]).json()["item_id"]
    doomed = Doomed(item_id, story["uri"], word_of(story), follower.newest())
    begun = time.perf_counter()
    push(desk, {"uri": story["uri"], "version": "2", "pubstatus": "canceled"})
    seconds = looked_for(desk, doomed, [route for route in ROUTES if route != "snapshot"], begun)
    return seconds | looked_for(desk, doomed, [] if number % KILLS_PER_SNAPSHOT else ["snapshot"], begun)


def looked_for(desk: Desk, doomed: Doomed, routes: list[str], begun: float) -> dict[str, float]:
    """When, in seconds since `begun`, the request was made on each route that did not meet the item."""
    seconds: dict[str, float] = {}
    while len(seconds) < len(routes):
        for route in routes:
            at = time.perf_counter() - begun
            assert at < DEADLINE, f"{doomed.uri} is not gone from {route}"
            if route not in seconds and ROUTES[route](desk, doomed):
                seconds[route] = at
        time.sleep(BETWEEN_LOOKS)
    return seconds


def seconds_after_embargoes(desk: Desk) -> list[float]:
    """From the ends of embargoes, spread over two seconds, until followers are told that each item is open."""
    cursor = desk.get("/v1/snapshot").headers["wiredesk-cursor"]
    ends = {f"urn:alpha:embargo-{n}": time.time() + 5 + n * 2 / EMBARGOES for n in range(EMBARGOES)}
    for uri, end in ends.items():
        until = datetime.fromtimestamp(end, UTC).isoformat()
        push(desk, {"uri": uri, "version": "1", "headline": "Sealed", "body_text": "Sealed.", "embargoed": until})
    told: dict[str, float] = {}

    def all_told() -> bool:
        for change in desk.get("/v1/changes", cursor=cursor, limit=500, wait=1).json()["changes"]:
            if change["cause"] == "release":
                told.setdefault(change["uri"], time.time())
        return told.keys() == ends.keys()

    wait_for(all_told, "every embargo has ended", DEADLINE)
    return [told[uri] - end for uri, end in ends.items()]


def push(desk: Desk, story: dict[str, Any]) -> None:
    """One wire, as its provider would send it."""
    answer = desk.push("alpha", json.dumps(story).encode())
    assert answer.status_code == 202, answer.text
