"""Who made a story, by its own lines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from wiredesk_enrichment.enrichers.credits import find_credits
from wiredesk_enrichment.story import Models, Story


def credits_of(made: Story, models: Models, code: str = "en") -> list[tuple[str, str]]:
    spoken = replace(made, values={"text": made.text, "language": {"code": code, "confidence": 1.0}})
    found = find_credits(spoken, models)["credits"]
    assert all(made.item.body_text[one["start"] : one["end"]] == one["text"] for one in found)
    return [(one["role"], one["text"]) for one in found]


@pytest.mark.parametrize(
    ("code", "line", "names"),
    [
        ("en", "By Ana Ruiz and Tom Ek", ["Ana Ruiz", "Tom Ek"]),
        ("en", "BY ANA RUIZ", ["ANA RUIZ"]),
        ("en", "By Ana Ruiz, Northwire Staff", ["Ana Ruiz"]),
        ("en", "By Frank Miller in Oslo", ["Frank Miller"]),
        ("en", "Written by: Jo Smith-Jones", ["Jo Smith-Jones"]),
        ("de", "Von Jörg Müller und Anna Weiß", ["Jörg Müller", "Anna Weiß"]),
        ("fr", "Par Anne Lefèvre et Luc Morel à Lyon", ["Anne Lefèvre", "Luc Morel"]),
        ("es", "Por Ana Ruiz", ["Ana Ruiz"]),
        ("it", "Di Marco Rossi", ["Marco Rossi"]),
        ("nl", "Door Jan de Vries", ["Jan de Vries"]),
        ("pt", "Por João da Silva", ["João da Silva"]),
    ],
)
def test_a_line_that_is_a_byline_names_the_writers(
    code: str, line: str, names: list[str], story: Callable[..., Story], models: Models
) -> None:
    assert credits_of(story(f"{line}\n\nThe boats were back."), models, code) == [("byline", name) for name in names]


@pytest.mark.parametrize(
    "line",
    [
        "By Monday Morning", "By Popular Demand", "By Land and Sea", "By Land Rover", "By Royal Appointment",
        "By Monday the boats were back, said Ana Ruiz.", "Von Trapp Family", "Stand By Me", "By Northwire Staff",
        "Reporting by the committee showed that Ana Ruiz was right.", "Reporting by Ana Ruiz showed that boats sank.",
        "Editing is hard.", "Copyright law is old.", "Copyright Office staff were told.",
        "Source close to Ana Ruiz: boats sink", "WASHINGTON — that word again — was heard.", "NASA — The agency met.",
        "TOWN COUNCIL — The members met.", "RESCUE AT SEA",
    ],
)  # fmt: skip
def test_a_line_that_only_looks_like_a_credit_is_none(line: str, story: Callable[..., Story], models: Models) -> None:
    assert credits_of(story(f"{line}\n\nThe boats were back."), models) == []


@pytest.mark.parametrize(
    ("code", "line", "told"),
    [
        ("en", "(Reporting by Ana Ruiz in New York; Editing by Mara Lindqvist)", [("byline", "Ana Ruiz"), ("editing", "Mara Lindqvist")]),
        ("de", "(Bericht von Jörg Müller; redigiert von Anna Weiß)", [("byline", "Jörg Müller"), ("editing", "Anna Weiß")]),
        ("en", "Source: Northwire", [("source", "Northwire")]),
        ("de", "Quelle: Nordfunk", [("source", "Nordfunk")]),
        ("es", "(Fuente: Nortecable)", [("source", "Nortecable")]),
        ("en", "© 2026 Northwire. All rights reserved.", [("copyright", "Northwire")]),
        ("en", "Copyright 2025-2026 by Northwire Cooperative", [("copyright", "Northwire Cooperative")]),
        ("en", "(c) Northwire 2026", [("copyright", "Northwire")]),
    ],
)  # fmt: skip
def test_the_last_lines_say_who_signed_and_who_sent(
    code: str, line: str, told: list[tuple[str, str]], story: Callable[..., Story], models: Models
) -> None:
    assert credits_of(story(f"The boats were back.\n\n{line}"), models, code) == told


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ("LISBON, March 4 (Northwire) — ", [("dateline", "LISBON, March 4"), ("agency", "Northwire")]),
        ("PARIS, 4 mars (Nordfil) — ", [("dateline", "PARIS, 4 mars"), ("agency", "Nordfil")]),
        ("BERLIN, 4. März (Nordfunk) - ", [("dateline", "BERLIN, 4. März"), ("agency", "Nordfunk")]),
        ("LISBOA, 4 de março (Fionorte) — ", [("dateline", "LISBOA, 4 de março"), ("agency", "Fionorte")]),
        ("OSLO — ", [("dateline", "OSLO")]),
    ],
)
def test_a_dateline_tells_the_place_and_the_agency(
    head: str, told: list[tuple[str, str]], story: Callable[..., Story], models: Models
) -> None:
    assert credits_of(story(f"{head}The boats were back."), models) == told


def test_what_the_wire_says_itself_is_not_asked_of_the_copy(story: Callable[..., Story], models: Models) -> None:
    body = "By Ana Ruiz\n\nOSLO (Northwire) — The boats were back.\n\nSource: Northwire\n\n© 2026 Northwire"
    full = {"byline": "Tom Ek", "dateline": {"text": "OSLO"}, "source": "Northwire", "copyright_holder": "Northwire"}
    assert credits_of(story(body, **full), models) == []
    assert {role for role, _ in credits_of(story(body, byline="Tom Ek"), models)} == {
        "dateline",
        "agency",
        "source",
        "copyright",
    }
