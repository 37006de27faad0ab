"""A polled document tells which entries it holds and when not to come back."""

from __future__ import annotations

import pytest
from wiredesk_core.failures import Unreadable
from wiredesk_ingest.intake import read_wire
from wiredesk_ingest.polling.entries import DIGITS, read_entries
from wiredesk_ingest.providers import Profile
from wiredesk_ingest.wire import Wire

RSS = """<?xml version="1.0"?>
<rss version="2.0" xmlns:slash="http://purl.org/rss/1.0/modules/slash/"><channel>
<title>Harbour</title><lastBuildDate>{built}</lastBuildDate><ttl>15</ttl>
<skipHours><hour>0</hour><hour>24</hour><hour>3</hour></skipHours><skipDays><day>Sunday</day></skipDays>
<item><guid>https://harbour.example/1</guid><title>Ferry sails</title><slash:comments>{comments}</slash:comments></item>
<item><guid>https://harbour.example/2</guid><title>{second}</title></item>
</channel></rss>"""


def rss(built: str = "Wed, 04 Mar 2026", comments: int = 0, second: str = "Lamp lit") -> bytes:
    return RSS.format(built=built, comments=comments, second=second).encode()


def test_a_feeds_wishes_are_read() -> None:
    wish = read_entries(rss(), "").wish
    assert (wish.ttl, sorted(wish.hours), sorted(wish.days)) == (900, [0, 3], [6])


def test_a_new_date_of_building_or_another_number_of_comments_is_no_news() -> None:
    assert read_entries(rss(built="now", comments=7), "").seen == read_entries(rss(), "").seen


def test_a_changed_entry_is_told_from_the_others() -> None:
    before, after = read_entries(rss(), "").seen, read_entries(rss(second="Lamp out"), "").seen
    assert [a == b for a, b in zip(before, after, strict=True)] == [True, False]


def test_an_entry_has_the_hash_that_its_item_will_have() -> None:
    items = read_wire(Wire(rss(comments=3), Profile("harbour"))).items
    assert tuple(item.raw.sha256[:DIGITS] for item in items if item.raw) == read_entries(rss(), "").seen


def test_a_buried_entry_counts_as_news() -> None:
    atom = '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0">{}</feed>'
    gone = '<at:deleted-entry ref="urn:1" when="2026-03-04T12:00:00Z"/>'
    assert read_entries(atom.format("").encode(), "").seen == ()
    assert len(read_entries(atom.format(gone).encode(), "").seen) == 1


@pytest.mark.parametrize(
    "head", ["<ttl>never</ttl>", "<ttl>" + "9" * 50 + "</ttl>", "<ttl/>", "<skipHours>x</skipHours>"]
)
def test_wishes_that_say_nothing_are_none(head: str) -> None:
    wish = read_entries(f"<rss><channel>{head}</channel></rss>".encode(), "").wish
    assert (wish.ttl, wish.hours) == (0, frozenset())


def test_a_feed_that_wants_to_be_left_alone_for_ever_is_not_heeded() -> None:
    hours = "".join(f"<hour>{hour}</hour>" for hour in range(24))
    assert (
        read_entries(f"<rss><channel><skipHours>{hours}</skipHours></channel></rss>".encode(), "").wish.hours == set()
    )


def test_what_is_no_xml_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        read_entries(b"<!DOCTYPE html", "text/html")
