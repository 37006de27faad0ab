"""The documented matrix holds: every route, every kind of key, everything that may have happened to an item."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping

import httpx
import pytest
from wiredesk_core.item import Item, Status
from wiredesk_core.lifecycle import Standing
from wiredesk_core.testing import accepted, after, make_item, note, routes_of, set_aside
from wiredesk_gateway.matrix import CASES, HOLDERS, ROWS, Holder, ItemCase, Row, due
from wiredesk_gateway.testing import Newsroom

Connect = Callable[..., Awaitable[httpx.AsyncClient]]
WORD = "quokka"
LATER, BEFORE = after(600), after(30)
"""Tests ask an hour after noon."""
STORY = make_item(headline=f"A {WORD} on the pitch", genre="Sport")
ITEM_ID = accepted(STORY).item_id
BY_ITEM = frozenset({"item", "list", "feed", "receipt"})


def story(**changes: object) -> Item:
    return STORY.model_copy(update=changes)


async def nothing(_: Newsroom) -> None:
    """There is no item."""


async def usable(newsroom: Newsroom) -> None:
    await newsroom.serve(STORY)


async def embargoed(newsroom: Newsroom) -> None:
    await newsroom.serve(story(embargoed_until=LATER), Standing.sealed)


async def released(newsroom: Newsroom) -> None:
    await newsroom.serve(story(embargoed_until=BEFORE), Standing.sealed)
    await newsroom.serve(story(embargoed_until=BEFORE), Standing.open, cause="release")


async def edited(newsroom: Newsroom) -> None:
    await newsroom.serve(story(embargoed_until=LATER), Standing.sealed)
    await newsroom.serve(story(embargoed_until=LATER, version="2"), Standing.sealed)


async def shut_again(newsroom: Newsroom) -> None:
    await newsroom.serve(STORY)
    await newsroom.serve(story(embargoed_until=LATER, version="2"), Standing.sealed)


async def withheld(newsroom: Newsroom) -> None:
    await newsroom.serve(story(status=Status.withheld), Standing.sealed)


async def killed(newsroom: Newsroom) -> None:
    await newsroom.serve(STORY)
    await newsroom.kill(story(genre=None, headline="Kill"))


async def killed_unseen(newsroom: Newsroom) -> None:
    await newsroom.serve(story(embargoed_until=BEFORE), Standing.sealed)
    await newsroom.kill(story(headline="Kill", embargoed_until=None))


async def purged(newsroom: Newsroom) -> None:
    await newsroom.serve(STORY)
    await newsroom.purge(STORY)


async def purged_unseen(newsroom: Newsroom) -> None:
    await newsroom.serve(story(embargoed_until=BEFORE), Standing.sealed)
    await newsroom.purge(STORY)


async def expired(newsroom: Newsroom) -> None:
    await newsroom.serve(story(expires=after(50)))
    await newsroom.serve(story(expires=after(50)), Standing.expired, cause="expiry", article=None)


async def expired_unseen(newsroom: Newsroom) -> None:
    gone = story(expires=after(20), embargoed_until=BEFORE)
    await newsroom.serve(gone, Standing.sealed)
    await newsroom.serve(gone, Standing.expired, cause="expiry", article=None)


HAPPENINGS: Mapping[str, Callable[[Newsroom], Awaitable[None]]] = {
    "unknown": nothing,
    "usable": usable,
    "embargoed": embargoed,
    "released": released,
    "edited": edited,
    "shut again": shut_again,
    "withheld": withheld,
    "killed": killed,
    "killed unseen": killed_unseen,
    "purged": purged,
    "purged unseen": purged_unseen,
    "expired": expired,
    "expired unseen": expired_unseen,
}
PATHS = {"item_id": ITEM_ID, "receipt_id": "receipt-1", "quarantine_id": "q-1", "key_id": "0123456789abcdef"}


async def answer_of(client: httpx.AsyncClient, row: Row) -> httpx.Response:
    body = {"name": "another", "scopes": ["keys:admin"]} if row.path == "/v1/keys" else {}
    return await client.request(row.method, row.path.format(**PATHS), json=body if row.method == "POST" else None)


def kinds_of(answer: httpx.Response) -> tuple[str, ...]:
    """What a feed tells, as a page or as a stream."""
    if answer.headers["content-type"] == "application/json":
        return tuple(change["kind"] for change in answer.json()["changes"])
    told = [json.loads(line.removeprefix("data: ")) for line in answer.text.splitlines() if line.startswith("data: ")]
    return tuple(event["kind"] for event in told if event["kind"] != "position")


def check(row: Row, holder: Holder, case: ItemCase, answer: httpx.Response) -> None:
    wanted, where = due(row, holder, case), f"{holder.name}, {case.name}: {row.method} {row.path}"
    status = {"in": "200", "out": "200"}.get(wanted, wanted)
    made = row.method == "POST" and answer.status_code == 201
    assert status == ("200" if made else str(answer.status_code)), where
    told = answer.text + repr(answer.headers)
    mark = "not a wire" if row.kind == "shelf" else WORD
    if row.kind == "feed" and status == "200":
        assert kinds_of(answer) == case.fed(holder.eyes), where
    elif wanted == "in":
        assert mark in told, where
    elif wanted == "out":
        assert mark not in told, where
    if row.kind in BY_ITEM and case.seen(holder.eyes) is not case.seen("insider") and not holder.pushes:
        assert WORD not in told, where
        assert row.kind == "item" or ITEM_ID not in told or case.fed(holder.eyes), where


@pytest.fixture
async def told(newsroom: Newsroom) -> Newsroom:
    """A newsroom with a push that something is known of, and a record in quarantine."""
    newsroom.stopping.set()  # streams tell what there is and end
    notes = [note(), note(stage="applied", item_id=ITEM_ID, uri=STORY.uri, disposition="accepted")]
    await newsroom.archive.note(notes)
    await newsroom.archive.shelve([set_aside("q-1", b"not a wire, told in full")])
    return newsroom


def test_every_route_has_its_row_and_every_case_happens(newsroom: Newsroom) -> None:
    there = {
        (method, route.path)
        for route in routes_of(newsroom.app().routes)
        for method in (route.methods or set()) - {"HEAD"}
    }
    assert there == {(row.method, row.path) for row in ROWS}
    assert [case.name for case in CASES] == list(HAPPENINGS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_what_happened_to_an_item_is_told_as_the_matrix_says(
    told: Newsroom, connect: Connect, case: ItemCase
) -> None:
    await HAPPENINGS[case.name](told)
    for holder in HOLDERS:
        client = await connect(*holder.scopes, **holder.limits)
        for row in ROWS:
            if row.kind in BY_ITEM:
                check(row, holder, case, await answer_of(client, row))
        if "items:read" in holder.scopes:
            by_uri = await client.get("/v1/items", params={"uri": STORY.uri})
            check(Row("GET", "/v1/items?uri=", "item", ("items:read",)), holder, case, by_uri)


async def test_all_other_routes_answer_as_the_matrix_says(told: Newsroom, connect: Connect) -> None:
    for holder in HOLDERS:
        client = await connect(*holder.scopes, **holder.limits)
        for row in ROWS:
            if row.kind not in BY_ITEM:
                check(row, holder, CASES[0], await answer_of(client, row))


METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"})


async def test_other_methods_say_the_same_to_everybody_about_everything(told: Newsroom, connect: Connect) -> None:
    await embargoed(told)
    clients = [await connect(), await connect("items:read"), await connect("items:read", "embargo:read")]
    for path in {row.path for row in ROWS if row.kind != "open"}:
        for method in METHODS - {row.method for row in ROWS if row.path == path}:
            for client in clients:
                answer = await client.request(method, path.format(**PATHS), headers={"x-request-id": "r-1"})
                where = f"{method} {path}"
                assert answer.status_code == 405, where
                assert WORD not in answer.text + repr(answer.headers), where
                assert "ratelimit" not in answer.headers, where
