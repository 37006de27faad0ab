"""The parts of a G2 item by name, and how G2 says a thing: in words, by literal, qcode or URI."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lxml import etree
from wiredesk_core.item import ParseWarning

from wiredesk_ingest.formats.dates import moment
from wiredesk_ingest.formats.markup import local, plain
from wiredesk_ingest.formats.schemes import Schemes
from wiredesk_ingest.wire import Wire

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
SECTIONS = frozenset({"itemmeta", "contentmeta", "rightsinfo", "concept"})
"""Whose children count as parts of the item itself."""
NAMES = ("display", "full", "", "short", "mnemonic")
"""Roles of names, the one for readers first."""


@dataclass(slots=True)
class Parts:
    """One item element by the names of its parts, and what had to be noted on the way."""

    element: etree._Element
    wire: Wire
    schemes: Schemes
    warnings: list[ParseWarning] = field(default_factory=list)
    language: str = ""
    """What the item says to be written in; of parts in several languages, those in this one are heard."""
    _named: dict[str, list[etree._Element]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for section in self.element:
            self._named.setdefault(local(section), []).append(section)
            if local(section) in SECTIONS:
                for child in section:
                    self._named.setdefault(local(child), []).append(child)

    def all(self, name: str) -> list[etree._Element]:
        """All parts of that name, in order."""
        return self._named.get(name, [])

    def first(self, name: str) -> etree._Element | None:
        """The first part of that name."""
        return next(iter(self.all(name)), None)

    def heard(self, name: str) -> list[etree._Element]:
        """All of that name, without those said again in another language."""
        found = self.all(name)
        own = [e for e in found if self.language and _main_language(e.get(XML_LANG, "")) == self.language]
        return own or found

    def text(self, *names: str) -> str:
        """The first of these elements that says something."""
        return next((found for name in names for e in self.heard(name) if (found := plain(e))), "")

    def label(self, *names: str) -> str:
        """The same, also by name, literal or code."""
        return next((found for name in names for e in self.all(name) if (found := label_of(e))), "")

    def time(self, *names: str) -> datetime | None:
        """The first of these elements that names a moment; times without a zone are in the provider's."""
        zone = self.wire.provider.zone
        return next((at for name in names for e in self.all(name) if (at := moment(plain(e), zone))), None)

    def noted(self, answer: tuple[Any, tuple[ParseWarning, ...]]) -> Any:
        """The value of an answer, whose warnings are kept."""
        self.warnings.extend(answer[1])
        return answer[0]

    def hear(self, tag: str) -> None:
        """Sets the language whose parts are heard."""
        self.language = _main_language(tag)


def label_of(element: etree._Element) -> str:
    """What an element says in words: its name, else its text, literal, or code."""
    own = (element.text or "").strip() if not len(element) else ""
    return _name_of(element) or own or element.get("literal", "").strip() or code_of(element)


def spoken(element: etree._Element) -> str:
    """The same for people: of a mere code only what follows its scheme, `AFP` of `nprov:AFP`."""
    label = label_of(element)
    return last_of(label) or label if label == code_of(element) else label


def is_named(element: etree._Element) -> bool:
    """Whether an element says more than a code."""
    return label_of(element) != code_of(element)


def code_of(element: etree._Element) -> str:
    """The qcode or URI of an element."""
    return (element.get("qcode") or element.get("uri") or "").strip()


def last_of(code: str) -> str:
    """A code without its scheme: the rest of a qcode, the last step of a URI."""
    code = code.strip()
    return code.rstrip("/#").replace("#", "/").rpartition("/")[2] if "://" in code else code.partition(":")[2] or code


def term(element: etree._Element, name: str) -> str:
    """The code of an attribute, in small letters and without its scheme; `role` also as `roleuri`."""
    return rel_of(element, name).lower()


def rel_of(element: etree._Element, name: str) -> str:
    """The same as the wire writes it, for what is served."""
    return last_of(element.get(name) or element.get(f"{name}uri") or "")


def _name_of(element: etree._Element) -> str:
    names = [(term(e, "role"), plain(e)) for e in element if local(e) == "name"]
    names = [(role, text) for role, text in names if text]
    return next((text for wanted in NAMES for role, text in names if role == wanted), names[0][1] if names else "")


def _main_language(tag: str) -> str:
    return tag.lower().partition("-")[0]
