"""Answers of a feed with a token: the wires in one page, as they were sent, and where the next page is. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from lxml import etree
from wiredesk_core.failures import Unreadable

from wiredesk_ingest.formats.charset import decode, without_controls
from wiredesk_ingest.formats.markup import local
from wiredesk_ingest.formats.safe_json import parse_json
from wiredesk_ingest.formats.safe_xml import parse_xml
from wiredesk_ingest.providers import Feed

SPACE = re.compile(r"[ \t\n\r]*")
LINK = re.compile(r"""<([^<>]*)>\s*;[^,]*\brel\s*=\s*"?next\b""", re.IGNORECASE)
LONGEST_CURSOR = 4000


@dataclass(frozen=True, slots=True)
class Page:
    """One answer: its wires, and the token or address of the next; empty when it names none."""

    wires: tuple[bytes, ...]
    cursor: str = ""


def read_page(feed: Feed, body: bytes, content_type: str, link: str = "") -> Page:
    """The page in an answer; `link` is its Link header. Raises Unreadable when it is not what the profile says."""
    text = without_controls(decode(body, content_type).text)
    read = _read_xml if text.lstrip().startswith("<") else _read_json
    page = read(feed, text, body)
    linked = LINK.search(link)
    cursor = page.cursor or (linked[1].strip() if linked else "")
    if len(cursor) > LONGEST_CURSOR:
        raise Unreadable("cursor_too_long", f"the next token has {len(cursor)} characters: check the key `next`")
    return Page(page.wires, cursor)


def question(feed: Feed, cursor: str, since: str) -> str:
    """The address to ask: the page that the cursor names, or the first one from a moment (ISO 8601) on.

    A cursor that is an address may only lead to the feed's own host: else an answer could send our token anywhere.
    """
    if not cursor:
        return _with(feed.url, {feed.since_parameter: since} if feed.since_parameter and since else {})
    if not re.match(r"https?://|/|\?", cursor):
        return _with(feed.url, {feed.cursor_parameter: cursor})
    address = urljoin(feed.url, cursor)
    if urlsplit(address)[:2] != urlsplit(feed.url)[:2]:
        raise Unreadable("cursor_elsewhere", f"the next page is said to be on {urlsplit(address).netloc}: not followed")
    return address


def _with(url: str, parameters: dict[str, str]) -> str:
    """The address with parameters in place of those of the same names."""
    parts = urlsplit(url)
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in parameters]
    return urlunsplit(parts._replace(query=urlencode([*kept, *parameters.items()])))


def _read_json(feed: Feed, text: str, body: bytes) -> Page:
    whole = parse_json(text)
    if not feed.wires:
        return Page((body,), _cursor(_at(whole, feed.next)))
    found = _at(whole, feed.wires)
    if not isinstance(found, list):
        raise Unreadable("no_wires", f"the answer has no list at {feed.wires!r}: check the key `wires`")
    wires = tuple(part.encode() for part in _elements(text, feed.wires.split(".")))
    return Page(wires, _cursor(_at(whole, feed.next)))


def _cursor(value: Any) -> str:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _at(value: Any, path: str) -> Any:
    for name in path.split(".") if path else ():
        value = value.get(name) if isinstance(value, dict) else None
    return value if path else None


def _elements(text: str, path: list[str]) -> Iterator[str]:
    """The elements of the list at a path of a JSON text that has been parsed before, each exactly as it is written."""
    at = _skip(text, 0)
    for name in path:
        at = dict(_members(text, at))[name]
    decoder = json.JSONDecoder(strict=False)
    at = _skip(text, at + 1)
    while text[at] != "]":
        _, end = decoder.raw_decode(text, at)
        yield text[at:end]
        at = _skip(text, end)
        at = _skip(text, at + 1) if text[at] == "," else at


def _members(text: str, at: int) -> Iterator[tuple[str, int]]:
    """The names of an object's members, and where their values begin; of a name that comes twice the last one counts."""
    decoder = json.JSONDecoder(strict=False)
    at = _skip(text, at + 1)
    while text[at] != "}":
        name, end = decoder.raw_decode(text, at)
        start = _skip(text, _skip(text, end) + 1)
        yield name, start
        _, end = decoder.raw_decode(text, start)
        at = _skip(text, end)
        at = _skip(text, at + 1) if text[at] == "," else at


def _skip(text: str, at: int) -> int:
    space = SPACE.match(text, at)
    return space.end() if space else at


def _read_xml(feed: Feed, text: str, body: bytes) -> Page:
    root = parse_xml(text).root
    cursor = next((value for value in _xml_values(root, feed.next) if value), "") if feed.next else ""
    if not feed.wires:
        return Page((body,), cursor)
    found = [element for element in root.iter() if local(element) == feed.wires.lower()]
    return Page(tuple(etree.tostring(element, encoding="utf-8", with_tail=False) for element in found), cursor)


def _xml_values(root: etree._Element, place: str) -> Iterator[str]:
    """Texts of the elements of that name, or their attributes where the place is `element@attribute`."""
    name, _, attribute = place.partition("@")
    for element in root.iter():
        if local(element) == name.lower():
            yield (element.get(attribute, "") if attribute else element.text or "").strip()
