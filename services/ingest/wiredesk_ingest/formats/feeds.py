"""RSS (0.9x to 2.0 and 1.0) and Atom: an item for each entry of the feed, and a kill for each entry that it buries.

feedparser reads the fields. It gets the text only: it fetches nothing, resolves no address and cleans no markup,
because its cleaning drops words of elements that it does not know.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import feedparser  # type: ignore[import-untyped]
from lxml import etree
from wiredesk_core.failures import Unreadable
from wiredesk_core.item import Association, Item, ParseWarning, Raw, Status, Subject

from wiredesk_ingest.formats.bounds import few_enough
from wiredesk_ingest.formats.dates import moment
from wiredesk_ingest.formats.markup import Block, blocks_of_html, local, looks_like_html, text_of
from wiredesk_ingest.formats.paragraphs import paragraphs_of_plain
from wiredesk_ingest.formats.plain_text import content_uri
from wiredesk_ingest.formats.safe_xml import XML_DECLARATION, Document, parse_xml
from wiredesk_ingest.formats.shown_html import html_of_blocks, safe_html
from wiredesk_ingest.formats.sniffing import root_name
from wiredesk_ingest.formats.vocabulary import distinct, type_of
from wiredesk_ingest.wire import Wire, part_of

NAMESPACES = {
    "feed": ("w3.org/2005/atom", "purl.org/atom/"),
    "rdf": ("purl.org/rss/1.0", "my.netscape.com/rdf"),
}
"""What roots that other documents have as well must say in their head."""
HEAD = 4096
ENTRIES = frozenset({"item", "entry"})
BURIED = "deleted-entry"
COUNTERS = ("{http://purl.org/rss/1.0/modules/slash/}", "{http://purl.org/syndication/thread/1.0}total")
"""Elements that count comments: they change with every reader, and are no news."""
BARE_ID = re.compile(r"\w{1,16}")
"""An id that means something within its feed only."""
UTF_8 = {"content-type": "application/xml; charset=utf-8"}

Fields = Mapping[str, Any]


def recognise(text: str) -> bool:
    """Whether the root element is a feed's."""
    root = root_name(text)
    head = text[:HEAD].lower()
    return root == "rss" or any(namespace in head for namespace in NAMESPACES.get(root, ()))


def parse(text: str, wire: Wire) -> tuple[Item, ...]:
    """The entries in the order of the feed. A feed may be empty.

    Raises Unreadable: xml_bomb, external_entity, xml_broken, feed_broken.
    """
    document = parse_xml(XML_DECLARATION.sub("", text, count=1))
    parts = few_enough(element for element in document.root.iter() if local(element) in {*ENTRIES, BURIED})
    elements = [element for element in parts if local(element) in ENTRIES]
    told, repaired = _read(text, document)
    known = len(elements) == len(told.entries)
    hashes = [_part(element) for element in elements] if known else [None] * len(told.entries)
    entries = tuple(
        _item(entry, told.feed, wire, (part, repaired)) for entry, part in zip(told.entries, hashes, strict=True)
    )
    return entries + tuple(_buried(document.root, wire))


def _read(text: str, document: Document) -> tuple[Any, tuple[ParseWarning, ...]]:
    """What feedparser says, of a mended text where it cannot read the given one: its own second try loses words."""
    told = _told(XML_DECLARATION.sub("", text, count=1).strip())
    if told is not None and not told.get("bozo"):
        return told, ()
    mended = _told(etree.tostring(document.root, encoding="unicode"))
    if mended is None:
        raise Unreadable("feed_broken", "elements stand where no feed has them: send valid RSS or Atom")
    return mended, document.warnings


def hashes_of(root: etree._Element) -> Iterator[str]:
    """The hashes that the items of a feed's entries, and of those that it buries, will have; in the feed's order."""
    return (_part(element).sha256 for element in root.iter() if local(element) in {*ENTRIES, BURIED})


def _part(element: etree._Element) -> Raw:
    """An entry's own hash, which does not change when other entries come and go, or with the number of its comments."""
    counting = [child for child in element if str(child.tag).startswith(COUNTERS)]
    if not counting:
        return part_of(etree.tostring(element, encoding="utf-8", with_tail=False))
    lasting = deepcopy(element)
    for child in [child for child in lasting if str(child.tag).startswith(COUNTERS)]:
        lasting.remove(child)
    return part_of(etree.tostring(lasting, encoding="utf-8", with_tail=False))


def _told(text: str) -> Any:
    """What feedparser says; None where it stumbles over elements in places that it does not expect."""
    try:
        return feedparser.parse(
            io.BytesIO(text.encode("utf-8", "replace")),
            response_headers=UTF_8,
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    except (LookupError, ValueError, TypeError, AttributeError):
        return None


def _item(entry: Fields, feed: Fields, wire: Wire, source: tuple[Raw | None, tuple[ParseWarning, ...]]) -> Item:
    part, repaired = source
    warnings, zone = list(repaired), wire.provider.zone
    summary = text_of(_blocks(entry.get("summary_detail")))
    body = _body(entry)
    blocks = _blocks(body)
    headline = " ".join(text_of(_blocks(entry.get("title_detail"))).split())
    uri = _uri(entry, feed)
    if not uri:
        uri = content_uri("\n".join((headline, text_of(blocks))))
        warnings.append(ParseWarning(code="uri_from_content", detail="no id and no link: named by its content"))
    if not blocks and any(content.get("src") for content in entry.get("content", ())):
        warnings.append(ParseWarning(code="body_elsewhere", detail="the entry gives the address of its text only"))
    published, updated = (_time(entry, name, wire, warnings) for name in ("published", "updated"))
    return Item(
        uri=uri,
        language=_language(entry, body) or feed.get("language") or wire.provider.language,
        headline=headline,
        byline=", ".join(distinct([author.get("name", "") for author in entry.get("authors", ())])),
        source=_title(entry.get("source")) or wire.provider.source or _title(feed),
        credit=wire.provider.credit,
        keywords=distinct([tag.get("label") or tag.get("term") or "" for tag in entry.get("tags", ())]),
        subjects=_subjects(entry),
        summary=summary,
        body_text=text_of(blocks),
        body_html=_shown(body, blocks),
        first_created=published or updated,
        version_created=updated or published,
        expires=moment(entry.get("expired", ""), zone),
        copyright_notice=(entry.get("rights") or feed.get("rights") or "").strip(),
        aliases=distinct([alias for alias in _addresses(entry) if alias != uri]),
        associations=tuple(dict.fromkeys(_associations(entry))),
        warnings=tuple(warnings),
        raw=part,
    )


def _body(entry: Fields) -> Fields:
    """The fullest of its contents; the description when there is none."""
    contents = [content for content in entry.get("content", ()) if content.get("value")]
    return max(contents, key=lambda content: len(content["value"]), default=entry.get("summary_detail") or {})


def _blocks(detail: Fields | None) -> list[Block]:
    """A text of the feed in blocks; feeds often say that it is plain when it is not."""
    value = (detail or {}).get("value") or ""
    if "html" in (detail or {}).get("type", "") or looks_like_html(value):
        return blocks_of_html(value)
    return [Block(paragraph, "p") for paragraph in paragraphs_of_plain(value)]


def _shown(body: Fields, blocks: list[Block]) -> str:
    value = body.get("value") or ""
    return safe_html(value) if looks_like_html(value) else html_of_blocks(blocks)


def _uri(entry: Fields, feed: Fields) -> str:
    """Its id, else its address; an id that is a bare word or number is made unique by the feed's host."""
    own = (entry.get("id") or "").strip()
    if own and BARE_ID.fullmatch(own):
        return f"urn:feed:{_host(feed) or _host(entry)}:{own}"
    return own or (entry.get("link") or "").strip()


def _host(fields: Fields) -> str:
    try:
        return urlsplit(fields.get("link") or "").hostname or ""
    except ValueError:
        return ""


def _addresses(entry: Fields) -> list[str]:
    canonical = [link.get("href", "") for link in entry.get("links", ()) if link.get("rel") in {"canonical", "self"}]
    return [entry.get("link") or "", *canonical]


def _time(entry: Any, name: str, wire: Wire, warnings: list[ParseWarning]) -> datetime | None:
    # Asked by its own method, feedparser gives the one for the other.
    text = dict.get(entry, name) or ""
    found = moment(text, wire.provider.zone)
    if found is None and text.strip():
        warnings.append(ParseWarning(code="date_unreadable", detail=f"{name}: {text.strip()[:80]!r}"))
    return found


def _language(entry: Fields, body: Fields) -> str | None:
    found = (body.get("language"), (entry.get("title_detail") or {}).get("language"), entry.get("language"))
    return next((language for language in found if language), None)


def _title(fields: Fields | None) -> str:
    return " ".join(str((fields or {}).get("title") or "").split())


def _subjects(entry: Fields) -> tuple[Subject, ...]:
    tags = (tag for tag in entry.get("tags", ()) if tag.get("scheme") and tag.get("term"))
    found = (Subject(code=tag["term"], scheme=tag["scheme"], name=tag.get("label") or None) for tag in tags)
    return tuple(dict.fromkeys(found))


def _associations(entry: Fields) -> Iterator[Association]:
    for link in entry.get("links", ()):
        if link.get("rel") not in {"alternate", "self", "canonical"} and link.get("href"):
            yield _association(link.get("rel") or "link", link, "href", "title")
    for name in ("media_content", "media_thumbnail"):
        for medium in entry.get(name, ()):
            if medium.get("url"):
                yield _association(name.removeprefix("media_"), medium, "url", "title")
    for content in entry.get("content", ()):
        if content.get("src"):
            yield _association("content", content, "src", "title")


def _association(rel: str, fields: Fields, address: str, title: str) -> Association:
    kind, unknown = type_of(fields.get("medium") or (fields.get("type") or "").partition("/")[0])
    known = (fields.get("medium") or fields.get("type")) and not unknown
    return Association(
        rel=rel,
        href=fields[address],
        type=kind if known else None,
        headline=fields.get(title) or None,
    )


def _buried(root: etree._Element, wire: Wire) -> Iterator[Item]:
    """Entries that the feed says are gone (RFC 6721): a kill of each, whatever its version."""
    for element in root:
        ref = (element.get("ref") or "").strip()
        if local(element) == BURIED and ref:
            yield Item(
                uri=ref,
                status=Status.canceled,
                language=wire.provider.language,
                credit=wire.provider.credit,
                source=wire.provider.source,
                ed_note=" ".join("".join(str(part) for part in element.itertext()).split()),
                version_created=moment(element.get("when") or "", wire.provider.zone),
                raw=_part(element),
            )
