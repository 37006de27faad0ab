"""The body of a NewsML-G2 item: XHTML, NITF, HTML, plain text or an agency's own words, in any namespace."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree
from wiredesk_core.failures import Unreadable

from wiredesk_ingest.formats.charset import decode, without_controls
from wiredesk_ingest.formats.desk_parts import desk_parts
from wiredesk_ingest.formats.g2_parts import XML_LANG
from wiredesk_ingest.formats.languages import language_of
from wiredesk_ingest.formats.markup import Block, blocks_of, blocks_of_html, local, looks_like_html, plain, text_of
from wiredesk_ingest.formats.nitf_body import Body, body_of
from wiredesk_ingest.formats.paragraphs import paragraphs_of_plain
from wiredesk_ingest.formats.safe_xml import XML_DECLARATION, parse_xml
from wiredesk_ingest.formats.shown_html import html_of_blocks, html_of_tree, safe_html
from wiredesk_ingest.formats.sniffing import root_name

PROSE = frozenset({"body", "body.content", "p", "pre", "div", "section", "article", "html"})
NITF = frozenset({"nitf", "body.head", "body.content"})
TEXTUAL = re.compile(r"^text/|html|nitf|[/+]xml\b")
"""Media types of inline data that are read; sheets of scores and the like have a type of their own and come as XML."""
PAGE_PARTS = frozenset({"header", "footer", "nav"})


@dataclass(frozen=True, slots=True)
class Content:
    """A body, and what its own head says where the item's metadata may be silent."""

    text: str = ""
    html: str = ""
    headline: str = ""
    subheadline: str = ""
    byline: str = ""
    dateline: str = ""
    restricted: tuple[str, ...] = ()


def content_of(item: etree._Element, language: str = "") -> Content:
    """The fullest body among the contents of an item; other contents of it are renditions of the same.

    Of contents said to be in several languages, those in the item's own count before the others.
    """
    contents = (e for part in item if local(part) == "contentset" for e in part)
    read = [(_is_foreign(e, language), found) for e in contents for found in _readings(e) if found.text]
    return max(read, key=lambda each: (not each[0], len(each[1].text)), default=(False, Content()))[1]


def _is_foreign(content: etree._Element, language: str) -> bool:
    said = language_of(content.get(XML_LANG, "")) or ""
    return bool(said and language) and said.partition("-")[0] != language.partition("-")[0].lower()


def _readings(element: etree._Element) -> Iterator[Content]:
    name, kind = local(element), element.get("contenttype", "").lower()
    if name == "inlinexml":
        yield from content_of_xml(element)
    elif name == "inlinedata" and (not kind or TEXTUAL.search(kind)):
        yield content_of_string(_decoded(str(element.text or ""), element.get("encoding") or ""), kind)


def _decoded(text: str, encoding: str) -> str:
    """The text of inline data; "" for what is packed in a way that G2 does not know."""
    if not encoding:
        return text
    if not encoding.lower().endswith("base64"):
        return ""
    try:
        return without_controls(decode(base64.b64decode(text, validate=False), "").text)
    except ValueError:
        return ""


def content_of_text(text: str, kind: str = "") -> Content:
    """The content of a text without elements: HTML that was escaped, or paragraphs. kind is its media type."""
    if looks_like_html(text) or "html" in kind:
        return Content(text=text_of(blocks_of_html(text)), html=safe_html(text))
    blocks = [Block(paragraph, "p") for paragraph in paragraphs_of_plain(text)]
    return Content(text=text_of(blocks), html=html_of_blocks(blocks))


def content_of_string(text: str, kind: str = "") -> Content:
    """The content of a text that may be a whole document, which was escaped on its way."""
    start = XML_DECLARATION.sub("", text, count=1).strip()
    if start.startswith("<") and (root_name(start) in {"nitf", "body"} or "nitf" in kind):
        try:
            document = parse_xml(start)
        except Unreadable:
            return content_of_text(text, kind)
        return content_of_elements(document.root)
    return content_of_text(text, kind)


def content_of_elements(data: etree._Element) -> Content:
    """Content in whatever vocabulary; where nobody knows it, all its words."""
    read = next(content_of_xml(data), None)
    return read if read is not None else Content(text=text_of(blocks_of(data)), html=html_of_tree(data))


def content_of_xml(element: etree._Element) -> Iterator[Content]:
    """The content of an element with a body of whatever vocabulary in it; nothing when there is no prose in it."""
    if not len(element):
        yield content_of_text(str(element.text or ""))
        return
    by_name: dict[str, list[etree._Element]] = {}
    for each in element.iter():
        by_name.setdefault(local(each), []).append(each)
    if NITF & by_name.keys():
        yield _nitf(body_of(element))
        return
    if not PROSE & by_name.keys():
        return
    bodies = by_name.get("body") or [element]
    yield _prose(bodies, by_name)


def _prose(bodies: list[etree._Element], by_name: dict[str, list[etree._Element]]) -> Content:
    bare = [body for body in bodies if not len(body)]
    if len(bare) == len(bodies):
        content = content_of_text("\n\n".join(str(body.text or "") for body in bodies))
        blocks, markup, restricted = None, content.html, []
        text = content.text
    else:
        restricted = [e for body in bodies for e in desk_parts(body)]
        skip = [*restricted, *(e for body in bodies for e in _page_parts(body))]
        blocks = [block for body in bodies for block in blocks_of(body, skip)]
        text, markup = text_of(blocks), "\n".join(html_of_tree(body, skip) for body in bodies)
        if looks_like_html(text) and not any(block.text != text for block in blocks):
            text, markup = text_of(blocks_of_html(text)), safe_html(text)
    heads = by_name.get("h1") or by_name.get("title") or []
    return Content(
        text=text,
        html=markup,
        headline=next((plain(e) for e in heads if plain(e)), ""),
        restricted=tuple(text for text in (text_of(blocks_of(e)) for e in restricted) if text),
    )


def _nitf(body: Body) -> Content:
    return Content(
        text=body.text,
        html=body.html,
        headline=body.headline,
        subheadline=body.subheadline,
        byline=body.byline,
        dateline=body.dateline.text if body.dateline else "",
        restricted=body.restricted,
    )


def _page_parts(body: etree._Element) -> list[etree._Element]:
    """Header and footer of an XHTML page: they repeat metadata, unless there is nothing else."""
    parts = [child for child in body if local(child) in PAGE_PARTS]
    return parts if len(parts) < len(body) else []
