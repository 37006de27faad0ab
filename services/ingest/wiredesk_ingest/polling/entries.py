"""What an RSS or Atom document says to whoever polls it: which entries it holds, and when not to come back. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree
from wiredesk_core.failures import Unreadable

from wiredesk_ingest.formats.charset import decode, without_controls
from wiredesk_ingest.formats.feeds import hashes_of
from wiredesk_ingest.formats.markup import local
from wiredesk_ingest.formats.safe_xml import parse_xml
from wiredesk_ingest.polling.pace import Wish

MOST_SEEN = 2000
"""Entries of one document that are told from those of the next."""
DIGITS = 20
"""Of a hash, enough to tell the entries of two documents apart."""
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LONGEST_TTL = 7 * 24 * 60


@dataclass(frozen=True, slots=True)
class Told:
    """The hashes of a document's entries (how those of its items begin), and what it asks of its readers."""

    seen: tuple[str, ...]
    wish: Wish


def read_entries(body: bytes, content_type: str) -> Told:
    """What a document says. Raises Unreadable for one that is no XML, or so broken that no entry is left in it."""
    document = parse_xml(without_controls(decode(body, content_type).text))
    seen = tuple(sha256[:DIGITS] for sha256 in hashes_of(document.root))[:MOST_SEEN]
    if document.warnings and not seen:
        raise Unreadable("feed_broken", document.warnings[0].detail)
    return Told(seen, _wish(document.root))


def _wish(root: etree._Element) -> Wish:
    channel = next((child for child in root if local(child) == "channel"), root)
    told = {local(child): child for child in channel}
    ttl = (told["ttl"].text or "").strip() if "ttl" in told else ""
    minutes = int(ttl) if ttl.isascii() and ttl.isdecimal() and len(ttl) <= 6 else 0
    hours = {int(word) % 24 for word in _words(told.get("skiphours")) if word.isascii() and word.isdecimal()}
    days = {WEEK.index(word) for word in _words(told.get("skipdays")) if word in WEEK}
    # A feed that skips every hour, or every day, says nothing.
    return Wish(
        60.0 * min(minutes, LONGEST_TTL),
        frozenset(hours) if len(hours) < 24 else frozenset(),
        frozenset(days) if len(days) < len(WEEK) else frozenset(),
    )


def _words(element: etree._Element | None) -> Iterator[str]:
    for child in element if element is not None else ():
        yield (child.text or "").strip().lower()[:16]
