"""Usage over HTTP: what was asked and told is counted, and each sees what is his to see."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from wiredesk_core.testing import make_item
from wiredesk_core.usage import Amount
from wiredesk_gateway.testing import Newsroom

Connect = Callable[..., Awaitable[httpx.AsyncClient]]


async def lines(client: httpx.AsyncClient, **asked: Any) -> list[dict[str, Any]]:
    answer = await client.get("/v1/usage", params=asked)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["usage"]
    return found


async def test_a_key_sees_what_it_asked_and_was_told_by_provider(newsroom: Newsroom, connect: Connect) -> None:
    one = await newsroom.serve()
    await newsroom.serve(make_item(uri="urn:example:2", provider="kestrel"))
    client, other = await connect("items:read"), await connect("items:read")
    page = await client.get("/v1/items")
    item = await client.get(f"/v1/items/{one.item_id}")
    await client.get(f"/v1/items/{one.item_id}", headers={"if-none-match": item.headers["etag"]})
    await client.get("/v1/items/nosuchitem")
    await other.get("/v1/items")
    (told,) = await lines(client)
    assert told["day"] == "2026-03-04"
    assert told["read"] == {"requests": 4, "items": 3, "bytes": len(page.content) + len(item.content), "limited": 0}
    assert told["pushed"]["requests"] == 0
    harbour, kestrel = told["providers"]["harbour"]["read"], told["providers"]["kestrel"]["read"]
    assert (harbour["requests"], harbour["items"]) == (2, 2)
    assert (kestrel["requests"], kestrel["items"]) == (1, 1)
    assert 0 < kestrel["bytes"] < harbour["bytes"] < told["read"]["bytes"]


async def test_versions_and_relatives_count_as_items(newsroom: Newsroom, connect: Connect) -> None:
    one = await newsroom.serve()
    client = await connect("items:read")
    await client.get(f"/v1/items/{one.item_id}/versions")
    assert (await lines(client))[0]["providers"]["harbour"]["read"]["items"] == 1


@pytest.mark.parametrize("path", ["/v1/changes", "/v1/snapshot", "/v1/changes/stream"])
async def test_what_a_feed_or_a_stream_tells_is_counted_as_one_request_however_it_is_cut(
    newsroom: Newsroom, connect: Connect, path: str
) -> None:
    newsroom.stopping.set()
    for number in range(3):
        await newsroom.serve(make_item(uri=f"urn:example:{number}"))
    client = await connect("items:read")
    assert (await client.get(path)).status_code == 200
    (told,) = await lines(client)
    assert (told["read"]["requests"], told["read"]["items"]) == (1, 3)
    held = told["providers"]["harbour"]["read"]
    assert (held["requests"], held["items"]) == (1, 3)
    assert 0 < held["bytes"] <= told["read"]["bytes"]


async def test_whoever_is_turned_away_is_counted_as_that(connect: Connect) -> None:
    client, keeper = await connect("items:read", per_minute=2), await connect("keys:admin")
    answers = [(await client.get("/v1/items")).status_code for _ in range(4)]
    assert answers == [200, 200, 429, 429]
    told = next(one for one in await lines(keeper) if one["read"]["limited"])
    assert (told["read"]["requests"], told["read"]["limited"]) == (2, 2)


async def test_only_a_keeper_sees_others_and_a_limited_one_those_within_his_reach(
    newsroom: Newsroom, connect: Connect
) -> None:
    wide, narrow = await connect("items:read"), await connect("items:read", providers=["harbour"])
    for client in (wide, narrow):
        await client.get("/v1/items")
    newsroom.ledger.note(newsroom.clock.now(), "signature:harbour", "", "pushed", Amount(1, 5, 100))
    whole = await connect("keys:admin", "items:read")
    limited = await connect("keys:admin", "items:read", providers=["harbour"])
    assert len(await lines(whole)) == 3
    assert len(await lines(wide)) == 1
    assert len(await lines(limited)) == 1
    assert len(await lines(limited)) == 2, "itself by now, and the one of its provider"
    other = (await lines(wide))[0]["key"]
    assert len(await lines(whole, key=other)) == 1
    assert await lines(limited, key=other) == []
    refused = await narrow.get("/v1/usage", params={"key": other})
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")


async def test_a_line_a_provider_adds_up_all_keys(newsroom: Newsroom, connect: Connect) -> None:
    await newsroom.serve()
    for _ in range(2):
        await (await connect("items:read")).get("/v1/items")
    (told,) = await lines(await connect("keys:admin"), by="provider")
    assert (told["provider"], told["read"]["items"]) == ("harbour", 2)


async def test_pages_hold_each_line_once_though_more_is_counted_meanwhile(newsroom: Newsroom, connect: Connect) -> None:
    keeper, now = await connect("keys:admin"), newsroom.clock.now()
    for number in range(7):
        newsroom.ledger.note(now, f"k{number}", "", "read", Amount(1))
    seen, cursor = [], None
    while True:
        page = (await keeper.get("/v1/usage", params={"limit": 3, **({"cursor": cursor} if cursor else {})})).json()
        seen += [one["key"] for one in page["usage"] if one["key"].startswith("k")]
        newsroom.ledger.note(now, "k0", "", "read", Amount(1))
        if not page["has_more"]:
            break
        cursor = page["next"]
    assert seen == [f"k{number}" for number in range(7)]
    alien = await keeper.get("/v1/usage", params={"cursor": cursor, "by": "provider"})
    assert alien.json()["code"] == "cursor_of_another_query"


@pytest.mark.parametrize("asked", [{"since": "2025-01-01"}, {"since": "yesterday"}, {"by": "moon"}, {"limit": 0}])
async def test_questions_that_cannot_be_answered_are_refused(connect: Connect, asked: dict[str, Any]) -> None:
    assert (await (await connect("items:read")).get("/v1/usage", params=asked)).status_code == 400


async def test_days_that_have_not_been_are_empty(connect: Connect) -> None:
    client = await connect("items:read")
    await client.get("/v1/items")
    assert await lines(client, since="2026-03-01", until="2026-03-03") == []
    assert await lines(client, since="2026-03-05", until="2026-03-03") == []
