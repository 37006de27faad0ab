"""The parts of a NewsML 1.x news item: components in components, each with lines, metadata and contents.

Names count without case and namespace. Most values stand in attributes (FormalName, Value), some as text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from lxml import etree

from wiredesk_ingest.formats.markup import local, plain
from wiredesk_ingest.formats.vocabulary import distinct

NO_LANGUAGE = frozenset({"", "x-default", "x-none", "und", "mul", "zxx"})
SIGNS = re.compile(r"[\W_]+")
METADATA = ("administrativemetadata", "descriptivemetadata", "rightsmetadata", "metadata")


@dataclass(slots=True, eq=False)
class Component:
    """A NewsComponent: its children by name, the components in it, and the one around it.

    role and language are those of the nearest component around it where it says none; own_role and own_language
    are "" then. outermost: whether its language is that of the outermost component.
    """

    element: etree._Element
    parent: Component | None
    sections: dict[str, list[etree._Element]]
    own_role: str
    own_language: str
    role: str
    language: str
    outermost: bool
    children: list[Component] = field(default_factory=list)
    _lines: dict[str, list[etree._Element]] | None = None
    _metadata: dict[str, list[etree._Element]] | None = None
    _properties: tuple[tuple[str, str], ...] | None = None

    def lineage(self) -> Iterator[Component]:
        """Itself, the component around it, and so on to the outermost."""
        at: Component | None = self
        while at is not None:
            yield at
            at = at.parent

    def walk(self) -> Iterator[Component]:
        """Itself and all components in it, in the order of the document."""
        ahead = [self]
        while ahead:
            at = ahead.pop()
            yield at
            ahead += reversed(at.children)

    def lines(self, name: str) -> Sequence[etree._Element]:
        """Its news lines of one name."""
        if self._lines is None:
            self._lines = _by_name(self.sections.get("newslines", ()))
        return self._lines.get(name, ())

    def metadata(self, name: str) -> Sequence[etree._Element]:
        """Elements of one name among its metadata of any kind."""
        if self._metadata is None:
            self._metadata = _by_name(part for kind in METADATA for part in self.sections.get(kind, ()))
        return self._metadata.get(name, ())

    def properties(self) -> Sequence[tuple[str, str]]:
        """(folded name, value) of all properties in its metadata, those that stand in others too."""
        if self._properties is None:
            parts = (part for kind in METADATA for part in self.sections.get(kind, ()))
            self._properties = tuple(pair for part in parts for pair in properties_of(part))
        return self._properties


def tree_of(element: etree._Element, parent: Component | None = None) -> Component:
    """The tree of a NewsComponent. News items in it are not part of it."""
    sections: dict[str, list[etree._Element]] = {}
    for child in element:
        sections.setdefault(local(child), []).append(child)
    role = next((fold(formal_name(e)) for e in sections.get("role", ())), "")
    language = _language(element, sections)
    component = Component(
        element,
        parent,
        sections,
        role,
        language,
        role=role or (parent.role if parent else ""),
        language=language or (parent.language if parent else ""),
        outermost=parent is None or (not language and parent.outermost),
    )
    component.children += (tree_of(child, component) for child in sections.get("newscomponent", ()))
    return component


def _by_name(parts: Iterable[etree._Element]) -> dict[str, list[etree._Element]]:
    """The children of these parts by their names, each in order."""
    named: dict[str, list[etree._Element]] = {}
    for element in (e for part in parts for e in part):
        named.setdefault(local(element), []).append(element)
    return named


def fold(name: str) -> str:
    """A formal name without case, spaces and signs: `Main Text` as `maintext`."""
    return SIGNS.sub("", name.lower())


def formal_name(element: etree._Element | None) -> str:
    """What a coded element says: its FormalName, else its text."""
    if element is None:
        return ""
    return (element.get("FormalName") or "").strip() or plain(element)


def party_names(elements: Iterable[etree._Element]) -> tuple[str, ...]:
    """The parties named in elements such as Source, Provider or Creator."""
    parties = [party for element in elements for party in element.iter(etree.Element) if local(party) == "party"]
    return distinct([formal_name(party) for party in parties])


def properties_of(element: etree._Element) -> Iterator[tuple[str, str]]:
    """(folded name, value) of the properties under an element that have a value."""
    for each in element.iter(etree.Element):
        if local(each) == "property":
            value = (each.get("Value") or "").strip() or (plain(each) if not len(each) else "")
            if value:
                yield fold(each.get("FormalName") or ""), value


def language_said(element: etree._Element) -> str:
    """The lang attribute of an element, whatever namespace a careless serialiser gave it; "" when it says none."""
    said = (str(value) for name, value in element.attrib.items() if str(name).rpartition("}")[2] == "lang")
    return _tag(next(said, ""))


def _language(element: etree._Element, sections: dict[str, list[etree._Element]]) -> str:
    described = (e for part in sections.get("descriptivemetadata", ()) for e in part if local(e) == "language")
    return next((tag for e in described if (tag := _tag(formal_name(e)))), "") or language_said(element)


def _tag(text: str) -> str:
    tag = text.strip().lower().replace("_", "-")
    return "" if tag in NO_LANGUAGE else tag
