"""A NewsML 1.x document: what its news items share, and what the management data of each decides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree
from wiredesk_core.failures import Unreadable
from wiredesk_core.item import Association, ParseWarning

from wiredesk_ingest.formats.dates import moment
from wiredesk_ingest.formats.markup import local, plain
from wiredesk_ingest.formats.newsml_1_names import Names, moving_date, names_of, story_named
from wiredesk_ingest.formats.newsml_1_parts import fold, formal_name, language_said
from wiredesk_ingest.formats.newsml_1_standing import Standing
from wiredesk_ingest.formats.newsml_1_subjects import Topics, topics_of
from wiredesk_ingest.formats.safe_xml import Document
from wiredesk_ingest.formats.takes import FLASH, SIGNALS, URGENT
from wiredesk_ingest.formats.vocabulary import distinct, priority_of
from wiredesk_ingest.wire import Wire

DEEPEST_ITEM = 5
"""News items within news items."""
Management = Mapping[str, list[etree._Element]]  # noqa: SLF001 - lxml has no other name for it
"""The parts of a NewsManagement by name."""


@dataclass(frozen=True, slots=True)
class NewsItems:
    """What the news items of one document share. names: of each; said_by: their uris by references to them."""

    wire: Wire
    topics: Topics
    names: Mapping[etree._Element, Names]
    said_by: Mapping[str, str]
    priority: int | None
    categories: tuple[str, ...]
    language: str
    warnings: tuple[ParseWarning, ...]

    def uri_of(self, reference: str) -> str:
        """The uri of the news item that a reference means; "" when it leads nowhere."""
        return self.said_by.get(reference, "") if reference.startswith("#") else story_named(reference)


def news_items(element: etree._Element, depth: int = 0) -> Iterator[etree._Element]:
    """All NewsItems under an element, in order. Raises Unreadable: newsml_bomb."""
    if local(element) == "newsitem":
        depth += 1
        if depth > DEEPEST_ITEM:
            raise Unreadable("newsml_bomb", f"news items nested deeper than {DEEPEST_ITEM}: send them side by side")
        yield element
    for child in element:
        yield from news_items(child, depth)


def document_of(parsed: Document, elements: Sequence[etree._Element], wire: Wire) -> NewsItems:
    """What these elements, the news items of a document, share."""
    names = {element: names_of(element, wire.provider) for element in elements}
    envelope = [e for part in parsed.root if local(part) == "newsenvelope" for e in part]
    services = [formal_name(e) for e in envelope if local(e) in {"newsservice", "newsproduct"}]
    return NewsItems(
        wire,
        topics_of(parsed.root),
        names,
        {f"#{duid}": named.uri for e, named in names.items() if (duid := (e.get("Duid") or "").strip())},
        next((priority_of(formal_name(e)) for e in envelope if local(e) == "priority"), None),
        distinct(services),
        language_said(parsed.root),
        parsed.warnings,
    )


def management_of(element: etree._Element) -> Management:
    """The management data of a NewsItem by name."""
    parts: dict[str, list[etree._Element]] = {}
    for part in (e for section in element if local(section) == "newsmanagement" for e in section):
        parts.setdefault(local(part), []).append(part)
    return parts


def managed_fields(management: Management, standing: Standing, document: NewsItems, uri: str) -> dict[str, Any]:
    """The fields that the management data decides."""
    zone = document.wire.provider.zone
    created = {name: moment(text_in(management, name), zone) for name in ("firstcreated", "thisrevisioncreated")}
    kind = SIGNALS.get(fold(type_name(management)), "")
    derived = [document.uri_of(e.get("NewsItem") or "") for e in management.get("derivedfrom", ())]
    return {
        "status": standing.status,
        "signals": distinct([*standing.signals, kind if kind in {FLASH, URGENT} else ""]),
        "embargoed_until": standing.embargoed_until,
        "expires": standing.expires,
        "cancels": standing.cancels,
        "first_created": created["firstcreated"],
        "version_created": created["thisrevisioncreated"],
        "priority": document.priority,
        "evolved_from": next((name for name in derived if name and name != uri), None),
    }


def text_in(management: Management, name: str) -> str:
    """The text of the first part of that name."""
    return next((plain(e) for e in management.get(name, ())), "")


def type_name(management: Management) -> str:
    """The NewsItemType, as words."""
    return next((formal_name(e).replace("_", " ") for e in management.get("newsitemtype", ())), "")


def related(management: Management, uri: str) -> Iterator[Association]:
    """Items that the management data associates with this one."""
    for element in management.get("associatedwith", ()):
        name = story_named(element.get("NewsItem") or "")
        if name and name != uri:
            comment = next((plain(e) for e in element if local(e) == "comment"), "")
            yield Association(rel="associated", uri=name, headline=comment or None)


def date_warnings(element: etree._Element, management: Management, wire: Wire) -> list[ParseWarning]:
    """Said where the name of the item changes with each revision."""
    created = {name: parts[0] for name, parts in management.items()}
    detail = "the DateId is the time of this revision: if that is always so, set dateless_ids in the provider's profile"
    return [ParseWarning(code="date_id_moves", detail=detail)] if moving_date(element, created, wire.provider) else []
