"""The law of copies: with a memory, however full and whatever was read before, a story gets what it gets without."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wiredesk_core.article import LayerStatus
from wiredesk_core.item import Item
from wiredesk_enrichment.chain import Chain
from wiredesk_enrichment.enrichers import ENRICHERS
from wiredesk_enrichment.memory import Memory
from wiredesk_enrichment.quoting.grammar import Grammar, Word
from wiredesk_enrichment.reading import ParagraphReader, RememberingGrammar
from wiredesk_enrichment.recall import Recall
from wiredesk_enrichment.story import Enricher, Models, Name, Reader, Story, Values

PARAGRAPHS = (
    "Mara Lindqvist will lead the Harbour Authority's inquiry into the flooding, the agency said on Tuesday.",
    "“We saw the water come,” Lindqvist said.\nShe starts in June.",
    "Envoys of the DPRK left Pyongyang for Boston two days later.",
    "Der Hafen von Georgia und die Stadt stehen unter Wasser.",
    "Follow us on X for more.",
)
ITEMS = st.builds(
    Item,
    uri=st.just("urn:test:1"),
    headline=st.sampled_from(["", "Flood in Boston", "Lindqvist leads"]),
    byline=st.sampled_from(["", "Mara Lindqvist"]),
    language=st.sampled_from([None, "en-GB", "de"]),
    version_created=st.sampled_from([None, "2026-03-04T10:00:00Z", "2025-12-31T23:00:00Z"]),
    body_text=st.lists(st.sampled_from(PARAGRAPHS), min_size=1, max_size=5).map("\n\n".join),
)


def remembering(models: Models, memory: Memory) -> Chain:
    assert models.grammar is not None
    reader, grammar = ParagraphReader(models.reader, memory), RememberingGrammar(models.grammar, memory)
    return Chain(replace(models, reader=reader, grammar=grammar), memory=memory)


def made(chain: Chain, item: Item) -> bytes:
    (enrichment,) = chain.enrich_all([item])
    layers = {name: (layer.status, layer.model, layer.reason) for name, layer in enrichment.layers.items()}
    return orjson.dumps([layers, enrichment.values])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(items=st.lists(ITEMS, max_size=6), room=st.sampled_from([0, 3_000, 40_000, 10_000_000]))
def test_what_was_read_before_never_changes_what_a_story_gets(models: Models, items: list[Item], room: int) -> None:
    warm = remembering(models, Memory(room))
    for item in items:
        assert made(warm, item) == made(remembering(models, Memory()), item)


def test_a_batch_gets_what_its_stories_get_one_by_one(models: Models) -> None:
    items = [Item(uri="urn:test:1", body_text="\n\n".join(PARAGRAPHS[:n])) for n in (1, 3, 2, 3)]
    together = remembering(models, Memory(100_000)).enrich_all(items)
    alone = [remembering(models, Memory()).enrich_all([item])[0] for item in items]
    assert [one.values for one in together] == [one.values for one in alone]


@dataclass
class Watched:
    """Notes which texts a reader was given."""

    reader: Reader
    seen: list[str] = field(default_factory=list)
    language: str = "en"
    model: str = "watched 1"

    def read(self, texts: Sequence[str]) -> list[tuple[Name, ...]]:
        self.seen += texts
        return self.reader.read(texts)


def test_a_copy_with_a_new_paragraph_has_only_that_one_read(models: Models) -> None:
    reader, memory = Watched(models.reader), Memory(1_000_000)
    chain = Chain(replace(models, reader=ParagraphReader(reader, memory)), memory=memory)
    chain.enrich_all([Item(uri="urn:test:1", body_text="\n\n".join(PARAGRAPHS[:2]))])
    reader.seen.clear()
    chain.enrich_all([Item(uri="urn:test:2", body_text="\n\n".join([*PARAGRAPHS[:2], PARAGRAPHS[2]]))])
    assert reader.seen == [PARAGRAPHS[2]]


def test_a_copy_at_another_time_has_its_own_dates(models: Models) -> None:
    chain = remembering(models, Memory(1_000_000))
    times = ("2026-03-04T10:00:00Z", "2026-03-24T10:00:00Z")
    items = [Item.model_validate({"uri": "u:1", "version_created": t, "body_text": PARAGRAPHS[0]}) for t in times]
    days = [chain.enrich_all([item])[0].values["dates"][0]["value"] for item in items]
    assert days == ["2026-03-03", "2026-03-24"]


def test_every_enricher_declares_what_it_uses() -> None:
    assert [enricher.name for enricher in ENRICHERS if enricher.uses is None] == []


@pytest.mark.parametrize(
    "peek",
    [
        lambda story, _: {"text": story.item.headline},
        lambda story, _: {"text": story.values["language"]},
        lambda story, _: {"text": str(story.values.get("entities", ""))},
    ],
)
def test_what_an_enricher_does_not_declare_it_cannot_use(
    peek: Callable[[Story, Models], Values], models: Models, story: Callable[..., Story]
) -> None:
    sly = Enricher("sly", 1, frozenset(), peek, uses=frozenset({"item.body_text"}))
    with pytest.raises((AttributeError, KeyError)):
        Recall(Memory(), models).run(sly, story("Text."))


def test_an_enricher_that_declares_nothing_sees_all_and_is_run_each_time(models: Models) -> None:
    ran: list[str] = []

    def counting(story: Story, _models: Models) -> Values:
        ran.append(story.item.uri)
        return {}

    chain = Chain(models, [Enricher("counting", 1, frozenset(), counting)], memory=Memory(100_000))
    (first, _) = chain.enrich_all([Item(uri="urn:test:1", body_text="Text.")] * 2)
    assert (ran, first.layers["counting"].status) == (["urn:test:1"] * 2, LayerStatus.done)


@dataclass
class Overheard:
    """Notes what a parser is asked, question by question; breaks on several texts at once if told so."""

    grammar: Grammar
    asked: list[list[str]] = field(default_factory=list)
    breaks: bool = False
    language: str = "en"
    model: str = "overheard 1"

    def parse(self, texts: Sequence[str]) -> list[tuple[Word, ...]]:
        self.asked.append(list(texts))
        if self.breaks and len(texts) > 1:
            raise ValueError("too many at once")
        return self.grammar.parse(texts)


SPEECH = ("“We saw the water come,” Lindqvist said.", "The agency said that the road is open.", PARAGRAPHS[1])


def test_the_sentences_of_a_batch_are_parsed_together_each_once(models: Models) -> None:
    assert models.grammar is not None
    grammar, memory = Overheard(models.grammar), Memory(1_000_000)
    chain = Chain(replace(models, grammar=grammar), memory=memory)
    items = [Item(uri="urn:test:1", body_text=f"{text}\n\n{PARAGRAPHS[0]}") for text in SPEECH]
    together = chain.enrich_all(items)
    (texts,) = grammar.asked
    assert len(texts) == len(set(texts)) == len(items)
    assert [one.values for one in together] == [Chain(models).enrich_all([item])[0].values for item in items]
    chain.enrich_all(items)
    assert len(grammar.asked) == 1


def test_a_batch_that_cannot_be_parsed_together_is_parsed_story_by_story(models: Models) -> None:
    assert models.grammar is not None
    grammar = Overheard(models.grammar, breaks=True)
    items = [Item(uri="urn:test:1", body_text=text) for text in SPEECH[:2]]
    statuses = [one.layers["quotes"].status for one in Chain(replace(models, grammar=grammar)).enrich_all(items)]
    assert (statuses, len(grammar.asked)) == ([LayerStatus.done] * 2, 3)
