"""Expressions and the days they mean, told from Tuesday, 12 May 2026 where nothing else is said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from wiredesk_enrichment.dating.english import find_dates
from wiredesk_enrichment.dating.holidays import easter
from wiredesk_enrichment.dating.scene import Scene
from wiredesk_enrichment.enrichers.dates import date_story
from wiredesk_enrichment.story import Models, Skipped, Story

NOW = date(2026, 5, 12)
MORNING = datetime(2026, 5, 12, 9, 0, tzinfo=UTC)


def read(
    text: str, now: date | None = NOW, *, is_sport: bool = False, day_first: bool | None = None
) -> list[tuple[str, str]]:
    """The expressions of a text with their values."""
    scene = Scene(text, now, is_sport=is_sport, day_first=day_first)
    return [(text[one.start : one.end], one.when.value) for one in find_dates(scene)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The ferry sank on Monday.", [("Monday", "2026-05-11")]),
        ("The ferry sank on Tuesday.", [("Tuesday", "2026-05-12")]),
        ("The ferry sank on Wednesday.", [("Wednesday", "2026-05-06")]),
        ("The port will reopen on Wednesday, the council said on Monday.", [("Wednesday", "2026-05-13"), ("Monday", "2026-05-11")]),
        ("Her successor will be named on Friday.", [("Friday", "2026-05-15")]),
        ("Voting starts on Sunday.", [("Sunday", "2026-05-17")]),
        ("He was due to appear in court on Thursday.", [("Thursday", "2026-05-14")]),
        ("The vote could have been held on Thursday.", [("Thursday", "2026-05-07")]),
        ("They met last Tuesday and meet again next Tuesday.", [("last Tuesday", "2026-05-05"), ("next Tuesday", "2026-05-19")]),
        ("It closed early on Monday.", [("early on Monday", "2026-05-11")]),
        ("She resigned on Friday of last week.", [("Friday of last week", "2026-05-08")]),
    ],
)  # fmt: skip
def test_a_weekday_is_the_nearest_past_one_unless_the_sentence_looks_ahead(
    text: str, expected: list[tuple[str, str]]
) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Exports fell in April.", [("April", "2026-04")]),
        ("Exports fell in November.", [("November", "2025-11")]),
        ("The treaty is expected to be signed before the election in November.", [("November", "2026-11")]),
        ("They will let boats in from July.", [("July", "2026-07")]),
        ("A museum opens in June.", [("June", "2026-06")]),
        ("Prices rose last May and this April.", [("last May", "2025-05"), ("this April", "2026-04")]),
        ("The strike of 3 May ended.", [("3 May", "2026-05-03")]),
        ("He was born on July 4, 1951.", [("July 4, 1951", "1951-07-04")]),
        ("On Monday, May 11, the gates opened.", [("Monday, May 11", "2026-05-11")]),
        ("The fair ran May 3–5.", [("May 3–5", "2026-05-03/2026-05-05")]),
        ("The fair ran from 3 to 5 May 2024.", [("3 to 5 May 2024", "2024-05-03/2024-05-05")]),
        ("It rained in May and June 2023.", [("May", "2023-05"), ("June 2023", "2023-06")]),
        ("It happened late in March.", [("late in March", "2026-03")]),
        ("The exercises end on the 30th of September.", [("the 30th of September", "2026-09-30")]),
        ("Nobody was hurt in the Feb. 30 test.", []),
        ("Prices rose in September last year.", [("September last year", "2025-09")]),
        ("Security changed after the Sept. 11 attacks.", [("Sept. 11", "2001-09-11")]),
    ],
)  # fmt: skip
def test_months_and_days_without_a_year_go_the_way_the_sentence_looks(
    text: str, expected: list[tuple[str, str]]
) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It fell last month and rises next week.", [("last month", "2026-04"), ("next week", "2026-W21")]),
        ("Three boats sank earlier this year.", [("earlier this year", "2026")]),
        ("Three boats sank late last month.", [("late last month", "2026-04")]),
        ("It should end by the end of the year.", [("the end of the year", "2026")]),
        ("She left two weeks ago.", [("two weeks ago", "2026-W18")]),
        ("She left three days ago.", [("three days ago", "2026-05-09")]),
        ("She left ten years ago.", [("ten years ago", "2016")]),
        ("Sales rose in the first quarter.", [("the first quarter", "2026-Q1")]),
        ("Sales rose in the third quarter.", [("the third quarter", "2025-Q3")]),
        ("Sales will rise in the third quarter.", [("the third quarter", "2026-Q3")]),
        ("Sales fell in the second half of last year.", [("the second half of last year", "2025-H2")]),
        ("Profit rose in Q3 2024.", [("Q3 2024", "2024-Q3")]),
        ("Profit rose in the fourth fiscal quarter of 2024.", [("the fourth fiscal quarter of 2024", "2024-Q4")]),
        ("Profit rose in fiscal 2024.", [("fiscal 2024", "2024")]),
        ("Profit was 3 percent in March, from 2 percent a year earlier.", [("March", "2026-03"), ("a year earlier", "2025-03")]),
        ("He was seen on 2 May and arrested the following day.", [("2 May", "2026-05-02"), ("the following day", "2026-05-03")]),
        ("They talked over the weekend.", [("the weekend", "2026-W19-WE")]),
        ("They will talk over the weekend.", [("the weekend", "2026-W20-WE")]),
        ("A trial begins in two weeks' time.", [("two weeks' time", "2026-W22")]),
        ("The budget is due in the second week of June.", [("the second week of June", "2026-W24")]),
        ("They won in the summer of 1998 and last spring.", [("the summer of 1998", "1998-SU"), ("last spring", "2025-SP")]),
    ],
)  # fmt: skip
def test_units_are_told_from_the_day_of_writing_in_their_own_grain(text: str, expected: list[tuple[str, str]]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It was built in the 1960s, the '80s and the early 1990s.", [("the 1960s", "196X"), ("the '80s", "198X"), ("the early 1990s", "199X")]),
        ("The mill of the 19th century burned in 1887.", [("the 19th century", "18XX"), ("1887", "1887")]),
        ("From 2006 to 2009 it was closed.", [("2006", "2006"), ("2009", "2009")]),
        ("It was closed in 2006-09.", [("2006-09", "2006/2009")]),
        ("The 2019 election and the 2020 census cost more.", [("2019", "2019"), ("2020", "2020")]),
        ("It flew on 12.08.2019 and on 2025-02-11.", [("12.08.2019", "2019-08-12"), ("2025-02-11", "2025-02-11")]),
        ("It flew on 13/08/2019 and on 08/14/2019.", [("13/08/2019", "2019-08-13"), ("08/14/2019", "2019-08-14")]),
        ("In 2006, 2011 and 2016 they won.", [("2006", "2006"), ("2011", "2011"), ("2016", "2016")]),
    ],
)  # fmt: skip
def test_figures_are_dates_where_the_words_around_them_say_so(text: str, expected: list[tuple[str, str]]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Guns were heard on Monday night.", [("Monday night", "2026-05-11TNI")]),
        ("It began at 6 a.m. on Saturday.", [("6 a.m. on Saturday", "2026-05-09T06:00")]),
        ("It began on Saturday at 6:30 pm.", [("Saturday at 6:30 pm", "2026-05-09T18:30")]),
        ("It burned on the night of May 3.", [("the night of May 3", "2026-05-03TNI")]),
        ("It burned last night and this morning.", [("last night", "2026-05-11TNI"), ("this morning", "2026-05-12TMO")]),
        ("He leaves tomorrow morning.", [("tomorrow morning", "2026-05-13TMO")]),
    ],
)  # fmt: skip
def test_a_time_of_day_stays_with_its_day(text: str, expected: list[tuple[str, str]]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Shops may shut on Christmas Day.", [("Christmas Day", "2026-12-25")]),
        ("Shops were shut at Easter.", [("Easter", "2026-04-05")]),
        ("Shops were shut on Good Friday 2024.", [("Good Friday 2024", "2024-03-29")]),
        ("Shops were shut last Christmas.", [("last Christmas", "2025-12-25")]),
        ("Queues formed on Black Friday.", [("Black Friday", "2025-11-28")]),
        ("They travelled to Christmas Island.", []),
    ],
)  # fmt: skip
def test_days_with_names_are_days(text: str, expected: list[tuple[str, str]]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "They may march now, a second time.",
        "Theresa May said that the march may go on.",
        "Clinics open every Wednesday and on Sundays.",
        "He scored in the 90th minute and waited four hours for two weeks.",
        "A 34-year-old man walked 2000 metres with 1950 soldiers.",
        "The past three years were dry.",
        "June Albright and April Moss sang a brighter tomorrow.",
        "They spring up, fall down and fall in line.",
        "The price was $2,019, or 2019.50, or £2019.",
        "It flew on 5/6/2022.",
        "The room is 12.5.1 wide and 1984 x 2000 pixels.",
    ],
)
def test_what_only_looks_like_a_date_is_none(text: str) -> None:
    assert read(text) == []


def test_a_name_that_holds_a_weekday_is_no_date() -> None:
    text = "The Wednesday Herald reported it on Wednesday."
    found = find_dates(Scene(text, NOW), held=[(4, 20)])
    assert [one.start for one in found] == [text.rindex("Wednesday")]


def test_quarters_of_a_match_are_no_quarters_of_a_year() -> None:
    assert read("They led in the third quarter.", is_sport=True) == []


def test_numeric_dates_follow_the_order_that_the_wire_s_language_has() -> None:
    assert read("It flew on 5/6/2022.", day_first=True) == [("5/6/2022", "2022-06-05")]
    assert read("It flew on 5/6/2022.", day_first=False) == [("5/6/2022", "2022-05-06")]


def test_without_a_day_of_writing_only_full_dates_are_told() -> None:
    text = "On Monday, last year and in May they met; on 3 May 2024 and in 1998 they did not."
    assert read(text, None) == [("3 May 2024", "2024-05-03"), ("1998", "1998")]


def test_what_is_over_and_what_is_to_come_of_a_year_end_and_begin_today() -> None:
    earlier, later = find_dates(Scene("It fell earlier this year and may rise later this year.", NOW))
    assert (earlier.when.first, earlier.when.last) == (date(2026, 1, 1), NOW)
    assert (later.when.first, later.when.last) == (NOW, date(2026, 12, 31))


@pytest.mark.parametrize(
    ("year", "sunday"), [(1961, date(1961, 4, 2)), (2000, date(2000, 4, 23)), (2025, date(2025, 4, 20)), (2038, date(2038, 4, 25))]
)  # fmt: skip
def test_easter_is_computed(year: int, sunday: date) -> None:
    assert easter(year) == sunday


def english(make: Callable[..., Story], body: str, **fields: object) -> Story:
    made = make(body, **fields)
    return Story(made.item, values={"text": body, "language": {"code": "en", "confidence": 1.0}})


def test_the_dateline_s_day_comes_before_that_of_the_version(story: Callable[..., Story], models: Models) -> None:
    told = english(
        story, "It rained yesterday.", version_created=MORNING, dateline={"text": "OSLO, May 10", "date": "2026-05-10"}
    )
    assert date_story(told, models)["dates"][0]["value"] == "2026-05-09"


def test_a_dateline_in_the_text_is_read(story: Callable[..., Story], models: Models) -> None:
    told = english(story, "OSLO, May 10 (Altapress) - It rained yesterday.", version_created=MORNING)
    assert [one["value"] for one in date_story(told, models)["dates"]] == ["2026-05-10", "2026-05-09"]


def test_a_date_is_told_with_its_days_and_its_grain(story: Callable[..., Story], models: Models) -> None:
    told = english(story, "It rained last week.", version_created=MORNING)
    assert date_story(told, models)["dates"] == [
        {
            "start": 10, "end": 19, "text": "last week", "value": "2026-W19", "grain": "week", "score": 0.9,
            "first": "2026-05-04", "last": "2026-05-10",
        }
    ]  # fmt: skip


def test_a_language_that_is_not_read_is_skipped_with_the_reason(story: Callable[..., Story], models: Models) -> None:
    told = Story(story("Sade satoi eilen.").item, values={"language": {"code": "fi", "confidence": 1.0}})
    with pytest.raises(Skipped, match="no dates are read in fi"):
        date_story(told, models)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The fair ran from Dec. 28 to Jan. 3, 2026.", [("Dec. 28", "2025-12-28"), ("Jan. 3, 2026", "2026-01-03")]),
        ("It rained from November to February 2026.", [("November", "2025-11"), ("February 2026", "2026-02")]),
        ("The fair ran from 28 December to 3 January.", [("28 December", "2025-12-28"), ("3 January", "2026-01-03")]),
        ("The fair will run from 28 December to 3 January.", [("28 December", "2026-12-28"), ("3 January", "2027-01-03")]),
        ("The meeting on Nov. 5-6 was cancelled.", [("Nov. 5-6", "2025-11-05/2025-11-06")]),
    ],
)  # fmt: skip
def test_a_stretch_may_go_over_the_year_s_end(text: str, expected: list[tuple[str, str]]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sunday's vote was peaceful.", [("Sunday", "2026-05-10")]),
        ("Sunday's vote will be peaceful.", [("Sunday", "2026-05-17")]),
        ("A ceasefire took hold on Monday.", [("Monday", "2026-05-11")]),
        ("The final is Sunday and results are due Monday.", [("Sunday", "2026-05-17"), ("Monday", "2026-05-18")]),
        ("She won in the mid-1980s.", [("the mid-1980s", "198X")]),
    ],
)
def test_a_noun_that_could_be_a_verb_does_not_look_ahead(text: str, expected: list[tuple[str, str]]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "They march every November and each June.",
        "The Black September group is history.",
        "Friday the 13th was a hit.",
        "She leaves a week from Monday.",
        "The calm of Friday prayers was brief.",
    ],
)
def test_what_recurs_or_lies_elsewhere_has_no_day(text: str) -> None:
    assert read(text) == []


def test_an_expression_does_not_begin_on_the_line_before() -> None:
    assert read("Harbour shut\n\nSunday was calm.") == [("Sunday", "2026-05-10")]
