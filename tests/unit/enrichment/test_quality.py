"""Broken copy: what is told of it, and what good copy does that looks like it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from wiredesk_enrichment.enrichers.blocks import find_blocks
from wiredesk_enrichment.enrichers.quality import MOST, find_flaws
from wiredesk_enrichment.story import Models, Story

GOOD = "The council met on Tuesday and put off the vote on the bridge until engineers have looked at its piers."


@pytest.fixture
def flaws(story: Callable[..., Story], models: Models) -> Callable[..., list[tuple[str, str]]]:
    """(code, words) of each flaw in a text."""

    def find(text: str, language: str = "en") -> list[tuple[str, str]]:
        made = replace(story(text), values={"text": text, "language": {"code": language}})
        made = replace(made, values={**made.values, **find_blocks(made, models)})
        return [(flaw["code"], text[flaw["start"] : flaw["end"]]) for flaw in find_flaws(made, models)["quality"]]

    return find


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("The ferry sank later that week. week. Nobody was hurt.", ("torn_sentence", "week.")),
        ("They backed the crew of the ferry. in deeds if not in words, he said.", ("torn_sentence", "in")),
        ("Boats from Norway. , Sweden and Finland came.", ("stray_punctuation", ". ,")),
        ("They sent help , even if late.", ("stray_punctuation", " ,")),
        ("They sailed on,, and sank.", ("stray_punctuation", ",,")),
        ("He spoke to Ann. Lindqvist. She nodded.", ("torn_sentence", "Lindqvist.")),
        ("The the ferry was late to the the quay.", ("repeated_words", "the the")),
        ("Then the mayor said so the mayor said so again.", ("repeated_words", "the mayor said so the mayor said so")),
        ("It said â€œno to all of it.", ("garbled_characters", "â€œ")),
        ("Marks &amp; Moe closed.", ("leftover_markup", "&amp;")),
    ],
)
def test_a_broken_place_is_told(text: str, told: tuple[str, str], flaws: Callable[..., list[tuple[str, str]]]) -> None:
    assert told in flaws(text)


@pytest.mark.parametrize(
    "text",
    [
        "He works for Velmora Inc. in the north, near St. Olav, at 8 p.m. on Fridays.",
        "Mr. Lindqvist had had enough, and that that was so was plain. Never. Again.",
        "Write to ann.shaw@example.org or see example.org/news for more.",
        "The U.S. said no. eBay said yes in the end... and so on.",
        "“Go, go, go,” she cried. “We will not go, we will not go.”",
        "Prices rose 3.5 percent, to 1,200 kroner; that is more than No. 2 pays.",
        "He wrote “I am done.” and left.",
    ],
)  # fmt: skip
def test_good_copy_has_no_flaws(text: str, flaws: Callable[..., list[tuple[str, str]]]) -> None:
    assert flaws(text) == []


def test_a_story_that_breaks_off_is_told_where(flaws: Callable[..., list[tuple[str, str]]]) -> None:
    assert flaws(f"{GOOD}\n\n{GOOD}"[:-1].replace("until", "till", 1) + " of the") == [("truncated", "the")]
    assert ("truncated", "more…") in flaws(f"{GOOD}\n\nThe ferry will sail on Monday if the bow door holds for more…")
    assert flaws(f"{GOOD}\n\nA heading without a stop") == []


def test_a_paragraph_that_stands_twice_is_told_once(flaws: Callable[..., list[tuple[str, str]]]) -> None:
    assert flaws(f"{GOOD}\n\n{GOOD}") == [("repeated_paragraph", GOOD)]


def test_many_broken_sentences_are_no_slips(flaws: Callable[..., list[tuple[str, str]]]) -> None:
    broken = "The ferry sank later that week. week. Boats came from Norway. , Sweden and Finland."
    codes = [code for code, _ in flaws(broken)]
    assert codes == ["machine_spun", "torn_sentence", "stray_punctuation"]
    assert "machine_spun" not in [code for code, _ in flaws(broken + f" {GOOD}" * 60)]


def test_words_are_not_weighed_in_a_language_that_is_not_known(flaws: Callable[..., list[tuple[str, str]]]) -> None:
    assert flaws("Wir wissen, dass das das Ende ist.", language="de") == []


@pytest.mark.parametrize("piece", ["a", "the ", "é. é ", "Ã", "… ", " ,", "&amp;", "x.x", "week. week. "])
def test_of_a_hostile_text_only_so_much_is_told(piece: str, flaws: Callable[..., list[tuple[str, str]]]) -> None:
    assert len(flaws(piece * 20_000)) <= MOST + 1
