"""The elements of a feed by what they mean, whichever of the vocabularies (RSS, Atom, Dublin Core, Media RSS) names them."""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property, lru_cache
from html.entities import html5

from lxml import etree

from wiredesk_ingest.formats.markup import SPACES, local, outermost

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
OWN = ("w3.org/2005/atom", "purl.org/atom/", "purl.org/rss/1.0", "my.netscape.com/", "backend.userland.com/rss")
"""Namespaces whose elements count like those without one."""
KNOWN = {
    "purl.org/rss/1.0/modules/content": "content:",
    "purl.org/dc/elements/1.": "dc:",
    "purl.org/dc/terms": "dcterms:",
    "search.yahoo.com/mrss": "media:",
    "www.w3.org/1999/xhtml": "xhtml:",
    "itunes.com/dtds/": "itunes:",
}
PREFIXES = frozenset({"content", "dc", "dcterms", "media", "xhtml", "itunes"})
"""What prefixes mean that a broken feed does not declare."""
TITLES = ("title", "dc:title", "media:title")
SUMMARIES = ("description", "summary", "abstract", "dc:description", "itunes:summary", "media:description")
CONTENTS = ("content:encoded", "content", "fullitem", "xhtml:body", "body")
PUBLISHED = ("pubdate", "published", "issued", "dcterms:issued")
UPDATED = ("updated", "modified", "lastbuilddate", "dc:date", "dcterms:modified")
EXPIRED = ("expirationdate",)
RIGHTS = ("rights", "copyright", "dc:rights")
LANGUAGES = ("language", "dc:language")
AUTHORS = ("author", "dc:creator", "dc:author", "itunes:author")
TAGS = ("category", "dc:subject", "media:category", "keywords", "itunes:keywords", "media:keywords")
LISTS = frozenset({"keywords", "itunes:keywords", "media:keywords"})
"""Elements that hold several keywords, parted by commas."""
MEDIA_SCHEME = "http://search.yahoo.com/mrss/category_schema"
KINDS = {"text": "text/plain", "plain": "text/plain", "html": "text/html", "xhtml": "application/xhtml+xml"}
"""Atom's names for media types."""
LONGEST_DATE = 300
NAME = re.compile(r"[a-z_][a-z0-9_.-]*")
"""What HTML can name an element; broken feeds have others."""
MAIL = re.compile(r"[^\s<>()@]{1,64}@[^\s<>()@]{1,255}")
REFERENCE = re.compile(r"&(#?\w+;)")


@dataclass(frozen=True, slots=True)
class Told:
    """A text of the feed: its value as the feed means it, its media type, the address where it lies instead."""

    value: str = ""
    kind: str = "text/plain"
    source: str = ""


@dataclass(frozen=True, slots=True)
class Tag:
    """A category: its code or word, whose it is, its name for readers."""

    term: str
    scheme: str
    label: str


class Fields:
    """One entry, or the feed itself without its entries, by the names of its elements."""

    def __init__(self, element: etree._Element) -> None:
        self.element = element
        self._named: dict[str, list[etree._Element]] = {}
        for child in element.iterchildren(etree.Element):
            self._named.setdefault(name_of(child), []).append(child)

    def all(self, *names: str) -> list[etree._Element]:
        """The elements of these names, name by name."""
        return [element for name in names for element in self._named.get(name, ())]

    def text(self, *names: str) -> str:
        """The first of them that says something, on one line."""
        return next((text for element in self.all(*names) if (text := line_of(element))), "")

    def told(self, *names: str) -> Told | None:
        """The first of these texts that there is."""
        return next((told_by(element) for element in self.all(*names)), None)

    @property
    def language(self) -> str:
        """What the element itself says; "" when it says nothing."""
        return self.element.get(XML_LANG, "").strip() or self.text(*LANGUAGES)

    def summary(self) -> Told | None:
        """The description."""
        return self.told(*SUMMARIES)

    def contents(self) -> list[Told]:
        """Its contents; a second description is one where there is no other, for then the first is the summary."""
        found = [told_by(element) for element in self.all(*CONTENTS)]
        return found or [told_by(element) for element in self.all(*SUMMARIES[:5])[1:]]

    def date(self, *names: str) -> str:
        """The first of these dates as it is written, or enough of it to be none."""
        texts = (str(element.text or "").strip() for element in self.all(*names))
        return next((text for text in texts if text), "")[:LONGEST_DATE]

    @cached_property
    def links(self) -> list[dict[str, str]]:
        """Links and enclosures with `rel`, `href`, `type` and `title`."""
        found = []
        for element in self.all("link"):
            href = (element.get("href") or _own_text(element)).strip()
            found.append({"rel": "alternate", "type": "text/html", **_attributes(element), "href": href})
        for element in self.all("enclosure"):
            href = element.get("url") or element.get("href") or ""
            found.append({**_attributes(element), "rel": "enclosure", "href": href})
        return found

    def link(self) -> str:
        """The address of the page; in RSS an id may be it."""
        pages = (link for link in self.links if link["rel"] == "alternate" and "html" in link["type"])
        found = next((link["href"] for link in pages if link["href"]), "")
        permanent = (e for e in self.all("guid") if e.get("isPermaLink", "true").strip().lower() == "true")
        return found or next((line_of(element) for element in permanent), "")

    def identity(self) -> str:
        """Its id as the feed gives it."""
        about = next((value for key, value in self.element.attrib.items() if str(key).endswith("}about")), "")
        return self.text("guid", "id") or str(about).strip()

    def authors(self) -> list[str]:
        """Names of those who wrote it, without their addresses."""
        found = []
        for element in self.all(*AUTHORS):
            names = [line_of(child) for child in element if local(child) == "name"]
            found += names or ([] if len(element) else [_person(line_of(element))])
        return found

    def tags(self) -> list[Tag]:
        """Its categories and keywords."""
        found = []
        for name in TAGS:
            for element in self.all(name):
                scheme = element.get("scheme") or element.get("domain") or ""
                scheme = scheme or (MEDIA_SCHEME if name == "media:category" else "")
                words = _own_text(element)
                terms = words.split(",") if name in LISTS else [words]
                found += [
                    Tag(element.get("term") or term.strip(), scheme, element.get("label") or "") for term in terms
                ]
                found += [Tag(line_of(e), e.get("domain") or "", "") for e in element if local(e) == "category"]
        return found

    def source(self) -> str:
        """The title of the feed that an entry was taken from."""
        inner = (line_of(child) for e in self.all("source") for child in e if local(child) == "title")
        return next((title for title in inner if title), "") or self.text("source")

    def media(self) -> Iterator[tuple[str, dict[str, str]]]:
        """(`content` or `thumbnail`, its fields) of Media RSS, in groups as well; a title is that of the medium."""
        for name in ("media:content", "media:thumbnail"):
            for element in outermost(self.element, _named(name)):
                own = {name_of(child): child for child in element.iterchildren(etree.Element)}
                told = (line_of(own[kind]) for kind in ("media:title", "media:description") if kind in own)
                address = element.get("url") or ("" if len(element) else line_of(element))
                title = next((text for text in told if text), "")
                yield name.partition(":")[2], {"title": title, **_attributes(element), "url": address}


def _named(name: str) -> Callable[[etree._Element], bool]:
    return lambda element: name_of(element) == name


def name_of(element: etree._Element) -> str:
    """The name of an element in small letters, behind the usual prefix of a vocabulary that is not the feed's own."""
    return _name(str(element.tag)) if isinstance(element.tag, str) else ""


@lru_cache(maxsize=4096)
def _name(tag: str) -> str:
    namespace, _, bare = tag.rpartition("}")
    prefix, _, bare = bare.lower().rpartition(":")
    namespace = namespace.lower()
    if prefix:
        return f"{prefix}:{bare}" if prefix in PREFIXES else f"other:{bare}"
    if not namespace or ("/modules/" not in namespace and any(own in namespace for own in OWN)):
        return bare
    return next((known for part, known in KNOWN.items() if part in namespace), "other:") + bare


def line_of(element: etree._Element) -> str:
    """All text of an element on one line."""
    text = "".join(str(part) for part in element.itertext()) if len(element) else str(element.text or "")
    return SPACES.sub(" ", text).strip()


def told_by(element: etree._Element) -> Told:
    """A text of the feed. Markup that was not escaped is written out; of Atom's XHTML what is in its division."""
    named, stated = name_of(element), (element.get("type") or "").strip().lower()
    kind = KINDS.get(stated, stated) or _usual_kind(named)
    source = (element.get("src") or "").strip()
    if len(element):
        return Told(_markup(element, inner=kind.endswith("xml")), "application/xhtml+xml", source)
    value = str(element.text or "").strip()
    if element.get("mode") == "base64" or (not kind.startswith("text/") and not kind.endswith("xml")):
        return Told(_unpacked(value), kind, source)
    if not stated and kind == "text/plain" and any(name in html5 or name[0] == "#" for name in _references(value)):
        kind = "text/html"
    return Told(value, kind, source)


def _usual_kind(name: str) -> str:
    return "text/html" if name in {"description", "content:encoded", "fullitem", "dc:description"} else "text/plain"


def _references(value: str) -> list[str]:
    return REFERENCE.findall(value) if "&" in value else []


def _markup(element: etree._Element, *, inner: bool) -> str:
    """The content of an element as HTML."""
    copy = deepcopy(element)
    for each in copy.iter(etree.Element):
        name = local(each)
        each.tag = name if NAME.fullmatch(name) else "span"
    etree.cleanup_namespaces(copy)
    if inner and len(copy) == 1 and copy[0].tag == "div" and not (copy.text or "").strip():
        copy = copy[0]
    parts = (etree.tostring(child, encoding="unicode", method="html") for child in copy)
    return (html.escape(str(copy.text or ""), quote=False) + "".join(parts)).strip()


def _unpacked(value: str) -> str:
    """Text that Atom has in Base64, which it must be when its type is none of text or XML; "" for what is no text."""
    try:
        return base64.b64decode(value, validate=False).decode()
    except (binascii.Error, ValueError):
        return ""


def _person(text: str) -> str:
    """The name in `jane@paper.example (Jane Doe)`; "" where there is an address only."""
    address = MAIL.search(text)
    if not address:
        return text
    rest = text.replace(address[0], "").replace("()", "").replace("<>", "").strip()
    return rest.removeprefix("(").removesuffix(")").strip()


def _own_text(element: etree._Element) -> str:
    """The text of an element without that of elements in it."""
    parts = [element.text or "", *(child.tail or "" for child in element)]
    return SPACES.sub(" ", "".join(parts)).strip()


def _attributes(element: etree._Element) -> dict[str, str]:
    return {str(key).lower(): str(value).strip() for key, value in element.attrib.items() if value and value.strip()}
