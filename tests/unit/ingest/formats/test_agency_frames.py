"""Streams of framed messages, with and without all their control characters."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from wiredesk_ingest.formats.agency_frames import filing_time, frames_of, printed_dateline

OSLO = ZoneInfo("Europe/Oslo")


@pytest.mark.parametrize(
    ("trailer", "expected"),
    [
        ("212101 GMT Nov 18", datetime(2018, 11, 21, 21, 1, tzinfo=UTC)),
        ("111615 CET Mär 24", datetime(2024, 3, 11, 15, 15, tzinfo=UTC)),
        ("111200 JUN 24", datetime(2024, 6, 11, 10, 0, tzinfo=UTC)),
        ("010030 GMT août 2023", datetime(2023, 8, 1, 0, 30, tzinfo=UTC)),
        ("050900 GMT Juil 24", datetime(2024, 7, 5, 9, 0, tzinfo=UTC)),
        ("AP-WF-02-20-16 0337GMT<", datetime(2016, 2, 20, 3, 37, tzinfo=UTC)),
        ("AP-NY-07-04-99 2310EDT<", datetime(1999, 7, 5, 3, 10, tzinfo=UTC)),
        ("312400 GMT Nov 18", None),
        ("111200 GMT Xyz 24", None),
        ("", None),
    ],
)
def test_the_filing_time_is_read_in_its_zone_or_the_providers(trailer: str, expected: datetime | None) -> None:
    assert filing_time(trailer, OSLO) == expected


def test_a_stray_start_of_header_does_not_part_a_message() -> None:
    (frame,) = frames_of("\x01head\r\n\x02one \x01two\x03end\x04")

    assert (frame.header, frame.text, frame.trailer) == ("head", "one two", "end")


def test_messages_follow_one_another_and_the_fill_goes() -> None:
    first, second = frames_of("\x7f\x7f\x01a\n\x02b\x03c\x7f\x7f\x04\x16\x16\x01d\n\x02e\x03f\x04\x00")

    assert (first.header, first.text, first.trailer, first.warnings) == ("a", "b", "c", ())
    assert (second.header, second.text, second.trailer, second.warnings) == ("d", "e", "f", ())


def test_what_a_gateway_ate_is_told() -> None:
    (frame,) = frames_of("\x01abc1 4 ec\ncopy without frame")

    assert (frame.header, frame.text) == ("abc1 4 ec", "copy without frame")
    assert {warning.code for warning in frame.warnings} == {"start_of_text_missing", "end_of_text_missing"}


@pytest.mark.parametrize(
    ("body", "text", "place"),
    [
        ("Strand (fjw) - The bank", "Strand", "Strand"),
        ("HOLM, June 4 (FW) -- The bank", "HOLM, June 4", "HOLM"),
        ("ROSE HILL, Ontario (FW) _ Corn", "ROSE HILL, Ontario", "ROSE HILL"),
    ],
)
def test_a_dateline_is_found_at_the_start_of_the_copy(body: str, text: str, place: str) -> None:
    found = printed_dateline(body)

    assert found is not None
    assert (found.text, found.place) == (text, place)


def test_copy_without_a_dateline_has_none() -> None:
    assert printed_dateline("The bank (founded in 1901) said so.") is None
