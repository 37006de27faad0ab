from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from wiredesk_core.moments import FAR_FUTURE
from wiredesk_ingest.formats.dates import embargo, moment

OSLO = ZoneInfo("Europe/Oslo")
NOON = datetime(2024, 6, 11, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2024-06-11T12:00:00+02:00",
        "2024-06-11T10:00:00Z",
        "2024-06-11T10:00:00.000Z",
        "2024-06-11T10:00:00.000000000Z",
        "20240611T120000+0200",
        "20240611T100000Z",
        "2024-06-11 12:00:00+02:00",
        "2024-06-11 12:00:00 +02:00",
        "2024-06-11T12:00:00",
        "2024-06-11 12:00",
        "20240611T120000",
        " 2024-06-11T13:00:00+03:00 ",
        "Tue, 11 Jun 2024 12:00:00 +0200",
        "Tue, 11 Jun 2024 10:00:00 GMT",
    ],
)
def test_one_instant_in_many_spellings(text: str) -> None:
    assert moment(text, OSLO) == NOON


@pytest.mark.parametrize(
    "text", ["", "  ", "soon", "YYYYMMDD000000-HHMM", "2024-13-41", "0001-01-01T00:00:00+14:00", "12"]
)
def test_what_is_no_time_is_none_and_never_now(text: str) -> None:
    assert moment(text, OSLO) is None


def test_no_embargo_is_no_embargo() -> None:
    assert embargo(None, OSLO) == (None, ())


@pytest.mark.parametrize(("text", "code"), [("", "embargo_without_time"), ("at noon", "embargo_unreadable")])
def test_an_embargo_that_says_no_time_never_opens_by_itself(text: str, code: str) -> None:
    ends, warnings = embargo(text, OSLO)

    assert ends == FAR_FUTURE
    assert [warning.code for warning in warnings] == [code]


def test_an_embargo_by_date_ends_when_that_day_starts_at_the_provider() -> None:
    ends, warnings = embargo("2024-06-11", OSLO)

    assert ends == NOON - timedelta(hours=12)
    assert [warning.code for warning in warnings] == ["embargo_date_only"]


def test_an_embargo_without_a_zone_is_in_the_providers() -> None:
    ends, warnings = embargo("2024-06-11T12:00:00", OSLO)

    assert ends == NOON
    assert [warning.code for warning in warnings] == ["embargo_without_zone"]


def test_a_full_embargo_needs_no_warning() -> None:
    assert embargo("2024-06-11T12:00:00+02:00", OSLO) == (NOON, ())
