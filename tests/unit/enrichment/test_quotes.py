"""Who says what, by the real parser: speakers by verb, pronoun, description and place; no scare quotes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from wiredesk_enrichment.enrichers.blocks import find_blocks
from wiredesk_enrichment.enrichers.quotes import find_quotes
from wiredesk_enrichment.models import grammar_of, load_reader
from wiredesk_enrichment.quoting.grammar import Grammar
from wiredesk_enrichment.story import Models, Skipped, Story

pytestmark = pytest.mark.models

NAMES = {
    "Mara Lindqvist": "PER", "Lindqvist": "PER", "Ivar Tangen": "PER", "Tangen": "PER", "Han Seo-jun": "PER", "Han": "PER",
    "Harbour Authority": "ORG", "Sandholm Radio": "ORG", "Norway": "LOC", "Oslo": "LOC", "OSLO": "LOC",
}  # fmt: skip
PROSE = "The harbour is open as usual and the road is free of ice, as everybody can see from the tower at noon today."
FULL = {"Lindqvist": "Mara Lindqvist", "Tangen": "Ivar Tangen", "Han": "Han Seo-jun"}


@pytest.fixture(scope="module")
def grammar() -> Grammar:
    found = grammar_of(load_reader())
    assert found is not None
    return found


@pytest.fixture
def read(grammar: Grammar, models: Models, story: Callable[..., Story]) -> Callable[..., dict[str, Any]]:
    """Reads a body whose names are known."""
    models = replace(models, grammar=grammar)

    def make(body: str, code: str = "en") -> dict[str, Any]:
        item = story(body).item
        values = {"text": body, "language": {"code": code, "confidence": 1.0}, "entities": entities(body)}
        told = Story(item, values=values)
        return find_quotes(Story(item, values=values | find_blocks(told, models)), models)

    return make


def entities(body: str) -> list[dict[str, Any]]:
    """One entity a name, as the enricher before finds them."""
    pattern = "|".join(sorted(map(re.escape, NAMES), key=len, reverse=True))
    found: dict[str, dict[str, Any]] = {}
    for hit in re.finditer(rf"\b(?:{pattern})\b", body):
        name = FULL.get(hit.group(), hit.group())
        entity = found.setdefault(name, {"id": f"local:{name}", "name": name, "type": NAMES[name], "mentions": []})
        entity["mentions"].append({"start": hit.start(), "end": hit.end(), "text": hit.group()})
    return list(found.values())


def spoken(values: dict[str, Any], of: str = "quotes") -> list[tuple[str, str | None, str | None]]:
    """Words, the words that name the speaker, and who that is."""
    return [
        (one["text"], one["speaker"] and one["speaker"]["text"], one["speaker"] and one["speaker"]["name"])
        for one in values[of]
    ]


Reads = Callable[..., dict[str, Any]]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("“The ice is thin,” Mara Lindqvist said.", ("The ice is thin,", "Mara Lindqvist", "Mara Lindqvist")),
        ("“The ice is thin,” said Mara Lindqvist.", ("The ice is thin,", "Mara Lindqvist", "Mara Lindqvist")),
        ("“Is the ice thin?” Mara Lindqvist asked.", ("Is the ice thin?", "Mara Lindqvist", "Mara Lindqvist")),
        ("“The ice is thin,” Mara Lindqvist, who leads the council, said.", ("The ice is thin,", "Mara Lindqvist", "Mara Lindqvist")),
        ("Mara Lindqvist told reporters on Monday: “The ice is thin.”", ("The ice is thin.", "Mara Lindqvist", "Mara Lindqvist")),
        ("Mara Lindqvist was quoted as saying that “the ice is far too thin”.", ("the ice is far too thin", "Mara Lindqvist", "Mara Lindqvist")),
        ("According to Mara Lindqvist, the ice is “far too thin to walk on”.", ("far too thin to walk on", "Mara Lindqvist", "Mara Lindqvist")),
        ("Her son nodded. “Never,” Mara Lindqvist said.", ("Never,", "Mara Lindqvist", "Mara Lindqvist")),
        ("Mara Lindqvist said: “No.”", ("No.", "Mara Lindqvist", "Mara Lindqvist")),
        ("“Mara is in Oslo now,” Mara Lindqvist said.", ("Mara is in Oslo now,", "Mara Lindqvist", "Mara Lindqvist")),
        ("Mara Lindqvist: “The ice is thin.”", ("The ice is thin.", "Mara Lindqvist", "Mara Lindqvist")),
        ("“The ice is thin and it will not hold.” — Mara Lindqvist", ("The ice is thin and it will not hold.", "Mara Lindqvist", "Mara Lindqvist")),
        ("The plan was called “a very bad joke” by Mara Lindqvist.", ("a very bad joke", "Mara Lindqvist", "Mara Lindqvist")),
        ("The Harbour Authority said it was “irresponsible.”", ("irresponsible.", "Harbour Authority", "Harbour Authority")),
        ("The fisheries minister, Han Seo-jun, said: “We wait.”", ("We wait.", "The fisheries minister", "Han Seo-jun")),
        ("Mara Lindqvist compared the harbour to “a very large bathtub” on Monday.", ("a very large bathtub", "Mara Lindqvist", "Mara Lindqvist")),
        ("“He told me, ‘Do not open it,’ and I did not,” Mara Lindqvist said.", ("He told me, ‘Do not open it,’ and I did not,", "Mara Lindqvist", "Mara Lindqvist")),
        ("»The ice is thin«, Mara Lindqvist said.", ("The ice is thin", "Mara Lindqvist", "Mara Lindqvist")),
        ("„The ice is thin“, said Mara Lindqvist.", ("The ice is thin", "Mara Lindqvist", "Mara Lindqvist")),
        ("Said Mara Lindqvist: “No.”", ("No.", "Mara Lindqvist", "Mara Lindqvist")),
        ("“We wait,” the ambassador to Oslo Han Seo-jun said.", ("We wait,", "Han Seo-jun", "Han Seo-jun")),
    ],
)  # fmt: skip
def test_the_subject_of_the_verb_speaks(body: str, expected: tuple[str, str, str], read: Reads) -> None:
    assert spoken(read(body)) == [expected]


@pytest.mark.parametrize(
    ("body", "speakers"),
    [
        ("Mara Lindqvist was not pleased.\n\n“The ice is thin,” she said. “It will not hold anybody.”", ["Mara Lindqvist"] * 2),
        ("“The ice is thin,” Mara Lindqvist said, “and it will not hold.”", ["Mara Lindqvist"] * 2),
        ("“The ice is thin,” said Mara Lindqvist.\n\n“Nobody should walk on it before spring.”", ["Mara Lindqvist"] * 2),
        ("Mara Lindqvist said: “The ice is thin.\n\n“Nobody should walk on it before spring.”", ["Mara Lindqvist"] * 2),
        ("“The ice is thin this year.\n\n“It will not hold anybody.\n\n“Nobody should go,” said Mara Lindqvist.", ["Mara Lindqvist"] * 3),
        ("“The ice is thin,” Mara Lindqvist said. “It will not hold.” The Harbour Authority said on Monday that it knew.", ["Mara Lindqvist"] * 2),
        ("“It is warm,” Ivar Tangen said.\n\n“The ice is thin this year.\n\n“It will not hold,” said Mara Lindqvist.", ["Ivar Tangen", "Mara Lindqvist", "Mara Lindqvist"]),
        ("Han Seo-jun spoke.\n\n“The ice is thin, Mara Lindqvist said, and it will not hold.", ["Mara Lindqvist"]),
        ("The Harbour Authority knew. The ministry called it “a very bad joke” and left.", [None]),
        ("The Harbour Authority knew. The builders' union called it “a very bad joke” and left.", [None]),
        ("Ivar Tangen, a former diplomat, lives in Oslo. “They need each other,” the former diplomat said.", ["Ivar Tangen"]),
        ("“They need each other,” the former diplomat said. Harbour chief Ivar Tangen.", ["Ivar Tangen"]),
        ("The Harbour Authority closed the road. “The ice is far too thin,” it said.", ["Harbour Authority"]),
        ("Mara Lindqvist lost her seat. Ivar Tangen kept his. “It is a pity,” she said. “It is not,” he said.", ["Mara Lindqvist", "Ivar Tangen"]),
        ("Mara Lindqvist met Ivar Tangen, a father of two. “It is a pity,” she said.", ["Mara Lindqvist"]),
        ("Ivar Tangen met Mara Lindqvist. Spokeswoman Lindqvist left. “It is a pity,” he said.", ["Ivar Tangen"]),
        ("Ivar Tangen thanked Han Seo-jun. She had met Ivar Tangen before. “It is a pity,” he said.", ["Ivar Tangen"]),
        ("Mara Lindqvist told the court: “I saw it.” Tangen said that he had left. “Never again,” Tangen added.", ["Mara Lindqvist", "Ivar Tangen"]),
        ("Asked again, “Never,” Mara Lindqvist replied.", ["Mara Lindqvist"]),
        ("OSLO: “The ice is thin,” Mara Lindqvist said.", ["Mara Lindqvist"]),
        ("OSLO, May 5 (Altapress) — “The ice is thin,” Mara Lindqvist said.", ["Mara Lindqvist"]),
        ("Ms Lindqvist met Ivar Tangen. Mara Lindqvist leads the council. “They need each other,” he said.", ["Ivar Tangen"]),
    ],
)  # fmt: skip
def test_pronouns_descriptions_and_what_goes_on_are_led_back_to_a_name(
    body: str, speakers: list[str], read: Reads
) -> None:
    assert [name for _, _, name in spoken(read(body))] == speakers


@pytest.mark.parametrize(
    "body",
    [
        "The self-proclaimed “DNR” and “LNR” are not at sea, Mara Lindqvist said.",
        "The so-called “gift” was late.",
        "Her commentary, “Harbours, tell your own story,” is late.",
        "They sang “Ships in the Night” twice.",
        "The film “A Long Winter in the Harbour” opens on Friday.",
        "Two “experts” came by bus.",
        "In a paper titled “Early warnings of ice in small harbours,” the council said no.",
        "Mara Lindqvist wrote the novel “The Keeper of the Lower Lock”.",
        '"Housing finance and loans, Norway","7/9/2018",,,"true"',
        '{"Headline":["Harbour chief worried about thin ice"],"Slugline":["Ice on the harbour again"]}',
        "The film “A Winter under Water” was shown, and Mara Lindqvist said no.",
        "Mara Lindqvist said on “Harbour Today.” It was late.",
        "At noon “Harbour Today,” as Mara Lindqvist said, was off the air.",
        "Mara Lindqvist told CNN's “The Long Ferry” that it was late.",
        f"{PROSE}\n\nThe cold has made them “natural partners”\n\n{PROSE}",
    ],
)
def test_scare_quotes_titles_coined_names_and_headings_are_no_quotes(body: str, read: Reads) -> None:
    assert read(body)["quotes"] == []


def test_a_signed_line_between_marks_is_no_heading(read: Reads) -> None:
    body = f"{PROSE}\n\n“The thinnest ice that ever held a bus” ― Mara Lindqvist\n\n{PROSE}"
    assert spoken(read(body)) == [("The thinnest ice that ever held a bus", "Mara Lindqvist", "Mara Lindqvist")]


def test_a_verb_behind_does_not_tell_of_a_part_of_a_sentence(read: Reads) -> None:
    (quote,) = read("The aides struck a call for “better boats and more radios” and put in words calling for help.")[
        "quotes"
    ]
    assert quote["speaker"] is None


def test_the_cue_and_the_pronoun_keep_their_own_places(read: Reads) -> None:
    body = "Mara Lindqvist left early. “The ice is thin,” she said."
    (quote,) = read(body)["quotes"]
    assert quote["speaker"] == {
        "start": body.index("she"), "end": body.index("she") + 3, "text": "she", "entity_id": "local:Mara Lindqvist",
        "name": "Mara Lindqvist",
    }  # fmt: skip
    assert quote["cue"]["text"] == body[quote["cue"]["start"] : quote["cue"]["end"]] == "said"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Mara Lindqvist said that nobody had been hurt on the ice.", ("nobody had been hurt on the ice", "Mara Lindqvist", "Mara Lindqvist")),
        ("Nobody had been hurt on the ice, Mara Lindqvist said.", ("Nobody had been hurt on the ice", "Mara Lindqvist", "Mara Lindqvist")),
        ("According to Mara Lindqvist, nobody was hurt on the ice.", ("nobody was hurt on the ice", "Mara Lindqvist", "Mara Lindqvist")),
        ("Mara Lindqvist said the ice was “far too thin to walk on.”", ("the ice was “far too thin to walk on.”", "Mara Lindqvist", "Mara Lindqvist")),
    ],
)  # fmt: skip
def test_indirect_speech_is_a_statement_and_no_quote(body: str, expected: tuple[str, str, str], read: Reads) -> None:
    values = read(body)
    assert spoken(values, "statements") == [expected]
    assert len(values["quotes"]) == body.count("“")


def test_a_quote_without_a_speaker_says_so(read: Reads) -> None:
    (quote,) = read("“Nobody should walk on the ice before spring comes.”")["quotes"]
    assert (quote["speaker"], quote["cue"]) == (None, None)


def test_a_language_without_verbs_of_speech_is_skipped(read: Reads) -> None:
    with pytest.raises(Skipped, match="no speech is read in fi"):
        read("”Jää on ohutta”, sanoi Mara Lindqvist.", "fi")
