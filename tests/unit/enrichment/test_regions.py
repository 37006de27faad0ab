"""Places told by the region behind them, wherever the story names them."""

from __future__ import annotations

import re

import pytest
from wiredesk_enrichment.enrichers.entities import entities_of, settle
from wiredesk_enrichment.knowledge import Knowledge
from wiredesk_enrichment.story import Name

PLACES = re.compile(r"Paris|PARIS|Texas|Rome|New York|Cuba|Missouri|Berlin|Mexico|Arizona|Tokyo|France")


def ids(text: str, knowledge: Knowledge) -> list[tuple[str, str]]:
    """The places of a text in text order, each with its id."""
    names = [Name(hit.start(), hit.end(), "GPE") for hit in PLACES.finditer(text)]
    found = entities_of(settle(text, names, knowledge), text, "", knowledge)
    told = sorted((m["start"], m["text"], entity["id"]) for entity in found for m in entity["mentions"])
    return [(name, qid if qid.startswith("Q") else "local") for _, name, qid in told]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("The mayor of Paris, Texas, spoke. The tower of Paris will be painted.", "Paris"),
        ("PARIS, Texas (Wirepool) — The tower of Paris will be painted.", "Paris"),
        ("In Rome, New York, nobody laughs at the name of Rome.", "Rome"),
        ("They painted a wall in Cuba, Missouri, last week.", "Cuba"),
        ("A village called Berlin has forty people. They like Berlin.", "Berlin"),
    ],
)
def test_a_namesake_is_never_the_famous_place(text: str, name: str, knowledge: Knowledge) -> None:
    found = [qid for place, qid in ids(text, knowledge) if place.lower() == name.lower()]
    assert set(found) == {"local"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It snowed in Rome, New York and Tokyo.", [("Rome", "Q220"), ("New York", "Q60"), ("Tokyo", "Q1490")]),
        ("It snowed in Mexico, Texas, and Arizona.", [("Mexico", "Q96"), ("Texas", "Q1439"), ("Arizona", "Q816")]),
        ("It snowed in Paris, France, and all Paris sang.", [("Paris", "Q90"), ("France", "Q142"), ("Paris", "Q90")]),
        ("Paris sang. A band from Paris, Texas, came to Paris.", [("Paris", "Q90"), ("Paris", "local"), ("Texas", "Q1439"), ("Paris", "Q90")]),
    ],
)  # fmt: skip
def test_lists_and_the_place_itself_keep_their_links(
    text: str, expected: list[tuple[str, str]], knowledge: Knowledge
) -> None:
    assert ids(text, knowledge) == expected


def test_a_state_behind_a_place_is_not_its_city(knowledge: Knowledge) -> None:
    assert ("New York", "Q60") not in ids("In Rome, New York, nobody laughs.", knowledge)
