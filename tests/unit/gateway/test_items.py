from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from wiredesk_core.article import Entity, Mention
from wiredesk_core.item import Dateline, Status
from wiredesk_core.lifecycle import Standing
from wiredesk_core.ports import IndexPut
from wiredesk_core.testing import accepted, after, changed, make_item, ruled
from wiredesk_gateway.testing import Newsroom

Connect = Callable[..., Awaitable[httpx.AsyncClient]]


def numbered(number: int, **changes: object) -> dict[str, object]:
    return {
        "uri": f"urn:example:{number}",
        "headline": f"Ferry {number}",
        "version_created": after(number),
        **changes,
    }


async def test_a_served_item_is_found_whole(newsroom: Newsroom, reader: httpx.AsyncClient) -> None:
    fact = await newsroom.serve(make_item(restricted_notes=("call the desk on the quiet line",)))
    answer = await reader.get("/v1/items", params={"q": "ferry"})
    assert answer.status_code == 200
    page = answer.json()
    assert (page["total"], page["total_relation"], page["has_more"], page["next"]) == (1, "eq", False, None)
    (item,) = page["items"]
    assert item["item_id"] == fact.item_id
    assert item["text"].startswith("The night ferry")
    assert item["published_at"] == "2026-03-04T12:00:00.000000Z"
    assert item["indexed_at"] == "2026-03-04T12:01:00.000000Z"
    assert "quiet line" not in answer.text


async def test_nothing_found_is_an_empty_page(reader: httpx.AsyncClient) -> None:
    answer = await reader.get("/v1/items", params={"q": "nowhere"})
    assert (answer.status_code, answer.json()["items"], answer.json()["total"]) == (200, [], 0)


@pytest.mark.parametrize("sort", ["newest", "oldest", "relevance"])
async def test_pages_follow_each_other_without_a_gap(newsroom: Newsroom, reader: httpx.AsyncClient, sort: str) -> None:
    for number in range(7):
        await newsroom.serve(make_item(**numbered(number)))
    seen: list[str] = []
    asked = {"q": "ferry", "sort": sort, "limit": "3"}
    answer = await reader.get("/v1/items", params=asked)
    while True:
        page = answer.json()
        seen += [item["uri"] for item in page["items"]]
        if not page["has_more"]:
            break
        assert 'rel="next"' in answer.headers["link"]
        answer = await reader.get("/v1/items", params={**asked, "cursor": page["next"]})
    assert sorted(seen) == [f"urn:example:{number}" for number in range(7)]
    if sort == "newest":
        assert seen == sorted(seen, reverse=True)


async def test_the_next_link_can_be_followed_as_it_is(newsroom: Newsroom, reader: httpx.AsyncClient) -> None:
    for number in range(3):
        await newsroom.serve(make_item(**numbered(number)))
    first = await reader.get("/v1/items", params={"limit": "2", "q": "ferry"})
    second = await reader.get(first.links["next"]["url"])
    assert [item["uri"] for item in second.json()["items"]] == ["urn:example:0"]


async def test_a_cursor_is_of_use_for_its_own_query_only(newsroom: Newsroom, reader: httpx.AsyncClient) -> None:
    for number in range(3):
        await newsroom.serve(make_item(**numbered(number)))
    cursor = (await reader.get("/v1/items", params={"limit": "1"})).json()["next"]
    other = await reader.get("/v1/items", params={"limit": "1", "language": "en", "cursor": cursor})
    assert (other.status_code, other.json()["code"]) == (400, "cursor_of_another_query")
    forged = await reader.get("/v1/items", params={"limit": "1", "cursor": cursor[:-2] + "AA"})
    assert (forged.status_code, forged.json()["code"]) == (400, "bad_cursor")


async def test_filters_join_with_and_and_their_values_with_or(newsroom: Newsroom, reader: httpx.AsyncClient) -> None:
    await newsroom.serve(make_item(**numbered(1, provider="harbour")))
    await newsroom.serve(make_item(**numbered(2, provider="kestrel")))
    await newsroom.serve(make_item(**numbered(3, provider="northwire", language="de")))

    async def found(**asked: object) -> set[str]:
        answer = await reader.get("/v1/items", params=asked)  # type: ignore[arg-type]
        return {item["uri"][-1] for item in answer.json()["items"]}

    assert await found(provider=["harbour", "kestrel"]) == {"1", "2"}
    assert await found(not_provider="harbour") == {"2", "3"}
    assert await found(provider=["harbour", "northwire"], language="de") == {"3"}
    assert await found(published_from="2026-03-04T12:02:00Z") == {"2", "3"}
    assert await found(published_from="2026-03-04T13:02:00 01:00") == {"2", "3"}
    assert await found(type="picture") == set()


async def test_facets_and_highlights_come_when_asked_for(newsroom: Newsroom, reader: httpx.AsyncClient) -> None:
    await newsroom.serve()
    answer = await reader.get("/v1/items", params={"q": "ferry", "facets": "provider,language", "highlight": "true"})
    page = answer.json()
    assert page["facets"]["provider"] == [{"value": "harbour", "label": "harbour", "count": 1}]
    assert set(page["facets"]) == {"provider", "language"}
    highlight = page["items"][0]["highlights"][0]
    start, end = highlight["matches"][0]
    assert highlight["text"][start:end].lower() == "ferry"


async def test_words_of_a_former_revision_are_not_highlighted(newsroom: Newsroom, reader: httpx.AsyncClient) -> None:
    first = await newsroom.serve(make_item(headline="Ferry sinks"))
    await newsroom.serve(make_item(version="2", headline="Ferry is late"))
    assert first.article is not None
    newsroom.index = type(newsroom.index)()
    await newsroom.index.write([IndexPut("open", first.article, first.changed_at)])
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(newsroom.app()), base_url="http://gateway.example", headers=reader.headers
    ) as late:
        answer = await late.get("/v1/items", params={"q": "sinks", "highlight": "true"})
    assert answer.json()["items"][0]["item"]["headline"] == "Ferry is late"
    assert answer.json()["items"][0]["highlights"] == []
    assert "sinks" not in answer.text


async def test_only_the_fields_asked_for_are_sent(newsroom: Newsroom, reader: httpx.AsyncClient) -> None:
    fact = await newsroom.serve()
    answer = await reader.get(f"/v1/items/{fact.item_id}", params={"fields": "item.headline,published_at"})
    assert answer.json() == {
        "uri": fact.uri,
        "item_id": fact.item_id,
        "revision": 1,
        "item": {"headline": "Night ferry returns to the strait"},
        "published_at": "2026-03-04T12:00:00.000000Z",
    }
    for wrong in ("nothing", "item.restricted_notes"):
        refused = await reader.get(f"/v1/items/{fact.item_id}", params={"fields": wrong})
        assert refused.status_code == 400


async def test_a_vector_is_shown_only_to_whom_asks_for_it(newsroom: Newsroom, reader: httpx.AsyncClient) -> None:
    item = make_item()
    bare = changed(item)
    assert bare.article is not None
    fact = await newsroom.serve(item, article=bare.article.model_copy(update={"embedding": "f16:AAAA"}))
    whole = await reader.get(f"/v1/items/{fact.item_id}")
    asked = await reader.get(f"/v1/items/{fact.item_id}", params={"fields": "embedding"})
    page = await reader.get("/v1/items", params={"fields": "embedding,fingerprint"})
    assert "embedding" not in whole.json()
    assert asked.json() == {"uri": fact.uri, "item_id": fact.item_id, "revision": 1, "embedding": "f16:AAAA"}
    assert page.json()["items"][0]["embedding"] == "f16:AAAA"


async def test_an_unknown_parameter_is_refused_with_a_pointer(reader: httpx.AsyncClient) -> None:
    answer = await reader.get("/v1/items", params={"query": "ferry", "limit": "1000"})
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    told = {error["pointer"] for error in answer.json()["errors"]}
    assert told == {"#/query", "#/limit"}


@pytest.mark.parametrize(
    "asked",
    [
        {"limit": "0"},
        {"sort": "best"},
        {"published_from": "1700000000"},
        {"published_from": "soon"},
        {"facets": "colour"},
        {"type": "poem"},
        {"q": '"open'},
        {"format": "ninjs"},
        {"uri": "urn:x", "q": "ferry"},
        {"q": ["a", "b"]},
    ],
)
async def test_what_cannot_be_used_is_refused(reader: httpx.AsyncClient, asked: dict[str, str]) -> None:
    answer = await reader.get("/v1/items", params=asked)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


async def test_an_etag_saves_sending_an_item_again_until_it_changes(
    newsroom: Newsroom, reader: httpx.AsyncClient, insider: httpx.AsyncClient
) -> None:
    fact = await newsroom.serve()
    url = f"/v1/items/{fact.item_id}"
    etag = (await reader.get(url)).headers["etag"]
    assert not etag.startswith("W/")
    assert (await insider.get(url)).headers["etag"] == etag
    again = await reader.get(url, headers={"if-none-match": etag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    await newsroom.serve(make_item(version="2"))
    assert (await reader.get(url, headers={"if-none-match": etag})).status_code == 200


async def test_a_page_has_a_weak_etag(newsroom: Newsroom, reader: httpx.AsyncClient) -> None:
    await newsroom.serve()
    etag = (await reader.get("/v1/items")).headers["etag"]
    assert etag.startswith('W/"')
    assert (await reader.get("/v1/items", headers={"if-none-match": etag})).status_code == 304
    await newsroom.serve(make_item(version="2", headline="Another"))
    assert (await reader.get("/v1/items", headers={"if-none-match": etag})).status_code == 200


@pytest.mark.parametrize("sort", ["newest", "oldest", "relevance"])
async def test_a_page_that_others_follow_keeps_its_etag_until_something_changes(
    newsroom: Newsroom, reader: httpx.AsyncClient, sort: str
) -> None:
    for number in range(3):
        await newsroom.serve(make_item(**numbered(number)))
    asked = {"q": "ferry", "sort": sort, "limit": "2"}
    first = await reader.get("/v1/items", params=asked)
    newsroom.clock.advance(timedelta(minutes=5))
    again = await reader.get("/v1/items", params=asked, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.headers["etag"]) == (304, first.headers["etag"])
    rest = await reader.get("/v1/items", params={**asked, "cursor": first.json()["next"]})
    assert len(rest.json()["items"]) == 1, "the cursor of the page that was kept still leads on"
    await newsroom.serve(make_item(**numbered(3)))
    newsroom.clock.advance(timedelta(minutes=5))
    other = await reader.get("/v1/items", params=asked, headers={"if-none-match": first.headers["etag"]})
    assert other.status_code == 200


async def test_a_kill_leaves_a_tombstone_and_nothing_else(newsroom: Newsroom, reader: httpx.AsyncClient) -> None:
    fact = await newsroom.serve()
    await newsroom.kill()
    url = f"/v1/items/{fact.item_id}"
    for path, params in (
        (url, {}),
        (url, {"format": "text"}),
        (url + "/versions", {}),
        ("/v1/items", {"uri": fact.uri}),
    ):
        answer = await reader.get(path, params=params)
        assert (answer.status_code, answer.json()["code"]) == (410, "item_killed")
        assert answer.json()["tombstone"]["item_id"] == fact.item_id
        assert "etag" not in answer.headers
        assert "strait" not in answer.text
    earlier = await reader.get(url, params={"as_of": "2026-03-04T12:01:30Z"})
    assert earlier.status_code == 410


async def test_an_item_is_found_by_its_uri_or_alias(newsroom: Newsroom, reader: httpx.AsyncClient) -> None:
    fact = await newsroom.serve(make_item(aliases=("doc-7",)))
    for name in (fact.uri, "doc-7"):
        assert (await reader.get("/v1/items", params={"uri": name})).json()["item_id"] == fact.item_id
    assert (await reader.get("/v1/items", params={"uri": "urn:none"})).status_code == 404


async def test_a_uri_that_two_providers_use_needs_its_provider(newsroom: Newsroom, reader: httpx.AsyncClient) -> None:
    await newsroom.serve()
    await newsroom.serve(make_item(provider="kestrel"))
    uri = make_item().uri
    answer = await reader.get("/v1/items", params={"uri": uri})
    assert (answer.status_code, answer.json()["code"]) == (409, "ambiguous_uri")
    assert {item["provider"] for item in answer.json()["items"]} == {"harbour", "kestrel"}
    named = await reader.get("/v1/items", params={"uri": uri, "provider": "kestrel"})
    assert named.json()["item"]["provider"] == "kestrel"


async def test_the_past_is_shown_as_it_was_served(newsroom: Newsroom, reader: httpx.AsyncClient) -> None:
    fact = await newsroom.serve()
    await newsroom.serve(make_item(version="2", headline="Ferry is late"))
    url = f"/v1/items/{fact.item_id}"
    then = await reader.get(url, params={"as_of": "2026-03-04T12:01:30Z"})
    assert (then.json()["revision"], then.json()["item"]["version"]) == (1, "1")
    assert (await reader.get(url, params={"as_of": "2026-03-04"})).status_code == 404


async def test_an_item_is_shown_as_text_and_as_ninjs(newsroom: Newsroom, reader: httpx.AsyncClient) -> None:
    item = make_item(dateline=Dateline(text="HARBOUR TOWN", place="Harbour Town"), byline="By Ada Poll", urgency=3)
    entity = Entity(id="Q1", type="place", name="Strait", salience=1, mentions=(Mention(start=0, end=3, text="The"),))
    article = changed(item).article
    assert article is not None
    fact = await newsroom.serve(item, article=article.model_copy(update={"entities": (entity,)}))
    url = f"/v1/items/{fact.item_id}"
    text = await reader.get(url, params={"format": "text"})
    assert text.headers["content-type"] == "text/plain; charset=utf-8"
    assert text.text.startswith("Night ferry returns to the strait\nBy Ada Poll\n\nHARBOUR TOWN – The night ferry")
    told = (await reader.get(url, params={"format": "ninjs"})).json()
    assert told["standard"]["version"] == "3.1"
    assert (told["pubStatus"], told["located"], told["urgency"]) == ("usable", "Harbour Town", 3)
    assert told["subjects"] == [{"name": "Strait", "uri": "http://www.wikidata.org/entity/Q1"}]
    assert told["bodies"][0]["value"].startswith("The night ferry")


async def test_versions_are_listed_oldest_first(newsroom: Newsroom, reader: httpx.AsyncClient) -> None:
    fact = await newsroom.serve(make_item(restricted_notes=("quiet line",)))
    await newsroom.serve(make_item(version="2", version_created=after(5)))
    answer = await reader.get(f"/v1/items/{fact.item_id}/versions")
    assert [version["version"] for version in answer.json()["versions"]] == ["1", "2"]
    assert "quiet line" not in answer.text


async def test_words_that_were_killed_stay_so_when_the_item_comes_back(
    newsroom: Newsroom, reader: httpx.AsyncClient
) -> None:
    fact = await newsroom.serve(make_item(headline="A libel"))
    await newsroom.serve(make_item(version="2", status=Status.canceled), standing=Standing.killed, cause="status")
    await newsroom.serve(make_item(version="3", headline="Put right", signals=("reinstate",)))
    url = f"/v1/items/{fact.item_id}"
    assert (await reader.get(url)).json()["item"]["headline"] == "Put right"
    versions = await reader.get(url + "/versions")
    assert [version["killed"] for version in versions.json()["versions"]] == [True, True, False]
    assert "libel" not in versions.text
    then = await reader.get(url, params={"as_of": (fact.changed_at + timedelta(seconds=1)).isoformat()})
    assert (then.status_code, "libel" in then.text) == (410, False)


async def test_the_words_that_an_operator_reinstated_are_told_again(
    newsroom: Newsroom, reader: httpx.AsyncClient
) -> None:
    item = make_item(headline="Ferry sails")
    fact = await newsroom.serve(item)
    await newsroom.kill(item)
    newsroom.clock.advance(timedelta(hours=2))
    back = ruled(accepted(item), ruled_at=newsroom.clock.now())
    await newsroom.archive.record([back])
    await newsroom.serve(item, cause="desk")
    listed = (await reader.get(f"/v1/items/{fact.item_id}/versions")).json()
    assert [version["killed"] for version in listed["versions"]] == [False, False]
    assert [(one["verdict"], one["reason"]) for one in listed["rulings"]] == [("reinstate", back.reason)]
    then = await reader.get(f"/v1/items/{fact.item_id}", params={"as_of": fact.changed_at.isoformat()})
    assert then.json()["item"]["headline"] == "Ferry sails"


@pytest.mark.parametrize("sort", ["newest", "relevance"])
async def test_a_page_of_large_items_ends_early_and_goes_on_behind_them(newsroom: Newsroom, sort: str) -> None:
    newsroom.limits = replace(newsroom.limits, largest_page=4000)
    for number in range(7):
        await newsroom.serve(make_item(uri=f"urn:example:{number}", body_text="ferry " * 200))
    headers = {"authorization": f"Bearer {await newsroom.token('items:read')}"}
    transport = httpx.ASGITransport(newsroom.app())
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway.example", headers=headers) as client:
        asked = {"q": "ferry", "sort": sort}
        page = (await client.get("/v1/items", params=asked)).json()
        assert (page["total"], page["has_more"]) == (7, True)
        found = [item["uri"] for item in page["items"]]
        while page["next"]:
            page = (await client.get("/v1/items", params={**asked, "cursor": page["next"]})).json()
            found += [item["uri"] for item in page["items"]]
    assert sorted(found) == [f"urn:example:{number}" for number in range(7)]
