"""Following what changes: pages, streams, the snapshot to begin from."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import httpx
import orjson
import pytest
from wiredesk_core.lifecycle import Standing
from wiredesk_core.testing import after, make_item
from wiredesk_gateway.testing import Newsroom

Connect = Callable[..., Awaitable[httpx.AsyncClient]]


async def follow(
    client: httpx.AsyncClient, cursor: str | None = None, **asked: Any
) -> tuple[list[dict[str, Any]], str]:
    """All changes from a cursor on, and the cursor behind them."""
    events: list[dict[str, Any]] = []
    while True:
        params = {**asked, **({"cursor": cursor} if cursor else {})}
        page = (await client.get("/v1/changes", params=params)).json()
        events += page["changes"]
        cursor = page["next"]
        if not page["has_more"]:
            return events, str(cursor)


def blocks_of(stream: str) -> list[dict[str, str]]:
    """All that a stream says, block by block."""
    return [dict(line.split(": ", 1) for line in block.split("\n")) for block in stream.split("\n\n") if block]


def frames_of(stream: str) -> list[dict[str, str]]:
    """The changes that a stream tells, signs of life left out."""
    return [frame for frame in blocks_of(stream) if frame.get("event", "position") != "position"]


async def test_each_change_is_told_once_in_order(newsroom: Newsroom, reader: httpx.AsyncClient) -> None:
    await newsroom.serve()
    await newsroom.serve(make_item(version="2"))
    events, cursor = await follow(reader, limit=1)
    assert [(event["kind"], event["revision"]) for event in events] == [("created", 1), ("updated", 2)]
    await newsroom.kill()
    later, _ = await follow(reader, cursor)
    assert [event["kind"] for event in later] == ["killed"]
    assert later[0]["tombstone"]["uri"] == make_item().uri
    assert "article" not in later[0]


async def test_the_words_of_an_item_that_is_dead_by_now_are_not_told_again(
    newsroom: Newsroom, reader: httpx.AsyncClient
) -> None:
    await newsroom.serve(make_item(headline="A libel"))
    await newsroom.kill()
    answer = await reader.get("/v1/changes")
    assert [event["kind"] for event in answer.json()["changes"]] == ["killed"]
    assert "libel" not in answer.text


async def test_old_changes_are_told_in_the_words_of_today(newsroom: Newsroom, reader: httpx.AsyncClient) -> None:
    await newsroom.serve(make_item(headline="Ferry sinks"))
    await newsroom.serve(make_item(version="2", headline="Ferry is late"))
    events, _ = await follow(reader)
    assert [event["article"]["item"]["headline"] for event in events] == ["Ferry is late"] * 2
    assert [(event["revision"], event["article"]["revision"]) for event in events] == [(1, 2), (2, 2)]


async def test_an_item_enters_and_leaves_with_its_embargo(
    newsroom: Newsroom, reader: httpx.AsyncClient, insider: httpx.AsyncClient
) -> None:
    item = make_item(embargoed_until=after(50))
    await newsroom.serve(item, Standing.sealed)
    _, cursor = await follow(reader)
    _, inside = await follow(insider)
    await newsroom.serve(item, Standing.open, cause="release")
    entered, cursor = await follow(reader, cursor)
    updated, inside = await follow(insider, inside)
    assert [event["kind"] for event in entered] == ["entered"]
    assert [event["kind"] for event in updated] == ["updated"]
    await newsroom.serve(make_item(version="2", embargoed_until=after(600)), Standing.sealed)
    left, _ = await follow(reader, cursor)
    kept, _ = await follow(insider, inside)
    assert [event["kind"] for event in left] == ["left"]
    assert not {"article", "tombstone"} & set(left[0])
    assert [event["kind"] for event in kept] == ["updated"]


async def test_a_reader_waits_for_news(newsroom: Newsroom, reader: httpx.AsyncClient) -> None:
    _, cursor = await follow(reader)
    waiting = asyncio.create_task(reader.get("/v1/changes", params={"cursor": cursor, "wait": "5"}))
    await asyncio.sleep(0)
    await newsroom.serve()
    assert [event["kind"] for event in (await waiting).json()["changes"]] == ["created"]


async def test_changes_for_others_do_not_end_the_waiting(newsroom: Newsroom, reader: httpx.AsyncClient) -> None:
    _, cursor = await follow(reader)
    waiting = asyncio.create_task(reader.get("/v1/changes", params={"cursor": cursor, "wait": "5"}))
    await asyncio.sleep(0)
    await newsroom.serve(make_item(uri="urn:x:1", embargoed_until=after(900)), Standing.sealed)
    await asyncio.sleep(0.05)
    await newsroom.serve()
    answer = (await waiting).json()
    assert [event["uri"] for event in answer["changes"]] == [make_item().uri]


async def test_an_expired_cursor_points_at_the_snapshot(newsroom: Newsroom, reader: httpx.AsyncClient) -> None:
    _, cursor = await follow(reader)
    await newsroom.serve()
    newsroom.log.trim()
    for path in ("/v1/changes", "/v1/changes/stream"):
        answer = await reader.get(path, params={"cursor": cursor})
        assert (answer.status_code, answer.json()["code"]) == (410, "cursor_expired")
        assert answer.json()["snapshot"] == "/v1/snapshot"
        assert answer.links["alternate"]["url"] == "/v1/snapshot"


async def test_cursors_of_search_and_of_changes_are_not_mixed_up(newsroom: Newsroom, reader: httpx.AsyncClient) -> None:
    for number in range(2):
        await newsroom.serve(make_item(uri=f"urn:example:{number}"))
    searched = (await reader.get("/v1/items", params={"limit": "1"})).json()["next"]
    answer = await reader.get("/v1/changes", params={"cursor": searched})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_cursor")


async def test_the_snapshot_ends_with_the_cursor_to_follow_from(newsroom: Newsroom, reader: httpx.AsyncClient) -> None:
    for number in range(5):
        await newsroom.serve(make_item(uri=f"urn:example:{number}"))
    await newsroom.serve(make_item(uri="urn:example:sealed", embargoed_until=after(900)), Standing.sealed)
    await newsroom.kill(make_item(uri="urn:example:4"))
    answer = await reader.get("/v1/snapshot")
    *items, end = [orjson.loads(line) for line in answer.text.splitlines()]
    assert sorted(line["article"]["uri"] for line in items) == [f"urn:example:{number}" for number in range(4)]
    assert (end["kind"], end["items"], end["cursor"]) == ("end", 4, answer.headers["wiredesk-cursor"])
    await newsroom.serve(make_item(uri="urn:example:new"))
    events, _ = await follow(reader, end["cursor"])
    assert [event["uri"] for event in events] == ["urn:example:new"]


async def test_a_stream_tells_what_was_and_what_comes_until_the_gateway_stops(
    newsroom: Newsroom, reader: httpx.AsyncClient
) -> None:
    await newsroom.serve()
    streaming = asyncio.create_task(reader.get("/v1/changes/stream"))
    await asyncio.sleep(0.1)
    await newsroom.serve(make_item(version="2"))
    await asyncio.sleep(0.2)
    newsroom.stopping.set()
    answer = await streaming
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text.startswith("retry: ")
    assert "event: position\n" in answer.text
    assert [frame["event"] for frame in frames_of(answer.text)] == ["created", "updated"]


async def test_a_stream_goes_on_behind_the_last_event_id(newsroom: Newsroom, reader: httpx.AsyncClient) -> None:
    for number in range(4):
        await newsroom.serve(make_item(uri=f"urn:example:{number}"))
    newsroom.stopping.set()
    frames = frames_of((await reader.get("/v1/changes/stream")).text)
    seen = [orjson.loads(frame["data"])["uri"] for frame in frames]
    assert len(seen) == 4
    for number, frame in enumerate(frames):
        again = await reader.get("/v1/changes/stream", headers={"last-event-id": frame["id"]})
        rest = [orjson.loads(one["data"])["uri"] for one in frames_of(again.text)]
        assert rest == seen[number + 1 :]


async def test_a_stream_moves_past_what_is_not_for_its_reader(newsroom: Newsroom, reader: httpx.AsyncClient) -> None:
    await newsroom.serve(make_item(embargoed_until=after(900)), Standing.sealed)
    newsroom.stopping.set()
    _, frame = blocks_of((await reader.get("/v1/changes/stream")).text)
    assert frame["event"] == "position"
    await newsroom.serve(make_item(uri="urn:example:2"))
    again = await reader.get("/v1/changes/stream", params={"cursor": frame["id"]})
    assert [orjson.loads(told["data"])["uri"] for told in frames_of(again.text)] == ["urn:example:2"]


async def test_what_is_not_for_a_reader_does_not_show_in_his_stream(
    newsroom: Newsroom, reader: httpx.AsyncClient
) -> None:
    newsroom.limits = replace(newsroom.limits, heartbeat=60)
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(newsroom.app()), headers=reader.headers, base_url="http://x"
    )
    streaming = asyncio.create_task(client.get("/v1/changes/stream"))
    await asyncio.sleep(0.05)
    for number in range(3):
        await newsroom.serve(make_item(uri=f"urn:x:{number}", embargoed_until=after(900)), Standing.sealed)
        await asyncio.sleep(0.02)
    newsroom.stopping.set()
    assert len(blocks_of((await streaming).text)) == 2, "a retry, and one position when the gateway stops"


async def test_a_page_is_full_however_much_of_the_log_is_for_others(
    newsroom: Newsroom, reader: httpx.AsyncClient
) -> None:
    for number in range(30):
        embargo = None if number % 5 == 0 else after(900)
        item = make_item(uri=f"urn:x:{number}", embargoed_until=embargo)
        await newsroom.serve(item, Standing.open if embargo is None else Standing.sealed)
    page = (await reader.get("/v1/changes", params={"limit": "4"})).json()
    assert (len(page["changes"]), page["has_more"]) == (4, True)
    rest = (await reader.get("/v1/changes", params={"limit": "4", "cursor": page["next"]})).json()
    assert (len(rest["changes"]), rest["has_more"]) == (2, False)


async def test_a_place_in_the_log_cannot_be_read_or_compared(newsroom: Newsroom, reader: httpx.AsyncClient) -> None:
    await newsroom.serve()
    _, cursor = await follow(reader)
    _, again = await follow(reader, cursor)
    assert cursor != again
    opened = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    assert b"epoch" not in opened


async def test_a_page_of_large_changes_ends_early(newsroom: Newsroom, reader: httpx.AsyncClient) -> None:
    newsroom.limits = replace(newsroom.limits, largest_page=3000)
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(newsroom.app()), headers=reader.headers, base_url="http://x"
    )
    for number in range(8):
        await newsroom.serve(make_item(uri=f"urn:x:{number}", body_text="ferry " * 200))
    first = (await client.get("/v1/changes")).json()
    assert first["has_more"]
    assert 1 <= len(first["changes"]) < 8
    events, _ = await follow(client)
    assert sorted(event["uri"] for event in events) == [f"urn:x:{number}" for number in range(8)]


async def test_a_stream_ends_with_its_key(newsroom: Newsroom, connect: Connect) -> None:
    client = await connect("items:read", expires=after(61))
    streaming = asyncio.create_task(client.get("/v1/changes/stream"))
    await asyncio.sleep(0.1)
    newsroom.clock.moment = after(62)
    await newsroom.serve()
    async with asyncio.timeout(5):
        assert frames_of((await streaming).text) == []


async def test_a_key_has_only_so_many_streams(newsroom: Newsroom, reader: httpx.AsyncClient) -> None:
    streams = [asyncio.create_task(reader.get("/v1/changes/stream")) for _ in range(2)]
    await asyncio.sleep(0.1)
    refused = await reader.get("/v1/changes/stream")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "30")
    newsroom.stopping.set()
    await asyncio.gather(*streams)
    assert (await reader.get("/v1/changes/stream")).status_code == 200


@pytest.mark.parametrize("asked", [{"limit": "501"}, {"wait": "61"}, {"cursor": "AAAA"}, {"since": "1"}])
async def test_what_cannot_be_followed_is_refused(reader: httpx.AsyncClient, asked: dict[str, str]) -> None:
    assert (await reader.get("/v1/changes", params=asked)).status_code == 400
