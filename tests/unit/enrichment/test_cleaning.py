from __future__ import annotations

from collections.abc import Callable

import pytest
from wiredesk_enrichment.enrichers.cleaning import clean
from wiredesk_enrichment.story import Models, Story

STORY = [
    "The ferry to Sandholm will not sail on Friday, the operator said, because its bow door needs repair.",
    "Some two hundred passengers have been told to travel through the tunnel instead.",
    "A spokeswoman said that the ship, built in 1988, had been checked twice this year.",
    "It is expected back in service on Monday, when the school holidays begin.",
]


def removed_from(
    paragraphs: list[str], story: Callable[..., Story], models: Models, **fields: object
) -> dict[str, str]:
    """What was removed from the paragraphs, with the reasons."""
    body = "\n\n".join(paragraphs)
    values = clean(story(body, **fields), models)
    return {body[cut["start"] : cut["end"]]: cut["reason"] for cut in values["removed"]}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Source: Coastal Press", "source_line"),
        ("With inputs from agencies", "source_line"),
        ("Photo: Ingrid Solberg/Coastal Press", "photo_credit"),
        ("(Photo by Ingrid Solberg)", "photo_credit"),
        ("Subscribe to our newsletter for the day's best reads", "call_to_action"),
        ("Follow us on Twitter and Facebook", "call_to_action"),
        ("Follow Petra Vane on Twitter @petravane.", "call_to_action"),
        ("“Follow Petra Vane on Instagram.”", "call_to_action"),
        ("Read more: How the tunnel was built", "call_to_action"),
        ("ADVERTISEMENT", "call_to_action"),
        ("© 2024 Coastal Press. All rights reserved.", "boilerplate"),
        ("This material may not be published, broadcast, rewritten or redistributed without permission.", "boilerplate"),
        ("(This story has not been edited by our staff and is auto-generated from a syndicated feed.)", "boilerplate"),
        ("(Reporting by Ole Berg; editing by Ann Shaw)", "sign_off"),
        ("ENDS", "sign_off"),
        ("###", "sign_off"),
        ("Editors: a photograph is available.", "advisory"),
        ("I am Petra Vane, a freelance writer for Isle Weekly. I love telling tales.", "author_bio"),
    ],
)  # fmt: skip
def test_what_is_not_story_is_set_apart_with_its_reason(
    line: str, reason: str, story: Callable[..., Story], models: Models
) -> None:
    assert removed_from([*STORY, line], story, models) == {line: reason}


@pytest.mark.parametrize(
    "line",
    [
        "Sources: two officials who know the talks, one of them in the ministry, said on Friday that nothing was settled.",
        "More than forty people were hurt.",
        "Read was born in Leeds, and moved to the island as a child with her two brothers.",
        "Follow-up checks are planned for the spring, the operator said.",
        "The photograph of the door was taken in May.",
        "Ends of the rope were found on the quay.",
        "UPDATE: The operator has now said that the door was repaired last night.",
        "Copyright law does not cover recipes, the judge said.",
        "I am sure that it will sail again, she said.",
        "Harald Moe is a reporter at the Sandholm Post, and was on board when the door jammed.",
        "Subscribers of the ferry line will be paid back, the operator said.",
    ],
)
def test_what_could_be_story_stays(line: str, story: Callable[..., Story], models: Models) -> None:
    paragraphs = [*STORY[:2], line, *STORY[2:]]
    assert removed_from(paragraphs, story, models) == {}


def test_all_after_about_the_author_goes(story: Callable[..., Story], models: Models) -> None:
    tail = ["About the author", "Petra Vane writes on ships.", "She lives on Sandholm."]
    assert removed_from([*STORY, *tail], story, models) == dict.fromkeys(tail, "author_bio")


def test_a_bio_of_the_bylined_goes_and_the_same_words_about_a_person_in_the_story_stay(
    story: Callable[..., Story], models: Models
) -> None:
    bio = "Petra Vane is a reporter for the Sandholm Post."
    assert removed_from([*STORY, bio], story, models, byline="By Petra Vane") == {bio: "author_bio"}
    assert removed_from([*STORY, "Vane was on board.", bio], story, models) == {}


def test_a_body_of_nothing_but_boilerplate_is_kept(story: Callable[..., Story], models: Models) -> None:
    assert clean(story("Source: Coastal Press"), models) == {"text": "Source: Coastal Press", "removed": []}


def test_lines_stay_apart_as_they_were(story: Callable[..., Story], models: Models) -> None:
    body = f"{STORY[0]}\r\n{STORY[1]}\r\nSource: Coastal Press\r\n\r\n\r\n  {STORY[2]}  \n"
    assert clean(story(body), models)["text"] == f"{STORY[0]}\n{STORY[1]}\n\n{STORY[2]}"


def test_a_line_that_the_providers_profile_takes_for_boilerplate_is_set_apart(
    story: Callable[..., Story], models: Models
) -> None:
    body = "The ferry sails.\n\nFjordwire is an independent agency.\n\nTickets are on sale."
    start = body.index("Fjordwire")
    line = (start, start + len("Fjordwire is an independent agency."))
    values = clean(story(body, boilerplate=(line,)), models)

    assert values["text"] == "The ferry sails.\n\nTickets are on sale."
    assert values["removed"] == [{"start": line[0], "end": line[1], "reason": "boilerplate"}]
