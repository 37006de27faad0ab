"""Language, keyphrases, summary and fingerprint."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from wiredesk_enrichment.enrichers.fingerprint import fingerprint_of, resemblance, sketch
from wiredesk_enrichment.enrichers.keyphrases import find_keyphrases
from wiredesk_enrichment.enrichers.language import tell_language
from wiredesk_enrichment.enrichers.places import place_on_map
from wiredesk_enrichment.enrichers.summary import summarise
from wiredesk_enrichment.story import Models, Skipped, Story

TEXT = (
    "Dredging of the Sandholm harbour will start in May, the port authority said on Tuesday. "
    "It has waited nine years for the dredging permit. "
    "Larger ferries could then enter the harbour at low tide, which the islanders have long asked for. "
    "“We shall see,” said one of them."
)


@dataclass(frozen=True)
class Doubtful:
    model: str = "doubtful 1"

    def language(self, _text: str) -> tuple[str, float]:
        return "la", 0.2


def with_values(story: Story, **values: object) -> Story:
    return replace(story, values={"text": story.text, **values})


def test_the_wires_own_language_counts_where_the_text_says_little(story: Callable[..., Story], models: Models) -> None:
    doubtful = replace(models, guess=Doubtful())
    assert tell_language(story("Ja. 1-0.", language="nb-NO"), doubtful)["language"]["code"] == "nb"
    assert tell_language(story(TEXT), doubtful)["language"]["code"] == "la"
    with pytest.raises(Skipped):
        tell_language(story("12 - 13"), models)


def test_linked_places_are_on_the_map_and_others_are_not(story: Callable[..., Story], models: Models) -> None:
    made = [
        {"id": "Q649", "type": "LOC", "name": "Moscow", "salience": 0.9, "score": 0.95},
        {"id": "Q159", "type": "LOC", "name": "Russia", "salience": 0.8, "score": 0.95},
        {"id": "local:abc", "type": "LOC", "name": "Moscow", "salience": 0.7, "score": 0.8},
        {"id": "Q458", "type": "ORG", "name": "European Union", "salience": 0.6, "score": 0.95},
    ]
    city, country = place_on_map(with_values(story(TEXT), entities=made), models)["places"]
    assert (city["id"], city["country"], city["geonames"]) == ("Q649", "RUS", "524901")
    assert (city["lat"], city["lon"]) == (pytest.approx(55.75, abs=0.1), pytest.approx(37.6, abs=0.1))
    assert (country["id"], country["country"], country["lat"]) == ("Q159", "RUS", None)


def test_keyphrases_are_what_the_text_speaks_of_early_and_often(story: Callable[..., Story], models: Models) -> None:
    phrases = find_keyphrases(with_values(story(TEXT), entities=[]), models)["keyphrases"]
    assert {"dredging", "harbour"} <= {phrase["text"].lower() for phrase in phrases[:4]}
    assert phrases[0]["score"] == 1.0
    assert [p["score"] for p in phrases] == sorted((p["score"] for p in phrases), reverse=True)
    assert not {"said", "the", "and"} & {phrase["text"] for phrase in phrases}


def test_phrases_of_several_words_end_in_a_noun_and_go_over_no_stop_word(
    story: Callable[..., Story], models: Models
) -> None:
    text = "The ferry's captain saw the harbour pilot. Harbour pilots rarely leave the eastern breakwater."
    phrases = find_keyphrases(with_values(story(text), entities=[]), models)["keyphrases"]
    told = {phrase["text"].lower() for phrase in phrases}
    assert "harbour pilot" in told
    assert not [phrase for phrase in told if " " in phrase and phrase.endswith(("eastern", "rarely", "saw", "'s"))]


def test_a_text_of_stop_words_has_no_keyphrases(story: Callable[..., Story], models: Models) -> None:
    assert find_keyphrases(with_values(story("It is and was so."), entities=[]), models) == {"keyphrases": []}


def test_the_summary_begins_with_the_lead_and_keeps_text_order(story: Callable[..., Story], models: Models) -> None:
    made = story(TEXT, headline="Harbour dredging to start")
    block = {"kind": "paragraph", "start": 0, "end": len(TEXT)}
    sentences = summarise(with_values(made, blocks=[block]), models)["summary"]
    assert sentences[0]["text"].startswith("Dredging of the Sandholm harbour")
    assert 1 <= len(sentences) <= 3
    assert [s["start"] for s in sentences] == sorted(s["start"] for s in sentences)


def test_no_heading_in_the_summary(story: Callable[..., Story], models: Models) -> None:
    blocks = [{"kind": "heading", "start": 0, "end": len(TEXT)}]
    with pytest.raises(Skipped):
        summarise(with_values(story(TEXT), blocks=blocks), models)


def test_copies_resemble_each_other_and_strangers_do_not(story: Callable[..., Story], models: Models) -> None:
    words = [f"word{number}" for number in range(400)]
    changed = [f"new{number}" if number % 40 == 0 else word for number, word in enumerate(words)]
    strangers = [f"other{number}" for number in range(400)]
    assert resemblance(fingerprint_of(words), fingerprint_of(words)) == 1.0
    assert resemblance(fingerprint_of(words), fingerprint_of(changed)) == pytest.approx(0.86, abs=0.12)
    assert resemblance(fingerprint_of(words), fingerprint_of(strangers)) < 0.1


def test_the_fingerprint_never_changes(story: Callable[..., Story], models: Models) -> None:
    told = sketch(story("The  FERRY sails at ten."), models)["fingerprint"]
    assert told == sketch(story("the ferry sails, at ten"), models)["fingerprint"]
    assert told.startswith("m1:")
    assert len(told) == 174
    with pytest.raises(Skipped):
        sketch(story("..."), models)
    with pytest.raises(ValueError, match="m1"):
        resemblance(told, "m2:abc")


def test_a_mixed_text_has_the_language_of_most_of_its_letters(story: Callable[..., Story], models: Models) -> None:
    german = "Ja und nein, sagte der Minister und ging. "
    mixed = f"{german * 3}\n\n{german * 4}\n\n{TEXT}\n\n{TEXT}\n\n{TEXT}"
    assert tell_language(story(mixed), replace(models, guess=InDoubt()))["language"]["code"] == "en"


@dataclass(frozen=True)
class InDoubt:
    """Unsure of a text in which two languages meet, sure of each."""

    model: str = "in-doubt 1"

    def language(self, text: str) -> tuple[str, float]:
        if " und " in text:
            return "de", 0.6 if "harbour" in text else 0.9
        return "en", 0.9
