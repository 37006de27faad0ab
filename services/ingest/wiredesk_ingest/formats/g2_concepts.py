"""What a G2 item tells in concepts: what it is about, and the items that hold nothing else (concepts, events, plans)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import etree
from wiredesk_core.item import Party, Subject

from wiredesk_ingest.formats.g2_content import Content
from wiredesk_ingest.formats.g2_parts import Parts, code_of, is_named, label_of, term
from wiredesk_ingest.formats.markup import Block, blocks_of, local, plain, text_of
from wiredesk_ingest.formats.schemes import scheme_of
from wiredesk_ingest.formats.shown_html import html_of_blocks
from wiredesk_ingest.formats.vocabulary import distinct, subject_of

NOT_PUBLIC = ("nonpublic", "private", "internal", "contact")
FOR_DESKS = ("notepad", "closingline")
"""Notes that agencies set apart for desks: addresses and telephone numbers, the initials of those on duty."""
PARTIES = {"person": "people", "organisation": "organisations", "organization": "organisations"}
GEOGRAPHIC = frozenset({"geoarea", "poi", "5"})
"""Types of places; in some agencies' lists of types, geographical areas are number 5."""


def concepts_of(parts: Parts) -> dict[str, Any]:
    """Subjects, apart from people, organisations and places, as fields of the item."""
    subjects: list[Subject] = []
    parties: dict[str, list[Party]] = {"people": [], "organisations": [], "places": []}
    names = _asserted_names(parts)
    for element in parts.all("subject"):
        name = label_of(element) if is_named(element) else names.get(code_of(element), "")
        kind = _party_kind(term(element, "type"))
        if kind and (name or code_of(element)):
            parties[kind].append(Party(name=name or code_of(element), code=code_of(element) or None))
        elif subject := _subject(parts, element, name):
            subjects.append(subject)
    places = [Party(name=label_of(e), code=code_of(e) or None) for e in _places(parts) if label_of(e)]
    parties["places"] = places + parties["places"]
    return {"subjects": tuple(dict.fromkeys(subjects)), **{k: tuple(dict.fromkeys(v)) for k, v in parties.items()}}


def told_in_concepts(parts: Parts) -> Content:
    """The text of an item that has no content: of the concepts or events in it, or of the coverage it plans."""
    concepts, plans = _concepts(parts), _plans(parts)
    headings = [name for e in concepts if (name := label_of(e))]
    headings += [name for e in plans for child in e if local(child) == "headline" and (name := plain(child))]
    named = len(concepts) + len(plans) > 1
    blocks = [block for e in (*concepts, *plans) for block in _told(e, named=named)]
    return Content(text=text_of(blocks), html=html_of_blocks(blocks), headline="; ".join(distinct(headings)[:3]))


def is_event(parts: Parts) -> bool:
    """Whether all that an item tells of is events (EventsML), as a concept, a set of them, or a content."""
    concepts = _concepts(parts)
    return bool(concepts) and all(any(local(e) == "eventdetails" for e in concept) for concept in concepts)


def _concepts(parts: Parts) -> list[etree._Element]:
    """The concepts and events of an item, by themselves, in a set, or as its content."""
    inline = [e for some in parts.all("contentset") for content in some for e in content]
    sets = [*parts.all("conceptset"), *(e for e in inline if local(e) in {"events", "conceptset"})]
    found = (*parts.all("concept"), *(e for some in sets for e in some), *inline)
    return [e for e in found if local(e) in {"concept", "event"}]


def _plans(parts: Parts) -> list[etree._Element]:
    coverages = (coverage for some in parts.all("newscoverageset") for coverage in some)
    return [e for coverage in coverages for e in coverage if local(e) == "planning"]


def notes_of(parts: Parts) -> tuple[list[str], list[str]]:
    """Notes to editors, apart from those that must never be served."""
    public: list[str] = []
    restricted: list[str] = []
    planned = [e for plan in _plans(parts) for e in plan if local(e) == "ednote"]
    for note in (*parts.all("ednote"), *planned):
        closed = [] if is_for_desks(note) else [e for e in note.iter(etree.Element) if _is_closed(e)]
        restricted += [_text(note)] if is_for_desks(note) else [plain(e) for e in closed]
        public += [] if is_for_desks(note) else [_text(note, closed)]
    return public, restricted


def is_for_desks(element: etree._Element) -> bool:
    """Whether a note says by its role or constraint that it is not for readers."""
    limits = f"{element.get('pubconstraint', '')} {element.get('pubconstrainturi', '')} {term(element, 'role')}".lower()
    return any(word in limits for word in (*NOT_PUBLIC, *FOR_DESKS))


def _is_closed(element: etree._Element) -> bool:
    return "nonpublic" in f"{element.get('class', '')} {element.get('pubconstraint', '')}".lower()


def _text(element: etree._Element, skip: list[etree._Element] | None = None) -> str:
    return "\n".join(block.text for block in blocks_of(element, skip=skip or ()))


def _subject(parts: Parts, element: etree._Element, name: str) -> Subject | None:
    code = code_of(element) or element.get("literal", "").strip()
    prefix, colon, rest = code.partition(":")
    if element.get("qcode") and colon:
        return Subject(code=rest, scheme=scheme_of(prefix, parts.schemes), name=name or None) if rest else None
    return subject_of(code, name or None)


def _asserted_names(parts: Parts) -> dict[str, str]:
    """Names that the item gives to codes in one place for all."""
    return {code_of(e): label_of(e) for e in parts.all("assert") if code_of(e) and is_named(e)}


def _places(parts: Parts) -> Iterator[etree._Element]:
    yield from parts.all("located")
    for details in parts.all("eventdetails"):
        yield from (e for e in details if local(e) == "location")


def _party_kind(kind: str) -> str:
    return PARTIES.get(kind, "places" if kind in GEOGRAPHIC else "")


def _told(element: etree._Element, *, named: bool) -> Iterator[Block]:
    """Definitions, descriptions and notes that are for readers, below the name where there are several."""
    for child in element:
        name = local(child)
        if named and name in {"name", "headline"}:
            yield Block(plain(child), "h2")
        elif name in {"definition", "description", "note"} and not is_for_desks(child):
            yield from blocks_of(child)
