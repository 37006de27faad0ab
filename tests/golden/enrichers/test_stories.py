"""Golden stories: the chain with its real model makes of `<case>.txt` what `<case>.json` says.

A new case is a text file; `make golden` writes the other, to be read before it is committed.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from wiredesk_core.article import Article, LayerStatus, Quote, assemble
from wiredesk_core.item import Item
from wiredesk_enrichment.chain import Chain
from wiredesk_enrichment.models import load_models

STORIES = Path(__file__).parent
CASES = sorted(path.stem for path in STORIES.glob("*.txt"))
WRITTEN = "2026-05-12T09:00:00Z"
"""A Tuesday: the day from which the stories' dates are told."""
SEED = Path(__file__).parents[3].parent / "shared" / "data" / "seed"

pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def chain() -> Chain:
    return Chain(load_models())


def enriched(body: str, chain: Chain, written: str = WRITTEN) -> Article:
    item = Item.model_validate(
        {"uri": "urn:test:golden", "body_text": body, "language": "en", "version_created": written}
    )
    (enrichment,) = chain.enrich_all([item])
    not_done = {name for name, layer in enrichment.layers.items() if layer.status is not LayerStatus.done}
    assert not_done == {"topics", "embedding"}  # no codes in the wire, no embedding model here
    return assemble(item, "id", 0, enrichment.layers, enrichment.values)


def told(article: Article) -> dict[str, Any]:
    """What an article says, as the golden files write it: words in place of offsets, so that people can read it."""
    body = article.item.body_text
    return {
        "removed": [[cut.reason, body[cut.start : cut.end]] for cut in article.removed],
        "headings": headings(article),
        "language": article.language.code if article.language else None,
        "entities": [[e.name, e.type, e.id, *sorted({m.text for m in e.mentions})] for e in article.entities],
        "places": [[place.name, place.country, place.lat] for place in article.places],
        "stands for": [[entity.name, entity.stands_for] for entity in article.entities if entity.stands_for],
        "keyphrases": [phrase.text for phrase in article.keyphrases],
        "summary": [sentence.text for sentence in article.summary],
        "quality": [[flaw.code, article.text[flaw.start : flaw.end][:60]] for flaw in article.quality],
        "quotes": [said(quote) for quote in article.quotes],
        "statements": [said(statement) for statement in article.statements],
        "dates": [[date.text, date.value, date.grain] for date in article.dates],
        "credits": [[one.role, one.text] for one in article.credits],
        "languages": [[b.language.code, article.text[b.start : b.end][:60]] for b in article.blocks if b.language],
        "attribution": [[one.text, one.role, one.how] for one in article.attribution],
    }


def said(quote: Quote) -> list[str | None]:
    """The words, the words that name the speaker, who that is, and the sign of speech."""
    who = [quote.speaker.text, quote.speaker.name] if quote.speaker else [None, None]
    return [quote.text, *who, quote.cue.text if quote.cue else None]


def headings(article: Article) -> list[str]:
    return [article.text[block.start : block.end] for block in article.blocks if block.kind == "heading"]


def ids(article: Article) -> dict[str, set[str]]:
    """The ids under which the text's names are found."""
    found: dict[str, set[str]] = {}
    for entity in article.entities:
        for mention in entity.mentions:
            found.setdefault(mention.text, set()).add(entity.id)
    return found


@pytest.mark.parametrize("case", CASES)
def test_a_story_is_enriched_as_its_golden_file_says(case: str, chain: Chain) -> None:
    answer = told(enriched((STORIES / f"{case}.txt").read_text(encoding="utf-8"), chain))
    golden = STORIES / f"{case}.json"
    if os.environ.get("GOLDEN") == "write":
        golden.write_text(json.dumps(answer, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    assert answer == json.loads(golden.read_text(encoding="utf-8"))


def test_an_authors_bio_and_a_source_line_name_nobody_in_the_story(chain: Chain) -> None:
    article = enriched((STORIES / "fishing.txt").read_text(encoding="utf-8"), chain)

    assert [cut.reason for cut in article.removed] == ["source_line", "author_bio"]
    assert not {"Perry Oldfield", "Gull Times", "tidewatch"} & ids(article).keys()
    assert headings(article) == ["Moscow gains a harbour that is free of ice", "Seoul waits, and counts the boats"]


def test_scare_quotes_and_quoted_headings_are_nobody_s_words(chain: Chain) -> None:
    article = enriched((STORIES / "envoys.txt").read_text(encoding="utf-8"), chain)
    words = " ".join(quote.text for quote in article.quotes)

    assert headings(article) == ["Cold has made the two coasts “reluctant friends”"]
    assert not [name for name in ("FSC", "LTZ", "reluctant friends", "gift", "Anvil") if name in words]
    assert {quote.speaker.name for quote in article.quotes if quote.speaker} == {
        "Ivar Tangen",
        "Solrun Hauksdottir",
        "Norway",
    }


@pytest.mark.skipif(not SEED.is_dir(), reason="the seed article is not in this checkout")
def test_the_seed_article_is_carried_cleanly(chain: Chain) -> None:
    (seed,) = SEED.glob("*.txt")
    article = enriched(seed.read_text(encoding="utf-8"), chain)
    found = ids(article)
    expected = {"DPRK": "Q423", "North Korea": "Q423", "Pyongyang": "Q18808", "Russia": "Q159", "Moscow": "Q649"}
    people = {mention.text for entity in article.entities if entity.type == "PER" for mention in entity.mentions}

    assert [cut.reason for cut in article.removed] == ["source_line", "author_bio"]
    assert {name: found[name] for name in expected} == {name: {qid} for name, qid in expected.items()}
    assert len(headings(article)) == 3
    flaws = {(flaw.code, article.text[flaw.start : flaw.end]) for flaw in article.quality}
    assert {("torn_sentence", "this."), ("stray_punctuation", ". ,")} <= flaws
    assert "Alexander Matsegora" in people
    assert not any(name in ("korrespondent", "David Wyatt", "Wyatt", "Buna Times") for name in found)


@pytest.mark.skipif(not SEED.is_dir(), reason="the seed article is not in this checkout")
def test_who_speaks_in_the_seed_article_and_when(chain: Chain) -> None:
    (seed,) = SEED.glob("*.txt")
    article = enriched(seed.read_text(encoding="utf-8"), chain, written="2022-05-31T10:00:00Z")
    speakers = [quote.speaker.name for quote in article.quotes if quote.speaker]
    values = {date.text: date.value for date in article.dates}

    assert speakers == ["Moscow", *["Ra Chong Il"] * 3, *["Yakov Zinberg"] * 6]
    assert all(quote.speaker and quote.speaker.entity_id for quote in article.quotes)
    assert not {"DNR", "LNR"} & {quote.text for quote in article.quotes}
    assert (values["May 26"], values["November"], values["earlier this year"]) == ("2022-05-26", "2022-11", "2022")
    assert [(one.text, one.role) for one in article.attribution] == [("media", "unnamed"), ("DW", "outlet")]
