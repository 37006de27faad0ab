"""Golden stories: the chain with its real model makes of `<case>.txt` what `<case>.json` says.

A new case is a text file; `make golden` writes the other, to be read before it is committed.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from wiredesk_core.article import Article, LayerStatus, assemble
from wiredesk_core.item import Item
from wiredesk_enrichment.chain import Chain
from wiredesk_enrichment.models import load_models

STORIES = Path(__file__).parent
CASES = sorted(path.stem for path in STORIES.glob("*.txt"))
SEED = Path(__file__).parents[3].parent / "shared" / "data" / "seed"

pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def chain() -> Chain:
    return Chain(load_models())


def enriched(body: str, chain: Chain) -> Article:
    item = Item(uri="urn:test:golden", body_text=body, language="en")
    (enrichment,) = chain.enrich_all([item])
    assert {name for name, layer in enrichment.layers.items() if layer.status is not LayerStatus.done} == {"topics"}
    return assemble(item, "id", 0, enrichment.layers, enrichment.values)


def told(article: Article) -> dict[str, Any]:
    """What an article says, as the golden files write it: words in place of offsets, so that people can read it."""
    body = article.item.body_text
    return {
        "removed": [[cut.reason, body[cut.start : cut.end]] for cut in article.removed],
        "headings": headings(article),
        "language": article.language.code if article.language else None,
        "entities": [[e.name, e.type, e.id, *sorted({m.text for m in e.mentions})] for e in article.entities],
        "keyphrases": [phrase.text for phrase in article.keyphrases],
        "summary": [sentence.text for sentence in article.summary],
        "quality": [[flaw.code, article.text[flaw.start : flaw.end][:60]] for flaw in article.quality],
    }


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
