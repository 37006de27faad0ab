"""NewsML-G2: news items, packages, concepts and planning, alone or several to a message.

Elements count by local name, in any namespace; codes keep the prefix that the wire gives them as scheme.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lxml import etree
from wiredesk_core.item import Association, Dateline, Item, ItemType, ParseWarning, Party, Subject

from wiredesk_ingest.formats.dates import embargo, moment
from wiredesk_ingest.formats.g2_content import Content, content_of
from wiredesk_ingest.formats.markup import blocks_of, local, plain
from wiredesk_ingest.formats.plain_text import content_uri, printed_byline
from wiredesk_ingest.formats.safe_xml import parse_xml
from wiredesk_ingest.formats.sniffing import root_name
from wiredesk_ingest.formats.vocabulary import distinct, priority_of, status_of, subject_of, type_of, urgency_of
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
MAIN_HEADLINE = ("main", "headline", "head", "hl1", "title")
SUB_HEADLINE = ("sub", "deck", "secondary", "kicker")
SUMMARY = ("summary", "abstract", "intro", "", "synthe", "caption")
PERSONAL = ("author", "writer", "phot", "report", "journal", "byline", "by")
NOT_PUBLIC = ("nonpublic", "private", "internal", "contact")
EARLIER = ("previousversion", "evolvedfrom", "updates", "replaces")


@dataclass(slots=True)
class _Reading:
    """One item element by the names of its parts, and what had to be noted on the way."""

    element: etree._Element
    wire: Wire
    warnings: list[ParseWarning] = field(default_factory=list)
    parts: dict[str, list[etree._Element]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for section in self.element:
            name = local(section)
            self.parts.setdefault(name, []).append(section)
            if name in {"itemmeta", "contentmeta", "rightsinfo"}:
                for child in section:
                    self.parts.setdefault(local(child), []).append(child)

    def all(self, name: str) -> list[etree._Element]:
        return self.parts.get(name, [])

    def first(self, name: str) -> etree._Element | None:
        return next(iter(self.all(name)), None)

    def text(self, *names: str) -> str:
        """The first of these elements that says something."""
        return next((found for name in names for e in self.all(name) if (found := plain(e))), "")

    def label(self, *names: str) -> str:
        """As text, also by name, literal or code."""
        return next((found for name in names for e in self.all(name) if (found := label_of(e))), "")

    def time(self, name: str) -> datetime | None:
        return moment(self.text(name), self.wire.provider.zone)

    def noted(self, answer: tuple[Any, tuple[ParseWarning, ...]]) -> Any:
        self.warnings.extend(answer[1])
        return answer[0]


def recognise(text: str) -> bool:
    """Whether the root element is a G2 item or message."""
    return root_name(text) in {*KINDS, "newsmessage"}


def parse(text: str, wire: Wire) -> tuple[Item, ...]:
    """All items of the document, in its order. A message may be empty."""
    document = parse_xml(text)
    root = document.root
    if local(root) in KINDS:
        return (_item(root, wire, document.warnings, None),)
    priority = next((priority_of(plain(e)) for e in root.iter() if local(e) == "priority"), None)
    found = (e for item_set in root if local(item_set) == "itemset" for e in item_set if local(e) in KINDS)
    return tuple(_item(element, wire, document.warnings, priority) for element in found)


def label_of(element: etree._Element) -> str:
    """What an element says in words: its name child, else its text, literal, or code."""
    name = next((plain(child) for child in element if local(child) == "name" and plain(child)), "")
    own = (element.text or "").strip() if not len(element) else ""
    return name or own or element.get("literal", "").strip() or code_of(element)


def code_of(element: etree._Element) -> str:
    """The qcode or URI of an element."""
    return (element.get("qcode") or element.get("uri") or "").strip()


def _item(element: etree._Element, wire: Wire, warnings: tuple[ParseWarning, ...], priority: int | None) -> Item:
    reading = _Reading(element, wire, list(warnings))
    kind = _type(reading)
    content = content_of(element)
    uri = _uri(reading)
    notes, restricted = _notes(reading)
    headline, subheadline = _headlines(reading, content)
    held = reading.first("embargoed")
    return Item(
        uri=uri,
        version=element.get("version", "").strip(),
        type=kind,
        status=reading.noted(status_of(next((_status_code(e) for e in reading.all("pubstatus")), ""))),
        signals=distinct([code_of(e) or label_of(e) for e in reading.all("signal")]),
        language=_language(reading),
        headline=headline,
        subheadline=subheadline,
        slugline=reading.text("slugline"),
        byline=_byline(reading) or content.byline or printed_byline(content.text[:400].split("\n\n")),
        dateline=_dateline(reading, content),
        credit=reading.text("creditline") or wire.provider.credit,
        source=reading.label("infosource", "provider") or wire.provider.source,
        urgency=reading.noted(urgency_of(reading.text("urgency"))),
        priority=priority,
        genre=reading.label("genre") or None,
        categories=distinct([label_of(e) for e in reading.all("service")]),
        keywords=distinct([label_of(e) for e in reading.all("keyword")]),
        **_concepts(reading),
        summary=_summary(reading),
        body_text=content.text,
        body_html=content.html,
        ed_note="\n\n".join(notes),
        restricted_notes=distinct([*restricted, *content.restricted]),
        embargoed_until=reading.noted(embargo(None if held is None else plain(held), wire.provider.zone)),
        first_created=reading.time("firstcreated") or reading.time("contentcreated"),
        version_created=reading.time("versioncreated"),
        expires=reading.time("expires"),
        copyright_holder=reading.label("copyrightholder"),
        copyright_notice=reading.text("copyrightnotice"),
        usage_terms="\n\n".join(distinct([plain(e) for e in reading.all("usageterms")])),
        evolved_from=_evolved_from(reading, uri),
        aliases=_aliases(reading, uri),
        associations=_associations(reading),
        warnings=tuple(reading.warnings),
    )


def _uri(reading: _Reading) -> str:
    guid = (reading.element.get("guid") or "").strip()
    if guid:
        return guid
    reading.warnings.append(
        ParseWarning(code="uri_missing", detail="no guid; named by its content, so updates cannot be matched")
    )
    return content_uri("".join(str(text) for text in reading.element.itertext()))


def _type(reading: _Reading) -> ItemType:
    by_itself = KINDS[local(reading.element)]
    concept = next((e for e in reading.all("concept")), None)
    if concept is not None and any(local(e) == "eventdetails" for e in concept):
        return ItemType.event
    if by_itself:
        return ItemType(by_itself)
    found: ItemType = reading.noted(type_of(next((code_of(e) for e in reading.all("itemclass")), "")))
    return found


def _status_code(element: etree._Element) -> str:
    return code_of(element) or plain(element) or element.get("literal", "")


def _language(reading: _Reading) -> str | None:
    tags = (e.get("tag", "").strip() for e in reading.all("language"))
    tag = next((tag for tag in tags if tag), None)
    return tag or reading.element.get("{http://www.w3.org/XML/1998/namespace}lang") or reading.wire.provider.language


def _role(element: etree._Element) -> str:
    return element.get("role", "").lower().rpartition(":")[2].rpartition("/")[2]


def _headlines(reading: _Reading, content: Content) -> tuple[str, str]:
    """The main headline by role, then by rank, then by place; a second one when the wire marks it so."""
    found = [(e, plain(e)) for e in reading.all("headline")]
    found = [(e, text) for e, text in found if text]
    second = next((text for e, text in found if _role(e).startswith(SUB_HEADLINE)), "")
    found = [(e, text) for e, text in found if not _role(e).startswith(SUB_HEADLINE)] or found
    best = min(found, key=lambda pair: _headline_order(pair[0]), default=None)
    main = best[1] if best else content.headline or reading.text("title")
    return main, second or content.subheadline


def _headline_order(element: etree._Element) -> tuple[int, int]:
    role, rank = _role(element), element.get("rank", "")
    return (0 if role in MAIN_HEADLINE else 1 if not role else 2), int(rank) if rank.isdecimal() and len(
        rank
    ) < 6 else 1


def _byline(reading: _Reading) -> str:
    stated = distinct([plain(e) for e in reading.all("by")])
    if stated:
        return ", ".join(stated)
    return ", ".join(distinct([label_of(e) for e in reading.all("creator") if _is_person(e) and _is_named(e)]))


def _is_person(element: etree._Element) -> bool:
    kind = element.get("type", "").lower()
    return (
        kind.endswith(":person")
        or _role(element).startswith(PERSONAL)
        or any(local(e) == "persondetails" for e in element)
    )


def _is_named(element: etree._Element) -> bool:
    return label_of(element) != code_of(element)


def _dateline(reading: _Reading, content: Content) -> Dateline | None:
    place = reading.label("located") or None
    text = reading.text("dateline") or content.dateline or place
    return Dateline(text=text, place=place) if text else None


def _notes(reading: _Reading) -> tuple[list[str], list[str]]:
    """Notes to editors, apart from those that must never be served."""
    public: list[str] = []
    restricted: list[str] = []
    for note in reading.all("ednote"):
        limits = f"{note.get('pubconstraint', '')} {note.get('role', '')}".lower()
        closed = [e for e in note.iter() if _is_restricted_part(e)]
        if any(word in limits for word in NOT_PUBLIC):
            restricted.append(plain(note))
        else:
            restricted += [plain(e) for e in closed]
            public.append(_plain_without(note, closed))
    return list(distinct(public)), list(distinct(restricted))


def _is_restricted_part(element: etree._Element) -> bool:
    marks = f"{element.get('class', '')} {element.get('pubconstraint', '')}".lower()
    return "nonpublic" in marks


def _plain_without(element: etree._Element, parts: list[etree._Element]) -> str:
    return "\n".join(block.text for block in blocks_of(element, skip=parts))


def _summary(reading: _Reading) -> str:
    found = [(_role(e), plain(e)) for e in reading.all("description")]
    found = [(role, text) for role, text in found if text]
    preferred = (text for wanted in SUMMARY for role, text in found if role == wanted)
    return next(preferred, found[0][1] if found else "")


def _concepts(reading: _Reading) -> dict[str, Any]:
    """Subjects, apart from people, organisations and places."""
    subjects: list[Subject] = []
    parties: dict[str, list[Party]] = {"people": [], "organisations": [], "places": []}
    for element in reading.all("subject"):
        kind = _party_kind(element.get("type", "").lower())
        name = label_of(element)
        if kind and name:
            parties[kind].append(Party(name=name, code=code_of(element) or None))
        elif subject := subject_of(
            code_of(element) or element.get("literal", ""), name if _is_named(element) else None
        ):
            subjects.append(subject)
    places = [Party(name=label_of(e), code=code_of(e) or None) for e in reading.all("located") if label_of(e)]
    parties["places"] = places + parties["places"]
    return {"subjects": tuple(dict.fromkeys(subjects)), **{k: tuple(dict.fromkeys(v)) for k, v in parties.items()}}


def _party_kind(kind: str) -> str:
    code = kind.rpartition(":")[2].rpartition("/")[2]
    if code == "person":
        return "people"
    if code in {"organisation", "organization"}:
        return "organisations"
    return "places" if code in {"geoarea", "poi"} or kind == "cpttype:5" else ""


def _aliases(reading: _Reading, uri: str) -> tuple[str, ...]:
    """Other ids of this item. Ids that hold only for a day or a service, and ids of other items, are none."""
    own = [e for e in reading.all("altid") if not e.get("environment") and not _names_another(e)]
    return tuple(alias for alias in distinct([plain(e) for e in own]) if alias != uri)


def _names_another(alternative: etree._Element) -> bool:
    return alternative.get("type", "").lower().rpartition(":")[2].startswith("ref")


def _evolved_from(reading: _Reading, uri: str) -> str | None:
    for link in reading.all("link"):
        target = link.get("residref") or link.get("guidref") or ""
        if target and target != uri and link.get("rel", "").lower().rpartition(":")[2] in EARLIER:
            return target
    return next((plain(e) for e in reading.all("altid") if _names_another(e) and plain(e)), None)


def _associations(reading: _Reading) -> tuple[Association, ...]:
    links = [_association(e, e.get("rel") or "link") for e in reading.all("link")]
    remote = [
        _association(e, e.get("rendition") or "remoteContent")
        for content in reading.all("contentset")
        for e in content
        if local(e) == "remotecontent"
    ]
    members = [
        _association(e, group.get("role") or "member")
        for groups in reading.all("groupset")
        for group in groups
        for e in group
        if local(e) in {"itemref", "conceptref"}
    ]
    return tuple(found for found in (*links, *remote, *members) if found.uri or found.href)


def _association(element: etree._Element, rel: str) -> Association:
    children = {local(child): child for child in reversed(element)}
    kind = (
        code_of(children["itemclass"]) if "itemclass" in children else element.get("contenttype", "").partition("/")[0]
    )
    return Association(
        rel=rel.rpartition(":")[2] or rel,
        uri=element.get("residref") or element.get("guidref"),
        type=type_of(kind)[0] if kind and not type_of(kind)[1] else None,
        headline=plain(children.get("headline", children.get("title"))) or None,
        href=element.get("href"),
    )
