"""The dateline is a place of the story, and a wall that no name crosses."""

from __future__ import annotations

import pytest
from wiredesk_enrichment.enrichers.entities import entities_of, settle
from wiredesk_enrichment.knowledge import Knowledge
from wiredesk_enrichment.naming.dateline import find_dateline, heed_dateline
from wiredesk_enrichment.naming.mentions import Mention
from wiredesk_enrichment.story import Name


def linked(text: str, knowledge: Knowledge, *names: Name) -> dict[str, list[str]]:
    """The ids of a story's entities with the texts of their mentions, after the reader's names."""
    entities = entities_of(settle(text, names, knowledge), text, "", knowledge)
    return {entity["id"]: [mention["text"] for mention in entity["mentions"]] for entity in entities}


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("REYKJAVIK — Iceland ordered all residents to leave.", ["Reykjavik"]),
        ("REYKJAVIK—Iceland ordered all residents to leave.", ["Reykjavik"]),
        ("HANOI, Vietnam (Altapress) — Two plants closed.", ["Hanoi", "Vietnam"]),
        ("NEW YORK, March 3 - Stocks rose.", ["New York"]),
        ("OSLO, 3 March 2026 (Altapress) – Rates fell.", ["Oslo"]),
        ("ST. JOHN'S, Newfoundland (AP) -- Ice again.", ["St. John's"]),
        ("ZÜRICH, Switzerland, Nov. 3, 2026 (X) – Rates fell.", ["Zürich", "Switzerland"]),
        ("ALGIERS/PARIS (Altapress) - Talks began.", ["Algiers", "Paris"]),
        ("SANDHOLM (Altapress) — The harbour froze.", ["Sandholm"]),
        ("RIO DE JANEIRO — Rain fell.", ["Rio de Janeiro"]),
        ("SAN JOSE, Calif. — Rain fell.", ["San Jose", "Calif."]),
        ("Mexico City (Altapress) - Rain fell.", ["Mexico City"]),
        ("By Mara Lindqvist\n\nOSLO, Norway — Rain fell.", ["Oslo", "Norway"]),
    ],
)
def test_a_place_before_a_dash_at_the_head_is_a_dateline(text: str, places: list[str], knowledge: Knowledge) -> None:
    found = find_dateline(text, knowledge)
    assert found is not None
    assert [place.plain for place in found.places] == places
    assert all(text[place.start : place.end] == place.name for place in found.places)


@pytest.mark.parametrize(
    "text",
    [
        "NASA — the agency — said no.",
        "FIFA (Altapress) — Rules.",
        "BREAKING — Rain fell.",
        "READING — a joy.",
        "IBM, Intel — two.",
    ],
)
def test_capitals_before_a_dash_need_not_be_a_place(text: str, knowledge: Knowledge) -> None:
    found = find_dateline(text, knowledge)
    assert found is not None
    assert found.places == ()


@pytest.mark.parametrize(
    "text",
    [
        "The mayor — a doctor — left.",
        "NATO said it would act.",
        "A well-known singer",
        "IBM-led group",
        "Oslo — a city",
        "",
    ],
)
def test_other_beginnings_are_none(text: str, knowledge: Knowledge) -> None:
    assert find_dateline(text, knowledge) is None


def test_a_name_across_the_dash_is_cut_there(knowledge: Knowledge) -> None:
    text = "REYKJAVIK — Iceland ordered everybody out of Reykjavik."
    city, rest = heed_dateline(text, [Mention(0, 19, "REYKJAVIK — Iceland", "ORG")], knowledge)
    assert (city.text, city.kind) == ("REYKJAVIK", "LOC")
    assert (rest.text, text[rest.start : rest.end]) == ("Iceland", "Iceland")


def test_no_name_goes_past_the_dash_even_where_the_head_is_no_place(knowledge: Knowledge) -> None:
    text = "BREAKING — Iceland ordered everybody out."
    (rest,) = heed_dateline(text, [Mention(0, 18, "BREAKING — Iceland", "ORG")], knowledge)
    assert (rest.text, rest.start) == ("Iceland", 11)


def test_the_city_in_ordinary_letters_is_the_same_place(knowledge: Knowledge) -> None:
    text = "REYKJAVIK — Iceland sent buses. Schools in Reykjavik closed."
    start = text.index("Reykjavik")
    told = linked(text, knowledge, Name(0, 19, "ORG"), Name(start, start + 9, "ORG"))
    assert told["Q1764"] == ["REYKJAVIK", "Reykjavik"]
    assert told["Q189"] == ["Iceland"]


def test_a_town_is_linked_by_the_country_that_the_dateline_names(knowledge: Knowledge) -> None:
    text = "KEFLAVIK, Iceland — Flights stopped. Keflavik is quiet."
    assert linked(text, knowledge, Name(37, 45, "ORG"))["Q170693"] == ["KEFLAVIK", "Keflavik"]


def test_a_country_in_the_dateline_is_told_once(knowledge: Knowledge) -> None:
    text = "HANOI, Vietnam (Altapress) — Two plants closed."
    told = linked(text, knowledge, Name(0, 14, "GPE"), Name(16, 25, "ORG"))
    assert (told["Q1858"], told["Q881"]) == (["HANOI"], ["Vietnam"])


def test_a_dateline_over_a_match_report_is_the_city_and_not_its_team(knowledge: Knowledge) -> None:
    text = "MADRID (Altapress) — The striker scored two goals and the team won the match of the season."
    assert linked(text, knowledge)["Q2807"] == ["MADRID"]


def test_an_organisation_in_capitals_stays_one(knowledge: Knowledge) -> None:
    text = "NASA — the agency that flew to the moon — said no."
    assert linked(text, knowledge, Name(0, 4, "ORG")) == {"Q23548": ["NASA"]}
