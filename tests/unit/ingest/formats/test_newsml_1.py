"""NewsML 1.x: names that hold through all revisions, what a kill reaches, and limits. Golden wires show the fields."""

import pytest
from wiredesk_core.failures import Unreadable
from wiredesk_core.item import Item
from wiredesk_ingest.intake import read_wire
from wiredesk_ingest.providers import Profile
from wiredesk_ingest.wire import Wire

PROFILE = Profile("fjordwire", language="en", time_zone="Europe/Oslo")


def news_item(
    number: str = "ferry-1",
    *,
    provider: str = "fjordwire.example",
    date: str = "20240611",
    revision: str = "1",
    public: str = "",
    status: str = "Usable",
    inside: str = "<NewsComponent><ContentItem><DataContent>It sails.</DataContent></ContentItem></NewsComponent>",
) -> str:
    return (
        f"<NewsItem><Identification><NewsIdentifier><ProviderId>{provider}</ProviderId><DateId>{date}</DateId>"
        f"<NewsItemId>{number}</NewsItemId><RevisionId>{revision}</RevisionId><PublicIdentifier>{public}"
        f"</PublicIdentifier></NewsIdentifier></Identification><NewsManagement><Status FormalName='{status}'/>"
        f"</NewsManagement>{inside}</NewsItem>"
    )


def read(*news_items: str, profile: Profile = PROFILE) -> tuple[Item, ...]:
    return read_wire(Wire(f"<NewsML>{''.join(news_items)}</NewsML>".encode(), profile)).items


def test_all_revisions_of_a_story_have_one_uri() -> None:
    first, second = read(news_item(revision="1"), news_item(revision="2"))

    assert first.uri == second.uri == "urn:newsml:fjordwire.example:20240611:ferry-1"
    assert (first.version, second.version) == ("1", "2")


def test_the_same_number_on_another_day_is_another_story() -> None:
    first, second = read(news_item(date="20240611"), news_item(date="20240612"))

    assert first.uri != second.uri


def test_a_profile_may_say_that_the_date_names_no_story() -> None:
    profile = Profile("fjordwire", dateless_ids=True)

    first, second = read(news_item(date="20240611T100000"), news_item(date="20240611T110000"), profile=profile)

    assert first.uri == second.uri == "urn:newsml:fjordwire.example:ferry-1"


@pytest.mark.parametrize("end", ["4", "4N", "4U", "4A"])
def test_without_a_number_the_public_identifier_names_the_story_without_its_revision(end: str) -> None:
    (item,) = read(news_item("", revision="", public=f"urn:newsml:fjordwire.example:20240611:ferry-1:{end}"))

    assert (item.uri, item.version) == ("urn:newsml:fjordwire.example:20240611:ferry-1", "4")


def test_without_any_name_the_content_names_the_story() -> None:
    (first,) = read(news_item("", provider="", date=""))
    (again,) = read(news_item("", provider="", date=""))

    assert first.uri == again.uri
    assert first.uri.startswith("urn:sha256:")
    assert "uri_missing" in {warning.code for warning in first.warnings}


def test_a_kill_reaches_the_story_in_its_other_languages_too() -> None:
    told = "<NewsComponent xml:lang='{0}'><ContentItem><DataContent>{0}: it sails.</DataContent></ContentItem></NewsComponent>"
    inside = f"<NewsComponent xml:lang='en'>{told.format('en')}{told.format('no')}</NewsComponent>"

    _, other = read(news_item(inside=inside))
    (kill,) = read(news_item(revision="2", status="Canceled", inside=""))

    assert other.uri == f"{kill.uri}#no"
    assert {cancel.id for cancel in kill.cancels} & set(other.aliases) == {kill.uri}


def test_the_same_news_item_is_the_same_version_in_whatever_document_it_comes() -> None:
    one, two, three = (news_item(f"ferry-{number}") for number in (1, 2, 3))

    assert read(one, two)[0].raw == read(three, one)[1].raw


@pytest.mark.parametrize(
    "wire",
    [
        f"<NewsML>{'<NewsItem/>' * 1_001}</NewsML>",
        f"<NewsML>{'<NewsItem>' * 6}{'</NewsItem>' * 6}</NewsML>",
    ],
    ids=["many", "deep"],
)
def test_more_news_items_than_any_desk_sends_are_a_bomb(wire: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_wire(Wire(wire.encode(), PROFILE))

    assert refused.value.code == "newsml_bomb"


@pytest.mark.parametrize("name", ["NewsML", "NewsItem"])
def test_a_document_and_a_news_item_alone_are_known_by_their_root(name: str) -> None:
    wire = news_item() if name == "NewsItem" else f"<NewsML>{news_item()}</NewsML>"

    reading = read_wire(Wire(wire.encode(), PROFILE))

    assert (reading.format, [item.body_text for item in reading.items]) == ("newsml_1", ["It sails."])


def test_the_indentation_of_the_document_is_no_part_of_a_text() -> None:
    lines = "Tides\n          06:10  1.2\n            18:40  1.4"
    inside = f"<NewsComponent><ContentItem><DataContent>{lines}\n        </DataContent></ContentItem></NewsComponent>"

    (item,) = read(news_item(inside=inside))

    assert item.body_text.split("\n\n") == ["Tides", "06:10  1.2", "18:40  1.4"]
