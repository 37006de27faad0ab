"""The family of an item: its chain and its takes, as far as a reader may see them."""

from __future__ import annotations

from typing import Any

import httpx
from wiredesk_core.lifecycle import Standing
from wiredesk_core.messages import Changed
from wiredesk_core.testing import after, make_item
from wiredesk_gateway.testing import Newsroom


async def link(newsroom: Newsroom, number: int, standing: Standing = Standing.open, **changes: Any) -> Changed:
    fields = {"uri": f"urn:chain:{number}", "headline": f"Ferry {number}", "version_created": after(number - 60)}
    follows = {"evolved_from": f"urn:chain:{number - 1}"} if number > 1 else {}
    return await newsroom.serve(make_item(**{**fields, **follows, **changes}), standing)


async def related(client: httpx.AsyncClient, changed: Changed) -> dict[str, Any]:
    answer = await client.get(f"/v1/items/{changed.item_id}/related")
    assert answer.status_code == 200
    told: dict[str, Any] = answer.json()
    return told


async def test_an_older_link_of_a_chain_says_what_it_has_come_to(newsroom: Newsroom, reader: httpx.AsyncClient) -> None:
    third, first, second = [await link(newsroom, number) for number in (3, 1, 2)]
    told = await related(reader, first)
    assert told["newest"] == third.item_id
    assert [(one["uri"], one["at"], one["follows"]) for one in told["chain"]] == [
        ("urn:chain:1", "itself", []),
        ("urn:chain:2", "later", [first.item_id]),
        ("urn:chain:3", "later", [second.item_id]),
    ]
    assert (await related(reader, third))["newest"] == third.item_id
    assert [one["at"] for one in (await related(reader, third))["chain"]] == ["earlier", "earlier", "itself"]


async def test_a_branch_is_of_the_chain_and_no_successor(newsroom: Newsroom, reader: httpx.AsyncClient) -> None:
    await link(newsroom, 1)
    second, branch = await link(newsroom, 2), await link(newsroom, 9, evolved_from="urn:chain:1")
    told = await related(reader, second)
    assert [one["at"] for one in told["chain"]] == ["earlier", "itself", "branch"]
    assert told["newest"] == second.item_id != branch.item_id


async def test_an_item_without_family_stands_alone(newsroom: Newsroom, reader: httpx.AsyncClient) -> None:
    alone = await newsroom.serve(make_item(evolved_from="urn:never:came"))
    told = await related(reader, alone)
    assert (told["newest"], told["chain"], told["takes"]) == (alone.item_id, [], [])


async def test_links_that_a_reader_may_not_see_leave_no_trace(
    newsroom: Newsroom, reader: httpx.AsyncClient, insider: httpx.AsyncClient
) -> None:
    first, third = await link(newsroom, 1), await link(newsroom, 3)
    sealed = await link(newsroom, 2, Standing.sealed, embargoed_until=after(600))
    dead = await link(newsroom, 4)
    await newsroom.kill(make_item(uri="urn:chain:4", evolved_from="urn:chain:3"))
    told = await related(reader, first)
    assert [one["uri"] for one in told["chain"]] == ["urn:chain:1", "urn:chain:3"]
    assert sealed.item_id not in str(told)
    assert dead.item_id not in str(told)
    assert len((await related(insider, third))["chain"]) == 3
    assert (await reader.get(f"/v1/items/{sealed.item_id}/related")).status_code == 404
    assert (await reader.get(f"/v1/items/{dead.item_id}/related")).status_code == 410


async def test_takes_of_a_text_stand_in_their_order_behind_what_they_add_to(
    newsroom: Newsroom, reader: httpx.AsyncClient
) -> None:
    async def take(minute: int, key: str, **changes: Any) -> Changed:
        fields = {"uri": f"urn:take:{minute}", "slugline": "Ferry", "take_key": key, "version_created": after(minute)}
        return await newsroom.serve(make_item(**{**fields, **changes}))

    second, lead, first = await take(30, "2nd Take"), await take(10, ""), await take(20, "1st Take")
    await take(5, "")
    await take(40, "")
    told = await related(reader, second)
    assert [one["item_id"] for one in told["takes"]] == [lead.item_id, first.item_id, second.item_id]
    assert [one["take_key"] for one in told["takes"]] == ["", "1st Take", "2nd Take"]


async def test_items_of_one_slug_without_takes_are_no_takes(newsroom: Newsroom, reader: httpx.AsyncClient) -> None:
    fog, _ = [await newsroom.serve(make_item(uri=f"urn:fog:{n}", slugline="Weather")) for n in (1, 2)]
    assert (await related(reader, fog))["takes"] == []
