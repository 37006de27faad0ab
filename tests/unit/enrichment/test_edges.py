"""Where names begin and end."""

from __future__ import annotations

import pytest
from wiredesk_enrichment.knowledge import Knowledge
from wiredesk_enrichment.naming.edges import mend_edges
from wiredesk_enrichment.naming.mentions import Mention


def mended(text: str, knowledge: Knowledge, **kinds: str) -> list[tuple[str, str]]:
    """The names (spaces as underscores) with their kinds, mended."""
    names = [(name.replace("_", " ").replace("0", "."), kind) for name, kind in kinds.items()]
    mentions = [Mention(text.index(name), text.index(name) + len(name), name, kind) for name, kind in names]
    found = mend_edges(text, mentions, knowledge)
    assert all(text[m.start : m.end] == m.text for m in found)
    return [(mention.text, mention.kind) for mention in found]


@pytest.mark.parametrize("stop", [". ", " "])
def test_a_name_goes_on_after_an_initial(stop: str, knowledge: Knowledge) -> None:
    text = f"The mayor, Mara T{stop}Lindqvist, left."
    assert mended(text, knowledge, Mara_T="PER", Lindqvist="PER") == [(f"Mara T{stop}Lindqvist", "PER")]


def test_a_nickname_in_quotes_is_inside_the_name(knowledge: Knowledge) -> None:
    text = "Then Harald “Gull” Moe sang."
    assert mended(text, knowledge, Harald="PER", Moe="ORG") == [("Harald “Gull” Moe", "PER")]


def test_a_nickname_of_several_words_is_whole(knowledge: Knowledge) -> None:
    text = "Then Harald “Gull of the North” Moe sang."
    assert mended(text, knowledge, **{"Harald_“Gull": "PER"}) == [("Harald “Gull of the North” Moe", "PER")]


def test_a_full_name_before_quoted_words_is_left_alone(knowledge: Knowledge) -> None:
    text = "Harald Moe “Never” said a word."
    assert mended(text, knowledge, Harald_Moe="PER") == [("Harald Moe", "PER")]


def test_a_town_and_its_country_are_two_places(knowledge: Knowledge) -> None:
    text = "He lives in Sandholm, Norway now."
    names = [Mention(12, 28, "Sandholm, Norway", "LOC")]
    assert [(m.text, m.kind) for m in mend_edges(text, names, knowledge)] == [("Sandholm", "LOC"), ("Norway", "LOC")]


def test_a_known_places_longer_name_is_taken_whole(knowledge: Knowledge) -> None:
    text = "The fair in Frankfurt am Main opened."
    assert mended(text, knowledge, Frankfurt="LOC") in ([("Frankfurt am Main", "LOC")], [("Frankfurt", "LOC")])
    text = "The fair in New York City opened."
    assert mended(text, knowledge, New_York="LOC") == [("New York City", "LOC")]
