"""NewsML 1.x news items without a whole content: topics, changes to an earlier revision, or management data alone.

The story as it was must not be replaced by less: only a kill or a hold reaches it. Changes and notices are kept under
a name of their own and shut, because they cannot be put into the story here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lxml import etree
from wiredesk_core.item import Item, ItemType, ParseWarning, Status

from wiredesk_ingest.formats.markup import blocks_of, local, plain, text_of
from wiredesk_ingest.formats.newsml_1_document import NewsItems, managed_fields, management_of
from wiredesk_ingest.formats.newsml_1_lines import shortened
from wiredesk_ingest.formats.newsml_1_names import Names, label_of
from wiredesk_ingest.formats.newsml_1_parts import language_said
from wiredesk_ingest.formats.newsml_1_standing import standing_of
from wiredesk_ingest.formats.shown_html import html_of_blocks


def item_without_component(element: etree._Element, document: NewsItems) -> Item:
    """The item of a NewsItem that holds no NewsComponent."""
    names, management, profile = document.names[element], management_of(element), document.wire.provider
    standing = standing_of(management, [], names, profile)
    updates = [child for child in element if local(child) == "update"]
    told: dict[str, Any] = {
        **managed_fields(management, standing, document, names.uri),
        **_changes(updates),
        "uri": names.uri,
        "version": names.revision,
        "language": language_said(element) or document.language or profile.language,
        "source": profile.source,
        "credit": profile.credit,
        "aliases": names.aliases,
        "warnings": (*document.warnings, *names.warnings, *standing.warnings),
    }
    told["headline"] = told["headline"] or label_of(element, "namelabel")
    if any(local(child) == "topicset" for child in element):
        return Item(**told | {"type": ItemType.concept})
    return Item(**told | _as_notice(told, names, bool(updates)))


def _changes(updates: list[etree._Element]) -> dict[str, str]:
    """The words of the changes."""
    blocks = [block for update in updates for block in blocks_of(update)]
    headlines = (plain(e) for update in updates for e in update.iter(etree.Element) if local(e) == "headline")
    return {
        "headline": next(headlines, "") or shortened(blocks[0].text if blocks else ""),
        "body_text": text_of(blocks),
        "body_html": html_of_blocks(blocks),
    }


def _as_notice(told: Mapping[str, Any], names: Names, changes: bool) -> dict[str, Any]:
    """What becomes of an item that is not whole."""
    if told["status"] is Status.canceled:
        return {}
    code = "changes_only" if changes else "management_only"
    shut = {"status": Status.withheld, "embargoed_until": None}
    if told["status"] is Status.withheld or told["embargoed_until"] is not None:
        detail = "the story is held; its text did not come with this revision, so send it whole to open it"
        return shut | {"warnings": (*told["warnings"], ParseWarning(code=code, detail=detail))}
    detail = "kept apart from the story and shut: send the whole item"
    return shut | {
        "uri": f"{names.uri}:{names.revision}{names.update or 'A'}",
        "type": ItemType.text if changes else ItemType.advisory,
        "evolved_from": names.uri,
        "aliases": (),
        "warnings": (*told["warnings"], ParseWarning(code=code, detail=detail)),
    }
