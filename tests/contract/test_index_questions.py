"""What a question finds, and what it shows of it, whatever the index is made of."""

from __future__ import annotations

import pytest
from wiredesk_core.failures import Refused
from wiredesk_core.index import OpenIndex
from wiredesk_core.index.testing import put
from wiredesk_core.ports import Highlight, Query


async def found(index: OpenIndex, text: str) -> list[str]:
    return sorted(hit.item_id for hit in (await index.search(Query(text=text))).hits)


@pytest.fixture
async def library(index: OpenIndex) -> OpenIndex:
    await index.write(
        [
            put("a", headline="Ferry strike ends", text="Crews return to work on Monday after long talks."),
            put("b", headline="Talks resume", slugline="FERRY-STRIKE", text="Long days of talks lie ahead."),
            put(
                "c",
                headline="Storm warning",
                byline="By Ada Ferry",
                text="A storm is running up the coast. Crews stay.",
            ),
            put("d", headline="Sturm", text="Die Fähre nach Zürich fährt. Der Storm war da.", language="de"),
            put("e", headline="東京の天気", text="東京タワーは雨です。", language="ja"),
        ]
    )
    return index


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ferry", "abc"),
        ("FERRY", "abc"),
        ("crew", "ac"),
        ("crews talks", "a"),
        ("crews AND talks", "a"),
        ("storms", "c"),
        ("Storm", "cd"),
        ('"storms"', ""),
        ("run", "c"),
        ('"long talks"', "a"),
        ("“long talks”", "a"),
        ('"talks long"', ""),
        ("strike OR storm", "abcd"),
        ("ferry NOT storm", "ab"),
        ("NOT talks", "cde"),
        ("NOT NOT talks", "ab"),
        ("ferry (storm OR monday)", "ac"),
        ("ferry NOT (storm OR monday)", "b"),
        ("storm OR ferry AND monday", "acd"),
        ("headline:ferry", "a"),
        ("slugline:ferry", "b"),
        ("byline:ferry", "c"),
        ("text:ferry", ""),
        ('headline:"storm warning"', "c"),
        ("text:running NOT headline:sturm", "c"),
        ("ferry-strike", "ab"),
        ("ferry & storm!", "c"),
        ("zurich", "d"),
        ("FÄHRE", "d"),
        ("Zu\u0308rich", "d"),
        ("東京", "e"),
        ("タワー", "e"),
        ("大阪", ""),
        ("", "abcde"),
        ("   ", "abcde"),
    ],
)
async def test_a_question_finds_what_it_says(library: OpenIndex, text: str, expected: str) -> None:
    for sort in ("newest", "relevance"):
        hits = await library.search(Query(text=text, sort=sort))
        assert (sorted(hit.item_id for hit in hits.hits), hits.total) == (sorted(expected), len(expected))


async def test_keyphrases_and_subheadlines_are_searched(index: OpenIndex) -> None:
    await index.write([put("a", keyphrases=("quantum dots",), subheadline="Small things shine")])
    assert await found(index, '"quantum dots"') == ["a"]
    assert await found(index, 'headline:"things shine"') == ["a"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('"open', "character 1 is never closed"),
        ('storm "open', "character 7 is never closed"),
        ("(storm", "parenthesis at character 1"),
        ("storm)", "character 6"),
        ("()", "a word is missing before ')' at character 2"),
        ("OR storm", "before 'OR' at character 1"),
        ("storm AND", "before 'the end'"),
        ("storm NOT", "before 'the end'"),
        ("storm OR OR rain", "before 'OR' at character 10"),
        ("title:storm", "unknown field 'title' at character 1"),
        ("econ*", "* does not stand for letters"),
        ("!!! ---", "no word"),
        ("x" * 1001, "1001 characters"),
        (" ".join("abc" for _ in range(65)), "more than 64"),
        ("(" * 20 + "storm" + ")" * 20, "levels"),
        ("NOT " * 20 + "storm", "levels"),
        ("half \ud800", "half a character"),
    ],
)
async def test_a_bad_question_is_refused_saying_what_and_where(index: OpenIndex, text: str, says: str) -> None:
    with pytest.raises(Refused) as refused:
        await index.search(Query(text=text))
    assert (refused.value.status, refused.value.code) == (400, "bad_query")
    assert says in refused.value.detail


async def test_highlights_say_where_the_words_stand(index: OpenIndex) -> None:
    lead = "Nothing of note happened in Åre 😀 for a long while. " * 10
    text = f"{lead}Then the last ferries crossed Zürich’s lake, and ferry crews cheered. {lead}"
    await index.write([put("a", headline="Zürich ferry 😀 returns", text=text)])
    hits = await index.search(Query(text='ferry OR zurich OR "crews cheered" NOT tram', highlight=True))
    headline, body = hits.hits[0].highlights
    assert headline == Highlight("headline", "Zürich ferry 😀 returns", ((0, 6), (7, 12)))
    assert body.field == "text"
    assert body.text in text
    assert len(body.text) <= 300
    assert [body.text[a:b] for a, b in body.matches] == ["ferries", "Zürich", "ferry", "crews cheered"]


async def test_highlights_keep_to_the_field_asked_and_to_wanted_words(index: OpenIndex) -> None:
    await index.write([put("a", headline="Ferry news", text="ferry and more ferry")])
    hits = await index.search(Query(text="headline:ferry NOT tram", highlight=True))
    assert hits.hits[0].highlights == (Highlight("headline", "Ferry news", ((0, 5),)),)
    assert (await index.search(Query(text="", highlight=True))).hits[0].highlights == ()
    assert (await index.search(Query(text="ferry"))).hits[0].highlights == ()
