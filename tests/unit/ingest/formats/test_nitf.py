import pytest
from wiredesk_core.item import Item, ItemType, Status
from wiredesk_core.lifecycle import rank_of
from wiredesk_ingest.intake import read_wire
from wiredesk_ingest.providers import Profile
from wiredesk_ingest.wire import Wire

PROFILE = Profile("fjordwire", time_zone="Europe/Oslo")
ISSUED = "<date.issue norm='20240611T080000Z'/>"


def document(docdata: str, copy: str = "<p>Fog.</p>", attributes: str = "") -> bytes:
    return (
        f"<nitf><head><docdata {attributes}>{docdata}</docdata></head>"
        f"<body><body.head><hedline><hl1>Fog</hl1></hedline></body.head><body.content>{copy}</body.content></body></nitf>"
    ).encode()


def read(data: bytes, content_type: str = "") -> Item:
    (item,) = read_wire(Wire(data, PROFILE, content_type)).items
    return item


@pytest.mark.parametrize(
    "docdata",
    [
        "<doc-id id-string='fjw.1'/><du-key key='Fog' version='{}'/>",
        "<doc-id id-string='fjw20240611-fog_{}'/><du-key key='fjw20240611-fog'/>",
        "<du-key key='Fog' version='{}'/>" + ISSUED,
        "<du-key key='Fog' generation='{}'/>" + ISSUED,
    ],
)
def test_a_later_version_has_the_same_uri_and_a_higher_rank(docdata: str) -> None:
    first, second = (read(document(docdata.format(n), f"<p>Version {n}.</p>")) for n in (9, 10))

    assert first.uri == second.uri
    assert rank_of(second.version) > rank_of(first.version)


def test_a_key_that_is_used_again_on_another_day_names_another_story() -> None:
    first = read(document("<du-key key='Fog' version='4'/><date.issue norm='20240611T080000Z'/>"))
    second = read(document("<du-key key='Fog' version='1'/><date.issue norm='20240613T080000Z'/>"))

    assert first.uri != second.uri


def test_a_story_keeps_its_day_when_its_history_says_when_it_began() -> None:
    began = "<revision-history norm='20240611T200000Z'/>"
    first = read(document("<du-key key='Fog' version='1'/><date.issue norm='20240611T200000Z'/>"))
    second = read(document("<du-key key='Fog' version='2'/><date.issue norm='20240612T070000Z'/>" + began))

    assert first.uri == second.uri


def test_a_kill_by_the_key_alone_reaches_the_document_that_has_an_id() -> None:
    story = read(document("<doc-id id-string='fjw.1' regsrc='FJW'/><du-key key='Fog'/>" + ISSUED))
    kill = document("<doc-id regsrc='FJW'/><du-key key='Fog'/>" + ISSUED, attributes="management-status='canceled'")

    assert read(kill).status is Status.canceled
    assert {story.uri, *story.aliases} & {cancel.id for cancel in read(kill).cancels}


def test_ids_with_commas_are_not_parted() -> None:
    data = document(
        "<doc-id id-string='fjw.3'/>",
        attributes="management-doc-idref='tag:fjw.example,2024:1, tag:fjw.example,2024:2' management-idref-status='canceled'",
    )

    assert [cancel.id for cancel in read(data).cancels] == ["tag:fjw.example,2024:1", "tag:fjw.example,2024:2"]


def test_what_is_not_for_publication_stays_out_wherever_it_stands() -> None:
    closed = "<note type='npa'><body.content><p>555 0417</p></body.content></note>"
    data = document(
        "<doc-id id-string='fjw.4'/>", f"<p>Fog.</p><note><body.content><p>Map.</p>{closed}</body.content></note>"
    )
    item = read(data)

    assert item.body_text == "Fog.\n\nMap."
    assert item.restricted_notes == ("555 0417",)
    assert "0417" not in item.body_html + item.ed_note + item.summary


@pytest.mark.parametrize("content_type", ["text/vnd.IPTC.NITF", "application/nitf+xml", "application/xml", "text/xml"])
def test_its_content_types_are_known(content_type: str) -> None:
    assert read(document("<doc-id id-string='fjw.5'/>"), content_type).warnings == ()


def test_a_usable_notice_that_cancels_another_document_is_an_advisory() -> None:
    attributes = "management-doc-idref='fjw.1' management-idref-status='canceled'"
    item = read(document("<doc-id id-string='fjw.6'/>", attributes=attributes))

    assert (item.type, item.status, item.evolved_from) == (ItemType.advisory, Status.usable, None)


def test_an_element_inside_itself_many_times_is_read_once() -> None:
    copy = "<byline>" * 100 + "<b>Ane</b>" * 100 + "</byline>" * 100

    assert read(document("<doc-id id-string='fjw.7'/>", copy)).byline == "Ane" * 100
