"""Take lines say what a message is to its story, in the words of desks, and only where desks write them."""

from datetime import UTC, datetime

import pytest
from wiredesk_core.moments import FAR_FUTURE
from wiredesk_ingest.formats.takes import is_take_line, sealed_until, signals_of
from wiredesk_ingest.providers import Profile

PROFILE = Profile("fjordwire")
FILED = datetime(2024, 6, 11, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("take", "signals"),
    [
        ("1st Ld-Writethru", ("sig:update",)),
        ("1stLd-Writethru", ("sig:update",)),
        ("2ND LEAD", ("sig:update",)),
        ("Zsf. 3", ("sig:update",)),
        ("CORRECTION", ("sig:correction",)),
        ("Berichtigung: Zahl im 1. Absatz", ("sig:correction",)),
        ("RECTIFICATIF", ("sig:correction",)),
        ("2nd Ld, CORRECTS", ("sig:correction", "sig:update")),
        ("1st Add", ("sig:take",)),
        ("take 2", ("sig:take",)),
        ("KILL", ("sig:kill",)),
        ("BULLETIN KILL", ("sig:kill", "sig:flash")),
        ("kill mandatory", ("sig:kill",)),
        ("ANNULATION", ("sig:kill",)),
        ("1st Ld-Writethru, KILL", ("sig:kill", "sig:update")),
        ("WITHDRAWAL: Minister", ("sig:kill",)),
        ("KILLS reference to fire", ()),
        ("Adv15", ("sig:advance",)),
        ("FLASH", ("sig:flash",)),
        ("Harbour of Strand", ()),
        ("", ()),
    ],
)
def test_a_take_line_is_known_by_its_desk_words(take: str, signals: tuple[str, ...]) -> None:
    assert signals_of(take, "", PROFILE) == signals


@pytest.mark.parametrize(
    ("note", "signals"),
    [
        ("KILL: Minister's resignation", ("sig:kill",)),
        ("EDITORS: MANDATORY KILL", ("sig:kill",)),
        ("Eds: CORRECTS number of passengers", ("sig:correction",)),
        ("Eds: UPDATES: with photos", ("sig:update",)),
        ("Wolves kill 14 sheep", ()),
        ("Kill, cure or wait: what doctors say", ()),
        ("Eds: with photos; adds a quotation", ()),
        ("Correct posture is no cure, study says", ()),
    ],
)
def test_free_words_say_so_in_capitals_only(note: str, signals: tuple[str, ...]) -> None:
    assert signals_of("", note, PROFILE) == signals


def test_a_provider_has_words_of_its_own() -> None:
    profile = Profile("fjordwire", kill_lines=(r"^SLETTES\b",), correction_lines=(r"^RETTET\b",))

    assert signals_of("SLETTES straks", "", profile) == ("sig:kill",)
    assert signals_of("", "RETTET versjon", profile) == ("sig:correction",)
    assert is_take_line("SLETTES straks", profile)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("EXTRA", True),
        ("(Achtung)", True),
        ("1st lead", True),
        ("Peace talks begin in Strand", False),
        ("Forty aboard as a ferry runs aground off the coast of Strand, guard says", False),
        ("", False),
    ],
)
def test_a_take_line_is_short_and_set_apart(line: str, *, expected: bool) -> None:
    assert is_take_line(line, PROFILE) is expected


@pytest.mark.parametrize(
    ("notes", "take", "until"),
    [
        ("EMBARGO: 2024-06-14T18:00Z", "", datetime(2024, 6, 14, 18, tzinfo=UTC)),
        ("Sperrfrist: Freitag, wenn die Glocke schlägt", "", FAR_FUTURE),
        ("", "Adv15", datetime(2024, 6, 15, tzinfo=UTC)),
        ("", "Adv03", datetime(2024, 7, 3, tzinfo=UTC)),
        ("Embargo on grain lifted", "", None),
        ("", "1st Ld", None),
    ],
)
def test_what_is_held_stays_shut(notes: str, take: str, until: datetime | None) -> None:
    held, warnings = sealed_until(notes, take, FILED, UTC)

    assert held == until
    assert bool(warnings) == (until is not None and until != datetime(2024, 6, 14, 18, tzinfo=UTC))


def test_an_advance_without_a_filing_time_never_opens_by_itself() -> None:
    assert sealed_until("", "Adv15", None, UTC)[0] == FAR_FUTURE
