"""The dateline is a place of the story, and a wall that no name crosses."""

from __future__ import annotations

import pytest
from wiredesk_enrichment.enrichers.entities import entities_of, settle
from wiredesk_enrichment.knowledge import Knowledge
from wiredesk_enrichment.naming.dateline import find_dateline, heed_dateline
from wiredesk_enrichment.naming.mentions import Mention
from wiredesk_enrichment.story import Name


@pytest.mark.parametrize(
    ("text", "city"),
    [
        ("REYKJAVIK — Iceland ordered all residents to leave.", "REYKJAVIK"),
        ("HANOI, Vietnam (Altapress) — Two plants closed.", "HANOI"),
        ("NEW YORK, March 3 - Stocks rose.", "NEW YORK"),
        ("ST. JOHN'S, Newfoundland (AP) -- Ice again.", "ST. JOHN'S"),
        ("ZÜRICH, Switzerland, Nov. 3, 2026 (X) – Rates fell.", "ZÜRICH"),
    ],
)
def test_a_place_in_capitals_before_a_dash_is_a_dateline(text: str, city: str) -> None:
    found = find_dateline(text)
    assert found is not None
    assert (found.city, text[found.start : found.end]) == (city, city)


@pytest.mark.parametrize(
    "text", ["The mayor — a doctor — left.", "NATO said it would act.", "A well-known singer", "IBM-led group", ""]
)
def test_other_beginnings_are_none(text: str) -> None:
    assert find_dateline(text) is None


def test_a_name_across_the_dash_is_cut_there() -> None:
    text = "REYKJAVIK — Iceland ordered everybody out of Reykjavik."
    across = Mention(0, 19, "REYKJAVIK — Iceland", "ORG")
    city, rest = heed_dateline(text, [across])
    assert (city.text, city.kind) == ("REYKJAVIK", "LOC")
    assert (rest.text, text[rest.start : rest.end]) == ("Iceland", "Iceland")


def test_the_city_in_ordinary_letters_is_the_same_place(knowledge: Knowledge) -> None:
    text = "REYKJAVIK — Iceland sent buses. Schools in Reykjavik closed."
    start = text.index("Reykjavik")
    names = [Name(0, 19, "ORG"), Name(start, start + 9, "ORG")]
    entities = entities_of(settle(text, names, knowledge), text, "", knowledge)
    told = {entity["id"]: [mention["text"] for mention in entity["mentions"]] for entity in entities}
    assert told["Q1764"] == ["REYKJAVIK", "Reykjavik"]
    assert told["Q189"] == ["Iceland"]
