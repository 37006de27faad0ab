"""The body of a NITF document, alone or inside another format: its head, its copy, its end and its media.

Elements count by local name. What the DTD does not know keeps its words, at its place in the copy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, tzinfo

from lxml import etree
from wiredesk_core.item import Association, Dateline, ItemType

from wiredesk_ingest.formats.agency_frames import place_of
from wiredesk_ingest.formats.dates import moment
from wiredesk_ingest.formats.desk_parts import desk_parts
from wiredesk_ingest.formats.markup import SPACES, blocks_of, is_mixed, local, outermost, plain, text_of
from wiredesk_ingest.formats.shown_html import html_of_tree
from wiredesk_ingest.formats.unfolding import keep_lines, unfold, unwrap
from wiredesk_ingest.formats.vocabulary import distinct, type_of

READ_APART = ("hedline", "byline", "distributor", "abstract", "note", "rights")
"""Parts of the head that have fields of their own, as the first dateline has; all else in it stays in the copy."""
OWNERS = ("rights.owner", "copyrite.holder")
CLOSED_NOTES = frozenset({"npa", "non-publishable"})
"""Types of notes that are not for publication (NITF: std, pa, npa)."""
DEEPEST_ADDRESS = 20
CAPTIONS = ("media-caption", "caption")


@dataclass(frozen=True, slots=True)
class Body:
    """What a body says. text and html: the copy without the head; restricted: parts of it that are never shown.

    titles: what the by-line says of its writers besides their names. only_media: media and not a word beside them.
    """

    text: str
    html: str
    headline: str
    subheadline: str
    byline: str
    titles: tuple[str, ...]
    dateline: Dateline | None
    summary: str
    distributor: str
    owner: str
    rights: tuple[str, ...]
    copyright: str
    notes: tuple[str, ...]
    restricted: tuple[str, ...]
    media: tuple[Association, ...]
    only_media: bool


def body_of(root: etree._Element, zone: tzinfo = UTC, *, tabular: bool = False) -> Body:
    """The body under an element. tabular: its paragraphs are lines of a table. The tree is changed on the way."""
    bodies = list(outermost(root, lambda element: local(element) == "body")) or [root]
    for body in bodies:
        (keep_lines if tabular else unwrap)(body)
        unfold(body, tabular=tabular)
    head = _head(bodies)
    closed = dict.fromkeys(part for body in bodies for part in (*outermost(body, _is_closed), *desk_parts(body)))
    hidden = frozenset([*closed, *_outer(bodies, "media-object")])
    apart = [part for name in READ_APART for part in head.get(name, [])] + head.get("dateline", [])[:1]
    skip = hidden.union(apart)
    media = _outer(bodies, "media")
    headline, subheadline = _headlines(head.get("hedline", []), bodies)
    byline, titles = _byline(head.get("byline", []) or _outer(bodies, "byline"))
    notes = [note for note in head.get("note", []) if note not in closed]
    return Body(
        text=text_of(block for body in bodies for block in blocks_of(body, skip)),
        html="\n".join(filter(None, (html_of_tree(body, skip).strip() for body in bodies))),
        headline=headline,
        subheadline=subheadline,
        byline=byline,
        titles=titles,
        dateline=_dateline(head.get("dateline", []), zone),
        summary="\n\n".join(distinct([_line(part, hidden) for part in head.get("abstract", [])])),
        distributor=", ".join(distinct([plain(part) for part in head.get("distributor", [])])),
        owner=", ".join(distinct([plain(part) for part in _named(head.get("rights", []), *OWNERS)])),
        rights=distinct([_line(part) for right in head.get("rights", []) for part in _terms(right)]),
        copyright="\n".join(distinct([_line(note, hidden) for note in notes if note.get("noteclass") == "cpyrt"])),
        notes=distinct([_copy(note, hidden) for note in notes if note.get("noteclass") != "cpyrt"]),
        restricted=distinct([_copy(part) for part in closed]),
        media=tuple(found for part in media for found in _associations(part)),
        only_media=bool(media) and not any(blocks_of(body, [*skip, *media]) for body in bodies),
    )


def _head(bodies: list[etree._Element]) -> dict[str, list[etree._Element]]:
    """The parts of the heads by their names."""
    parts: dict[str, list[etree._Element]] = {}
    for part in (part for body in bodies for section in body if local(section) == "body.head" for part in section):
        parts.setdefault(local(part), []).append(part)
    return parts


def _is_closed(element: etree._Element) -> bool:
    return local(element) == "note" and (element.get("type") or "").lower() in CLOSED_NOTES


def _outer(bodies: list[etree._Element], name: str) -> list[etree._Element]:
    """The outermost elements of a name in the bodies."""
    return [element for body in bodies for element in outermost(body, lambda element: local(element) == name)]


def _named(parts: Iterable[etree._Element], *names: str) -> Iterator[etree._Element]:
    return (element for part in parts for element in part.iter(etree.Element) if local(element) in names)


def _first(texts: Iterable[str]) -> str:
    return next((text for text in texts if text), "")


def _line(element: etree._Element, skip: Iterable[etree._Element] = ()) -> str:
    """All text of an element on one line, without the parts in `skip`."""
    return SPACES.sub(" ", " ".join(block.text for block in blocks_of(element, skip))).strip()


def _copy(element: etree._Element, skip: Iterable[etree._Element] = ()) -> str:
    return text_of(blocks_of(element, skip))


def _headlines(hedlines: list[etree._Element], bodies: list[etree._Element]) -> tuple[str, str]:
    """Main headline and all lines below it. Where the head has none, one that stands in the copy, which keeps it."""
    main = next((e for e in _named(hedlines, "hl1") if plain(e)), None)
    lines = [SPACES.sub(" ", b.text) for e in hedlines for b in blocks_of(e, () if main is None else (main,))]
    if main is None and lines:
        return lines[0], "\n".join(lines[1:])
    headline = plain(main) or _first(plain(e) for e in _named(bodies, "hl1"))
    return headline, "\n".join(line for line in dict.fromkeys(lines) if line != headline)


def _byline(bylines: list[etree._Element]) -> tuple[str, tuple[str, ...]]:
    """Names, and titles apart from them; a title alone stands for the name."""
    titled = [(byline, list(_named([byline], "byttl"))) for byline in bylines]
    names = distinct([_line(byline, titles).strip(" ,;") for byline, titles in titled])
    titles = distinct([plain(title) for _, each in titled for title in each])
    return (", ".join(names), titles) if names else (", ".join(titles), ())


def _dateline(datelines: list[etree._Element], zone: tzinfo) -> Dateline | None:
    for dateline in datelines[:1]:
        dates = [e for e in dateline.iter(etree.Element) if local(e) == "story.date"]
        text = _place_line(dateline, dates).rstrip(" ,")
        if text:
            places = (plain(e) for name in ("city", "location") for e in _named([dateline], name))
            place = _first(places) or text
            date = next((moment(e.get("norm") or plain(e), zone) for e in dates), None)
            return Dateline(text=text, place=place_of(place), date=date)
    return None


def _place_line(element: etree._Element, skip: list[etree._Element], depth: int = 0) -> str:
    """The line as printed; parts of an address that nothing parts by a comma each."""
    if is_mixed(element) or not len(element) or depth > DEEPEST_ADDRESS:
        return _line(element, skip)
    parts = [_place_line(child, skip, depth + 1) for child in element.iterchildren(etree.Element) if child not in skip]
    return ", ".join(part for part in parts if part)


def _terms(rights: etree._Element) -> list[etree._Element]:
    terms = [part for part in rights.iterchildren(etree.Element) if local(part) not in OWNERS]
    return [rights] if is_mixed(rights) else terms


def _associations(media: etree._Element) -> Iterator[Association]:
    """One for each reference; the caption goes with the first."""
    caption = "\n".join(distinct([plain(e) for e in _named([media], *CAPTIONS)]))
    for reference in (references := list(_named([media], "media-reference"))):
        source = (reference.get("source") or reference.get("data-location") or "").strip()
        address = "/" in source or "." in source
        own = reference.get("alternate-text") or plain(reference) or reference.get("name") or ""
        yield Association(
            rel="media",
            uri=source if source and not address else None,
            type=_media_type(media, reference),
            headline=(own if reference is not references[0] else caption or own).strip() or None,
            href=source if address else None,
        )
    if caption and not references:
        yield Association(rel="media", type=_media_type(media, media), headline=caption)


def _media_type(media: etree._Element, reference: etree._Element) -> ItemType | None:
    for said in (media.get("media-type"), (reference.get("mime-type") or "").partition("/")[0]):
        kind, unknown = type_of((said or "").strip())
        if said and not unknown and kind is not ItemType.text:
            return kind
    return None
