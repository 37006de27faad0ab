"""Names that are made are the same whenever they are made, and a kill finds what it means."""

from datetime import UTC, date, datetime

from wiredesk_core.item import Cancel
from wiredesk_ingest.formats.agency_names import AgencyNames, message_uri, story_key

DAY = date(2024, 6, 11)
FILED = datetime(2024, 6, 11, 0, 10, tzinfo=UTC)


def names(filed: datetime | None = FILED) -> AgencyNames:
    return AgencyNames("fjordwire", "fjo", (("fjo", "0147"), ("fjw", "77")), "Stadtrat / Häfen", filed)


def test_a_message_is_called_by_line_number_and_day() -> None:
    assert message_uri("fjordwire", "FJO", "0147", DAY) == "urn:wire:fjordwire:fjo:0147:20240611"
    assert names().uri() == "urn:wire:fjordwire:fjo:0147:20240611"


def test_its_other_numbers_and_its_story_are_aliases() -> None:
    assert names().aliases() == (
        "urn:wire:fjordwire:fjw:77:20240611",
        "urn:wire:fjordwire:fjo:slug:stadtrat-häfen:20240611",
    )


def test_slugs_of_signs_alone_are_told_apart() -> None:
    assert story_key("fjordwire", "fjo", "!?", DAY) != story_key("fjordwire", "fjo", "??", DAY)


def test_a_kill_reaches_the_number_it_names_of_today_or_yesterday() -> None:
    assert names().cancels([("fjo", "0012")]) == (
        Cancel(id="urn:wire:fjordwire:fjo:0012:20240611"),
        Cancel(id="urn:wire:fjordwire:fjo:0012:20240610"),
    )


def test_a_kill_that_names_no_number_reaches_the_story() -> None:
    assert names().cancels([]) == (
        Cancel(id="urn:wire:fjordwire:fjo:slug:stadtrat-häfen:20240611"),
        Cancel(id="urn:wire:fjordwire:fjo:slug:stadtrat-häfen:20240610"),
    )


def test_without_a_day_nothing_has_a_name() -> None:
    nameless = names(filed=None)

    assert (nameless.uri(), nameless.aliases(), nameless.cancels([("fjo", "0012")])) == ("", (), ())
