"""Whatever the text and whatever a model claims: offsets lie inside the text and point at what they say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from wiredesk_core.article import Article, LayerStatus, assemble
from wiredesk_core.item import Item
from wiredesk_enrichment.chain import Chain
from wiredesk_enrichment.knowledge import load_knowledge
from wiredesk_enrichment.quoting.grammar import Word
from wiredesk_enrichment.story import Models, Name

LABELS = ("PERSON", "ORG", "GPE", "NORP", "EVENT", "CARDINAL")
TAGS = ("VBD", "NNP", "PRP", "VBG", "NN")
DEPS = ("nsubj", "ccomp", "pobj", "acl", "relcl", "prep", "agent", "poss", "auxpass")
KNOWLEDGE = load_knowledge()

PIECES = st.one_of(
    st.text(alphabet=st.characters(codec="utf-8"), max_size=12),
    st.sampled_from(
        [
            "\n", "\n\n", "\r\n", " ", "\u2028", "\x0b", "’s", ". ", "“", "”", "Source: ", "North Korea", "DPRK", "U.S.",
            "Boston", "Ms Åsa Öberg", "Öberg", "the ", "Read more", "I am Petra Vane, a writer.", "ÅNGSTRÖM", "İstanbul",
            "ß", "é", "👩‍🚀", "this year. this. ", "© 2024 ", "###", "https://x.y/", "A Short Heading",
            "on Monday, ", "last ", "May 3–5", "30 February 2024", "in 2006-09 ", "1990s", "6 a.m. ", "two weeks ago", "9999-12-31", "31/12/0001",
            "the third quarter", "Easter 1583", " 0000 ", "a year earlier", "the end of ", "²", "१२",
            '"', "„", "«", "» ", " ‘", "’ ", " said ", "told ", "According to ", "She ", " called it ", ", he said.", "? ", ": ", "— ", "that ",
            "The council voted on Tuesday to close the bridge, after engineers had found cracks in its piers.",
        ]
    ),
)  # fmt: skip
BODIES = st.lists(PIECES, max_size=40).map("".join)


@dataclass(frozen=True)
class Claims:
    """Calls every few words a name, by turns of every kind: worse than any model."""

    language: str = "en"
    model: str = "claims 1"

    def read(self, texts: Sequence[str]) -> list[tuple[Name, ...]]:
        return [tuple(self._claimed(text)) for text in texts]

    def _claimed(self, text: str) -> list[Name]:
        spans = [match.span() for match in re.finditer(r"\S+(?:\s+\S+)?", text)]
        return [Name(*span, LABELS[number % len(LABELS)]) for number, span in enumerate(spans)]


@dataclass(frozen=True)
class AlwaysEnglish:
    model: str = "english 1"

    def language(self, _text: str) -> tuple[str, float]:
        return "en", 1.0


@dataclass(frozen=True)
class AnyTree:
    """Hangs every word on one before it and calls it what its length says: verbs, names and clauses everywhere."""

    language: str = "en"
    model: str = "any tree 1"

    def parse(self, texts: Sequence[str]) -> list[tuple[Word, ...]]:
        return [tuple(self._words(text)) for text in texts]

    def _words(self, text: str) -> list[Word]:
        spans = [match.span() for match in re.finditer(r"\w+|[^\w\s]", text)]
        return [
            Word(start, end, text[start:end].lower(), TAGS[(end - start) % 5], DEPS[start % 9], max(0, at - end % 4))
            for at, (start, end) in enumerate(spans)
        ]


CHAIN = Chain(Models(Claims(), AlwaysEnglish(), KNOWLEDGE, AnyTree()))


def article_of(body: str, *, keep_text: bool, written: datetime | None = None) -> Article:
    item = Item(
        uri="urn:test:1", headline="Boston and North Korea", body_text=body, language="en", version_created=written
    )
    (enrichment,) = CHAIN.enrich_all([item], keep_text=keep_text)
    assert [name for name, layer in enrichment.layers.items() if layer.status is LayerStatus.failed] == []
    return assemble(item, "id", 0, enrichment.layers, enrichment.values)


def spoken(article: Article) -> Iterator[tuple[int, int, str]]:
    """Every place that quotes and statements name."""
    for one in (*article.quotes, *article.statements):
        yield from ((part.start, part.end, part.text) for part in (one, one.speaker, one.cue) if part)


@given(BODIES, st.booleans(), st.datetimes())
@settings(deadline=None, max_examples=100)
def test_every_annotation_is_equal_to_its_place_in_the_text(body: str, keep_text: bool, written: datetime) -> None:
    article = article_of(body, keep_text=keep_text, written=written)
    mentions = [mention for entity in article.entities for mention in entity.mentions]
    for start, end, surface in [
        *((s.start, s.end, s.text) for s in article.summary),
        *((m.start, m.end, m.text) for m in mentions),
        *((d.start, d.end, d.text) for d in article.dates),
        *((a.start, a.end, a.text) for a in article.attribution),
        *spoken(article),
    ]:
        assert 0 <= start < end <= len(article.text)
        assert article.text[start:end] == surface


@given(BODIES)
@settings(deadline=None, max_examples=60)
def test_flaws_lie_inside_the_text_and_apart(body: str) -> None:
    article = article_of(body, keep_text=True)
    assert all(0 <= flaw.start < flaw.end <= len(article.text) for flaw in article.quality)
    places = [flaw for flaw in article.quality if flaw.code != "machine_spun"]
    assert all(before.end <= after.start for before, after in pairwise(places))


@given(BODIES)
@settings(deadline=None, max_examples=60)
def test_no_two_mentions_overlap(body: str) -> None:
    article = article_of(body, keep_text=True)
    spans = sorted((m.start, m.end) for entity in article.entities for m in entity.mentions)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))


@given(BODIES)
@settings(deadline=None, max_examples=100)
def test_blocks_tile_the_text(body: str) -> None:
    article = article_of(body, keep_text=False)
    reached = 0
    for block in article.blocks:
        assert block.start >= reached
        assert article.text[reached : block.start].strip() == ""
        assert article.text[block.start : block.end].strip() == article.text[block.start : block.end] != ""
        reached = block.end
    if article.blocks:
        assert article.text[reached:].strip() == ""


@given(BODIES)
@settings(deadline=None, max_examples=100)
def test_no_word_is_lost_between_text_and_removed(body: str) -> None:
    article = article_of(body, keep_text=False)
    kept = list(body)
    for cut in article.removed:
        assert 0 <= cut.start < cut.end <= len(body)
        kept[cut.start : cut.end] = "\n" * (cut.end - cut.start)
    assert article.text.split() == "".join(kept).split()


@given(BODIES)
@settings(deadline=None, max_examples=100)
def test_keep_text_keeps_the_text(body: str) -> None:
    article = article_of(body, keep_text=True)
    assert article.text == body
    assert article.removed == ()


@given(BODIES, st.datetimes())
@settings(deadline=None, max_examples=100)
def test_dates_are_in_text_order_and_end_after_they_begin(body: str, written: datetime) -> None:
    dates = article_of(body, keep_text=True, written=written).dates
    assert all(before.end <= after.start for before, after in pairwise(dates))
    assert all(one.first <= one.last for one in dates if one.first and one.last)


@given(BODIES)
@settings(deadline=None, max_examples=100)
def test_quotes_are_in_text_order_and_speak_for_entities_of_the_story(body: str) -> None:
    article = article_of(body, keep_text=True)
    assert all(before.end <= after.start for before, after in pairwise(article.quotes))
    known = {entity.id for entity in article.entities} | {None}
    assert all(one.speaker.entity_id in known for one in (*article.quotes, *article.statements) if one.speaker)
