"""Outlets that were told or that reported, sources that a story goes by, sources that it does not name."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from wiredesk_enrichment.enrichers.attribution import find_attribution
from wiredesk_enrichment.story import Models, Skipped, Story


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("It was safe, she told Sandholm Radio.", [("Sandholm Radio", "outlet", "told")]),
        ("It was safe, she told the Gull Times. Then she left.", [("Gull Times", "outlet", "told")]),
        ("He said so in an interview with the broadcaster DW.", [("DW", "outlet", "interview")]),
        ("The mill will close, Northern Daily reported on Monday.", [("Northern Daily", "outlet", "reported")]),
        ("The mill will close, as reported by the newspaper Gull Post.", [("Gull Post", "outlet", "reported")]),
        ("According to Sandholm Radio, the mill will close.", [("Sandholm Radio", "outlet", "according")]),
        ("According to the Harbour Authority, the mill will close.", [("Harbour Authority", "source", "according")]),
        ("The mill will close, local media reported.", [("local media", "unnamed", "reported")]),
        ("People familiar with the talks said so.", [("People familiar with the talks", "unnamed", "unnamed")]),
        ("He spoke on condition of anonymity.", [("on condition of anonymity", "unnamed", "unnamed")]),
    ],
)
def test_outlets_and_sources_are_told_apart(
    body: str, expected: list[tuple[str, str, str]], story: Callable[..., Story], models: Models
) -> None:
    found = find_attribution(english(story, body), models)["attribution"]
    assert [(one["text"], one["role"], one["how"]) for one in found] == expected
    assert all(body[one["start"] : one["end"]] == one["text"] for one in found)


@pytest.mark.parametrize(
    "body",
    [
        "She told reporters that it was safe.",
        "She told Mara Lindqvist and the mayor.",
        "The two cities, once Oslo reported the loss, agreed.",
        "According to the plan, the mill will close.",
        "Social media are full of it.",
    ],
)
def test_whoever_is_no_outlet_is_none(body: str, story: Callable[..., Story], models: Models) -> None:
    assert find_attribution(english(story, body), models) == {"attribution": []}


def test_other_languages_are_skipped(story: Callable[..., Story], models: Models) -> None:
    told = Story(story("Sade satoi eilen.").item, values={"language": {"code": "fi", "confidence": 1.0}})
    with pytest.raises(Skipped, match="no sources are read in fi"):
        find_attribution(told, models)


def english(make: Callable[..., Story], body: str) -> Story:
    """A story with the body that it is known that the authority is a body and the council's head a person."""
    kinds = {"Harbour Authority": "ORG", "Mara Lindqvist": "PER", "Oslo": "LOC"}
    entities = [
        {
            "id": f"local:{name}",
            "type": kind,
            "name": name,
            "mentions": [{"start": at, "end": at + len(name), "text": name}],
        }
        for name, kind in kinds.items()
        if (at := body.find(name)) >= 0
    ]
    return Story(make(body).item, values={"language": {"code": "en", "confidence": 1.0}, "entities": entities})
