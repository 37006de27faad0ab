"""Countries and capitals in other languages, and nationalities that stand for a country."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from wiredesk_enrichment.enrichers.entities import find_entities
from wiredesk_enrichment.knowledge import Knowledge
from wiredesk_enrichment.naming.abroad import places_abroad
from wiredesk_enrichment.naming.demonyms import country_meant
from wiredesk_enrichment.naming.mentions import Mention
from wiredesk_enrichment.story import Models, Skipped, Story


@pytest.mark.parametrize(
    ("code", "text", "told"),
    [
        ("de", "Frankreich und Moskau schweigen, Großbritannien nicht.", {"Q142", "Q649", "Q145"}),
        ("fr", "La Russie et Pékin, dit Paris, se parlent.", {"Q159", "Q956", "Q90"}),
        ("es", "EE.UU. y España hablan en Moscú.", {"Q30", "Q29", "Q649"}),
        ("it", "La Germania scrive a Pechino.", {"Q183", "Q956"}),
        ("nl", "Duitsland wacht op Moskou.", {"Q183", "Q649"}),
        ("pt", "O Brasil fala com Lisboa.", {"Q155", "Q597"}),
        ("fr", "Un joueur du Paris Saint-Germain a lu Jack London.", set()),
        ("pt", "Ontem o ministro Luís Montenegro falou, e Rui Costa também.", set()),
        ("fr", "Un avion d’Air France est parti.", set()),
        ("es", "Sofia Lima vive en Granada.", set()),
        ("de", "Der Inselstaat liegt weit weg.", set()),
        ("sv", "Frankreich", set()),
    ],
)
def test_countries_and_capitals_are_found_by_what_a_language_calls_them(
    code: str, text: str, told: set[str], knowledge: Knowledge
) -> None:
    found = places_abroad(text, code, knowledge)
    assert {thing.qid for thing in found} == told
    assert all(text[m.start : m.end] == m.text for mentions in found.values() for m in mentions)


def test_a_language_without_names_is_skipped_with_the_reason(story: Callable[..., Story], models: Models) -> None:
    swedish = replace(story("Sverige"), values={"text": "Sverige", "language": {"code": "sv", "confidence": 1.0}})
    with pytest.raises(Skipped, match="no model and no names of places for sv"):
        find_entities(swedish, models)


@pytest.mark.parametrize(
    ("name", "text", "country"),
    [
        ("Russian", "Russian officials said no.", "Q159"),
        ("Russian", "Russian foreign ministry staff left.", "Q159"),
        ("Danes", "They asked the Danes.", "Q35"),
        ("French", "The French have said no.", "Q142"),
        ("Russian", "She reads Russian novels.", None),
        ("Dutch", "He speaks Dutch.", None),
        ("French", "The French bread was good.", None),
        ("Swiss", "A Swiss watch.", None),
    ],
)
def test_a_nationality_stands_for_the_country_whose_people_are_meant(
    name: str, text: str, country: str | None, knowledge: Knowledge
) -> None:
    start = text.index(name)
    found = country_meant(name, text, [Mention(start, start + len(name), name, "NORP")], knowledge)
    assert (found.qid if found else None) == country
