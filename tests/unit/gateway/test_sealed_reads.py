"""Who read what is kept from most is in the audit, by whatever route, without a word of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import httpx
import pytest
from wiredesk_core.deeds import Deed, first_broken
from wiredesk_core.item import Status
from wiredesk_core.lifecycle import Standing
from wiredesk_core.messages import Changed
from wiredesk_core.testing import after, make_item, set_aside
from wiredesk_gateway.testing import Newsroom

Connect = Callable[..., Awaitable[httpx.AsyncClient]]
SHUT = make_item(headline="A quokka under embargo", embargoed_until=after(600), aliases=("doc-1",))
ROUTES = (
    "/v1/items/{item_id}",
    "/v1/items/{item_id}?format=text",
    "/v1/items/{item_id}?format=ninjs",
    "/v1/items/{item_id}/versions",
    "/v1/items?q=quokka",
    "/v1/items?fields=uri",
    "/v1/items?uri=doc-1",
    "/v1/changes",
    "/v1/changes/stream",
    "/v1/snapshot",
)


async def sealed(newsroom: Newsroom, action: str = "sealed.read") -> list[Deed]:
    await newsroom.trail.flush()
    entries = await newsroom.audit.read(limit=10_000)
    assert first_broken(entries) is None
    return [entry.deed for entry in entries if entry.deed.action == action]


@pytest.fixture
async def shut(newsroom: Newsroom) -> Changed:
    newsroom.stopping.set()  # streams tell what there is and end
    await newsroom.serve(make_item(uri="urn:example:open", headline="An open quokka"))
    return await newsroom.serve(SHUT, Standing.sealed)


@pytest.mark.parametrize("route", ROUTES)
async def test_an_insider_is_named_with_the_revision_and_a_reader_is_not(
    newsroom: Newsroom, shut: Changed, reader: httpx.AsyncClient, insider: httpx.AsyncClient, route: str
) -> None:
    path = route.format(item_id=shut.item_id)
    await reader.get(path)
    assert await sealed(newsroom) == []
    answer = await insider.get(path, headers={"x-request-id": "r-1"})
    assert answer.status_code == 200
    (told,) = await sealed(newsroom)
    assert (told.reason, told.subject) == (f"{shut.item_id}.1", f"GET {path.partition('?')[0]}")
    assert (told.outcome, told.request_id, told.service) == ("allowed", "r-1", "gateway")
    assert told.actor in insider.headers["authorization"]
    assert "quokka" not in told.model_dump_json()


async def test_a_withheld_item_and_a_version_under_embargo_of_an_open_one_are_named(
    newsroom: Newsroom, insider: httpx.AsyncClient
) -> None:
    held = await newsroom.serve(make_item(uri="urn:example:held", status=Status.withheld), Standing.sealed)
    await newsroom.serve(make_item(uri="urn:example:two", embargoed_until=after(600)), Standing.sealed)
    two = await newsroom.serve(make_item(uri="urn:example:two", version="2"))
    await insider.get(f"/v1/items/{held.item_id}")
    await insider.get(f"/v1/items/{two.item_id}")
    await insider.get(f"/v1/items/{two.item_id}/versions")
    assert [told.reason for told in await sealed(newsroom)] == [f"{held.item_id}.1", f"{two.item_id}.2"]


async def test_a_relative_under_embargo_is_named_by_the_family_that_tells_its_headline(
    newsroom: Newsroom, insider: httpx.AsyncClient
) -> None:
    first = make_item(uri="urn:example:first", aliases=("first-1",))
    begun = await newsroom.serve(first)
    later = await newsroom.serve(
        make_item(uri="urn:example:later", evolved_from="urn:example:first", embargoed_until=after(600)),
        Standing.sealed,
    )
    answer = await insider.get(f"/v1/items/{begun.item_id}/related")
    assert later.item_id in answer.text
    assert [told.reason for told in await sealed(newsroom)] == [f"{later.item_id}.1"]


async def test_the_same_revision_is_named_once_an_hour_and_a_new_one_at_once(
    newsroom: Newsroom, shut: Changed, insider: httpx.AsyncClient
) -> None:
    path = f"/v1/items/{shut.item_id}"
    first = await insider.get(path)
    await insider.get(path)
    await newsroom.serve(SHUT.model_copy(update={"version": "2"}), Standing.sealed)
    await insider.get(path)
    newsroom.clock.advance(timedelta(minutes=61))
    again = await insider.get(path)
    assert (await insider.get(path, headers={"if-none-match": again.headers["etag"]})).status_code == 304
    assert first.status_code == 200
    assert [told.reason[-2:] for told in await sealed(newsroom)] == [".1", ".2", ".2"]


async def test_many_revisions_of_one_answer_share_entries_and_none_is_cut(
    newsroom: Newsroom, insider: httpx.AsyncClient
) -> None:
    shut = [
        await newsroom.serve(make_item(uri=f"urn:example:{n}", embargoed_until=after(600)), Standing.sealed)
        for n in range(40)
    ]
    await insider.get("/v1/items", params={"limit": 100})
    told = await sealed(newsroom)
    assert len(told) == 3
    named = [name for deed in told for name in deed.reason.split()]
    assert sorted(named) == sorted(f"{one.item_id}.1" for one in shut)


async def test_who_breaks_a_snapshot_off_has_read_what_he_was_sent(
    newsroom: Newsroom, shut: Changed, connect: Connect
) -> None:
    client = await connect("items:read", "embargo:read")
    async with client.stream("GET", "/v1/snapshot") as answer:
        async for _ in answer.aiter_lines():
            break
    assert [told.reason for told in await sealed(newsroom)] == [f"{shut.item_id}.1"]


async def test_a_killed_item_tells_no_words_and_leaves_nothing(newsroom: Newsroom, insider: httpx.AsyncClient) -> None:
    await newsroom.serve(SHUT, Standing.sealed)
    killed = await newsroom.kill(SHUT)
    assert (await insider.get(f"/v1/items/{killed.item_id}")).status_code == 410
    assert await sealed(newsroom) == []


@pytest.mark.parametrize("path", ["/v1/quarantine", "/v1/quarantine/q-1", "/v1/quarantine/q-1/bytes"])
async def test_whoever_reads_what_nobody_could_read_is_named(newsroom: Newsroom, connect: Connect, path: str) -> None:
    await newsroom.archive.shelve([set_aside("q-1", b"a quokka, not a wire")])
    mender = await connect("quarantine:admin")
    assert (await mender.get(path)).status_code == 200
    (told,) = await sealed(newsroom, "quarantine.read")
    assert (told.reason, told.subject) == ("q-1", f"GET {path}")
