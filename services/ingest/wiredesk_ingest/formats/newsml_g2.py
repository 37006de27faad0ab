"""NewsML-G2: news items, packages, concepts, events and planning, alone or several to a message.

list[etree._Element] count by local name, in any namespace. A version that is not stated is the first, as the standard has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree
from wiredesk_core.item import Dateline, Item, ItemType, ParseWarning, Status

from wiredesk_ingest.formats.agency_frames import place_of
from wiredesk_ingest.formats.bounds import few_enough
from wiredesk_ingest.formats.dates import embargo
from wiredesk_ingest.formats.g2_concepts import concepts_of, is_event, notes_of, told_in_concepts
from wiredesk_ingest.formats.g2_content import Content, content_of
from wiredesk_ingest.formats.g2_parts import XML_LANG, Parts, code_of, is_named, label_of, spoken, term
from wiredesk_ingest.formats.g2_relations import (
    aliases_of,
    associations_of,
    cancels_of,
    evolved_from,
    is_withdrawn,
    signals_of,
)
from wiredesk_ingest.formats.languages import language_of
from wiredesk_ingest.formats.markup import local, outermost, plain
from wiredesk_ingest.formats.plain_text import content_uri, printed_byline
from wiredesk_ingest.formats.safe_xml import parse_xml
from wiredesk_ingest.formats.schemes import declared_schemes
from wiredesk_ingest.formats.sniffing import root_name
from wiredesk_ingest.formats.vocabulary import distinct, priority_of, status_of, type_of, urgency_of
from wiredesk_ingest.wire import Wire

KINDS = {
    "newsitem": "",
    "packageitem": ItemType.composite,
    "conceptitem": ItemType.concept,
    "knowledgeitem": ItemType.concept,
    "catalogitem": ItemType.concept,
    "planningitem": ItemType.planning,
}
"""Item elements, and the type they have by themselves."""
ROOTS = frozenset({*KINDS, "newsmessage"})
OTHERS = frozenset({"newsml", "nitf", "rss", "rdf", "feed", "html"})
"""Roots of formats that may hold G2 themselves."""
NAMESPACE = "iptc.org/std/nar/"
INSIDE = re.compile(r"<(?:[\w.-]+:)?(?:news|package|concept|knowledge|planning)(?:Item|Message)[\s>]")
HEAD = 4096
MAIN_HEADLINE = ("main", "headline", "head", "hl1", "title")
SUB_HEADLINE = ("sub", "deck", "secondary", "kicker")
SUMMARY = ("summary", "abstract", "intro", "", "synthe", "caption")
PERSONAL = ("author", "writer", "phot", "report", "journal", "byline", "by")
ORIGINS = ("source", "origprov", "originfo", "")
"""Roles of sources, those in which the news began first."""
TIME_STAMP = re.compile(r"\d{4}-\d\d-\d\d\b")
FIRST_VERSION = "1"


def recognise(text: str) -> bool:
    """Whether the root element is a G2 item or message, or one is in an envelope that is no format of its own."""
    root = root_name(text)
    if root in ROOTS:
        return True
    return bool(root) and root not in OTHERS and NAMESPACE in text[:HEAD] and INSIDE.search(text, 0, HEAD) is not None


def parse(text: str, wire: Wire) -> tuple[Item, ...]:
    """All items of the document, in its order. A message may be empty. Raises Unreadable: as parse_xml, too_many_items."""
    document = parse_xml(text)
    roots = outermost(document.root, lambda element: local(element) in ROOTS)
    return few_enough(item for root in roots for item in _items(root, wire, document.warnings))


def _items(root: etree._Element, wire: Wire, warnings: tuple[ParseWarning, ...]) -> Iterator[Item]:
    """The item that an element is, or those of a message."""
    if local(root) in KINDS:
        yield _item(root, wire, warnings, [])
        return
    header = [e for part in root if local(part) == "header" for e in part]
    found = (e for item_set in root if local(item_set) == "itemset" for e in item_set if local(e) in KINDS)
    yield from (_item(element, wire, warnings, header) for element in found)


def _item(
    element: etree._Element, wire: Wire, warnings: tuple[ParseWarning, ...], header: list[etree._Element]
) -> Item:
    parts = Parts(element, wire, declared_schemes((element,)), list(warnings))
    language = _language(parts)
    parts.hear(language or "")
    content = content_of(element, language or "")
    content = content if content.text else told_in_concepts(parts)
    uri, status = _uri(parts), _status(parts)
    notes, restricted = notes_of(parts)
    headline, subheadline = _headlines(parts, content)
    held = parts.first("embargoed")
    return Item(
        uri=uri,
        version=_version(element, status),
        type=_type(parts),
        status=status,
        signals=signals_of(parts, [e for e in header if local(e) == "signal"]),
        language=language or wire.provider.language,
        headline=headline,
        subheadline=subheadline,
        slugline=parts.text("slugline"),
        byline=_byline(parts) or content.byline or printed_byline(content.text[:400].split("\n\n")),
        dateline=_dateline(parts, content),
        credit=parts.text("creditline") or wire.provider.credit,
        source=_source(parts) or wire.provider.source,
        urgency=parts.noted(urgency_of(parts.text("urgency"))),
        priority=_priority(parts, header),
        genre=parts.label("genre") or None,
        categories=distinct([label_of(e) for e in parts.all("service")]),
        keywords=distinct([label_of(e) for e in parts.all("keyword")]),
        **concepts_of(parts),
        summary=_summary(parts),
        body_text=content.text,
        body_html=content.html,
        ed_note="\n\n".join(distinct(notes)),
        restricted_notes=distinct([*restricted, *content.restricted]),
        embargoed_until=parts.noted(embargo(None if held is None else plain(held), wire.provider.zone)),
        first_created=parts.time("firstcreated", "contentcreated"),
        version_created=parts.time("versioncreated", "contentmodified"),
        expires=parts.time("expires"),
        copyright_holder=parts.label("copyrightholder"),
        copyright_notice=parts.text("copyrightnotice"),
        usage_terms="\n\n".join(distinct([plain(e) for e in parts.heard("usageterms")])),
        evolved_from=evolved_from(parts, uri),
        aliases=aliases_of(parts, uri),
        cancels=cancels_of(parts, uri),
        associations=associations_of(parts),
        warnings=tuple(parts.warnings),
    )


def _uri(parts: Parts) -> str:
    guid = (parts.element.get("guid") or "").strip()
    if guid:
        return guid
    parts.warnings.append(
        ParseWarning(code="uri_missing", detail="no guid; named by its content, so updates cannot be matched")
    )
    return content_uri("".join(str(text) for text in parts.element.itertext()))


def _version(element: etree._Element, status: Status) -> str:
    """A kill that names no version is for all of them."""
    return element.get("version", "").strip() or ("" if status is Status.canceled else FIRST_VERSION)


def _status(parts: Parts) -> Status:
    codes = (code_of(e) or plain(e) or e.get("literal", "") for e in parts.all("pubstatus"))
    found: Status = parts.noted(status_of(next((code for code in codes if code), "")))
    return Status.canceled if is_withdrawn(parts) else found


def _type(parts: Parts) -> ItemType:
    if is_event(parts):
        return ItemType.event
    by_itself = KINDS[local(parts.element)]
    if by_itself:
        return ItemType(by_itself)
    found: ItemType = parts.noted(type_of(next((code_of(e) for e in parts.all("itemclass")), "")))
    return found


def _priority(parts: Parts, header: list[etree._Element]) -> int | None:
    stated = [*parts.all("priority"), *(e for e in header if local(e) == "priority")]
    return next((found for e in stated if (found := priority_of(plain(e))) is not None), None)


def _language(parts: Parts) -> str | None:
    """What the content says, else what the item says about itself."""
    tags = (*(e.get("tag", "") for e in parts.all("language")), parts.element.get(XML_LANG) or "")
    return next((known for tag in tags if (known := language_of(tag))), None)


def _headlines(parts: Parts, content: Content) -> tuple[str, str]:
    """The main headline by role, then by rank, then by place; a second one when the wire marks it so."""
    found = [(e, plain(e)) for e in parts.heard("headline")]
    found = [(e, text) for e, text in found if text]
    second = next((text for e, text in found if term(e, "role").startswith(SUB_HEADLINE)), "")
    found = [(e, text) for e, text in found if not term(e, "role").startswith(SUB_HEADLINE)] or found
    best = min(found, key=lambda pair: _headline_order(pair[0]), default=None)
    main = best[1] if best else content.headline or parts.text("title")
    return main, second or content.subheadline


def _headline_order(element: etree._Element) -> tuple[int, int]:
    role, rank = term(element, "role"), element.get("rank", "")
    known = rank.isdecimal() and len(rank) < 6
    return 0 if role in MAIN_HEADLINE else 1 if not role else 2, int(rank) if known else 1


def _byline(parts: Parts) -> str:
    stated = distinct([plain(e) for e in parts.heard("by")])
    if stated:
        return ", ".join(stated)
    return ", ".join(distinct([label_of(e) for e in parts.all("creator") if _is_person(e) and is_named(e)]))


def _is_person(element: etree._Element) -> bool:
    detailed = any(local(e) == "persondetails" for e in element)
    return detailed or term(element, "type") == "person" or term(element, "role").startswith(PERSONAL)


def _source(parts: Parts) -> str:
    """Where the news began, else who provides it."""
    sources = [e for role in ORIGINS for e in parts.all("infosource") if term(e, "role") == role]
    return next((found for e in (*sources, *parts.all("provider")) if (found := spoken(e))), "")


def _dateline(parts: Parts, content: Content) -> Dateline | None:
    """As printed; some agencies write only a time there, which is no dateline to print."""
    place = parts.label("located") or None
    printed = parts.text("dateline") or content.dateline
    text = place if TIME_STAMP.match(printed) else printed or place
    return Dateline(text=text, place=place or place_of(text)) if text else None


def _summary(parts: Parts) -> str:
    names: tuple[Any, ...] = ("description", "definition")
    found = [(term(e, "role"), plain(e)) for name in names for e in parts.heard(name)]
    found = [(role, text) for role, text in found if text]
    preferred = (text for wanted in SUMMARY for role, text in found if role == wanted)
    return next(preferred, found[0][1] if found else "")
