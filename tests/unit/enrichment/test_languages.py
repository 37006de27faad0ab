"""Quotes and dates in the languages that are read by patterns alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from wiredesk_enrichment.enrichers.dates import date_story
from wiredesk_enrichment.enrichers.quotes import find_quotes
from wiredesk_enrichment.story import Models, Story

MORNING = datetime(2026, 5, 12, 9, 0, tzinfo=UTC)
"""A Tuesday."""


@pytest.fixture
def told(story: Callable[..., Story]) -> Callable[[str, str], Story]:
    """A story in a language, one paragraph, no names known."""

    def make(code: str, body: str) -> Story:
        blocks = [{"kind": "paragraph", "start": 0, "end": len(body)}]
        values = {"text": body, "language": {"code": code, "confidence": 1.0}, "blocks": blocks}
        return Story(story(body, version_created=MORNING).item, values=values)

    return make


Tells = Callable[[str, str], Story]


@pytest.mark.parametrize(
    ("code", "body", "expected"),
    [
        ("de", "„Wir bleiben vorsichtig“, sagte Mara Lindqvist am Montag. „Das Eis trägt nicht.“", [("Wir bleiben vorsichtig", "Mara Lindqvist"), ("Das Eis trägt nicht.", "Mara Lindqvist")]),
        ("de", "Mara Lindqvist sagte am Montag: „Das Eis trägt nicht.“", [("Das Eis trägt nicht.", "Mara Lindqvist")]),
        ("de", "»Wir bleiben«, sagte sie.", [("Wir bleiben", "sie")]),
        ("de", "Laut Mara Lindqvist ist das Eis „viel zu dünn“.", [("viel zu dünn", "Mara Lindqvist")]),
        ("fr", "« Nous restons prudents », a déclaré la maire Mara Lindqvist.", [("Nous restons prudents", "Mara Lindqvist")]),
        ("fr", "« Nous restons prudents », a-t-elle déclaré.", [("Nous restons prudents", "elle")]),
        ("fr", "Mara Lindqvist a déclaré lundi : « La glace ne tient pas. »", [("La glace ne tient pas.", "Mara Lindqvist")]),
        ("es", "«No hay hielo», dijo la alcaldesa Mara Lindqvist.", [("No hay hielo", "Mara Lindqvist")]),
        ("it", "«Il ghiaccio non tiene», ha detto Mara Lindqvist.", [("Il ghiaccio non tiene", "Mara Lindqvist")]),
        ("nl", "“Het ijs is te dun”, zei Mara Lindqvist.", [("Het ijs is te dun", "Mara Lindqvist")]),
        ("pt", "“O gelo é fino demais”, disse a prefeita Mara Lindqvist.", [("O gelo é fino demais", "Mara Lindqvist")]),
    ],
)  # fmt: skip
def test_whoever_stands_beside_the_verb_speaks(
    code: str, body: str, expected: list[tuple[str, str]], told: Tells, models: Models
) -> None:
    values = find_quotes(told(code, body), models)
    assert [(one["text"], one["speaker"]["text"]) for one in values["quotes"]] == expected
    assert values["statements"] == []


@pytest.mark.parametrize(
    ("code", "body"),
    [
        ("de", "Der sogenannte „Frieden“ hält nicht."),
        ("fr", "Le « cadeau » est arrivé."),
        ("es", "El “regalo” llegó tarde."),
    ],
)
def test_scare_quotes_are_nobody_s_words(code: str, body: str, told: Tells, models: Models) -> None:
    assert find_quotes(told(code, body), models)["quotes"] == []


@pytest.mark.parametrize(
    ("code", "body", "expected"),
    [
        ("de", "Am Montag sank die Fähre; sie wird am Freitag geborgen.", ["2026-05-11", "2026-05-15"]),
        ("de", "Seit 2006, im Mai 2021, am 3. Mai und am 26. Mai 2022.", ["2006", "2021-05", "2026-05-03", "2022-05-26"]),
        ("de", "Gestern, heute und morgen; am Morgen des 12.08.2019.", ["2026-05-11", "2026-05-12", "2026-05-13", "2019-08-12"]),
        ("fr", "Lundi, le ferry a coulé. Il sera levé vendredi.", ["2026-05-11", "2026-05-15"]),
        ("fr", "En 2006, le 1er mai 2021, hier et demain.", ["2006", "2021-05-01", "2026-05-11", "2026-05-13"]),
        ("es", "El lunes se hundió. En 2006, el 26 de mayo de 2022, en mayo de 2021.", ["2026-05-11", "2006", "2022-05-26", "2021-05"]),
        ("it", "Il 26 maggio 2022, ieri e lunedì.", ["2022-05-26", "2026-05-11", "2026-05-11"]),
        ("nl", "Op maandag 26 mei 2025 zonk de boot. Gisteren niet.", ["2025-05-26", "2026-05-11"]),
        ("pt", "Em 26 de maio de 2022 e ontem, segunda-feira.", ["2022-05-26", "2026-05-11", "2026-05-11"]),
        ("de", "Am 30. Februar 2024 waren 2019 Menschen da.", []),
    ],
)  # fmt: skip
def test_dates_are_told_from_the_day_of_writing(
    code: str, body: str, expected: list[str], told: Tells, models: Models
) -> None:
    found = date_story(told(code, body), models)["dates"]
    assert [one["value"] for one in found] == expected
    assert all(body[one["start"] : one["end"]] == one["text"] for one in found)
