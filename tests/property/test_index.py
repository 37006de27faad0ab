"""Laws of the index that hold for any question and any library."""

from __future__ import annotations

import asyncio
import string
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wiredesk_core.article import Article, Language
from wiredesk_core.failures import Refused
from wiredesk_core.index.highlight import highlights
from wiredesk_core.index.memory import MemoryIndex
from wiredesk_core.index.question import read_question, wanted_clauses
from wiredesk_core.index.tantivy import TantivyIndex
from wiredesk_core.index.words import places_of, stemmed_words, stems_of, tidy, words_of
from wiredesk_core.item import Item
from wiredesk_core.ports import Collection, Hits, IndexGone, IndexPut, Query, Sort

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
WORDS = ("ferry", "ferries", "storm", "Zürich", "東京", "U.S.", "long talks")

ANY_TEXT = st.text(st.characters(exclude_categories=[])) | st.lists(
    st.sampled_from([*WORDS, " ", '"', "(", ")", "AND ", " OR ", "NOT ", "headline:", "foo:", "*", "_", "”", "\u0301"])
).map("".join)
ANY_QUESTION = st.recursive(
    st.sampled_from([*WORDS, '"long talks"', "headline:ferry", "text:storms", "byline:reed"]),
    lambda part: st.one_of(
        st.tuples(part, st.sampled_from([" ", " AND ", " OR ", " NOT "]), part).map(lambda p: f"({''.join(p)})"),
        part.map(lambda p: f"NOT {p}"),
    ),
    max_leaves=6,
)
STORY = st.lists(st.sampled_from([*WORDS, "Reed", "news", "."]), max_size=8).map(" ".join)


def put(*, item_id: str, revision: int, collection: Collection, headline: str, text: str, second: int) -> IndexPut:
    item = Item(uri=item_id, headline=headline, byline=headline[-4:], version_created=NOON + timedelta(seconds=second))
    english = Language(code="en" if second % 2 else "de", confidence=1.0)
    article = Article(uri=item_id, item_id=item_id, revision=revision, item=item, text=text, language=english)
    return IndexPut(collection, article, NOON)


IDS = st.sampled_from([f"item-number-{letter}" for letter in string.ascii_lowercase[:8]])
PUTS = st.builds(
    put,
    item_id=IDS,
    revision=st.integers(1, 4),
    collection=st.sampled_from(["open", "sealed"]),
    headline=STORY,
    text=STORY,
    second=st.integers(0, 2),
)
CHANGES = st.lists(st.lists(PUTS | st.builds(IndexGone, IDS, st.integers(1, 4)), max_size=8), max_size=3)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TantivyIndex]:
    index = TantivyIndex(tmp_path_factory.mktemp("index"))
    asyncio.run(
        index.write(
            [
                put(item_id=word, revision=1, collection="open", headline=word, text=f"{word} news", second=1)
                for word in WORDS
            ]
        )
    )
    yield index
    asyncio.run(index.close())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=300)
@given(text=ANY_TEXT, sort=st.sampled_from(["newest", "relevance"]))
def test_any_text_finds_something_or_nothing_or_is_refused(library: TantivyIndex, text: str, sort: Sort) -> None:
    query = Query(text=text, sort=sort, highlight=True)
    try:
        read_question(text)
    except Refused:
        with pytest.raises(Refused) as refused:
            asyncio.run(library.search(query))
        assert refused.value.status == 400
    else:
        hits = asyncio.run(library.search(query))
        assert hits.total == len(hits.hits)


@settings(deadline=None)
@given(text=st.text(), question=ANY_QUESTION)
def test_highlights_stay_inside_their_fragment(text: str, question: str) -> None:
    for found in highlights(text, text, wanted_clauses(read_question(question)), english=True):
        assert found.text in text
        assert all(0 <= a < b <= len(found.text) for a, b in found.matches)
        assert found.matches


@given(text=st.text())
def test_words_stems_and_places_are_as_many(text: str) -> None:
    text = tidy(text)
    words, places = words_of(text), places_of(text)
    assert [words_of(text[start:end]) for start, end in places] == [(word,) for word in words]
    assert stemmed_words(words) == stems_of(text)
    assert len(stems_of(text)) == len(words)


@settings(deadline=None, max_examples=40)
@given(
    batches=CHANGES,
    question=ANY_QUESTION | st.just(""),
    collections=st.sampled_from([("open",), ("sealed",), ("open", "sealed")]),
    sort=st.sampled_from(["newest", "oldest"]),
    limit=st.integers(0, 5),
    after=st.none() | st.tuples(st.integers(0, 2), IDS),
)
def test_both_indexes_answer_alike(
    *,
    tmp_path_factory: pytest.TempPathFactory,
    batches: list[list[IndexPut | IndexGone]],
    question: str,
    collections: tuple[Collection, ...],
    sort: Sort,
    limit: int,
    after: tuple[int, str] | None,
) -> None:
    cursor = after and (int(NOON.timestamp() + after[0]) * 1_000_000, after[1])
    query = Query(
        text=question, collections=collections, sort=sort, limit=limit, after=cursor,
        facets=("provider", "language"), highlight=True,
    )  # fmt: skip

    async def answers() -> tuple[Hits, Hits]:
        plain, embedded = MemoryIndex(), TantivyIndex(tmp_path_factory.mktemp("index"))
        for batch in batches:
            await plain.write(batch)
            await embedded.write(batch)
        found = await plain.search(query), await embedded.search(query)
        await embedded.close()
        return found

    plain, embedded = asyncio.run(answers())
    assert plain == embedded
