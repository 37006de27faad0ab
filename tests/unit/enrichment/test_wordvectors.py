"""Vectors of words are those that spaCy works out, and so are tags and dependencies made from them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from wiredesk_enrichment import wordvectors
from wiredesk_enrichment.models import SpacyGrammar, SpacyReader, grammar_of, load_reader
from wiredesk_enrichment.wordvectors import word_vectors_of

pytestmark = pytest.mark.models

WORDS = (
    "Mara Lindqvist said “ We n't gonna go , ” on Tuesday that 4.1 billion had xqzt left İstanbul 東京 . \n the ports"
)
TEXTS = st.lists(st.sampled_from([*WORDS.split(" "), " "]), max_size=25).map(" ".join)
CLOSE = 1e-4
"""Sums in another order differ in the sixth digit."""


@pytest.fixture(scope="module")
def reader() -> SpacyReader:
    return load_reader()


@pytest.fixture(scope="module")
def grammar(reader: SpacyReader) -> SpacyGrammar:
    found = grammar_of(reader)
    assert found is not None
    return found


def words_alike(grammar: SpacyGrammar, texts: list[str]) -> bool:
    return grammar.parse(texts) == replace(grammar, vectors=None).parse(texts)


def test_the_packaged_model_has_layers_that_are_known(reader: SpacyReader, grammar: SpacyGrammar) -> None:
    assert grammar.vectors is not None
    assert word_vectors_of(reader.pipeline.get_pipe("ner").model.layers[0].layers[0], reader.pipeline.vocab.vectors)


@pytest.mark.parametrize("component", ["tok2vec", "ner"])
def test_vectors_are_those_of_spacy_whether_words_are_new_or_known(reader: SpacyReader, component: str) -> None:
    model = reader.pipeline.get_pipe(component).model
    tok2vec = model if component == "tok2vec" else model.layers[0].layers[0]
    known = word_vectors_of(tok2vec, reader.pipeline.vocab.vectors)
    assert known is not None
    docs = [reader.pipeline.make_doc(text) for text in (WORDS, "Oslo", "Oslo said the ports had xqzt left.")]
    expected = np.concatenate(tok2vec.predict(docs))
    for _ in range(2):
        assert np.abs(known.read(docs) - expected).max() < CLOSE


def test_more_words_than_are_kept_begin_anew(reader: SpacyReader, monkeypatch: pytest.MonkeyPatch) -> None:
    tok2vec, make_doc = reader.pipeline.get_pipe("tok2vec").model, reader.pipeline.make_doc
    known = word_vectors_of(tok2vec, reader.pipeline.vocab.vectors)
    assert known is not None
    monkeypatch.setattr(wordvectors, "KEPT_WORDS", 4)
    for text in ("Oslo said no", "the ports had left Oslo on Tuesday", "Oslo said so", "no"):
        doc = make_doc(text)
        assert np.abs(known.read([doc]) - tok2vec.predict([doc])[0]).max() < CLOSE


def test_tags_and_dependencies_of_the_sample_wires_are_those_of_spacy(grammar: SpacyGrammar, repository: Path) -> None:
    wires = sorted((repository / "samples/wires").rglob("*.*"))
    assert words_alike(grammar, [part for wire in wires for part in wire.read_text("utf-8", "replace").split("\n\n")])


def test_texts_without_words_are_parsed_too(grammar: SpacyGrammar) -> None:
    assert grammar.parse([]) == []
    assert grammar.parse([""]) == [()]
    assert words_alike(grammar, ["", "Oslo said no.", " ", ""])


@settings(max_examples=40, deadline=None)
@given(texts=st.lists(TEXTS, max_size=4))
def test_any_text_has_the_words_that_spacy_finds(grammar: SpacyGrammar, texts: list[str]) -> None:
    assert words_alike(grammar, texts)


def test_layers_that_are_not_known_are_left_to_spacy(reader: SpacyReader) -> None:
    plain: Any = spacy.blank("en").add_pipe("tok2vec")
    plain.model.initialize()
    assert word_vectors_of(plain.model, reader.pipeline.vocab.vectors) is None
