"""Names that knowledge has in full."""

from __future__ import annotations

import pytest
from wiredesk_enrichment.knowledge import Knowledge
from wiredesk_enrichment.naming.known import make_whole, plain_names, spellings
from wiredesk_enrichment.naming.mentions import Mention, find_again


def test_half_of_a_known_name_is_made_whole(knowledge: Knowledge) -> None:
    text = "Fans of the Los Angeles Lakers left early."
    (name,) = make_whole(text, [Mention(12, 23, "Los Angeles", "LOC")], knowledge)
    assert (name.text, name.kind) == ("Los Angeles Lakers", "ORG")


def test_a_known_name_inside_a_longer_one_stays_part_of_it(knowledge: Knowledge) -> None:
    text = "The Bank of America Tower was sold."
    longer = Mention(4, 25, "Bank of America Tower", "LOC")
    assert make_whole(text, [longer], knowledge) == [longer]


def test_nicknames_that_are_no_words_are_recognised_and_words_are_not(knowledge: Knowledge) -> None:
    text = "The Lakers and the Chiefs met."
    assert [name.text for name in find_again(text, (), plain_names(knowledge))] == ["Lakers"]


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Velmora Corp.", "Velmora"), ("Velmora Co., Ltd.", "Velmora"), ("US Navy", "United States Navy"),
        ("L.L. Velmora", "L.L.Velmora"), ("Marks and Velmora", "Marks & Velmora"),
    ],
)  # fmt: skip
def test_a_name_is_known_by_its_other_spellings(name: str, other: str) -> None:
    told = list(spellings(name))
    assert told[0] == name
    assert other in told
