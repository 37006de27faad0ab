"""NITF (IPTC, 2.5 to 3.6): a story with its head, alone or in an envelope that is none of the other formats.

Elements count by local name, wherever in the head they stand; the DTD is never loaded. Agencies put the same thing
into several places: the one that says it in the standard's own words counts first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from lxml import etree
from wiredesk_core.failures import Unreadable
from wiredesk_core.item import Cancel, Dateline, Item, ItemType, ParseWarning, Status
from wiredesk_core.moments import FAR_FUTURE

from wiredesk_ingest.formats.agency_frames import printed_dateline
from wiredesk_ingest.formats.bounds import few_enough
from wiredesk_ingest.formats.dates import embargo, moment
from wiredesk_ingest.formats.languages import language_of
from wiredesk_ingest.formats.markup import local, outermost, plain
from wiredesk_ingest.formats.nitf_body import Body, body_of
from wiredesk_ingest.formats.nitf_concepts import categories, keywords, notice, parties, places, rights, subjects
from wiredesk_ingest.formats.nitf_head import Head
from wiredesk_ingest.formats.nitf_names import UNIQUE, Names
from wiredesk_ingest.formats.plain_text import printed_byline
from wiredesk_ingest.formats.safe_xml import parse_xml
from wiredesk_ingest.formats.sniffing import root_name
from wiredesk_ingest.formats.takes import (
    CORRECTION,
    KILL,
    TAKE,
    UPDATE,
    is_take_line,
    sealed_until,
    signals_of,
    without_cycle,
)
from wiredesk_ingest.formats.vocabulary import distinct, status_of, urgency_of
from wiredesk_ingest.wire import Wire, part_of

INSIDE = re.compile(r"<(?:[\w.-]+:)?nitf[\s>]", re.IGNORECASE)
NOT_PUBLIC = frozenset({"npa", "nonpublic", "private", "internal", "contact"})
SLUGS = ("slug", "slugline", "anpa-keyword")
TAKES = ("anpa-takekey", "takekey", "take-key")
LONGEST_SLUG = 60
REFERENCES = re.compile(r"[,;]?\s+|;")
"""What stands between the ids of several documents; commas also stand inside ids."""
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclass(frozen=True, slots=True)
class _Standing:
    """What the document says of its own status and of other documents'."""

    status: Status
    embargoed_until: datetime | None = None
    cancels: tuple[Cancel, ...] = ()
    evolved_from: str | None = None


@dataclass(frozen=True, slots=True)
class _Desk:
    """What is said to desks: slug, take, open notes, closed notes, and the signals that follow."""

    slug: str
    take: str
    notes: tuple[str, ...]
    restricted: tuple[str, ...]
    signals: tuple[str, ...]


def recognise(text: str) -> bool:
    """Whether the root is NITF's, or one inside a document of another root; the other formats are asked before."""
    root = root_name(text)
    return root == "nitf" or (bool(root) and INSIDE.search(text) is not None)


def parse(text: str, wire: Wire) -> tuple[Item, ...]:
    """An item for each NITF document.

    Raises Unreadable: xml_bomb, tag_bomb, external_entity, xml_broken, not_nitf, too_many_items.
    """
    document = parse_xml(text)
    found = few_enough(outermost(document.root, lambda element: local(element) == "nitf"))
    if not found:
        raise Unreadable("not_nitf", "no <nitf> element in it: send the story as NITF")
    if len(found) == 1:
        return (_item(found[0], wire, document.warnings),)
    return tuple(_one_of_several(element, wire, document.warnings) for element in found)


def _one_of_several(root: etree._Element, wire: Wire, warnings: tuple[ParseWarning, ...]) -> Item:
    """One of several, under the hash of its own part of the wire."""
    part = part_of(etree.tostring(root, with_tail=False))
    return _item(root, wire, warnings).model_copy(update={"raw": part})


def _item(root: etree._Element, wire: Wire, warnings: tuple[ParseWarning, ...]) -> Item:
    profile = wire.provider
    head, said = Head(root, wire, list(warnings)), _said(root)
    body = body_of(root, profile.zone, tabular=head.meta.get("anpa-format", "").lower() == "t")
    issued, revised = _dates(head, body)
    names = _names(head, issued, said)
    head.warnings += names.warnings
    if body.titles:
        head.warnings.append(ParseWarning(code="byline_title", detail="; ".join(body.titles)[:200]))
    desk = _desk(head, body)
    standing = _standing(head, desk, names, revised)
    return Item(
        uri=names.uri,
        version=names.version,
        type=_type(head, body, desk, standing),
        status=standing.status,
        signals=desk.signals,
        language=_language(root) or profile.language,
        headline=body.headline or head.title,
        subheadline=body.subheadline,
        slugline=desk.slug,
        byline=body.byline or printed_byline(body.text[:400].split("\n\n")),
        dateline=_dateline(body),
        credit=profile.credit,
        source=body.distributor or _source(head) or profile.source,
        urgency=head.noted(urgency_of(head.attribute("urgency", "ed-urg"))),
        genre=head.attribute("tobject.property", "tobject.property.type") or None,
        categories=categories(head),
        keywords=keywords(head),
        subjects=subjects(head),
        people=parties(head, "person"),
        organisations=parties(head, "org"),
        places=places(head),
        summary=body.summary or (body.text if body.only_media else ""),
        body_text=body.text,
        body_html=body.html,
        ed_note="\n\n".join(desk.notes),
        restricted_notes=desk.restricted,
        embargoed_until=standing.embargoed_until,
        first_created=issued,
        version_created=revised,
        expires=head.time("date.expire"),
        copyright_holder=head.attribute("doc.copyright", "holder") or body.owner,
        copyright_notice=body.copyright or notice(head),
        usage_terms="\n\n".join(distinct([*rights(head), *body.rights])),
        take_key=desk.take,
        evolved_from=standing.evolved_from,
        aliases=names.aliases,
        cancels=standing.cancels,
        associations=body.media,
        warnings=tuple(head.warnings),
    )


def _said(root: etree._Element) -> str:
    """All words of the document, and where its media lie."""
    sources = (e.get("source", "") for e in root.iter(etree.Element) if local(e) == "media-reference")
    return " ".join([*(str(text) for text in root.itertext()), *sources])


def _dates(head: Head, body: Body) -> tuple[datetime | None, datetime | None]:
    """When the story was first filed, and this version of it."""
    zone = head.wire.provider.zone
    revisions = [moment(text, zone) for text in head.attributes("revision-history", "norm")]
    told = [found for found in (head.time("date.issue"), *revisions) if found]
    if not told:
        published = moment(head.attribute("pubdata", "date.publication"), zone)
        told = [found for found in (published, body.dateline and body.dateline.date) if found][:1]
    return min(told, default=None), max(told, default=None)


def _names(head: Head, issued: datetime | None, said: str) -> Names:
    ids = distinct([e.get("id-string") or plain(e) for e in head.all("doc-id")])
    return Names(
        scope=head.wire.provider.scope,
        sender=head.attribute("doc-id", "regsrc"),
        ids=ids,
        key=head.attribute("du-key", "key"),
        key_version=head.attribute("du-key", "version") or head.attribute("du-key", "generation"),
        meta=head.meta,
        day=issued,
        said=said,
    )


def _desk(head: Head, body: Body) -> _Desk:
    profile = head.wire.provider
    messages = [(e.get("msg-type") or "", (e.get("info") or plain(e)).strip()) for e in head.all("ed-msg")]
    closed = [info for kind, info in messages if kind.lower() in NOT_PUBLIC]
    comments = head.attributes("revision-history", "comment")
    corrections = head.attributes("correction", "info")
    notes = distinct([*(info for kind, info in messages if kind.lower() not in NOT_PUBLIC), *corrections, *comments])
    slug, take = _slug(head, body)
    said = signals_of(take, "\n".join([*notes, *(f"Eds: {comment}" for comment in comments), *body.notes]), profile)
    return _Desk(
        slug=slug,
        take=take,
        notes=distinct([*notes, *body.notes]),
        restricted=distinct([*closed, *body.restricted]),
        signals=distinct([*said, *([CORRECTION] if head.all("correction") else []), *_part_signal(head)]),
    )


def _slug(head: Head, body: Body) -> tuple[str, str]:
    """The slug and the take, from where the wire says them best."""
    profile, title = head.wire.provider, head.title
    stated = next((head.meta[name] for name in SLUGS if head.meta.get(name)), "")
    slug, _, after = (stated or (title if title != body.headline else "")).partition(",")
    take = after.strip() if is_take_line(after, profile) else ""
    if not stated and not take and " " in slug.strip():
        slug = ""
    keys, keywords = head.attributes("du-key", "key"), head.key_list
    key = next((key for key in keys if not UNIQUE.search(key) and len(key) <= LONGEST_SLUG), "")
    slug = stated.removesuffix(f",{after}") if take and stated else stated or key or slug
    slug = slug or (keywords[0] if len(keywords) == 1 else "")
    stated_take = next((head.meta[name] for name in TAKES if head.meta.get(name)), "")
    return without_cycle(slug.strip()), stated_take or take or _part(head)


def _part(head: Head) -> str:
    """Which part of a running story or a series this is, where it says so."""
    part, total = (head.attribute("series", f"series.{name}") for name in ("part", "totalpart"))
    series = f"{part}/{total}" if part and total.strip("0") else part
    return head.attribute("du-key", "part").lstrip("0") or series


def _part_signal(head: Head) -> tuple[str, ...]:
    total = head.attribute("series", "series.totalpart")
    return (TAKE,) if total.isdecimal() and len(total) < 4 and int(total) > 1 else ()


def _standing(head: Head, desk: _Desk, names: Names, revised: datetime | None) -> _Standing:
    stated = head.attribute("docdata", "management-status")
    embargoed = stated.lower() == "embargoed"
    status = Status.usable if embargoed else head.noted(status_of(stated))
    own = {names.uri, *names.aliases}
    named = [name for name in REFERENCES.split(head.attribute("docdata", "management-doc-idref")) if name]
    fate = _fate(head, status, named)
    others = [name for name in dict.fromkeys(named) if name not in own]
    corrected = [name for name in head.attributes("correction", "id-string") if name not in own]
    if KILL in desk.signals or (fate is Status.canceled and len(others) < len(set(named))):
        status = Status.canceled
    cancels = tuple(Cancel(id=name) for name in others) if fate is Status.canceled else ()
    if status is Status.canceled:
        by_key = KILL in desk.signals or not names.doc_id
        return _Standing(status, cancels=cancels or (names.killed_story() if by_key else ()))
    replaces = others if fate is Status.usable or _goes_on(desk) else []
    evolved_from = next(iter([*corrected, *replaces]), None)
    until = head.noted(_embargo(head, desk, revised, embargoed=embargoed))
    return _Standing(Status.withheld if until == FAR_FUTURE else status, until, cancels, evolved_from)


def _fate(head: Head, status: Status, named: list[str]) -> Status:
    """The new status of the documents that this one names: as stated, else they share the fate of a kill."""
    stated = head.attribute("docdata", "management-idref-status")
    if not named:
        return Status.usable
    if not stated:
        return Status.canceled if status is Status.canceled else Status.usable
    fate: Status = head.noted(status_of(stated))
    if fate is Status.withheld:
        detail = f"{stated[:40]!r} of {' '.join(named)[:120]}: an editor has to withhold it"
        head.warnings.append(ParseWarning(code="reference_not_withheld", detail=detail))
    return fate


def _goes_on(desk: _Desk) -> bool:
    """Whether the document is a better version of what it replaces, not only a notice about it."""
    return CORRECTION in desk.signals or UPDATE in desk.signals


def _embargo(
    head: Head, desk: _Desk, revised: datetime | None, *, embargoed: bool
) -> tuple[datetime | None, tuple[ParseWarning, ...]]:
    """Until when the story is held: by its status, by a note to desks, or by a release that lies after its issue."""
    zone, text = head.wire.provider.zone, head.norm("date.release")
    if embargoed:
        return embargo(text, zone)
    until, warnings = sealed_until("\n".join(desk.notes), desk.take, revised, zone)
    release, issue = head.time("date.release"), moment(head.norm("date.issue"), zone)
    if until or not release or not issue or release <= issue or _same_clock(text, head.norm("date.issue")):
        return until, warnings
    detail = f"{text[:40]}: released later than issued, kept shut until then"
    return release, (*warnings, ParseWarning(code="release_later", detail=detail))


def _same_clock(one: str, other: str) -> bool:
    """Whether two dates show the same clock: one may have lost its zone."""
    return re.sub(r"\D", "", one)[:14] == re.sub(r"\D", "", other)[:14]


def _type(head: Head, body: Body, desk: _Desk, standing: _Standing) -> ItemType:
    notice = KILL in desk.signals or (bool(standing.cancels) and not _goes_on(desk))
    if notice or "advisory" in [kind.lower() for kind in head.attributes("tobject", "tobject.type")]:
        return ItemType.advisory
    if not body.only_media:
        return ItemType.text
    kinds = {medium.type for medium in body.media if medium.type}
    return next(iter(kinds)) if len(kinds) == 1 else ItemType.composite


def _language(root: etree._Element) -> str | None:
    bodies = (element for element in root if local(element) == "body")
    tags = (e.get(key) for e in (root, *bodies) for key in ("baselang", XML_LANG, "lang"))
    return next((language for tag in tags if tag and (language := language_of(tag))), None)


def _dateline(body: Body) -> Dateline | None:
    printed = map(printed_dateline, body.text[:2000].split("\n\n")[:3])
    return body.dateline or next((found for found in printed if found), None)


def _source(head: Head) -> str:
    return head.attribute("doc-id", "regsrc") or head.attribute("from-src", "src-name") or head.meta.get("source", "")
