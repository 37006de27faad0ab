from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from wiredesk_enrichment.enrichers.blocks import find_blocks
from wiredesk_enrichment.story import Models, Story

PROSE = "The council voted on Tuesday to close the old bridge to lorries, after engineers had found cracks in two of its piers."
MORE = (
    "Drivers will have to take the ring road until the autumn, which adds about ten minutes to the way into the town."
)


def headings(body: str, story: Callable[..., Story], models: Models, **fields: object) -> list[str]:
    blocks = find_blocks(story(body, **fields), models)["blocks"]
    return [body[block["start"] : block["end"]] for block in blocks if block["kind"] == "heading"]


@pytest.mark.parametrize("gap", ["\n", "\n\n", "\r\n\r\n", "\n \n\n"])
def test_a_short_unfinished_line_between_paragraphs_is_a_heading(
    gap: str, story: Callable[..., Story], models: Models
) -> None:
    body = gap.join([PROSE, "Cracks in the piers", MORE, "Who will pay for it?", PROSE])
    assert headings(body, story, models) == ["Cracks in the piers", "Who will pay for it?"]


@pytest.mark.parametrize(
    "line",
    [
        "It rained.", "- two lorries", "• a van", "By Mara Lindqvist", "OSLO, May 26", "(with picture)", "he said so",
        "https://example.org/bridge", "Read on,",
    ],
)  # fmt: skip
def test_other_short_lines_are_paragraphs(line: str, story: Callable[..., Story], models: Models) -> None:
    assert headings(f"{PROSE}\n\n{line}\n\n{MORE}", story, models) == []


def test_rows_of_short_lines_are_no_headings(story: Callable[..., Story], models: Models) -> None:
    assert headings(f"{PROSE}\n\nResults\nNorth 2 South 1\nEast 0 West 0\n\n{MORE}", story, models) == []


def test_the_last_line_is_no_heading(story: Callable[..., Story], models: Models) -> None:
    assert headings(f"{PROSE}\n\nCracks in the piers", story, models) == []


def test_markup_settles_what_is_a_heading(story: Callable[..., Story], models: Models) -> None:
    body = f"{PROSE}\n\nWhat now\n\n{MORE}\n\nNot one of them\n\n{PROSE}"
    html = f"<p>{PROSE}</p><h3>What <em>now</em></h3><p>{MORE}</p><p>Not one of them</p><p>{PROSE}</p>"
    assert headings(body, story, models, body_html=html) == ["What now"]


def test_wrapped_lines_are_one_paragraph(story: Callable[..., Story], models: Models) -> None:
    wrapped = "The council voted on Tuesday to close the old bridge to lorries,\nafter engineers had found cracks in two of its piers, and\nsaid it would stay shut until the autumn."
    blocks = find_blocks(story(f"{wrapped}\n\n{wrapped}"), models)["blocks"]
    assert [(block["start"], block["end"]) for block in blocks] == [
        (0, len(wrapped)),
        (len(wrapped) + 2, 2 * len(wrapped) + 2),
    ]


def test_a_block_in_another_language_says_so_and_short_ones_stay_silent(
    story: Callable[..., Story], models: Models
) -> None:
    body = (
        "The ferries will not sail on Friday, the union of the crews said after a long night of talks.\n\n"
        "Die Schiffe bleiben am Freitag und am Samstag im Hafen, teilte die Gewerkschaft nach langen Gesprächen mit.\n\n"
        "Ja und nein."
    )
    told = replace(story(body), values={"text": body, "language": {"code": "en", "confidence": 0.9}})
    languages = [block.get("language") for block in find_blocks(told, models)["blocks"]]
    assert languages == [None, {"code": "de", "confidence": 0.99}, None]
    assert not any("language" in block for block in find_blocks(story(body), models)["blocks"])
