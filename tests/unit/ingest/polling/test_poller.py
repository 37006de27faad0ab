"""Polling one feed: what is new is published once, by one replica, and remembered once it is durable."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from wiredesk_core.failures import StoreBusy
from wiredesk_ingest.admission import Bounds
from wiredesk_ingest.gatekeeper import Gatekeeper
from wiredesk_ingest.polling.addresses import NotFetched
from wiredesk_ingest.polling.fetching import Answer, Question
from wiredesk_ingest.polling.poller import LEASE_SECONDS, Poller, keep_polling
from wiredesk_ingest.polling.reading import reader_of
from wiredesk_ingest.polling.state import KIND, FeedState
from wiredesk_ingest.providers import Feed

RSS = Feed("https://harbour.example/feed")
TOKEN = Feed("https://harbour.example/v1", kind="token", wires="items", next="next", since_parameter="since")


def rss(*titles: str, built: str = "") -> Answer:
    items = "".join(f"<item><guid>urn:{t}</guid><title>{t}</title></item>" for t in titles)
    body = f"<rss><channel><lastBuildDate>{built}</lastBuildDate>{items}</channel></rss>"
    return Answer(True, body.encode(), "application/rss+xml", etag=f'"{len(titles)}"')


def page(items: Sequence[str], cursor: str) -> Answer:
    return Answer(True, json.dumps({"items": [{"uri": item} for item in items], "next": cursor}).encode())


@dataclass
class Server:
    """Answers in turn, the last one again and again; remembers what it was asked."""

    answers: list[Answer | Exception]
    asked: list[Question] = field(default_factory=list)
    before: Callable[[], Any] = lambda: None

    async def __call__(self, question: Question) -> Answer:
        self.asked.append(question)
        self.before()
        await asyncio.sleep(0)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def poller(house: Any, server: Any, feed: Feed = RSS, holder: str = "a") -> Poller:
    return Poller(
        "northwire", feed, reader_of(feed, "Bearer x"), server, house.publisher, house.registry, house.clock,
        Gatekeeper(Bounds()), holder, chance=lambda: 0.5,
    )  # fmt: skip


def wires(house: Any) -> list[bytes]:
    return [record.value for record in house.publisher.on("wire.received")]


async def state(house: Any) -> FeedState:
    entry = await house.registry.get(KIND, "northwire/main")
    return FeedState.of_value(entry.value if entry else None)


async def later(house: Any, one: Poller, minutes: float = 61) -> float:
    house.clock.advance(timedelta(minutes=minutes))
    return await one.look()


async def test_a_feed_is_taken_as_it_came_with_its_content_type(house: Any) -> None:
    await poller(house, Server([rss("a", "b")])).look()
    record, _note = house.publisher.records
    assert record.value == rss("a", "b").body
    assert record.headers["content-type"] == b"application/rss+xml"
    assert record.headers["provider"] == b"northwire"


async def test_what_a_feed_brings_is_counted_once_it_is_durable_and_not_when_nothing_is_new(house: Any) -> None:
    counted = list[tuple[str, int]]()
    one = poller(house, Server([rss("a"), Answer(False)]))
    one.count_wire = lambda provider, size, _: counted.append((provider, size))
    await one.look()
    await later(house, one)
    assert counted == [("northwire", len(rss("a").body))]


async def test_it_is_asked_again_only_when_it_is_time_and_with_the_marks_of_the_last_answer(house: Any) -> None:
    server = Server([rss("a")])
    one = poller(house, server)
    assert await one.look() == pytest.approx(30)
    await one.look()
    assert len(server.asked) == 1
    await later(house, one)
    assert (server.asked[1].etag, server.asked[1].authorization) == ('"1"', "Bearer x")


async def test_nothing_is_published_when_only_the_date_of_building_changes(house: Any) -> None:
    one = poller(
        house, Server([rss("a", built="1"), rss("a", built="2"), Answer(False), rss(built="3"), rss("a", "b")])
    )
    await one.look()
    for _ in range(4):
        await later(house, one)
    assert wires(house) == [rss("a", built="1").body, rss("a", "b").body]


async def test_a_feed_that_breaks_off_goes_on_to_quarantine_once(house: Any) -> None:
    broken = Answer(True, b"<rss><channel>", "text/html")
    one = poller(house, Server([broken]))
    await one.look()
    await later(house, one)
    assert wires(house) == [broken.body]
    assert (await state(house)).errors == 0


@pytest.mark.parametrize("feed", [RSS, TOKEN, Feed("https://harbour.example/v2", kind="token")])
@pytest.mark.parametrize(
    "body",
    [b"Sorry, we are closed", b"<!DOCTYPE html><title>x</title><p>Back at noon", b"<html><body><p>x</p></body></html>"],
)
async def test_the_page_of_a_closed_server_is_an_error_of_the_feed_and_no_story(
    house: Any, feed: Feed, body: bytes
) -> None:
    one = poller(house, Server([Answer(True, body, "text/html")]), feed)
    await one.look()
    await later(house, one)
    assert wires(house) == []
    kept = await state(house)
    assert (kept.errors, kept.last_success) == (2, 0.0)
    assert "a page for people" in kept.why


async def test_a_feed_at_a_new_address_is_asked_without_the_marks_of_the_old_one(house: Any) -> None:
    await poller(house, Server([rss("a")])).look()
    server = Server([rss("a")])
    await poller(house, server, Feed("https://elsewhere.example/feed")).look()
    assert (server.asked[0].url, server.asked[0].etag) == ("https://elsewhere.example/feed", "")
    assert len(wires(house)) == 2, "nobody knows whether it is the same feed"


async def test_a_token_of_one_address_is_not_shown_to_another(house: Any) -> None:
    await poller(house, Server([page(["a"], "t1"), page([], "t1")]), TOKEN).look()
    moved = Feed("https://elsewhere.example/v1", kind="token", wires="items", next="next", since_parameter="since")
    server = Server([page([], "u1")])
    await poller(house, server, moved).look()
    assert "cursor" not in server.asked[0].url
    assert "since=" in server.asked[0].url, "what came in between is not skipped"


async def test_a_document_that_changes_in_place_is_taken_whenever_it_is_another_one(house: Any) -> None:
    def says(body: bytes) -> Answer:
        return Answer(True, body, "application/json")

    feed = Feed("https://harbour.example/latest.json", kind="http")
    one = poller(house, Server([says(b"1"), says(b"1"), Answer(False), says(b"2"), says(b"1")]), feed)
    await one.look()
    for _ in range(4):
        await later(house, one)
    assert wires(house) == [b"1", b"2", b"1"]


async def test_errors_are_counted_told_and_waited_out(house: Any) -> None:
    server = Server([NotFetched("answered with 503", status=503, retry_after=7200), NotFetched("slow"), rss("a")])
    one = poller(house, server)
    await one.look()
    kept = await state(house)
    assert (kept.errors, kept.why) == (1, "answered with 503")
    assert kept.next_at - kept.last_try == 7200
    await later(house, one, 119)
    assert len(server.asked) == 1
    await later(house, one, 2)
    assert (await state(house)).errors == 2
    await later(house, one)
    assert ((await state(house)).errors, (await state(house)).why) == (0, "")
    assert len(wires(house)) == 1


async def test_of_several_replicas_one_polls(house: Any) -> None:
    server = Server([rss("a")])
    replicas = [poller(house, server, holder=str(number)) for number in range(5)]
    await asyncio.gather(*(replica.look() for replica in replicas))
    assert len(server.asked) == len(wires(house)) == 1


async def test_a_feed_that_a_dead_replica_held_is_taken_over_when_its_lease_is_over(house: Any) -> None:
    until = house.clock.now().timestamp() + LEASE_SECONDS
    await house.registry.put(KIND, "northwire/main", FeedState().held_by("dead", until).to_value(), expected=None)
    server = Server([rss("a")])
    one = poller(house, server)
    await one.look()
    assert server.asked == []
    await later(house, one, LEASE_SECONDS / 60)
    assert len(wires(house)) == 1


async def test_a_replica_that_was_too_slow_does_not_overwrite_what_another_has_read(house: Any) -> None:
    other = poller(house, Server([rss("a", "b")]), holder="b")
    slow = Server([rss("a")])
    one = poller(house, slow)

    async def overtaken(question: Question) -> Answer:
        house.clock.advance(timedelta(seconds=LEASE_SECONDS + 1))
        await other.look()
        return await slow(question)

    one.fetch = overtaken
    await one.look()
    assert len((await state(house)).seen) == 2


async def test_a_crash_between_publishing_and_remembering_repeats_the_same_receipt(house: Any) -> None:
    server = Server([rss("a")])
    await poller(house, server).look()
    entry = await house.registry.get(KIND, "northwire/main")
    await house.registry.put(KIND, "northwire/main", {}, expected=entry.stamp)
    await poller(house, server).look()
    first, second = house.publisher.on("wire.received")
    assert first.headers["receipt_id"] == second.headers["receipt_id"]


async def test_nothing_is_remembered_of_what_the_broker_did_not_take(house: Any) -> None:
    house.publisher.refuse = lambda _record: True
    one = poller(house, Server([rss("a")]))
    await one.look()
    assert (await state(house)).etag == ""
    house.publisher.refuse = None
    await later(house, one)
    assert len(wires(house)) == 1


async def test_a_closed_door_keeps_feeds_waiting(house: Any) -> None:
    server = Server([rss("a")])
    one = poller(house, server)
    one.gatekeeper = Gatekeeper(Bounds(in_flight=1))
    with one.gatekeeper.carrying(10):
        assert await one.look() == 1
    assert server.asked == []


async def test_a_token_is_kept_once_its_page_is_durable_and_pages_follow_at_once(house: Any) -> None:
    server = Server([page(["a", "b"], "t1"), page(["c"], "t2"), page([], "t2")])
    await poller(house, server, TOKEN).look()
    assert [json.loads(wire)["uri"] for wire in wires(house)] == ["a", "b", "c"]
    assert [question.url.partition("?")[2] for question in server.asked] == ["", "cursor=t1", "cursor=t2"]
    assert (await state(house)).cursor == "t2"


async def test_a_fault_in_the_middle_goes_on_from_the_last_durable_page(house: Any) -> None:
    server = Server([page(["a"], "t1"), NotFetched("reset"), page(["b"], "t2"), page([], "")])
    one = poller(house, server, TOKEN)
    await one.look()
    assert ((await state(house)).cursor, (await state(house)).errors) == ("t1", 1)
    await later(house, one)
    assert [json.loads(wire)["uri"] for wire in wires(house)] == ["a", "b"]
    assert (await state(house)).cursor == "t2"


async def test_a_forgotten_token_is_followed_by_the_last_known_time(house: Any) -> None:
    server = Server(
        [page(["a"], "t1"), page([], "t1"), NotFetched("410", status=410), page(["a", "b"], "t9"), page([], "t9")]
    )
    one = poller(house, server, TOKEN)
    await one.look()
    await later(house, one)
    assert "since=2026-11-23T11%3A55%3A00" in server.asked[3].url
    assert (await state(house)).cursor == "t9"
    receipts = [record.headers["receipt_id"] for record in house.publisher.on("wire.received")]
    assert len(receipts) == 3
    assert len(set(receipts)) == 2, "what comes a second time has the receipt that it had"


async def test_a_server_that_names_the_same_page_for_ever_is_asked_once(house: Any) -> None:
    server = Server([page(["a"], "t1")])
    await poller(house, server, TOKEN).look()
    assert len(server.asked) == 2


async def test_an_answer_without_content_says_that_nothing_is_new(house: Any) -> None:
    one = poller(house, Server([page(["a"], "t1"), Answer(False)]), TOKEN)
    await one.look()
    await later(house, one)
    kept = await state(house)
    assert (kept.cursor, kept.errors) == ("t1", 0)


async def test_a_stop_in_the_middle_lets_the_feed_go(house: Any) -> None:
    stop, asked = asyncio.Event(), asyncio.Event()

    async def never(_question: Question) -> Answer:
        asked.set()
        await asyncio.Event().wait()
        raise AssertionError

    running = asyncio.create_task(keep_polling([poller(house, never)], stop))
    await asyncio.wait_for(asked.wait(), 5)
    stop.set()
    await asyncio.wait_for(running, 5)
    assert (await state(house)).wait(house.clock.now().timestamp()) == 0


async def test_one_feed_that_fails_in_an_unforeseen_way_stops_no_other(house: Any) -> None:
    stop, done = asyncio.Event(), asyncio.Event()
    server = Server([rss("a")], before=done.set)
    bad = poller(house, Server([RuntimeError("bug")]), Feed("https://harbour.example/bad", name="bad"))
    running = asyncio.create_task(keep_polling([bad, poller(house, server)], stop))
    await asyncio.wait_for(done.wait(), 5)
    stop.set()
    await asyncio.wait_for(running, 5)


async def test_a_registry_that_is_away_stops_nothing(house: Any) -> None:
    class Away:
        async def get(self, _kind: str, _name: str) -> None:
            stop.set()
            raise StoreBusy("away")

    stop = asyncio.Event()
    one = poller(house, Server([rss("a")]))
    one.registry = Away()  # type: ignore[assignment]
    await asyncio.wait_for(keep_polling([one], stop), 5)
