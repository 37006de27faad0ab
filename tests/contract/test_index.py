"""What every Index does, whatever it is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from wiredesk_core.failures import Misconfigured, Refused
from wiredesk_core.index import OpenIndex, open_index, open_index_reader
from wiredesk_core.index.testing import NOON, put
from wiredesk_core.item import ItemType
from wiredesk_core.ports import Collection, Hits, IndexGone, Query, Sort

SORTS: tuple[Sort, ...] = ("newest", "oldest", "relevance")
BOTH: tuple[Collection, ...] = ("open", "sealed")


def ids(hits: Hits) -> list[str]:
    return [hit.item_id for hit in hits.hits]


async def found(index: OpenIndex, text: str, **changes: object) -> list[str]:
    return sorted(ids(await index.search(replace(Query(text=text), **changes))))  # type: ignore[arg-type]


async def test_an_empty_index_finds_nothing(index: OpenIndex) -> None:
    assert await index.search(Query(text="ferry", facets=("provider",))) == Hits(0, (), {"provider": ()})
    await index.write([])


async def test_what_was_put_is_found_at_once(index: OpenIndex) -> None:
    await index.write([put("a", text="The ferry left at dawn.", revision=3)])
    hits = await index.search(Query(text="ferry"))
    assert (hits.total, ids(hits), hits.hits[0].revision) == (1, ["a"], 3)
    assert hits.hits[0].order == int(NOON.timestamp()) * 1_000_000
    assert hits.hits[0].score is None


async def test_a_new_revision_replaces_the_old_one(index: OpenIndex) -> None:
    await index.write([put("a", text="ferry", revision=1)])
    await index.write([put("a", text="tram", revision=2)])
    assert await found(index, "ferry") == []
    assert await found(index, "tram") == ["a"]


@pytest.mark.parametrize(("first", "then"), [("open", "sealed"), ("sealed", "open")])
async def test_an_item_is_in_one_collection_only(index: OpenIndex, first: Collection, then: Collection) -> None:
    await index.write([put("a", text="ferry", collection=first)])
    await index.write([put("a", text="ferry", collection=then, revision=2)])
    assert await found(index, "ferry", collections=(first,)) == []
    assert await found(index, "ferry", collections=(then,)) == ["a"]
    assert (await index.search(Query(text="ferry", collections=BOTH))).total == 1


async def test_what_is_gone_is_found_nowhere(index: OpenIndex) -> None:
    await index.write([put("a", text="ferry"), put("b", text="ferry", collection="sealed"), put("c", text="ferry")])
    await index.write([IndexGone("a", 2), IndexGone("b", 2), IndexGone("never-there", 1)])
    assert await found(index, "ferry", collections=BOTH) == ["c"]


async def test_sealed_items_leave_no_trace_in_open_searches(index: OpenIndex) -> None:
    await index.write(
        [
            put("a", text="ferry", entities=(("Q1", "Oslo"),)),
            put("b", text="ferry", entities=(("Q2", "Rome"),), provider="vault", collection="sealed"),
        ]
    )
    hits = await index.search(Query(text="ferry", facets=("provider", "entity"), highlight=True))
    assert (hits.total, ids(hits)) == (1, ["a"])
    assert hits.facets == {"provider": (("harbour", "harbour", 1),), "entity": (("Q1", "Oslo", 1),)}
    assert await found(index, "", entities=("Q2",)) == []
    assert (await index.search(Query(collections=()))).total == 0


async def test_a_lower_revision_changes_nothing(index: OpenIndex) -> None:
    await index.write([put("a", text="tram", revision=5)])
    await index.write([put("a", text="ferry", revision=4, collection="sealed"), IndexGone("a", 3)])
    assert await found(index, "ferry", collections=BOTH) == []
    assert await found(index, "tram") == ["a"]


async def test_a_late_put_does_not_bring_back_what_is_gone(index: OpenIndex) -> None:
    await index.write([put("a", text="tram", revision=1)])
    await index.write([IndexGone("a", 3)])
    await index.write([put("a", text="tram", revision=2)])
    assert await found(index, "tram") == []
    await index.write([put("a", text="tram", revision=4)])
    assert await found(index, "tram") == ["a"]


async def test_the_same_revision_again_is_written_again(index: OpenIndex) -> None:
    await index.write([put("a", text="tram", revision=2)])
    await index.write([put("a", text="tram line", revision=2)])
    assert (await index.search(Query(text="line"))).total == 1


async def test_of_several_changes_of_an_item_in_one_write_the_last_wins(index: OpenIndex) -> None:
    await index.write([put("a", text="ferry", revision=1), put("a", text="tram", revision=2, collection="sealed")])
    await index.write([put("b", text="ferry", revision=1), IndexGone("b", 2)])
    await index.write([put("c", text="tram", revision=3), put("c", text="ferry", revision=2)])
    assert await found(index, "ferry", collections=BOTH) == []
    assert await found(index, "tram", collections=BOTH) == ["a", "c"]


async def test_a_big_batch_is_found_whole(index: OpenIndex) -> None:
    await index.write([put(f"item-{n:04}", text=f"ferry number {n}") for n in range(1500)])
    assert (await index.search(Query(text="ferry"))).total == 1500
    assert await found(index, '"number 1234"') == ["item-1234"]


@pytest.mark.parametrize(
    "query",
    [
        Query(limit=-1),
        Query(limit=1001),
        Query(offset=-1),
        Query(offset=10_000),
        Query(facet_size=0),
        Query(sort="relevance", after=(0, "a")),
        Query(after=(2**70, "a")),
        Query(providers=("\udfff",)),
        Query(entities=tuple(f"Q{n}" for n in range(501))),
        Query(facets=("mood",)),
    ],
)
async def test_what_no_index_answers_is_refused(index: OpenIndex, query: Query) -> None:
    with pytest.raises(Refused) as refused:
        await index.search(query)
    assert refused.value.status == 400


async def test_filters_join_with_and_and_their_values_are_alternatives(index: OpenIndex) -> None:
    await index.write(
        [
            put("a", provider="harbour", language="en-GB", entities=(("Q1", "Oslo"), ("Q2", "Rome"))),
            put("b", provider="meadow", language="de", entities=(("Q2", "Rome"),)),
            put("c", provider="vault", language=None, type="picture"),
        ]
    )
    assert await found(index, "", providers=("harbour", "meadow")) == ["a", "b"]
    assert await found(index, "", not_providers=("harbour",)) == ["b", "c"]
    assert await found(index, "", providers=("harbour", "vault"), not_providers=("vault", "x")) == ["a"]
    assert await found(index, "", languages=("en",)) == ["a"]
    assert await found(index, "", languages=("EN-gb", "de")) == ["a", "b"]
    assert await found(index, "", languages=("en-us",)) == []
    assert await found(index, "", types=(ItemType.picture.value,)) == ["c"]
    assert await found(index, "", entities=("Q1", "Q9")) == ["a"]
    assert await found(index, "", entities=("Q2",), languages=("de",)) == ["b"]


async def test_dates_are_half_open_and_until_is_not(index: OpenIndex) -> None:
    hour = timedelta(hours=1)
    await index.write(
        [put(name, published=NOON + n * hour, indexed_at=NOON + n * hour) for n, name in enumerate("abc")]
    )
    assert await found(index, "", published_from=NOON + hour) == ["b", "c"]
    assert await found(index, "", published_to=NOON + hour) == ["a"]
    assert await found(index, "", published_from=NOON, published_to=NOON + 2 * hour) == ["a", "b"]
    assert await found(index, "", indexed_from=NOON + hour) == ["b", "c"]
    assert await found(index, "", until=NOON + hour) == ["a", "b"]
    assert await found(index, "", published_from=NOON + timedelta(microseconds=1)) == ["b", "c"]


async def test_an_item_without_dates_is_ordered_by_when_it_was_indexed(index: OpenIndex) -> None:
    created = NOON - timedelta(hours=3)
    await index.write(
        [
            put("a", published=None, indexed_at=NOON - timedelta(hours=2)),
            put("b", published=None, first_created=created.isoformat(), indexed_at=NOON),
            put("c", published=datetime(1815, 6, 18, tzinfo=UTC)),
        ]
    )
    assert ids(await index.search(Query(sort="oldest"))) == ["c", "b", "a"]
    assert ids(await index.search(Query(sort="newest"))) == ["a", "b", "c"]


@pytest.mark.parametrize("sort", ["newest", "oldest"])
@pytest.mark.parametrize("moments", [1, 3, 200])
@pytest.mark.parametrize("size", [1, 7, 50])
@pytest.mark.parametrize("name", ["item-{:08}", "{:08}-item"])
async def test_a_cursor_neither_skips_nor_repeats(
    index: OpenIndex, sort: Sort, moments: int, size: int, name: str
) -> None:
    puts = [
        put(name.format(n * 37 % 200), text="ferry", published=NOON + timedelta(seconds=n % moments))
        for n in range(200)
    ]  # fmt: skip
    for n, each in enumerate(puts):
        puts[n] = replace(each, collection="sealed") if n % 5 == 0 else each
    for start in range(0, 200, 70):
        await index.write(puts[start : start + 70])
    query = Query(text="ferry", collections=BOTH, sort=sort, limit=size)
    walked: list[tuple[int, str]] = []
    page = await index.search(query)
    while page.hits:
        assert page.total == 200
        walked += [(hit.order, hit.item_id) for hit in page.hits]
        page = await index.search(replace(query, after=walked[-1]))
    assert len(walked) == 200
    assert walked == sorted(set(walked), reverse=sort == "newest")


async def test_relevance_pages_join_without_gap_even_among_equal_scores(index: OpenIndex) -> None:
    for part in range(3):
        await index.write([put(f"{part}-{n:03}", text="ferry on the fjord") for n in range(40)])
    await index.write([put("best", headline="Ferry", text="ferry")])
    await index.write([put("secret", headline="Ferry", text="ferry", collection="sealed")])
    walked = []
    for offset in range(0, 140, 10):
        page = await index.search(Query(text="ferry", sort="relevance", offset=offset, limit=10))
        assert page.total == 121
        walked += ids(page)
    assert walked == ["best", *sorted(set(walked) - {"best"})]
    assert len(walked) == 121


async def test_a_headline_weighs_more_than_a_slugline_and_that_more_than_the_text(index: OpenIndex) -> None:
    await index.write(
        [
            put("text", headline="Other news", slugline="OTHER", text="ferry news"),
            put("slug", headline="Other news", slugline="FERRY", text="other news"),
            put("head", headline="Ferry news", slugline="OTHER", text="other news"),
        ]
    )
    hits = await index.search(Query(text="ferry", sort="relevance"))
    assert ids(hits) == ["head", "slug", "text"]
    scores = [hit.score for hit in hits.hits if hit.score is not None]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) == 3


async def test_relevance_of_two_collections_is_one_order(index: OpenIndex) -> None:
    await index.write(
        [put(f"i{n:02}", text="ferry " * (n % 4 + 1), collection="sealed" if n % 3 else "open") for n in range(30)]
    )
    whole = await index.search(Query(text="ferry", sort="relevance", collections=BOTH, limit=100))
    pages = [
        await index.search(Query(text="ferry", sort="relevance", collections=BOTH, limit=4, offset=offset))
        for offset in range(0, 32, 4)
    ]
    assert ids(whole) == [item_id for page in pages for item_id in ids(page)]
    assert [page.total for page in pages] == [30] * 8


async def test_until_keeps_relevance_pages_in_place(index: OpenIndex) -> None:
    await index.write([put(f"i{n}", text="ferry") for n in range(4)])
    first = await index.search(Query(text="ferry", sort="relevance", limit=2, until=NOON))
    await index.write([put("a-late-one", headline="ferry", indexed_at=NOON + timedelta(seconds=1))])
    second = await index.search(Query(text="ferry", sort="relevance", limit=2, offset=2, until=NOON))
    assert [*ids(first), *ids(second)] == ["i0", "i1", "i2", "i3"]
    assert second.total == 4


async def test_relevance_without_words_is_newest_first(index: OpenIndex) -> None:
    await index.write([put(name, published=NOON + timedelta(hours=n)) for n, name in enumerate("abcd")])
    assert ids(await index.search(Query(sort="relevance", offset=1, limit=2))) == ["c", "b"]


async def test_no_hits_can_be_wanted(index: OpenIndex) -> None:
    await index.write([put("a", text="ferry")])
    for sort in ("newest", "relevance"):
        hits = await index.search(Query(text="ferry", limit=0, sort=sort, facets=("type",)))
        assert hits == Hits(1, (), {"type": (("text", "text", 1),)})


async def test_facets_count_the_filtered_set_over_all_asked_collections(index: OpenIndex) -> None:
    oslo, rome = ("Q1", "Oslo"), ("Q2", "Rome")
    await index.write(
        [
            put("a", text="ferry", provider="harbour", entities=(oslo, rome)),
            put("b", text="ferry", provider="meadow", entities=(oslo,), language="de-AT"),
            put("c", text="ferry", provider="harbour", entities=(rome,), collection="sealed"),
            put("d", text="ferry", provider="harbour", entities=(oslo,), collection="sealed", language=None),
            put("e", text="tram", provider="attic", entities=(rome,)),
        ]
    )
    names = ("provider", "language", "type", "entity")
    hits = await index.search(Query(text="ferry", collections=BOTH, facets=names, limit=1))
    assert hits.facets == {
        "provider": (("harbour", "harbour", 3), ("meadow", "meadow", 1)),
        "language": (("en", "en", 2), ("de", "de", 1)),
        "type": (("text", "text", 4),),
        "entity": (("Q1", "Oslo", 3), ("Q2", "Rome", 2)),
    }
    few = await index.search(Query(facets=("entity", "provider"), facet_size=1, not_providers=("harbour",)))
    assert few.facets == {"entity": (("Q1", "Oslo", 1),), "provider": (("attic", "attic", 1),)}


async def test_facet_counts_stay_exact_with_many_values(index: OpenIndex) -> None:
    for part in range(3):
        await index.write(
            [
                put(f"{part}-{n}", entities=tuple((e, f"Name {e}") for e in (f"P{n * 3 + part}", f"Q{n % 7}", f"R{n}")))
                for n in range(700)
            ]
        )
    hits = await index.search(Query(facets=("entity",), facet_size=3, limit=0))
    assert hits.facets["entity"] == tuple((f"Q{n}", f"Name Q{n}", 300) for n in range(3))


@pytest.mark.parametrize("wrong", ["elsewhere://x", "tantivy://", "nonsense"])
def test_a_wrong_url_is_explained(wrong: str) -> None:
    for opener in (open_index, open_index_reader):
        opened: Callable[[str], object] = opener
        with pytest.raises(Misconfigured):
            opened(wrong)


def test_a_memory_index_has_no_readers_outside() -> None:
    with pytest.raises(Misconfigured):
        open_index_reader("memory://")


async def test_what_an_item_says_of_itself_can_be_filtered_whatever_was_found(index: OpenIndex) -> None:
    await index.write(
        [
            put("a", text="ferry", language="en", said_language="de-AT", genre="Sport"),
            put("b", text="ferry", language="de", said_language="en", genre="Trade"),
            put("c", text="ferry", language="de"),
        ]
    )
    assert await found(index, "ferry", said_languages=("de",)) == ["a"]
    assert await found(index, "ferry", said_languages=("de", "en")) == ["a", "b"]
    assert await found(index, "ferry", genres=("Trade",)) == ["b"]
    assert await found(index, "ferry", genres=("sport",)) == []
    assert await found(index, "ferry", genres=("Trade", "Sport"), said_languages=("de",)) == ["a"]


async def test_totals_facets_labels_and_blind_scores_hold_nothing_of_what_is_filtered_out(index: OpenIndex) -> None:
    """The same answer, to the last digit, as from an index that never held the rest."""
    own = [
        put("a", text="ferry ferry sails", headline="Harbour", genre="Sport", entities=(("Q1", "Oslo"),)),
        put("b", text="the ferry and the tram", headline="Ferry", genre="Sport", entities=(("Q1", "Oslo"),)),
        put("c", text="trams", genre="Sport", keyphrases=("ferry line",)),
    ]
    rest = [
        put(f"x{n:02}", text="ferry " * n + "tram", genre="Trade", provider="vault", entities=(("Q1", "Secret"), ("Q2", "Vault")))
        for n in range(1, 30)
    ]  # fmt: skip
    asked = [
        Query(text=text, sort=sort, genres=("Sport",), blind=True, facets=("provider", "entity"), highlight=True)
        for text in ("ferry", "ferry tram", '"the ferry" OR trams', "tram NOT headline:ferry", "")
        for sort in SORTS
    ]
    await index.write(own)
    alone = [await index.search(query) for query in asked]
    await index.write(rest)
    assert [await index.search(query) for query in asked] == alone
    assert all(one.total for one in alone)


async def test_a_facet_is_labelled_as_the_newest_match_spells_it(index: OpenIndex) -> None:
    spelt = (("Old Oslo", "Sport", 1), ("Oslo", "Sport", 3), ("Kristiania", "Sport", 2), ("Secret", "Trade", 9))
    await index.write(
        [
            put(f"a{hour}", text="ferry", genre=genre, entities=(("Q1", name),), published=NOON + timedelta(hours=hour))
            for name, genre, hour in spelt
        ]
    )
    hits = await index.search(Query(text="ferry", genres=("Sport",), facets=("entity",)))
    assert hits.facets == {"entity": (("Q1", "Oslo", 3),)}
