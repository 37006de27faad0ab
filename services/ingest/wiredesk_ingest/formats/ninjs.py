"""ninjs, the IPTC's JSON for news: generations 1.x, 2.x, 3.x and the dialect that Superdesk speaks.

One reading for all: keys count without case, an object keyed by name and an array of named objects mean the
same, and keys that nobody knows are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from wiredesk_core.failures import Unreadable
from wiredesk_core.item import Association, Dateline, Item, ItemType, ParseWarning, Party, Status, Subject

from wiredesk_ingest.formats.dates import embargo, moment
from wiredesk_ingest.formats.markup import Block, blocks_of_html, looks_like_html, text_of
from wiredesk_ingest.formats.paragraphs import paragraphs_of_plain
from wiredesk_ingest.formats.plain_text import content_uri
from wiredesk_ingest.formats.safe_json import parse_json
from wiredesk_ingest.formats.shown_html import html_of_blocks, safe_html
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
ENVELOPES = ("item", "items", "_items", "newsitems")
MAIN = ("main", "", "text", "html", "xhtml", "headline", "default")
SECOND = ("subheadline", "sub", "subtitle", "secondary", "subhead", "deck")
SUMMARY = ("summary", "abstract", "main", "", "text", "html", "caption", "lead", "teaser")
DEEPEST_ASSOCIATION = 3

Fields = Mapping[str, Any]


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
    return tuple(item for fields in found for item in _items(fields, wire, None, 0))


def _news_objects(value: Any) -> Iterator[Fields]:
    """The news objects in a document: itself, the members of a list, or those of an answer's list of items."""
    if isinstance(value, list):
        for entry in value:
            yield from _news_objects(entry) if isinstance(entry, dict) else ()
    if not isinstance(value, dict):
        return
    fields = _lowered(value)
    if _is_ninjs(fields):
        yield fields
        return
    for name in ENVELOPES:
        entries = fields.get(name)
        if isinstance(entries, list):
            yield from (f for f in (_lowered(e) for e in entries if isinstance(e, dict)) if _is_ninjs(f))


def _is_ninjs(fields: Fields) -> bool:
    has_id = any(isinstance(fields.get(name), str) and fields[name].strip() for name in ("uri", "guid"))
    if "properties" in fields and "$schema" in fields:
        return False
    return has_id or len(TELLING & fields.keys()) >= 2


def _lowered(value: Mapping[str, Any]) -> dict[str, Any]:
    return {str(key).lower().lstrip("$"): entry for key, entry in value.items()}


def _items(fields: Fields, wire: Wire, parent: Item | None, depth: int) -> Iterator[Item]:
    item = item_of(fields, wire)
    if parent is not None:
        item = _under(parent, item)
    yield item
    if item.status is Status.canceled or depth >= DEEPEST_ASSOCIATION:
        return
    for _, associated in _named(fields.get("associations")):
        if _brings_content(associated):
            yield from _items(associated, wire, item, depth + 1)


def _brings_content(fields: Fields) -> bool:
    """An associated object is an item of its own when it has an id and more than a reference needs."""
    has_id = any(isinstance(fields.get(name), str) and fields[name].strip() for name in ("uri", "guid"))
    return has_id and len(TELLING & fields.keys()) >= 2


def _under(parent: Item, item: Item) -> Item:
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

    body_text, body_html = _body(fields)
    headline, subheadline = _headlines(fields)
    uri = _identity(fields)
    if not uri:
        uri = content_uri(repr(sorted((k, repr(v)) for k, v in fields.items() if k in TELLING)))
        warnings.append(ParseWarning(code="uri_missing", detail="named by its content; updates cannot be matched"))
    held = next((fields[name] for name in ("embargoeduntil", "embargoed") if fields.get(name) is not None), None)
    located = _text(fields, "located")
    return Item(
        uri=uri,
        version=_text(fields, "version"),
        type=noted(type_of(_text(fields, "type") or _implied_type(fields))),
        status=noted(status_of(_text(fields, "pubstatus"))),
        signals=_signals(fields),
        language=_text(fields, "language") or wire.provider.language,
        headline=headline,
        subheadline=subheadline,
        slugline=_text(fields, "slugline"),
        byline=_text(fields, "byline", "by"),
        dateline=Dateline(text=located, place=located) if located else None,
        credit=_text(fields, "creditline", "credit") or wire.provider.credit,
        source=_text(fields, "source") or _names(fields, "infosources", "infosource") or wire.provider.source,
        urgency=noted(urgency_of(_text(fields, "urgency"))),
        priority=priority_of(_text(fields, "priority")),
        genre=next(iter(_labels(fields, "genres", "genre")), None),
        categories=_labels(fields, "service", "services"),
        keywords=_keywords(fields),
        subjects=_subjects(fields),
        people=_parties(fields, "people", "person"),
        organisations=_parties(fields, "organisations", "organisation"),
        places=_parties(fields, "places", "place"),
        summary=_summary(fields),
        body_text=body_text,
        body_html=body_html,
        ed_note=_text(fields, "ednote"),
        embargoed_until=noted(embargo(None if held is None or held is False else _scalar(held), zone)),
        first_created=moment(_text(fields, "firstcreated"), zone),
        version_created=moment(_text(fields, "versioncreated"), zone),
        expires=moment(_text(fields, "expires", "expiry"), zone),
        copyright_holder=_text(fields, "copyrightholder"),
        copyright_notice=_text(fields, "copyrightnotice"),
        usage_terms=_text(fields, "usageterms"),
        take_key=_text(fields, "anpa_take_key", "takekey"),
        evolved_from=_text(fields, "evolvedfrom") or None,
        aliases=_aliases(fields, uri),
        associations=_associations(fields),
        warnings=tuple(warnings),
    )


def _identity(fields: Fields) -> str:
    """`uri`; but where that is only a web address beside a `guid`, the guid, which does not move."""
    uri, guid = _text(fields, "uri"), _text(fields, "guid")
    return guid if guid and (not uri or uri.startswith(("http://", "https://"))) else uri


def _scalar(value: Any) -> str:
    return str(value).strip() if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""


def _text(fields: Fields, *names: str) -> str:
    """The first of these fields that holds a text or a number."""
    return next((found for name in names if (found := _scalar(fields.get(name)))), "")


def _named(value: Any) -> list[tuple[str, Fields]]:
    """(name, object) pairs of either generation: an object keyed by name, or an array of objects with `name`."""
    if isinstance(value, dict):
        if isinstance(value.get("name"), str) and not any(isinstance(entry, dict) for entry in value.values()):
            return [(value["name"], _lowered(value))]
        return [(str(name), _lowered(entry)) for name, entry in value.items() if isinstance(entry, dict)]
    if isinstance(value, list):
        lowered = [_lowered(entry) for entry in value if isinstance(entry, dict)]
        return [(_text(entry, "name", "id", "role"), entry) for entry in lowered]
    return []


def _entries(fields: Fields, *names: str) -> list[Fields]:
    """Objects of a list field; texts in it become objects with a name, and a single one a list."""
    for name in names:
        value = fields.get(name)
        listed = value if isinstance(value, list) else [value] if value else []
        found = [_lowered(e) if isinstance(e, dict) else {"name": _scalar(e)} for e in listed]
        if found:
            return [entry for entry in found if entry]
    return []


def _roles(fields: Fields, plural: str, singular: str) -> list[tuple[str, str, str]]:
    """(role, content type, value) of headlines, bodies and descriptions in every generation."""
    found = []
    for entry in _entries(fields, plural):
        kind = _text(entry, "contenttype")
        found.append((_text(entry, "role").lower().rpartition(":")[2], kind, _text(entry, "value", "name")))
    for key, value in fields.items():
        if key == singular or key.startswith(f"{singular}_"):
            role = key.removeprefix(singular).lstrip("_")
            found.append((role, "text/html" if "html" in role else "", _scalar(value)))
    return [entry for entry in found if entry[2]]


def _by_role(found: list[tuple[str, str, str]], roles: tuple[str, ...]) -> str:
    return next((value for role in roles for name, _, value in found if name == role), "")


def _headlines(fields: Fields) -> tuple[str, str]:
    found = _roles(fields, "headlines", "headline")
    main = _by_role(found, MAIN) or _text(fields, "title") or (found[0][2] if found else "")
    return _line(main), _line(_by_role(found, SECOND))


def _summary(fields: Fields) -> str:
    found = _roles(fields, "descriptions", "description")
    text = _by_role(found, SUMMARY) or (found[0][2] if found else "")
    return text_of(blocks_of_html(text)) if looks_like_html(text) else text


def _line(text: str) -> str:
    """One line of plain text; headlines sometimes come with markup."""
    return " ".join((text_of(blocks_of_html(text)) if looks_like_html(text) else text).split())


def _body(fields: Fields) -> tuple[str, str]:
    """body_text and body_html of the fullest body: plain text only where the markup says less."""
    found = _roles(fields, "bodies", "body")
    blocks = [_body_blocks(kind, role, value) for role, kind, value in found]
    sizes = [sum(len(block.text.split()) for block in body) for body in blocks]
    if not any(sizes):
        return "", ""
    marked = [looks_like_html(value) for _, _, value in found]
    best = max(range(len(found)), key=lambda at: (sizes[at], marked[at], -at))
    rich = [at for at in range(len(found)) if marked[at] and sizes[at] * 10 >= sizes[best] * 9]
    best = max(rich, key=lambda at: sizes[at]) if rich else best
    return text_of(blocks[best]), safe_html(found[best][2]) if marked[best] else html_of_blocks(blocks[best])


def _body_blocks(kind: str, role: str, value: str) -> list[Block]:
    if looks_like_html(value) or "html" in kind or "html" in role:
        return blocks_of_html(value)
    return [Block(paragraph, "p") for paragraph in paragraphs_of_plain(value)]


def _implied_type(fields: Fields) -> str:
    if "eventdetails" in fields:
        return ItemType.event
    return ItemType.planning if "plannedcoverage" in fields else ""


def _signals(fields: Fields) -> tuple[str, ...]:
    found = _entries(fields, "signals", "signal")
    return distinct([_text(entry, "qcode", "uri", "code", "name", "literal") for entry in found])


def _labels(fields: Fields, *names: str) -> tuple[str, ...]:
    return distinct([_text(entry, "name", "literal", "code", "uri") for entry in _entries(fields, *names)])


def _names(fields: Fields, *names: str) -> str:
    return ", ".join(_labels(fields, *names))


def _keywords(fields: Fields) -> tuple[str, ...]:
    value = fields.get("keywords")
    return distinct(value.split(",")) if isinstance(value, str) else _labels(fields, "keywords", "keyword")


def _subjects(fields: Fields) -> tuple[Subject, ...]:
    found = (
        subject_of(
            _text(entry, "code", "qcode", "uri", "literal"), _text(entry, "name"), _text(entry, "scheme") or None
        )
        for entry in _entries(fields, "subjects", "subject")
    )
    return tuple(dict.fromkeys(subject for subject in found if subject is not None))


def _parties(fields: Fields, *names: str) -> tuple[Party, ...]:
    found = ((_text(e, "name", "literal"), _text(e, "uri", "code", "qcode")) for e in _entries(fields, *names))
    return tuple(dict.fromkeys(Party(name=name or code, code=code or None) for name, code in found if name or code))


def _aliases(fields: Fields, uri: str) -> tuple[str, ...]:
    """Other ids of the same item: what a kill may call it by."""
    value = fields.get("altids")
    entries: list[Any] = []
    if isinstance(value, dict):
        entries = [entry for given in value.values() for entry in (given if isinstance(given, list) else [given])]
    elif isinstance(value, list):
        entries = [_lowered(entry).get("value") if isinstance(entry, dict) else entry for entry in value]
    found = [_text(fields, "uri"), _text(fields, "guid"), *(entry for entry in entries if isinstance(entry, str))]
    return tuple(alias for alias in distinct(found) if alias != uri)


def _associations(fields: Fields) -> tuple[Association, ...]:
    return tuple(
        Association(
            rel=name or _text(entry, "rel") or "associated",
            uri=_text(entry, "uri", "guid") or None,
            type=type_of(_text(entry, "type"))[0] if _text(entry, "type") else None,
            headline=_headlines(entry)[0] or None,
            href=_href(entry),
        )
        for name, entry in _named(fields.get("associations"))
    )


def _href(fields: Fields) -> str | None:
    """Where its best rendition lies: the original, else the first."""
    renditions = dict(reversed(_named(fields.get("renditions"))))
    best = renditions.get("original") or next(reversed(renditions.values()), None)
    return _text(best or fields, "href") or None
