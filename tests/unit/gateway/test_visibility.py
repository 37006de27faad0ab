"""What a key may not see leaves no trace on any route."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import httpx
import pytest
from wiredesk_core.item import Status
from wiredesk_core.keys import Key
from wiredesk_core.lifecycle import Standing
from wiredesk_core.ports import VersionEntry
from wiredesk_core.testing import NOON, after, changed, make_item, note, set_aside
from wiredesk_gateway.testing import Newsroom
from wiredesk_gateway.visibility import ItemState, Sight, sight, state_of

Connect = Callable[..., Awaitable[httpx.AsyncClient]]
SECRET = "quokka"


def key(*scopes: str, **reach: set[str]) -> Key:
    return Key(key_id="k", name="", secret_sha256="", scopes=frozenset(scopes), created=NOON, **reach)


def seen(holder: Key, standing: Standing, **words: Any) -> Sight:
    """What a key gets at noon of the short story, with these words, when it stands so."""
    item = make_item(**words)
    article = None if standing in {Standing.killed, Standing.expired} else changed(item).article
    versions = [VersionEntry("w", item.version, item.version_created, NOON, "receipt-1", item)]
    fact = changed(item, standing=standing, article=article, changed_at=NOON)
    return sight(holder, state_of(fact, NOON, versions), NOON)


READS = key("items:read")
INSIDE = key("items:read", "embargo:read")


@pytest.mark.parametrize(("standing", "embargo"), list(product(Standing, (None, after(-1), NOON, after(1)))))
def test_without_the_right_only_what_is_open_by_record_and_clock_is_seen(
    standing: Standing, embargo: datetime | None
) -> None:
    got = seen(READS, standing, embargoed_until=embargo)
    ended = {Standing.killed: after(1), Standing.expired: NOON}.get(standing)
    was_open = ended is not None and (embargo is None or embargo < ended)
    assert (got is Sight.visible) == (standing is Standing.open and embargo != after(1))
    assert (got is Sight.gone) == (standing is Standing.killed and was_open)
    assert (got is Sight.expired) == (standing is Standing.expired and was_open)


@pytest.mark.parametrize("standing", [Standing.open, Standing.sealed, Standing.expired])
@pytest.mark.parametrize("holder", [READS, INSIDE])
def test_what_has_expired_by_record_or_clock_is_seen_by_nobody(standing: Standing, holder: Key) -> None:
    assert seen(holder, standing, expires=NOON) is Sight.expired
    assert seen(holder, Standing.killed, expires=NOON) is Sight.gone


@pytest.mark.parametrize("standing", list(Standing))
def test_the_right_to_read_embargoed_items_is_of_no_use_alone(standing: Standing) -> None:
    for lesser in (key("embargo:read"), key(), key("wires:write"), key("items:read", providers={"kestrel"})):
        assert seen(lesser, standing) is Sight.sealed


def test_who_has_the_right_sees_what_is_sealed_but_nobody_what_is_dead_or_absent() -> None:
    assert seen(INSIDE, Standing.sealed, embargoed_until=after(5)) is Sight.visible
    assert seen(INSIDE, Standing.killed, embargoed_until=after(5)) is Sight.gone
    assert seen(INSIDE, Standing.absent) is Sight.sealed


def test_an_item_that_says_itself_withheld_is_not_open_whatever_was_recorded() -> None:
    assert seen(READS, Standing.open, status=Status.withheld) is Sight.sealed
    assert seen(INSIDE, Standing.open, status=Status.withheld) is Sight.visible
    assert seen(INSIDE, Standing.open, status=Status.canceled) is Sight.sealed


@pytest.mark.parametrize("limit", [{"genres": {"Sport"}}, {"languages": {"de"}}, {"types": {"picture"}}])
def test_what_an_item_does_not_say_of_itself_it_does_not_have(limit: dict[str, set[str]]) -> None:
    limited = key("items:read", "embargo:read", **limit)
    named = {"genre": "Sport", "language": "de-AT", "type": "picture"}
    for standing, whole in zip(Standing, ("sealed", "visible", "visible", "expired", "gone"), strict=True):
        assert seen(limited, standing, **named) == whole
        assert seen(limited, standing, genre=None, language=None) is Sight.sealed


def test_what_was_killed_or_expired_before_its_embargo_was_over_is_never_told() -> None:
    item = make_item(embargoed_until=after(10))
    for standing, tombstone in ((Standing.killed, True), (Standing.expired, False)):
        fact = changed(item, standing=standing, article=None, changed_at=after(5))
        state = state_of(fact, after(60), [VersionEntry("w", "1", NOON, NOON, "receipt-1", item)])
        assert sight(READS, state, after(60)) is Sight.sealed
        assert sight(INSIDE, state, after(60)) is (Sight.gone if tombstone else Sight.expired)


@pytest.mark.parametrize("holder", [READS, INSIDE])
def test_a_kill_of_which_nothing_else_is_known_is_told_to_keys_without_a_filter(holder: Key) -> None:
    state = ItemState("harbour", Standing.killed)
    assert sight(holder, state, NOON) is Sight.gone
    assert sight(holder.model_copy(update={"genres": frozenset({"Sport"})}), state, NOON) is Sight.sealed


async def crawl(client: httpx.AsyncClient, item_id: str, uri: str) -> str:
    """Everything that a client can get of an item, in one text."""
    told = []
    for path, params in (
        ("/v1/items", {"q": SECRET, "facets": "provider,language,type,entity", "highlight": "true"}),
        ("/v1/items", {"facets": "provider,language,type,entity"}),
        ("/v1/items", {"sort": "relevance", "q": f"{SECRET} OR ferry"}),
        (f"/v1/items/{item_id}", {}),
        (f"/v1/items/{item_id}", {"format": "text"}),
        (f"/v1/items/{item_id}", {"format": "ninjs"}),
        (f"/v1/items/{item_id}", {"as_of": "2026-03-04T12:30:00Z"}),
        (f"/v1/items/{item_id}/versions", {}),
        (f"/v1/items/{item_id}/related", {}),
        ("/v1/items", {"uri": uri}),
        ("/v1/changes", {}),
        ("/v1/snapshot", {}),
        ("/v1/receipts/receipt-1", {}),
    ):
        answer = await client.get(path, params=params)
        told.append(answer.text + repr(sorted(answer.headers.items())))
    return "\n".join(told)


@pytest.mark.parametrize(
    ("changes", "standing"),
    [
        ({"embargoed_until": after(600)}, Standing.sealed),
        ({"status": Status.withheld}, Standing.sealed),
    ],
)
async def test_a_sealed_item_leaves_no_trace_for_those_without_the_right(
    newsroom: Newsroom,
    reader: httpx.AsyncClient,
    insider: httpx.AsyncClient,
    changes: dict[str, object],
    standing: Standing,
) -> None:
    item = make_item(uri="urn:example:sealed", headline=SECRET, body_text=f"{SECRET} text", **changes)
    fact = await newsroom.serve(item, standing)
    await newsroom.archive.note([note(stage="applied", item_id=fact.item_id, uri=item.uri)])
    assert SECRET not in (told := await crawl(reader, fact.item_id, item.uri))
    assert fact.item_id not in told.replace(f"/v1/items/{fact.item_id}", "")
    assert "urn:example:sealed" not in told
    assert SECRET in await crawl(insider, fact.item_id, item.uri)
    answer = await reader.get("/v1/items", params={"facets": "provider"})
    assert (answer.json()["total"], answer.json()["facets"]["provider"]) == (0, [])


async def test_a_sealed_item_and_an_unknown_one_look_alike(newsroom: Newsroom, reader: httpx.AsyncClient) -> None:
    fact = await newsroom.serve(make_item(embargoed_until=after(600)), Standing.sealed)
    sealed = await reader.get(f"/v1/items/{fact.item_id}")
    unknown = await reader.get("/v1/items/nosuchitem")
    told, other = sealed.json(), unknown.json()
    for name in ("instance", "request_id"):
        del told[name], other[name]
    assert (sealed.status_code, told) == (unknown.status_code, other) == (404, other)


async def test_the_clock_shuts_what_the_record_still_calls_open(newsroom: Newsroom, reader: httpx.AsyncClient) -> None:
    fact = await newsroom.serve(make_item(embargoed_until=after(600)), Standing.open)
    assert (await reader.get(f"/v1/items/{fact.item_id}")).status_code == 404
    page = (await reader.get("/v1/items", params={"q": "ferry"})).json()
    assert (page["items"], page["total"]) == ([], 0)
    assert (await reader.get("/v1/changes")).json()["changes"] == []
    newsroom.clock.advance(timedelta(minutes=600))
    assert (await reader.get(f"/v1/items/{fact.item_id}")).status_code == 200


async def test_a_sealed_item_stays_so_until_it_is_released(newsroom: Newsroom, reader: httpx.AsyncClient) -> None:
    item = make_item(embargoed_until=after(61))
    fact = await newsroom.serve(item, Standing.sealed)
    newsroom.clock.advance(timedelta(minutes=2))
    assert (await reader.get(f"/v1/items/{fact.item_id}")).status_code == 404
    await newsroom.serve(item, Standing.open, cause="release")
    assert (await reader.get(f"/v1/items/{fact.item_id}")).status_code == 200


async def test_only_those_who_could_see_an_item_learn_that_it_was_killed(
    newsroom: Newsroom, reader: httpx.AsyncClient, insider: httpx.AsyncClient
) -> None:
    item = make_item(embargoed_until=after(600))
    fact = await newsroom.serve(item, Standing.sealed)
    await newsroom.kill(item)
    assert (await reader.get(f"/v1/items/{fact.item_id}")).status_code == 404
    assert (await insider.get(f"/v1/items/{fact.item_id}")).status_code == 410
    assert (await reader.get("/v1/changes")).json()["changes"] == []
    assert [event["kind"] for event in (await insider.get("/v1/changes")).json()["changes"]] == ["killed"]


async def test_an_expired_item_is_gone_from_every_route_and_its_readers_are_told_why(
    newsroom: Newsroom, reader: httpx.AsyncClient
) -> None:
    item = make_item(headline=SECRET, expires=after(120))
    fact = await newsroom.serve(item)
    newsroom.clock.advance(timedelta(minutes=90))
    assert SECRET not in await crawl(reader, fact.item_id, item.uri)
    answer = await reader.get(f"/v1/items/{fact.item_id}")
    assert (answer.status_code, answer.json()["code"]) == (410, "item_expired")
    await newsroom.serve(item, Standing.expired, cause="expiry", article=None)
    assert SECRET not in await crawl(reader, fact.item_id, item.uri)
    events = (await reader.get("/v1/changes")).json()["changes"]
    assert [(event["kind"], event["cause"]) for event in events] == [("left", "expiry")]


async def test_who_never_could_see_an_item_is_not_told_that_it_expired(
    newsroom: Newsroom, reader: httpx.AsyncClient, insider: httpx.AsyncClient
) -> None:
    item = make_item(embargoed_until=after(600), expires=after(500))
    await newsroom.serve(item, Standing.sealed)
    fact = await newsroom.serve(item, Standing.expired, cause="expiry", article=None)
    assert (await reader.get(f"/v1/items/{fact.item_id}")).status_code == 404
    assert (await insider.get(f"/v1/items/{fact.item_id}")).status_code == 410
    assert (await reader.get("/v1/changes")).json()["changes"] == []


async def test_a_kill_that_came_before_its_item_is_told_to_all(newsroom: Newsroom, reader: httpx.AsyncClient) -> None:
    fact = await newsroom.kill()
    assert (await reader.get(f"/v1/items/{fact.item_id}")).status_code == 410
    assert [event["kind"] for event in (await reader.get("/v1/changes")).json()["changes"]] == ["killed"]


async def test_an_embargoed_version_hides_behind_the_open_one_that_outranks_it(
    newsroom: Newsroom, reader: httpx.AsyncClient, insider: httpx.AsyncClient
) -> None:
    await newsroom.serve(make_item(embargoed_until=after(600), headline=SECRET), Standing.sealed)
    fact = await newsroom.serve(make_item(version="2"))
    url = f"/v1/items/{fact.item_id}/versions"
    assert [v["version"] for v in (await reader.get(url)).json()["versions"]] == ["2"]
    assert [v["version"] for v in (await insider.get(url)).json()["versions"]] == ["1", "2"]


async def test_a_key_for_one_provider_knows_nothing_of_another(newsroom: Newsroom, connect: Connect) -> None:
    other = await newsroom.serve(make_item(provider="kestrel", uri="urn:kestrel:1", headline=SECRET))
    own = await newsroom.serve()
    harbour = await connect("items:read", "embargo:read", providers=("harbour",))
    assert SECRET not in await crawl(harbour, other.item_id, other.uri)
    assert (await harbour.get(f"/v1/items/{other.item_id}")).status_code == 404
    page = (await harbour.get("/v1/items", params={"facets": "provider"})).json()
    assert [item["item_id"] for item in page["items"]] == [own.item_id]
    assert [facet["value"] for facet in page["facets"]["provider"]] == ["harbour"]
    assert (await harbour.get("/v1/items", params={"provider": "kestrel"})).json()["total"] == 0


async def test_restricted_notes_are_in_no_answer(newsroom: Newsroom, insider: httpx.AsyncClient) -> None:
    fact = await newsroom.serve(make_item(restricted_notes=(SECRET,), headline="Ferry"))
    told = await crawl(insider, fact.item_id, fact.uri)
    assert "Ferry" in told
    assert SECRET not in told
    assert "restricted_notes" not in told


@pytest.mark.parametrize(
    ("limit", "named"),
    [({"genres": {"Sport"}}, "genre"), ({"languages": {"de"}}, "language"), ({"types": {"picture"}}, "type")],
)
async def test_a_key_with_a_filter_knows_nothing_of_the_rest(
    newsroom: Newsroom, connect: Connect, limit: dict[str, set[str]], named: str
) -> None:
    (value,) = next(iter(limit.values()))
    own = await newsroom.serve(make_item(uri="urn:example:own", **{named: value}))
    others: tuple[dict[str, Any], ...] = ({"genre": "Trade"}, {"genre": None, "language": None})
    for number, other in enumerate(others):
        fact = await newsroom.serve(make_item(uri=f"urn:example:other-{number}", headline=SECRET, **other))
        client = await connect("items:read", "embargo:read", **limit)
        assert SECRET not in await crawl(client, fact.item_id, fact.uri)
    page = (await client.get("/v1/items", params={"facets": "provider,type"})).json()
    assert ([item["item_id"] for item in page["items"]], page["total"]) == ([own.item_id], 1)
    assert [facet["count"] for facet in page["facets"]["provider"]] == [1]


async def test_an_item_that_leaves_a_keys_filter_is_told_to_have_left(newsroom: Newsroom, connect: Connect) -> None:
    sport, trade = await connect("items:read", genres={"Sport"}), await connect("items:read", genres={"Trade"})
    await newsroom.serve(make_item(genre="Sport"))
    cursor, other = [(await client.get("/v1/changes")).json()["next"] for client in (sport, trade)]
    fact = await newsroom.serve(make_item(genre="Trade", version="2"))
    told = [
        (await client.get("/v1/changes", params={"cursor": at})).json()["changes"]
        for client, at in ((sport, cursor), (trade, other))
    ]
    assert [[event["kind"] for event in events] for events in told] == [["left"], ["entered"]]
    assert (await sport.get(f"/v1/items/{fact.item_id}")).status_code == 404
    listed = (await trade.get(f"/v1/items/{fact.item_id}/versions")).json()["versions"]
    assert [version["version"] for version in listed] == ["2"]


async def test_a_kill_reaches_every_key_that_ever_saw_a_version_and_no_other(
    newsroom: Newsroom, connect: Connect
) -> None:
    await newsroom.serve(make_item(genre="Sport"))
    await newsroom.serve(make_item(genre="Trade", version="2"))
    fact = await newsroom.kill(make_item(genre=None, version="3"))
    for genre, status in (("Sport", 410), ("Trade", 410), ("Weather", 404)):
        client = await connect("items:read", genres={genre})
        assert (await client.get(f"/v1/items/{fact.item_id}")).status_code == status
        kinds = [event["kind"] for event in (await client.get("/v1/changes")).json()["changes"]]
        assert ("killed" in kinds) == (status == 410)


async def test_a_tombstone_does_not_name_an_item_that_its_reader_may_not_know(
    newsroom: Newsroom, reader: httpx.AsyncClient, insider: httpx.AsyncClient
) -> None:
    hidden = make_item(uri="urn:example:hidden", embargoed_until=after(600))
    culprit = await newsroom.serve(hidden, Standing.sealed)
    await newsroom.kill(hidden)
    item = make_item()
    await newsroom.serve(item)
    tombstone = changed(item, standing=Standing.killed).tombstone
    assert tombstone is not None
    named = tombstone.model_copy(update={"by_item": culprit.item_id, "by_uri": hidden.uri})
    dead = item.model_copy(update={"status": Status.canceled, "version": "9"})
    fact = await newsroom.serve(dead, Standing.killed, tombstone=named)
    for client, told in ((reader, False), (insider, True)):
        answer = await client.get(f"/v1/items/{fact.item_id}")
        assert (culprit.item_id in answer.text, hidden.uri in answer.text) == (told, told)
        assert (hidden.uri in (await client.get("/v1/changes")).text) == told


async def test_a_key_that_sees_a_part_gets_no_totals_of_the_whole_and_nothing_unreadable(
    newsroom: Newsroom, connect: Connect
) -> None:
    await newsroom.archive.shelve([set_aside("q-1", SECRET.encode())])
    for limit in ({"genres": {"Sport"}}, {"languages": {"de"}}, {"types": {"text"}}):
        client = await connect("quarantine:admin", "status:read", **limit)
        assert (await client.get("/v1/quarantine")).json()["quarantined"] == []
        for path in ("/v1/quarantine/q-1", "/v1/quarantine/q-1/bytes"):
            assert (await client.get(path)).status_code == 404
        assert (await client.get("/v1/status")).status_code == 403
