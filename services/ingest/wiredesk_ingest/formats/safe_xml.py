"""XML from strangers: nothing is fetched, nothing grows, and what can be read of a damaged document is read."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html.entities import html5

from lxml import etree
from wiredesk_core.failures import Unreadable
from wiredesk_core.item import ParseWarning

from wiredesk_ingest.formats.bounds import refuse_masses_of_attributes, refuse_masses_of_tags

XML_DECLARATION = re.compile(r"^\s*<\?xml\b[^>]*\?>")
DOCTYPE = re.compile(r"<!DOCTYPE\b", re.IGNORECASE)
ROOT_START = re.compile(r"<[A-Za-z_]")
ENTITY = re.compile(r"""<!ENTITY\s+(%\s+)?([^\s"']+)\s+(?:(SYSTEM|PUBLIC)\b|"([^"]*)"|'([^']*)')""", re.IGNORECASE)
REFERENCE = re.compile(r"[&%](?!#)[^\s;&%]+;|&#0*3[78];|&#[xX]0*2[56];")
"""A reference in an entity's value, also one hidden by writing its ampersand or per cent sign as a number."""
HARMLESS = frozenset({"&amp;", "&lt;", "&gt;", "&quot;", "&apos;"})
SUBSET = re.compile(r"(<!DOCTYPE\s[^>\[]*\[)(.*?)(\]\s*>)", re.DOTALL | re.IGNORECASE)
MODULE = re.compile(r"""<!ENTITY\s+%\s+([\w.:-]+)\s+(?:SYSTEM|PUBLIC)\s(?:[^<>"']|"[^"]*"|'[^']*')*+>""", re.IGNORECASE)
"""A part of the DTD that lies elsewhere."""
USED_MODULE = re.compile(r"""(<!(?:[^<>"']|"[^"]*"|'[^']*')*+>)|[%&]([\w.:-]+);""")
STRAY_AMPERSAND = re.compile(r"&(?!#[0-9]+;|#[xX][0-9a-fA-F]+;|[A-Za-z_][\w.-]*;)")
NUMBERED = re.compile(r"&#(?:([0-9]+)|[xX]([0-9a-fA-F]+));")
NAMED = re.compile(r"&([A-Za-z_][\w.-]*);")
CDATA = re.compile(r"(<!\[CDATA\[.*?(?:\]\]>|\Z))", re.DOTALL)
"""A section that is never closed goes on to the end; looking for ends that never come would take for ever."""
LONGEST_REFERENCE = 7
"""Digits of the largest number of a character."""
MOST_ENTITIES = 500
MOST_EXPANDED = 100_000
"""Characters that a document's own entities may add."""


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed document and what had to be repaired in it."""

    root: etree._Element
    warnings: tuple[ParseWarning, ...] = ()


def parse_xml(text: str) -> Document:
    """The tree of an XML text free of control characters. Raises Unreadable: xml_bomb, tag_bomb, external_entity, xml_broken."""
    text, left_out = _without_modules(XML_DECLARATION.sub("", text, count=1).strip())
    refuse_masses_of_tags(text)
    refuse_masses_of_attributes(text)
    refuse_entities(text)
    try:
        root = etree.fromstring(_named(text).encode(), _parser(recover=False))
    except etree.XMLSyntaxError as error:
        repaired = _repaired(text, error)
        return Document(repaired.root, (*left_out, *repaired.warnings))
    return Document(root, (*left_out, *_undefined(text)))


def _without_modules(text: str) -> tuple[str, tuple[ParseWarning, ...]]:
    """The text without the parts of its DTD that lie elsewhere: they would never be fetched, and say nothing of news."""
    root = ROOT_START.search(text)
    subset = SUBSET.search(text, 0, root.start()) if root else None
    if subset is None:
        return text, ()
    own = USED_MODULE.sub(lambda found: found[1] or "", MODULE.sub("", subset[2]))
    if own == subset[2]:
        return text, ()
    warning = ParseWarning(
        code="dtd_left_out", detail=" ".join(found[2] for found in USED_MODULE.finditer(subset[2]) if found[2])[:200]
    )
    return f"{text[: subset.start(2)]}{own}{text[subset.end(2) :]}", (warning,)


def refuse_entities(text: str) -> None:
    """Raises Unreadable when the document declares entities that reach outside or could grow."""
    doctype = DOCTYPE.search(text)
    if doctype is None:
        return
    root = ROOT_START.search(text, doctype.end())
    added = 0
    declared = ENTITY.findall(text[doctype.start() :])
    if len(declared) > MOST_ENTITIES:
        raise Unreadable("xml_bomb", f"more than {MOST_ENTITIES} entities: write the characters themselves")
    for parameter, name, outside, *values in declared:
        if outside:
            raise Unreadable("external_entity", f"entity {name!r} points outside the document: send it without")
        value = "".join(values)
        references = set(REFERENCE.findall(value)) - HARMLESS
        added += len(value) * text.count(f"&{name};")
        if parameter or references or added > MOST_EXPANDED:
            raise Unreadable("xml_bomb", f"entity {name!r} is built from others or grows: write its text out")
    if root is None:
        raise Unreadable("xml_broken", "there is a DOCTYPE and no element after it")


@lru_cache
def _parser(*, recover: bool) -> etree.XMLParser:
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities="internal",
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        recover=recover,
        remove_comments=True,
        remove_pis=True,
        strip_cdata=True,
    )


def _repaired(text: str, error: etree.XMLSyntaxError) -> Document:
    """What can be read of a document that is not well-formed."""
    reason = str(error)
    if "xcessive depth" in reason or "mplification" in reason or "entity reference loop" in reason:
        raise Unreadable("xml_bomb", f"{reason}: flatten the document") from error
    mended = "".join(
        part if part.startswith("<![CDATA[") else STRAY_AMPERSAND.sub("&amp;", part)
        # What looks like a section may be none to the parser, so numbers that would crash it go everywhere.
        for part in CDATA.split(NUMBERED.sub(_numbered, text))
    )
    try:
        root = etree.fromstring(_named(mended).encode(), _parser(recover=True))
    except etree.XMLSyntaxError as worse:
        raise Unreadable("xml_broken", f"{worse}: send well-formed XML") from worse
    if root is None:
        raise Unreadable("xml_broken", f"{reason}: send well-formed XML")
    code = "truncated" if "Premature end" in reason else "xml_repaired"
    return Document(root, (ParseWarning(code=code, detail=reason[:200]), *_undefined(mended)))


def _numbered(reference: re.Match[str]) -> str:
    """A reference by number as it stands; "" where XML has no such character: the parser would make no text of it."""
    digits = (reference[1] or reference[2]).lstrip("0")
    number = int(digits or "0", 10 if reference[1] else 16) if len(digits) <= LONGEST_REFERENCE else 0
    known = (
        number in (9, 10, 13) or 0x20 <= number < 0xD800 or 0xE000 <= number < 0xFFFE or 0x10000 <= number < 0x110000
    )
    return reference[0] if known else ""


def _undefined(text: str) -> Iterator[ParseWarning]:
    """References that only a DTD outside could explain."""
    unknown = {f"&{name};" for name in _unknown(text)}
    if unknown:
        yield ParseWarning(code="entity_undefined", detail=f"left as written: {' '.join(sorted(unknown))[:200]}")


def _unknown(text: str) -> set[str]:
    parts = (part for part in CDATA.split(text) if not part.startswith("<![CDATA["))
    named = {name for part in parts for name in NAMED.findall(part)}
    return named and {n for n in named - _declared(text) if f"&{n};" not in HARMLESS and f"{n};" not in html5}


def _declared(text: str) -> set[str]:
    return {name for _, name, *_ in ENTITY.findall(text)} if DOCTYPE.search(text) else set()


def _named(text: str) -> str:
    """The text with HTML's named characters written out, and with references that nothing explains as plain words.

    Without a DTD the parser would drop both, and with them the word.
    """
    if not NAMED.search(text):
        return text
    declared = _declared(text)

    def character(reference: re.Match[str]) -> str:
        if reference[1] in declared or reference[0] in HARMLESS:
            return reference[0]
        return html.escape(html5.get(f"{reference[1]};", reference[0]))

    parts = (part if part.startswith("<![CDATA[") else NAMED.sub(character, part) for part in CDATA.split(text))
    return "".join(parts)
