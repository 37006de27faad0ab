"""Names read out of the recogniser's layers are those that spaCy's own walk finds, whatever the text."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from wiredesk_enrichment.models import SpacyReader, load_reader
from wiredesk_enrichment.recogniser import recogniser_of

pytestmark = pytest.mark.models

ODD = [
    "",
    " ",
    "\n\n",
    "Oslo",
    "Kim",
    "  Mara  Lindqvist \n of\tOslo ",
    "Lee Lee Lee Lee Lee",
    "U.N. - , . (",
    "9 March 2026",
]
WORDS = (
    "Mara Lindqvist Han Seo-jun the Harbour Authority of Norway said on Tuesday , . “ ” 4.1 billion dollars first May and "
    "in New York Bank England İstanbul 東京 's Envoys two 30 percent British"
)
TEXTS = st.lists(st.sampled_from([*WORDS.split(), " ", "\n"]), max_size=25).map(" ".join)


@pytest.fixture(scope="module")
def reader() -> SpacyReader:
    return load_reader()


def by_spacy(reader: SpacyReader) -> SpacyReader:
    return replace(reader, recogniser=None)


def test_the_packaged_model_is_read_by_its_layers(reader: SpacyReader) -> None:
    assert reader.recogniser is not None


def test_names_of_the_sample_wires_are_those_of_spacy(reader: SpacyReader, repository: Path) -> None:
    wires = sorted((repository / "samples/wires").rglob("*.*"))
    texts = [part for wire in wires for part in wire.read_text("utf-8", "replace").split("\n\n")]
    found = reader.read(texts)
    assert sum(map(len, found)) > len(wires)
    assert found == by_spacy(reader).read(texts)


def test_odd_texts_have_the_names_that_spacy_finds(reader: SpacyReader) -> None:
    assert reader.read(ODD) == by_spacy(reader).read(ODD)
    assert reader.read(["", " "]) == [(), ()]
    assert reader.read([]) == []


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(TEXTS, max_size=4))
def test_any_text_has_the_names_that_spacy_finds(reader: SpacyReader, texts: list[str]) -> None:
    assert reader.read(texts) == by_spacy(reader).read(texts)


def test_a_recogniser_that_weighs_several_readings_is_left_to_spacy() -> None:
    assert recogniser_of(spacy.blank("en").add_pipe("beam_ner")) is None
