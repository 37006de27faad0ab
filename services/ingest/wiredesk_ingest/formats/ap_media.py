"""AP Media API, JSON: one item (`data.item`) or a feed of them (`data.items[].item`), a dialect of ninjs 1.x.

The text of a story is not in it but behind a link to a NITF rendition; where a gateway has fetched that and put it
beside the item as `nitf`, it is read. The id of the chain is `altids.itemid`; `uri` holds a token of each request.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from wiredesk_core.failures import Unreadable
from wiredesk_core.item import Dateline, Item, ItemType, ParseWarning, Raw, Status

from wiredesk_ingest.formats import ninjs
from wiredesk_ingest.formats.bounds import few_enough
from wiredesk_ingest.formats.ninjs import JSON_START
from wiredesk_ingest.formats.nitf_body import body_of
from wiredesk_ingest.formats.safe_json import parse_json
from wiredesk_ingest.formats.safe_xml import parse_xml
from wiredesk_ingest.formats.takes import KILL, signals_of, without_cycle
from wiredesk_ingest.formats.vocabulary import distinct
from wiredesk_ingest.wire import Wire, part_of

IDS = re.compile(r'"altids"\s*:\s*\{[^{}]{0,2000}?"itemid"\s*:', re.IGNORECASE)
NINJS = re.compile(r'"\$?standard"\s*:\s*\{[^{}]{0,500}?"ninjs"', re.IGNORECASE)
"""A document that says itself to be ninjs: there, a set of ids like AP's is an example of such sets."""
DEEPEST = 5
ADDRESSED = frozenset({"uri", "renditions", "associations", "links"})
NEWS = "newscontent"
"""The signal without which nothing may be published: such items are for desks."""

Fields = Mapping[str, Any]


def recognise(text: str) -> bool:
    """Whether the text is JSON about something with AP's own set of ids."""
    return JSON_START.match(text) is not None and IDS.search(text) is not None and NINJS.search(text) is None


def parse(text: str, wire: Wire) -> tuple[Item, ...]:
    """An item for each of AP's, in order. Raises Unreadable: json_bomb, json_broken, not_ap_media."""
    found = list(_news(parse_json(text), {}, 0))
    if not found:
        raise Unreadable("not_ap_media", "JSON without an item that has altids.itemid: send an answer of the API")
    return few_enough(_item(fields, beside, wire) for fields, beside in found)


def _news(value: Any, beside: Fields, depth: int) -> Iterator[tuple[Fields, Fields]]:
    """Items, each with what the envelope says beside it."""
    if isinstance(value, list) and depth < DEEPEST:
        for entry in value:
            yield from _news(entry, beside if len(value) == 1 else {}, depth + 1)
    if not isinstance(value, dict):
        return
    fields = _lowered(value)
    if _ids(fields).get("itemid"):
        yield fields, beside
        return
    around = {**beside, **{name: fields[name] for name in ("nitf",) if name in fields}}
    for name in ("data", "item", "items"):
        if depth < DEEPEST:
            yield from _news(fields.get(name), around, depth + 1)


def _lowered(value: Mapping[str, Any]) -> dict[str, Any]:
    return {str(key).lower(): entry for key, entry in value.items()}


def _ids(fields: Fields) -> dict[str, str]:
    ids = fields.get("altids")
    given = _lowered(ids) if isinstance(ids, dict) else {}
    return {name: str(value) for name, value in given.items() if isinstance(value, (str, int)) and str(value).strip()}


def _item(fields: Fields, beside: Fields, wire: Wire) -> Item:
    ids = _ids(fields)
    slug, take = _slug(_text(fields.get("slugline")))
    item = ninjs.item_of(_as_ninjs(fields, beside, ids), wire)
    types = _texts(fields.get("editorialtypes"))
    signals = distinct([*item.signals, *signals_of(", ".join((take, *types)), item.ed_note, wire.provider)])
    status, kind, warnings = _standing(fields, item, signals)
    text, markup = (item.body_text, item.body_html) if item.body_text else _enclosed_nitf(fields, beside, warnings)
    if kind in {ItemType.text, ItemType.advisory} and not text and status is not Status.canceled:
        detail = "fetch the nitf rendition and send it beside the item as `nitf`"
        warnings.append(ParseWarning(code="body_elsewhere", detail=detail))
    return item.model_copy(
        update={
            "status": status,
            "type": kind,
            "signals": signals,
            "slugline": slug,
            "take_key": take,
            "body_text": text,
            "body_html": markup,
            "dateline": _dateline(fields) or item.dateline,
            "aliases": distinct([ids.get("friendlykey", ""), _canonical(fields, ids["itemid"])]),
            "warnings": (*item.warnings, *warnings),
            "raw": _part(fields, beside),
        }
    )


def _part(fields: Fields, beside: Fields) -> Raw:
    """The hash of the item without its addresses: they hold a token of the request and differ with each answer."""
    kept = {name: value for name, value in fields.items() if name not in ADDRESSED}
    return part_of(json.dumps([kept, beside], sort_keys=True, ensure_ascii=True).encode())


def _as_ninjs(fields: Fields, beside: Fields, ids: dict[str, str]) -> dict[str, Any]:
    """The item in ninjs' own words."""
    nitf = beside.get("nitf") or fields.get("nitf")
    told = {name: value for name, value in fields.items() if name not in {"altids", "description_creditline"}}
    subjects = [s for s in _objects(fields.get("subject")) if not _is_category(s)]
    return {
        **told,
        **({name: nitf[name] for name in nitf if str(name).startswith("body_")} if isinstance(nitf, dict) else {}),
        "uri": ids["itemid"],
        "byline": ", ".join(distinct([_text(by.get("by")) for by in _objects(fields.get("bylines"))])),
        "creditline": _text(fields.get("description_creditline")),
        "usageterms": "\n\n".join(_texts(fields.get("usageterms"))),
        "subject": subjects,
        "service": [{"code": _text(s.get("code"))} for s in _objects(fields.get("subject")) if _is_category(s)],
        "associations": _associated(fields.get("associations")),
    }


def _standing(fields: Fields, item: Item, signals: tuple[str, ...]) -> tuple[Status, ItemType, list[ParseWarning]]:
    """Status and type: an embargo with a time ends by itself, and what is no news content is never open."""
    if item.status is Status.canceled or KILL in signals:
        return Status.canceled, item.type, []
    status = item.status
    if _text(fields.get("pubstatus")).lower() == "embargoed" and item.embargoed_until is not None:
        status = Status.usable
    if any(signal.rpartition(":")[2] == NEWS for signal in item.signals):
        return status, item.type, []
    warning = ParseWarning(code="no_news_content", detail=f"no signal {NEWS}: an advisory, withheld")
    return Status.withheld, ItemType.advisory, [warning]


def _enclosed_nitf(fields: Fields, beside: Fields, warnings: list[ParseWarning]) -> tuple[str, str]:
    """Text and markup of a NITF document that stands in or beside the item."""
    nitf = beside.get("nitf") or fields.get("nitf")
    if not isinstance(nitf, str) or "<" not in nitf:
        return "", ""
    try:
        document = parse_xml(nitf)
    except Unreadable as unreadable:
        warnings.append(ParseWarning(code="nitf_unreadable", detail=str(unreadable)[:200]))
        return "", ""
    warnings += document.warnings
    body = body_of(document.root)
    return body.text, body.html


def _slug(slugline: str) -> tuple[str, str]:
    """The slug without the edition it was meant for, and the take that follows it."""
    slug, _, take = slugline.partition(",")
    return without_cycle(slug.strip()), take.strip()


def _dateline(fields: Fields) -> Dateline | None:
    where = fields.get("datelinelocation")
    city = _text(where.get("city")) if isinstance(where, dict) else ""
    text = _text(fields.get("located")) or city
    return Dateline(text=text, place=city or text) if text else None


def _associated(value: Any) -> dict[str, Any]:
    """Associated items by the id of their chain."""
    named = value.items() if isinstance(value, dict) else ()
    found = {str(name): _lowered(entry) for name, entry in named if isinstance(entry, dict)}
    return {name: {**entry, "uri": _ids(entry).get("itemid") or entry.get("uri")} for name, entry in found.items()}


def _canonical(fields: Fields, itemid: str) -> str:
    """Its own web address; some kinds of items share that of a whole page."""
    addresses = (_text(link.get("href")) for link in _objects(fields.get("links")) if link.get("rel") == "canonical")
    return next((address for address in addresses if itemid in address), "")


def _is_category(subject: Fields) -> bool:
    return any(rel in {"category", "suppcategory"} for rel in _texts(subject.get("rels")))


def _objects(value: Any) -> list[dict[str, Any]]:
    return [_lowered(entry) for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _texts(value: Any) -> list[str]:
    listed = value if isinstance(value, list) else [value]
    return [text for text in map(_text, listed) if text]


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
