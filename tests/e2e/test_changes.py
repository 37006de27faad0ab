"""A copy kept from the change feed: the same as the snapshot, even when the gateway dies while it is followed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from wiredesk.testing import Desk, wait_for

pytestmark = [pytest.mark.broker, pytest.mark.models, pytest.mark.slow]

STORIES = 60
PAGE = 17
"""Small, so that following takes many pages."""
SETTLED_SECONDS = 90.0
Copy = dict[str, Any]
"""What a follower holds: an article by its item_id."""


@pytest.fixture(scope="module")
def desk(start_desk: Callable[..., Desk]) -> Desk:
    return start_desk(workers=1)


def wire(number: int, version: int = 1, **fields: Any) -> bytes:
    told = {
        "uri": f"urn:alpha:changes-{number}",
        "version": str(version),
        "headline": f"Ferry number {number} sails again",
        "body_text": f"Ferry number {number} left Oslo for Hamburg on Monday, its owner said in statement {version}.",
    }
    return json.dumps({**told, **fields}).encode()


def first_half() -> list[bytes]:
    """Stories, some corrected."""
    return [wire(n) for n in range(STORIES)] + [wire(n, 2) for n in range(0, STORIES, 4)]


def second_half() -> list[bytes]:
    """More stories, kills of old and new ones, and a correction of one that was killed."""
    new = [wire(n) for n in range(STORIES, STORIES + 20)]
    kills = [wire(n, 3, pubstatus="canceled") for n in (*range(0, STORIES, 5), STORIES + 3)]
    return [*new, *kills, wire(5, 2, headline="Too late"), *(wire(n, 4) for n in range(1, STORIES, 10))]


def keep(copy: Copy, event: dict[str, Any]) -> None:
    """What a follower does with an event.

    An old change comes with the newest article, so the article may be ahead of the change; it never goes back.
    """
    known = copy.get(event["item_id"])
    if event["kind"] in {"killed", "left"}:
        copy.pop(event["item_id"], None)
        return
    article = event["article"]
    assert article["revision"] >= event["revision"]
    assert known is None or known["revision"] <= article["revision"], event
    copy[event["item_id"]] = article


class PageFollower:
    """Follows /v1/changes, and keeps its cursor when the gateway is away."""

    def __init__(self, desk: Desk) -> None:
        self.copy: Copy = {}
        self.events = 0
        self._desk = desk
        self._cursor: dict[str, str] = {}

    def follow(self) -> bool:
        """Take a page; gives whether the feed's end was reached."""
        answer = self._desk.get("/v1/changes", limit=PAGE, **self._cursor)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        for event in page["changes"]:
            keep(self.copy, event)
        self.events += len(page["changes"])
        self._cursor = {"cursor": page["next"]}
        return not page["has_more"]


class StreamFollower:
    """Follows /v1/changes/stream as an EventSource does: it resumes with the id of the last event."""

    def __init__(self, desk: Desk) -> None:
        self.copy: Copy = {}
        self.events = 0
        self._desk = desk
        self._last: dict[str, str] = {}

    def follow(self, most: int | None = None, *, quiet: float = 2.0) -> None:
        """Take so many events, or until nothing has come for `quiet` seconds."""
        url = self._desk.note()["gateway"] + "/v1/changes/stream"
        timeout = httpx.Timeout(10.0, read=quiet)
        try:
            with httpx.stream("GET", url, headers={**self._desk.headers, **self._last}, timeout=timeout) as answer:
                assert answer.status_code == 200
                for taken, (event_id, event) in enumerate(events_in(answer.iter_lines()), start=1):
                    self.take(event_id, event)
                    if taken == most:
                        return
        except httpx.ReadTimeout:
            return

    def follow_until_cut_off(self, then: Callable[[], None]) -> None:
        """Take a page's worth of events, do `then`, and go on until the connection breaks."""
        url = self._desk.note()["gateway"] + "/v1/changes/stream"
        with httpx.stream("GET", url, headers=self._desk.headers, timeout=10) as answer:
            for taken, (event_id, event) in enumerate(events_in(answer.iter_lines()), start=1):
                self.take(event_id, event)
                if taken == PAGE:
                    then()

    def take(self, event_id: str, event: dict[str, Any]) -> None:
        self._last = {"last-event-id": event_id}
        if event["kind"] != "position":
            keep(self.copy, event)
            self.events += 1


def events_in(lines: Iterator[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The whole events of a stream; one that was cut off is not an event."""
    fields: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        if line:
            fields[name] = value
            continue
        if "data" in fields:
            yield fields["id"], json.loads(fields["data"])
        fields = {}


def snapshot(desk: Desk) -> tuple[Copy, str]:
    """All items, and the cursor to follow from."""
    lines = [json.loads(line) for line in desk.get("/v1/snapshot").text.splitlines()]
    *items, end = lines
    assert (end["kind"], end["items"]) == ("end", len(items))
    return {line["article"]["item_id"]: line["article"] for line in items}, end["cursor"]


def push(desk: Desk, wires: list[bytes], key: str) -> None:
    desk.wait_decided(desk.push_until_taken("alpha", wires, key), SETTLED_SECONDS)


def settled(desk: Desk) -> Copy:
    """The snapshot once no layer is pending any more."""

    def whole() -> Copy | None:
        copy, _ = snapshot(desk)
        layers = [layer for article in copy.values() for layer in article["layers"].values()]
        return copy if all(layer["status"] != "pending" for layer in layers) else None

    found: Copy = wait_for(whole, "everything is enriched", SETTLED_SECONDS)
    return found


def catch_up(follower: PageFollower | StreamFollower, wanted: Copy) -> None:
    """Follow until the copy is the one wanted; the log may be a moment behind the archive."""

    def caught_up() -> bool:
        follower.follow()
        return follower.copy == wanted

    wait_for(caught_up, "the feed gives the snapshot's state", 30)


@pytest.fixture(scope="module")
def followed(desk: Desk) -> tuple[PageFollower, StreamFollower, Copy]:
    """Two followers who began at the start, lived through the gateway's death and went on; and the final snapshot."""
    pages, stream = PageFollower(desk), StreamFollower(desk)
    push(desk, first_half(), "first")
    pages.follow()
    stream.follow(PAGE)
    desk.kill("gateway")
    wait_for(desk.is_ready, "the gateway is there again", SETTLED_SECONDS)
    push(desk, second_half(), "second")
    wanted = settled(desk)
    catch_up(pages, wanted)
    catch_up(stream, wanted)
    return pages, stream, wanted


def test_the_final_state_is_what_was_pushed(followed: tuple[PageFollower, StreamFollower, Copy]) -> None:
    _, _, wanted = followed
    killed = {*range(0, STORIES, 5), STORIES + 3}
    assert {article["uri"] for article in wanted.values()} == {
        f"urn:alpha:changes-{n}" for n in range(STORIES + 20) if n not in killed
    }
    versions = {article["uri"].rpartition("-")[2]: article["item"]["version"] for article in wanted.values()}
    assert (versions["1"], versions["2"], versions["4"]) == ("4", "1", "2")


def test_pages_from_the_start_give_the_snapshots_state(followed: tuple[PageFollower, StreamFollower, Copy]) -> None:
    pages, _, wanted = followed
    assert pages.copy == wanted
    assert pages.events >= len(wanted)


def test_the_stream_resumed_by_its_last_event_gives_the_snapshots_state(
    followed: tuple[PageFollower, StreamFollower, Copy],
) -> None:
    _, stream, wanted = followed
    assert stream.copy == wanted
    assert stream.events >= len(wanted)


def test_an_open_stream_that_the_gateways_death_cuts_off_goes_on_where_it_was(
    desk: Desk, followed: tuple[PageFollower, StreamFollower, Copy]
) -> None:
    """The client sees its connection break, not a quiet end, and misses nothing."""
    _, whole, wanted = followed
    again = StreamFollower(desk)
    with pytest.raises(httpx.TransportError):
        again.follow_until_cut_off(lambda: desk.kill("gateway"))
    wait_for(desk.is_ready, "the gateway is there again", SETTLED_SECONDS)
    catch_up(again, wanted)
    assert again.events <= whole.events  # what was killed since is not told again


def test_following_from_the_snapshots_cursor_tells_only_what_came_after_it(
    desk: Desk, followed: tuple[PageFollower, StreamFollower, Copy]
) -> None:
    copy, cursor = snapshot(desk)
    push(desk, [wire(7, 9, pubstatus="canceled"), wire(STORIES + 30)], "after")
    wanted = settled(desk)
    deadline = time.monotonic() + 30
    told: list[dict[str, Any]] = []
    while copy != wanted and time.monotonic() < deadline:
        page = desk.get("/v1/changes", cursor=cursor, wait=5).json()
        for event in page["changes"]:
            keep(copy, event)
        told += page["changes"]
        cursor = page["next"]
    assert copy == wanted
    assert {event["uri"] for event in told} == {"urn:alpha:changes-7", f"urn:alpha:changes-{STORIES + 30}"}
