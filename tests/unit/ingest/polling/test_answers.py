"""Pages of a feed with a token: their wires as they were sent, and where the next page is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wiredesk_core.failures import Unreadable
from wiredesk_ingest.polling.answers import Page, question, read_page
from wiredesk_ingest.providers import Feed

FEED = Feed(
    "https://harbour.example/v1/items?lang=en",
    kind="token",
    wires="data.items",
    next="data.next",
    since_parameter="since",
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="ascii", exclude_categories=["Cc"])), inner, max_size=4)
    ),
    max_leaves=12,
)


def test_each_wire_is_exactly_as_it_was_sent() -> None:
    body = '{ "data": {"next" : "abc", "items":[ {"uri":"é", "n": 1.10} ,{"uri": "]"}\n] } }'.encode()
    assert read_page(FEED, body, "application/json") == Page(
        ('{"uri":"é", "n": 1.10}'.encode(), b'{"uri": "]"}'), "abc"
    )


@given(items=st.lists(VALUES, max_size=5), before=VALUES, after=VALUES, indent=st.sampled_from([None, 1, 3]))
def test_every_element_is_found_whatever_stands_around_it(
    items: list[Any], before: Any, after: Any, indent: int | None
) -> None:
    body = json.dumps({"a": before, "data": {"b": before, "items": items, "c": after}, "d": after}, indent=indent)
    page = read_page(FEED, body.encode(), "application/json")
    assert [json.loads(wire) for wire in page.wires] == items
    assert page.cursor == ""


def test_without_a_place_the_whole_answer_is_the_wire() -> None:
    feed = Feed("https://harbour.example/", kind="token", next="next")
    assert read_page(feed, b'{"next": 17, "x": []}', "") == Page((b'{"next": 17, "x": []}',), "17")


def test_an_answer_without_the_list_is_told_with_the_key_to_look_at() -> None:
    with pytest.raises(Unreadable, match=r"no list at 'data\.items'"):
        read_page(FEED, b'{"data": {"items": {}}}', "")


def test_xml_gives_its_elements_and_a_next_that_is_an_attribute() -> None:
    feed = Feed("https://harbour.example/", kind="token", wires="newsItem", next="page@more")
    body = b'<set xmlns="urn:x"><page more="/v1?p=2"/><newsItem>\xc3\xa9</newsItem>\n<newsItem/></set>'
    page = read_page(feed, body, "application/xml")
    assert page.cursor == "/v1?p=2"
    assert [wire.decode() for wire in page.wires] == [
        '<newsItem xmlns="urn:x">é</newsItem>',
        '<newsItem xmlns="urn:x"/>',
    ]


def test_a_link_header_names_the_next_page_where_the_body_does_not() -> None:
    link = '<https://harbour.example/a>; rel="prev", <https://harbour.example/b>; rel="next"'
    assert read_page(FEED, b'{"data": {"items": []}}', "", link).cursor == "https://harbour.example/b"


@pytest.mark.parametrize(
    ("cursor", "since", "asked"),
    [
        ("", "", "https://harbour.example/v1/items?lang=en"),
        ("", "2026-03-04T12:00:00Z", "https://harbour.example/v1/items?lang=en&since=2026-03-04T12%3A00%3A00Z"),
        ("a b&c", "2026", "https://harbour.example/v1/items?lang=en&cursor=a+b%26c"),
        ("/v2?x=1", "", "https://harbour.example/v2?x=1"),
        ("?page=2", "", "https://harbour.example/v1/items?page=2"),
        ("https://harbour.example/v3", "", "https://harbour.example/v3"),
    ],
)
def test_what_is_asked_next(cursor: str, since: str, asked: str) -> None:
    assert question(FEED, cursor, since) == asked


@pytest.mark.parametrize(
    "cursor", ["https://thief.example/", "//thief.example/", "http://harbour.example/", "https://harbour.example:8443/"]
)
def test_no_answer_leads_our_token_to_another_host(cursor: str) -> None:
    with pytest.raises(Unreadable, match="cursor_elsewhere"):
        question(FEED, cursor, "")
