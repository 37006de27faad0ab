from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from wiredesk_core.article import LayerStatus
from wiredesk_core.item import Item
from wiredesk_core.vectors import vector_of
from wiredesk_enrichment.chain import Chain
from wiredesk_enrichment.embedding_model import release
from wiredesk_enrichment.enrichers.embedding import LEAD_LETTERS, embed_story, read_text
from wiredesk_enrichment.models import load_embedding
from wiredesk_enrichment.story import Models, NoEmbedder, Story

BODY = "The harbour was flooded on Monday, and the ferries stayed in port all day."


def embedded(chain: Chain, **fields: object) -> tuple[LayerStatus, str | None, str | None]:
    (enrichment,) = chain.enrich_all([Item.model_validate({"uri": "urn:test:1", "body_text": BODY, **fields})])
    layer = enrichment.layers["embedding"]
    assert (layer.status is LayerStatus.done) == ("embedding" in enrichment.values)
    return layer.status, layer.model, layer.reason


def test_a_story_gets_a_vector_and_its_layer_names_the_model(chain: Chain) -> None:
    assert embedded(chain) == (LayerStatus.done, "counted 1", None)


def test_the_model_reads_the_headline_and_how_the_story_begins(story: Callable[..., Story], models: Models) -> None:
    plain, headed = story(BODY), story(BODY, headline="Flood")
    assert (read_text(plain), read_text(headed)) == (BODY, f"Flood\n{BODY}")
    assert len(read_text(story(BODY * 100))) == LEAD_LETTERS
    english = replace(headed, values={"language": {"code": "en"}})
    assert vector_of(embed_story(english, models)["embedding"]) == vector_of(
        embed_story(replace(english, item=english.item.model_copy(update={"slugline": "other"})), models)["embedding"]
    )


def test_a_story_in_another_language_is_skipped(chain: Chain) -> None:
    told = embedded(chain, body_text="Der Hafen steht unter Wasser und die Fähren bleiben im Hafen liegen.")
    assert told == (LayerStatus.skipped, "counted 1", "no embedding model for de")


def test_without_a_model_the_layer_is_skipped_and_says_so(models: Models) -> None:
    told = embedded(Chain(replace(models, embedder=NoEmbedder())))
    assert told == (LayerStatus.skipped, None, "no embedding model is installed")


def test_a_folder_without_a_model_never_stops_a_start(tmp_path: Path, models: Models) -> None:
    (tmp_path / "model.onnx").write_bytes(b"not a model")
    told = embedded(Chain(replace(models, embedder=load_embedding(tmp_path))))
    assert told == (LayerStatus.skipped, None, "the embedding model cannot be read")


def test_the_released_model_is_two_files_with_their_sums() -> None:
    assert {name: len(digest) for name, digest in release().sums.items()} == {"model.onnx": 64, "tokenizer.json": 64}
