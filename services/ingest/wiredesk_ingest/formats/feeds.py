"""RSS (0.9x to 2.0 and 1.0) and Atom: an item for each entry of the feed, and a kill for each entry that it buries.

Elements count by what they mean in any of the vocabularies that feeds are written in; nothing is fetched, and no address is
resolved. Markup is cleaned where it is shown only: cleaning drops words of elements that it does not know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import datetime
from urllib.parse import urljoin, urlsplit

from lxml import etree
from wiredesk_core.item import Association, Item, ParseWarning, Raw, Status, Subject

from wiredesk_ingest.formats.bounds import few_enough
from wiredesk_ingest.formats.dates import moment
from wiredesk_ingest.formats.feed_fields import (
    CONTENTS,
    EXPIRED,
    PUBLISHED,
    RIGHTS,
    SUMMARIES,
    TITLES,
    UPDATED,
    XML_LANG,
    Fields,
    Tag,
    Told,
    name_of,
)
from wiredesk_ingest.formats.languages import language_of
from wiredesk_ingest.formats.markup import Block, blocks_of_html, local, looks_like_html, text_of
from wiredesk_ingest.formats.paragraphs import paragraphs_of_plain
from wiredesk_ingest.formats.plain_text import content_uri
from wiredesk_ingest.formats.safe_xml import parse_xml
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
RELATIVE = ("/", "?")


def recognise(text: str) -> bool:
    """Whether the root element is a feed's."""
    root = root_name(text)
    head = text[:HEAD].lower()
    return root == "rss" or any(namespace in head for namespace in NAMESPACES.get(root, ()))


def parse(text: str, wire: Wire) -> tuple[Item, ...]:
    """The entries in the order of the feed. A feed may be empty.

    Raises Unreadable: xml_bomb, external_entity, xml_broken, too_many_items.
    """
    document = parse_xml(text)
    entries = [element for element in _parts(document.root) if local(element) in ENTRIES]
    channel = next((child for child in document.root if name_of(child) == "channel"), document.root)
    feed = Fields(channel)
    items = [_item(Fields(entry), feed, wire, document.warnings) for entry in entries]
    return (*items, *_buried(document.root, wire))


def _parts(root: etree._Element) -> tuple[etree._Element, ...]:
    """Entries and notices of buried ones, in the feed's order; one that a broken feed has in another is taken out of it.

    Raises Unreadable: too_many_items.
    """
    found = few_enough(e for e in root.iter(etree.Element) if name_of(e) in ENTRIES or local(e) == BURIED)
    known = frozenset(found)
    # Inner ones first: whatever is taken out has all that is left in it looked through.
    for element in reversed(found):
        if any(around in known for around in element.iterancestors()):
            _take_out(element)
    return found


def _take_out(element: etree._Element) -> None:
    """Parts an element from what it stands in, which keeps the text after it."""
    parent, before, after = element.getparent(), element.getprevious(), element.tail
    if parent is None:
        return
    if after and before is not None:
        before.tail = (before.tail or "") + after
    elif after:
        parent.text = (parent.text or "") + after
    parent.remove(element)


def hashes_of(root: etree._Element) -> Iterator[str]:
    """The hashes that the items of a feed's entries, and of those that it buries, will have; in the feed's order."""
    return (_part(element).sha256 for element in _parts(root))


def _part(element: etree._Element) -> Raw:
    """An entry's own hash, which does not change when other entries come and go, or with the number of its comments."""
    counting = [child for child in element if str(child.tag).startswith(COUNTERS)]
    if not counting:
        return part_of(etree.tostring(element, encoding="utf-8", with_tail=False))
    lasting = deepcopy(element)
    for child in [child for child in lasting if str(child.tag).startswith(COUNTERS)]:
        lasting.remove(child)
    return part_of(etree.tostring(lasting, encoding="utf-8", with_tail=False))


def _item(entry: Fields, feed: Fields, wire: Wire, repaired: tuple[ParseWarning, ...]) -> Item:
    warnings, zone = list(repaired), wire.provider.zone
    described, contents = entry.summary(), entry.contents()
    body = _body(described, contents)
    blocks = _blocks(body)
    headline = " ".join(text_of(_blocks(entry.told(*TITLES))).split())
    uri = _uri(entry, feed)
    if not uri:
        uri = content_uri("\n".join((headline, text_of(blocks))))
        warnings.append(ParseWarning(code="uri_from_content", detail="no id and no link: named by its content"))
    if not blocks and any(content.source for content in contents):
        warnings.append(ParseWarning(code="body_elsewhere", detail="the entry gives the address of its text only"))
    published = _time(entry, PUBLISHED, wire, warnings, "published")
    updated = _time(entry, UPDATED, wire, warnings, "updated")
    tags = entry.tags()
    return Item(
        uri=uri,
        language=_language(entry) or language_of(feed.language) or wire.provider.language,
        headline=headline,
        byline=", ".join(distinct(entry.authors())),
        source=entry.source() or wire.provider.source or feed.text("title"),
        credit=wire.provider.credit,
        keywords=distinct([tag.label or tag.term for tag in tags]),
        subjects=_subjects(tags),
        summary=text_of(_blocks(described)),
        body_text=text_of(blocks),
        body_html=_shown(body, blocks),
        first_created=published or updated,
        version_created=updated or published,
        expires=moment(entry.date(*EXPIRED), zone),
        copyright_notice=entry.text(*RIGHTS) or feed.text(*RIGHTS),
        aliases=distinct([alias for each in _addresses(entry) if (alias := _whole(each, feed)) != uri]),
        associations=tuple(dict.fromkeys(_associations(entry, contents))),
        warnings=tuple(warnings),
        raw=_part(entry.element),
    )


def _body(described: Told | None, contents: list[Told]) -> Told:
    """The fullest of its contents; the description when there is none."""
    said = [content for content in contents if content.value]
    return max(said, key=lambda content: len(content.value), default=described or Told())


def _blocks(told: Told | None) -> list[Block]:
    """A text of the feed in blocks; feeds often say that it is plain when it is not."""
    if told is None:
        return []
    if "html" in told.kind or looks_like_html(told.value):
        return blocks_of_html(told.value)
    return [Block(paragraph, "p") for paragraph in paragraphs_of_plain(told.value)]


def _shown(body: Told, blocks: list[Block]) -> str:
    return safe_html(body.value) if looks_like_html(body.value) else html_of_blocks(blocks)


def _uri(entry: Fields, feed: Fields) -> str:
    """Its id, else its address; a bare word or number, and an address without a host, are made unique by the feed's."""
    own = entry.identity()
    if own and BARE_ID.fullmatch(own):
        return f"urn:feed:{_host(feed) or _host(entry)}:{own}"
    return _whole(own or entry.link(), feed)


def _whole(address: str, feed: Fields) -> str:
    """An address that begins at the feed's host with that host: alone it would be that of other feeds' stories too."""
    if not address.startswith(RELATIVE):
        return address
    try:
        return urljoin(feed.link(), address)
    except ValueError:
        return address


def _host(fields: Fields) -> str:
    try:
        return urlsplit(fields.link()).hostname or ""
    except ValueError:
        return ""


def _addresses(entry: Fields) -> list[str]:
    return [entry.link(), *(link["href"] for link in entry.links if link["rel"] in {"canonical", "self"})]


def _time(
    entry: Fields, names: tuple[str, ...], wire: Wire, warnings: list[ParseWarning], called: str
) -> datetime | None:
    text = entry.date(*names)
    found = moment(text, wire.provider.zone)
    if found is None and text:
        warnings.append(ParseWarning(code="date_unreadable", detail=f"{called}: {text[:80]!r}"))
    return found


def _language(entry: Fields) -> str | None:
    """What is nearest to the text counts first."""
    said = (element.get(XML_LANG, "").strip() for element in entry.all(*CONTENTS, *SUMMARIES, *TITLES))
    return next((language for tag in (*said, entry.language) if (language := language_of(tag))), None)


def _subjects(tags: list[Tag]) -> tuple[Subject, ...]:
    found = (Subject(code=tag.term, scheme=tag.scheme, name=tag.label or None) for tag in tags if tag.scheme)
    return tuple(dict.fromkeys(subject for subject in found if subject.code))


def _associations(entry: Fields, contents: list[Told]) -> Iterator[Association]:
    for link in entry.links:
        if link["rel"] not in {"alternate", "self", "canonical"} and link["href"]:
            yield _association(link["rel"], link["href"], link)
    for rel, medium in entry.media():
        if medium["url"]:
            yield _association(rel, medium["url"], medium)
    for content in contents:
        if content.source:
            yield _association("content", content.source, {"type": content.kind})


def _association(rel: str, address: str, fields: Mapping[str, str]) -> Association:
    said = fields.get("medium") or fields.get("type", "").partition("/")[0]
    kind, unknown = type_of(said)
    return Association(
        rel=rel, href=address, type=kind if said and not unknown else None, headline=fields.get("title") or None
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
