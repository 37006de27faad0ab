from __future__ import annotations

import json

from wiredesk_core.article import VALUES, LayerStatus, assemble
from wiredesk_core.item import Item, Status
from wiredesk_enrichment.chain import READ_LIMIT, Chain
from wiredesk_enrichment.enrichers import ENRICHERS
from wiredesk_enrichment.story import Enricher, Models, Story, Values

BODY = (
    "Mara Lindqvist will lead the Harbour Authority's inquiry into the flooding, the agency said on Tuesday.\n\n"
    "Lindqvist has worked on dams for twenty years, and she starts in June."
)


def an_item(body: str = BODY, **fields: object) -> Item:
    return Item.model_validate(
        {"uri": "urn:test:1", "headline": "Inquiry into the flooding", "body_text": body} | fields
    )


def broken(_story: Story, _models: Models) -> Values:
    raise RuntimeError("password=hunter2")


def test_every_layer_is_done_and_values_are_those_of_an_article(chain: Chain) -> None:
    (enrichment,) = chain.enrich_all([an_item()])
    assert {name for name, layer in enrichment.layers.items() if layer.status is not LayerStatus.done} == {"topics"}
    assert list(enrichment.layers) == [enricher.name for enricher in ENRICHERS]
    assert enrichment.values.keys() <= VALUES
    assert json.loads(json.dumps(enrichment.values)) == enrichment.values
    assert assemble(an_item(), "id", 0, enrichment.layers, enrichment.values).entities


def test_enrichments_come_in_the_order_of_the_items(chain: Chain) -> None:
    bodies = [f"Number {number} of the stories is about the Harbour Authority." for number in range(40)]
    assert [e.values["text"] for e in chain.enrich_all([an_item(body) for body in bodies])] == bodies


def test_a_layer_says_which_model_made_it_and_how_long_that_took(chain: Chain) -> None:
    (enrichment,) = chain.enrich_all([an_item()])
    assert enrichment.layers["entities"].model == "looked-up 1"
    assert enrichment.layers["language"].model == "said-to-be 1"
    assert all(layer.version > 0 for layer in enrichment.layers.values())
    ran = [layer for layer in enrichment.layers.values() if layer.status is LayerStatus.done]
    assert all(layer.took_ms is not None for layer in ran)


def test_one_bad_story_never_harms_its_neighbours(chain: Chain) -> None:
    bad = an_item("BREAK THE READER, it said, and so it did.")
    before, failed, after = chain.enrich_all([an_item(), bad, an_item()])
    assert failed.layers["entities"].status is LayerStatus.failed
    assert failed.layers["entities"].reason == "ValueError"
    assert failed.layers["keyphrases"].status is LayerStatus.skipped
    assert failed.layers["summary"].status is LayerStatus.done
    assert before.values == after.values
    assert before.layers["entities"].status is LayerStatus.done


def test_a_failing_enricher_fails_its_own_layer_and_skips_those_that_need_it(models: Models) -> None:
    chain = Chain(models, [Enricher("cleaning", 1, frozenset(), broken), *ENRICHERS[1:]])
    (enrichment,) = chain.enrich_all([an_item()])
    assert enrichment.layers["cleaning"].status is LayerStatus.failed
    assert enrichment.layers["cleaning"].reason == "RuntimeError"
    assert enrichment.layers["language"].reason == "needs cleaning, which was failed"
    assert {layer.status for name, layer in enrichment.layers.items() if name != "cleaning"} == {LayerStatus.skipped}
    assert assemble(an_item(), "id", 0, enrichment.layers, enrichment.values).text == BODY


def test_an_enricher_cannot_set_what_an_article_does_not_have(models: Models) -> None:
    odd = Enricher("odd", 1, frozenset(), lambda _story, _models: {"mood": "grim"})
    (enrichment,) = Chain(models, [odd]).enrich_all([an_item()])
    assert enrichment.layers["odd"].status is LayerStatus.failed
    assert "mood" not in enrichment.values


def test_a_canceled_item_is_not_enriched(chain: Chain) -> None:
    (enrichment,) = chain.enrich_all([an_item(status=Status.canceled)])
    assert {layer.reason for layer in enrichment.layers.values()} == {"the item is canceled"}
    assert {layer.status for layer in enrichment.layers.values()} == {LayerStatus.skipped}
    assert enrichment.values == {}


def test_an_item_without_text_is_not_enriched(chain: Chain) -> None:
    for body in ("", " \n\n "):
        (enrichment,) = chain.enrich_all([an_item(body)])
        assert {layer.reason for layer in enrichment.layers.values()} == {"the item has no text"}


def test_what_no_model_can_read_is_skipped_with_the_reason(chain: Chain) -> None:
    (enrichment,) = chain.enrich_all([an_item("Hamnen och staden är inte överens.")])
    assert enrichment.layers["entities"].status is LayerStatus.skipped
    assert enrichment.layers["entities"].reason == "no model and no names of places for sv"
    assert enrichment.layers["keyphrases"].status is LayerStatus.skipped
    assert enrichment.layers["summary"].status is LayerStatus.done


def test_keep_text_leaves_the_body_as_it_is(chain: Chain) -> None:
    body = "  The port is shut.  \r\n\n\n\nSource: Harbour Authority \n"
    (kept,) = chain.enrich_all([an_item(body)], keep_text=True)
    (cleaned,) = chain.enrich_all([an_item(body)])
    assert kept.values["text"] == body
    assert kept.values["removed"] == []
    assert cleaned.values["text"] == "The port is shut."


def test_of_a_huge_story_the_model_reads_the_beginning(chain: Chain) -> None:
    body = "The Harbour Authority said so. " * (READ_LIMIT // 20)
    (enrichment,) = chain.enrich_all([an_item(body)])
    assert enrichment.layers["entities"].reason == f"only the first {READ_LIMIT} characters were read"
    assert enrichment.layers["entities"].status is LayerStatus.done
