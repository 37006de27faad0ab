"""ninjs, the IPTC's JSON for news: generations 1.x, 2.x, 3.x and the dialect that Superdesk speaks.

One reading for all: keys count without case, an object keyed by name and an array of named objects mean the
same, and keys that nobody knows are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from wiredesk_core.failures import Unreadable
from wiredesk_core.item import (
    Association,
    Cancel,
    Dateline,
    Item,
    ItemType,
    ParseWarning,
    Party,
    Status,
    Subject,
)

from wiredesk_ingest.formats.agency_frames import place_of
from wiredesk_ingest.formats.bounds import MOST_ENTRIES, few_enough, refuse_masses_of_entries
from wiredesk_ingest.formats.dates import embargo, moment
from wiredesk_ingest.formats.json_fields import Fields, entries, lowered, named, scalar, text_in
from wiredesk_ingest.formats.languages import language_of
from wiredesk_ingest.formats.ninjs_words import body_of, headlines_of, summary_of
from wiredesk_ingest.formats.plain_text import content_uri
from wiredesk_ingest.formats.safe_json import parse_json
from wiredesk_ingest.formats.vocabulary import distinct, priority_of, status_of, subject_of, type_of, urgency_of
from wiredesk_ingest.wire import Wire

JSON_START = re.compile(r"^\s*(?:\{\s*[\"}]|\[\s*(?:[\[{\"\]]|-?[0-9]))")
TELLING = frozenset(
    [
        "headline",
        "headlines",
        "bodies",
        "body_text",
        "body_html",
        "body_xhtml",
        "pubstatus",
        "versioncreated",
        "firstcreated",
        "slugline",
        "byline",
        "by",
        "associations",
        "renditions",
        "description_text",
        "description_html",
        "descriptions",
        "evolvedfrom",
        "ednote",
        "located",
    ]
)
"""Keys that only ninjs has together; two of them make a document ninjs even without an id."""
ENVELOPES = ("item", "items", "_items", "newsitems", "data", "result", "results", "response", "search", "docs", "articles",
             "stories", "news", "hits", "entries", "_source")  # fmt: skip
"""Keys under which answers of agencies' interfaces hold what was asked for."""
SPELLINGS = {
    "urn": "uri",
    "headline_sub": "subheadline",
    "subhead": "subheadline",
    "bodyhtml": "body_html",
    "bodyxhtml": "body_xhtml",
    "bodytext": "body_text",
    "article_html": "body_html",
    "article_text": "body_text",
    "version_created": "versioncreated",
    "first_created": "firstcreated",
    "teaser": "description_teaser",
    "caption": "description_caption",
    "definition_short": "description_summary",
    "definition_long": "body_html",
}
"""ninjs' names for what other interfaces spell their own way."""
DEEPEST_ASSOCIATION = 3
DEEPEST_ENVELOPE = 4


def recognise(text: str) -> bool:
    """Whether the text is JSON; whether that is ninjs shows when it is read."""
    return JSON_START.match(text) is not None


def parse(text: str, wire: Wire) -> tuple[Item, ...]:
    """An item for each news object, and for each associated one that brings its own id and content."""
    value = parse_json(text)
    found = list(_news_objects(value))
    if not found:
        keys = ", ".join(list(value)[:8]) if isinstance(value, dict) else type(value).__name__
        raise Unreadable("not_ninjs", f"JSON without a ninjs `uri` (found: {keys}): send ninjs 1.x to 3.x")
    return few_enough(item for fields in found for item in _items(fields, wire, None, 0))


def _news_objects(value: Any, depth: int = 0) -> Iterator[Fields]:
    """The news objects in a document: itself, the members of a list, or those in the envelopes of an answer."""
    if isinstance(value, list) and depth <= DEEPEST_ENVELOPE:
        for entry in value:
            yield from _news_objects(entry, depth + 1) if isinstance(entry, dict) else ()
    if not isinstance(value, dict):
        return
    fields = _respelt(value)
    if _is_ninjs(fields):
        yield fields
        return
    for name in ENVELOPES if depth <= DEEPEST_ENVELOPE else ():
        yield from _news_objects(fields.get(name), depth + 1)


def _respelt(value: Mapping[str, Any]) -> dict[str, Any]:
    """An object with its keys in small letters and as ninjs spells them, where it does not say the same twice."""
    fields = lowered(value)
    return fields | {usual: fields[own] for own, usual in SPELLINGS.items() if own in fields and usual not in fields}


def _is_ninjs(fields: Fields) -> bool:
    has_id = any(isinstance(fields.get(name), str) and fields[name].strip() for name in ("uri", "guid"))
    if "properties" in fields and "$schema" in fields:
        return False
    return has_id or len(TELLING & fields.keys()) >= 2


def _items(fields: Fields, wire: Wire, parent: Item | None, depth: int) -> Iterator[Item]:
    item = item_of(fields, wire)
    if parent is not None:
        item = under(parent, item)
        if not language_of(text_in(fields, "language")):
            item = item.model_copy(update={"language": parent.language})
    yield item
    if item.status is Status.canceled or depth >= DEEPEST_ASSOCIATION:
        return
    for associated in (_respelt(entry) for _, entry in named(fields.get("associations"))):
        if _brings_content(associated):
            yield from _items(associated, wire, item, depth + 1)


def _brings_content(fields: Fields) -> bool:
    """An associated object is an item of its own when it has an id and more than a reference needs."""
    has_id = any(isinstance(fields.get(name), str) and fields[name].strip() for name in ("uri", "guid"))
    return has_id and len(TELLING & fields.keys()) >= 2


def under(parent: Item, item: Item) -> Item:
    """What comes inside a story is never open before the story is."""
    shut = [end for end in (parent.embargoed_until, item.embargoed_until) if end is not None]
    withheld = parent.status is Status.withheld and item.status is Status.usable
    return item.model_copy(
        update={
            "embargoed_until": max(shut, default=None),
            "status": Status.withheld if withheld else item.status,
            "version_created": item.version_created or parent.version_created,
        }
    )


def item_of(fields: Fields, wire: Wire) -> Item:
    """The item of one news object, whose keys are in lower case."""
    zone, warnings = wire.provider.zone, list[ParseWarning]()

    def noted(answer: tuple[Any, tuple[ParseWarning, ...]]) -> Any:
        warnings.extend(answer[1])
        return answer[0]

    body_text, body_html = body_of(fields)
    headline, subheadline = headlines_of(fields)
    if not headline and text_in(fields, "type").lower() in {ItemType.event, ItemType.planning}:
        headline = text_in(fields, "name")
    uri = _identity(fields)
    if not uri:
        uri = content_uri(repr(sorted((k, repr(v)) for k, v in fields.items() if k in TELLING)))
        warnings.append(ParseWarning(code="uri_missing", detail="named by its content; updates cannot be matched"))
    held = next((fields[name] for name in ("embargoeduntil", "embargoed") if fields.get(name) is not None), None)
    located = text_in(fields, "located")
    dateline = text_in(fields, "dateline") or located
    replaced = tuple(name for name in _labels(fields, "replacing") if name != uri)
    return Item(
        uri=uri,
        version=text_in(fields, "version"),
        type=noted(type_of(text_in(fields, "type") or _implied_type(fields))),
        status=noted(status_of(text_in(fields, "pubstatus"))),
        signals=_signals(fields),
        language=language_of(text_in(fields, "language")) or wire.provider.language,
        headline=headline,
        subheadline=subheadline,
        slugline=text_in(fields, "slugline", "slug"),
        byline=text_in(fields, "byline", "by") or ", ".join(_authors(fields)),
        dateline=Dateline(text=dateline, place=located or place_of(dateline)) if dateline else None,
        credit=text_in(fields, "creditline", "credit", "description_creditline") or wire.provider.credit,
        source=text_in(fields, "source") or _names(fields, "infosources", "infosource") or wire.provider.source,
        urgency=noted(urgency_of(text_in(fields, "urgency"))),
        priority=priority_of(text_in(fields, "priority")),
        genre=next(iter(_labels(fields, "genres", "genre")), None),
        categories=_labels(fields, "service", "services"),
        keywords=_keywords(fields),
        subjects=_subjects(fields),
        people=_parties(fields, "people", "person"),
        organisations=_parties(fields, "organisations", "organisation"),
        places=_parties(fields, "places", "place"),
        summary=summary_of(fields),
        body_text=body_text,
        body_html=body_html,
        ed_note=text_in(fields, "ednote"),
        embargoed_until=noted(embargo(None if held is None or held is False else scalar(held), zone)),
        first_created=moment(text_in(fields, "firstcreated"), zone),
        version_created=moment(text_in(fields, "versioncreated"), zone),
        expires=moment(text_in(fields, "expires", "expiry"), zone),
        copyright_holder=text_in(fields, "copyrightholder"),
        copyright_notice=text_in(fields, "copyrightnotice"),
        usage_terms=text_in(fields, "usageterms"),
        take_key=text_in(fields, "anpa_take_key", "takekey"),
        evolved_from=text_in(fields, "evolvedfrom") or next(iter(replaced), None),
        aliases=_aliases(fields, uri),
        cancels=tuple(Cancel(id=name) for name in replaced),
        associations=(*_associations(fields), *_renditions(fields)),
        warnings=tuple(warnings),
    )


def _identity(fields: Fields) -> str:
    """`uri`; but where that is only a web address beside a `guid`, the guid, which does not move."""
    uri, guid = text_in(fields, "uri"), text_in(fields, "guid")
    return guid if guid and (not uri or uri.startswith(("http://", "https://"))) else uri


def _authors(fields: Fields) -> tuple[str, ...]:
    """Those who wrote it, where there is no by-line; not those who only handled it."""
    listed = [entry for entry in entries(fields, "bylines", "authors") if not entry.get("internal")]
    writers = [
        e for e in listed if text_in(e, "role").lower().rpartition(":")[2] in {"", "author", "writer", "reporter"}
    ]
    return distinct([text_in(entry, "byline", "name") for entry in writers])


def _implied_type(fields: Fields) -> str:
    if "eventdetails" in fields:
        return ItemType.event
    return ItemType.planning if "plannedcoverage" in fields else ""


def _signals(fields: Fields) -> tuple[str, ...]:
    found = entries(fields, "signals", "signal")
    return distinct([text_in(entry, "qcode", "uri", "code", "name", "literal") for entry in found])


def _labels(fields: Fields, *names: str) -> tuple[str, ...]:
    return distinct([text_in(entry, "name", "literal", "code", "uri") for entry in entries(fields, *names)])


def _names(fields: Fields, *names: str) -> str:
    return ", ".join(_labels(fields, *names))


def _keywords(fields: Fields) -> tuple[str, ...]:
    value = fields.get("keywords")
    if not isinstance(value, str):
        return _labels(fields, "keywords", "keyword")
    refuse_masses_of_entries(value.split(",", MOST_ENTRIES))
    return distinct(value.split(","))


def _subjects(fields: Fields) -> tuple[Subject, ...]:
    found = (
        subject_of(
            text_in(entry, "code", "qcode", "uri", "literal"), text_in(entry, "name"), text_in(entry, "scheme") or None
        )
        for entry in entries(fields, "subjects", "subject")
    )
    return tuple(dict.fromkeys(subject for subject in found if subject is not None))


def _parties(fields: Fields, *names: str) -> tuple[Party, ...]:
    found = ((text_in(e, "name", "literal"), text_in(e, "uri", "code", "qcode")) for e in entries(fields, *names))
    return tuple(dict.fromkeys(Party(name=name or code, code=code or None) for name, code in found if name or code))


def _aliases(fields: Fields, uri: str) -> tuple[str, ...]:
    """Other ids of the same item: what a kill may call it by."""
    value = fields.get("altids")
    entries: list[Any] = []
    if isinstance(value, dict):
        entries = [entry for given in value.values() for entry in (given if isinstance(given, list) else [given])]
    elif isinstance(value, list):
        entries = [lowered(entry).get("value") if isinstance(entry, dict) else entry for entry in value]
    found = [text_in(fields, "uri"), text_in(fields, "guid"), *(entry for entry in entries if isinstance(entry, str))]
    return tuple(alias for alias in distinct(found) if alias != uri)


def _associations(fields: Fields) -> tuple[Association, ...]:
    found = (
        Association(
            rel=name or text_in(entry, "rel") or "associated",
            uri=text_in(entry, "uri", "guid", "urn") or None,
            type=_type_known(text_in(entry, "type")),
            headline=headlines_of(entry)[0] or None,
            href=_href(entry),
        )
        for name, entry in named(fields.get("associations"))
    )
    return tuple(each for each in found if each.uri or each.href or each.headline)


def _renditions(fields: Fields) -> Iterator[Association]:
    """Where the object itself lies, in each of its sizes."""
    for name, entry in named(fields.get("renditions")):
        if text_in(entry, "href", "url"):
            yield Association(
                rel=name or "rendition",
                type=_type_known(text_in(entry, "type") or text_in(entry, "contenttype", "mimetype").partition("/")[0]),
                headline=text_in(entry, "title") or None,
                href=text_in(entry, "href", "url"),
            )


def _type_known(word: str) -> ItemType | None:
    kind, unknown = type_of(word)
    return kind if word and not unknown else None


def _href(fields: Fields) -> str | None:
    """Where its best rendition lies: the original, else the first."""
    renditions = dict(reversed(named(fields.get("renditions"))))
    best = renditions.get("original") or next(reversed(renditions.values()), None)
    return text_in(best or fields, "href", "url") or None
