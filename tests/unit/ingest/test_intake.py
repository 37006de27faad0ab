import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from wiredesk_core.failures import Unreadable
from wiredesk_core.identity import item_id_of
from wiredesk_core.item import Cancel, Item, Status
from wiredesk_core.messages import CancelMarked, VersionAccepted
from wiredesk_ingest.formats import GENERATION
from wiredesk_ingest.intake import Reading, facts_of, parse_bytes, read_wire, reparsed_of
from wiredesk_ingest.providers import Profile
from wiredesk_ingest.wire import Wire

PROFILE = Profile("fjordwire", may_cancel=("fjordphoto",))
NOW = datetime(2024, 6, 11, 12, 0, tzinfo=UTC)


def wire(data: bytes | dict[str, Any], content_type: str = "", profile: Profile = PROFILE) -> Wire:
    return Wire(data if isinstance(data, bytes) else json.dumps(data).encode(), profile, content_type)


def only_item(data: bytes | dict[str, Any], content_type: str = "") -> Item:
    (item,) = read_wire(wire(data, content_type)).items
    return item


def test_every_item_knows_its_wire() -> None:
    sent = wire({"uri": "urn:1", "headline": "One"})

    (item,) = read_wire(sent).items

    assert item.provider == "fjordwire"
    assert item.raw is not None
    assert (item.raw.sha256, item.raw.format, item.raw.size) == (sent.sha256, "ninjs", len(sent.data))


def test_a_content_type_that_lies_is_noted_and_not_believed() -> None:
    item = only_item({"uri": "urn:1", "headline": "One"}, "text/html; charset=utf-8")

    assert [warning.code for warning in item.warnings] == ["content_type_mismatch"]


@pytest.mark.parametrize(
    "content_type", ["", "application/octet-stream", "application/json", "application/x-ninjs+json"]
)
def test_a_content_type_that_fits_or_says_nothing_is_no_news(content_type: str) -> None:
    assert only_item({"uri": "urn:1", "headline": "One"}, content_type).warnings == ()


@pytest.mark.parametrize("data", [b"", b" \r\n", b"\x00\x00"])
def test_nothing_is_unreadable_with_a_reason(data: bytes) -> None:
    with pytest.raises(Unreadable) as refused:
        read_wire(wire(data))

    assert refused.value.code in {"empty", "not_text"}


@pytest.mark.parametrize("status", ["canceled", "cancelled", "CANCELED", "stat:canceled", "Killed", "deleted"])
def test_a_kill_is_known_in_any_spelling_and_needs_no_body(status: str) -> None:
    assert only_item({"uri": "urn:1", "pubstatus": status}).status is Status.canceled


def test_a_missing_version_and_time_stay_missing() -> None:
    item = only_item({"uri": "urn:1", "headline": "One"})

    assert (item.version, item.version_created) == ("", None)


def test_the_same_text_is_the_same_story_however_it_is_wrapped() -> None:
    one, two = only_item(b"Fog stops ferries\n\nAll day."), only_item(b"Fog stops ferries\r\n\r\nAll  day.\r\n")

    assert one.uri == two.uri


def test_an_item_becomes_a_version_in_the_scope_that_its_provider_carries() -> None:
    sent = wire({"uri": "urn:1", "headline": "One"}, profile=Profile("relay", carries="fjordwire"))

    (fact,) = facts_of(read_wire(sent), sent, "r-1", NOW)

    assert isinstance(fact, VersionAccepted)
    assert fact.item_id == item_id_of("fjordwire", "urn:1")
    assert (fact.scope, fact.parser, fact.receipt_id, fact.wire_sha256) == ("fjordwire", "ninjs@4", "r-1", sent.sha256)
    assert fact.item.provider == "relay"


@pytest.mark.parametrize("sealed", [{"status": Status.withheld}, {"embargoed_until": NOW + timedelta(hours=1)}])
def test_a_cancel_by_an_item_that_few_may_see_tells_nothing_of_its_words(sealed: dict[str, Any]) -> None:
    sent = wire(b"new")
    item = Item(uri="urn:new", headline="Merger called off", cancels=(Cancel(id="urn:old"),), **sealed)
    marks = [fact for fact in facts_of(Reading("ninjs", "ninjs@1", (item,)), sent, "receipt", NOW)
             if isinstance(fact, CancelMarked)]  # fmt: skip
    assert {mark.reason for mark in marks} == {""}


def test_a_cancel_reaches_the_own_scope_and_those_that_the_profile_allows() -> None:
    sent = wire(b"x")
    item = Item(uri="urn:kill", ed_note="Misquoted.", cancels=(Cancel(id="urn:1", version="2"),))

    version, *marks = facts_of(Reading("nitf", "nitf@1", (item,)), sent, "r-1", NOW)

    assert isinstance(version, VersionAccepted)
    assert [(m.scope, m.alias, m.version, m.reason) for m in marks if isinstance(m, CancelMarked)] == [
        ("fjordwire", "urn:1", "2", "Misquoted."),
        ("fjordphoto", "urn:1", "2", "Misquoted."),
    ]


def test_a_kill_does_not_bring_its_pictures_back() -> None:
    picture = {"uri": "urn:pic", "headline": "P", "renditions": {}, "type": "picture"}
    sent = {"uri": "urn:1", "pubstatus": "canceled", "associations": {"main": picture}}

    assert [item.uri for item in read_wire(wire(sent)).items] == ["urn:1"]


@pytest.mark.parametrize("associations", [{"main": None}, {}, [], [None, "x", 7], "x", {"main": ["x"]}, {"name": "x"}])
def test_odd_associations_do_no_harm(associations: Any) -> None:
    assert only_item({"uri": "urn:1", "headline": "One", "associations": associations}).headline == "One"


def test_the_command_line_gets_a_record_for_each_item() -> None:
    (record,) = parse_bytes(b'{"uri": "urn:1", "headline": "One"}', "one.json", PROFILE)

    assert record["format"] == "ninjs"
    assert record["item"]["headline"] == "One"


def test_the_command_line_gets_the_reason_of_a_refusal() -> None:
    (record,) = parse_bytes(b"<invoice/>", "x.xml", PROFILE)

    assert record["quarantine"]["code"] == "unknown_format"
    assert "ninjs" in record["quarantine"]["detail"]


def test_an_empty_message_is_told_apart_from_a_broken_one() -> None:
    (record,) = parse_bytes(b"<newsMessage><itemSet/></newsMessage>", "x.xml", PROFILE)

    assert record["quarantine"]["code"] == "no_item"


RSS = '<rss version="2.0"><channel><title>Feed</title>{}</channel></rss>'
FERRY, BANK = (f"<item><title>{name}</title><guid>urn:{name}</guid></item>" for name in ("ferry", "bank"))
MESSAGE = "\x01fjo{0} 4 i 9\r\n{1}/\r\n\x02{1} =\r\n\r\nText of {1}.\r\n\x03111200 GMT Jun 24\x04\r\n"
AP = '{{"data": {{"item": {{"uri": "https://x/1?qt={0}", "version": 1, "altids": {{"itemid": "a1"}}, "headline": "{1}"}}}}}}'


def hashes(*wires: str) -> list[dict[str, str]]:
    """The wire hash of each item by its uri, of each wire."""
    return [{item.uri: item.raw.sha256 for item in read_wire(wire(sent.encode())).items if item.raw} for sent in wires]


@pytest.mark.parametrize(
    ("polled", "again"),
    [
        (RSS.format(FERRY), RSS.format(f"{BANK}\n  {FERRY}\n")),
        (
            MESSAGE.format("01", "Ferry") + MESSAGE.format("02", "Bank"),
            MESSAGE.format("03", "Fog") + MESSAGE.format("01", "Ferry"),
        ),
        (AP.format("abc", "Ferry"), AP.format("def", "Ferry")),
    ],
)
def test_a_part_that_comes_again_in_another_wire_is_the_same_version(polled: str, again: str) -> None:
    first, second = hashes(polled, again)

    (uri,) = first.keys() & second.keys()
    assert first[uri] == second[uri]


@pytest.mark.parametrize(
    ("sent", "changed"),
    [
        (RSS.format(FERRY), RSS.format(FERRY.replace("<title>ferry", "<title>Ferry aground"))),
        (AP.format("abc", "Ferry"), AP.format("abc", "Ferry aground")),
    ],
)
def test_a_part_that_changed_is_another_version(sent: str, changed: str) -> None:
    first, second = hashes(sent, changed)

    assert first.keys() == second.keys()
    assert set(first.values()).isdisjoint(second.values())


def test_facts_name_the_hash_of_the_part() -> None:
    sent = wire(RSS.format(FERRY + BANK).encode())
    reading = read_wire(sent)

    facts = facts_of(reading, sent, "receipt", NOW)

    assert [fact.wire_sha256 for fact in facts] == [item.raw.sha256 for item in reading.items if item.raw]
    assert len({fact.wire_sha256 for fact in facts}) == 2


def test_a_wire_read_again_says_so_and_tells_all_that_it_holds() -> None:
    sent = wire({"uri": "urn:1", "headline": "One"})
    reading, again = read_wire(sent), NOW + timedelta(hours=1)
    (fact,) = facts_of(reading, sent, "receipt-1", NOW, rederived_at=again)
    assert isinstance(fact, VersionAccepted)
    assert (fact.rederived_at, fact.generation) == (again, GENERATION)
    told = reparsed_of(reading, sent, "receipt-1", again)
    assert told.found == ((fact.item_id, sent.sha256),)
    assert (told.rederived_at, told.generation, told.parser) == (again, GENERATION, fact.parser)
