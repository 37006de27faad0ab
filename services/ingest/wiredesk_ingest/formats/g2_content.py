"""The body of a NewsML-G2 item: XHTML, NITF, HTML, plain text or an agency's own words, in any namespace."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from wiredesk_ingest.formats.charset import decode, without_controls
from wiredesk_ingest.formats.desk_parts import desk_parts
from wiredesk_ingest.formats.markup import Block, blocks_of, blocks_of_html, local, looks_like_html, plain, text_of
from wiredesk_ingest.formats.nitf_body import Body, body_of
from wiredesk_ingest.formats.paragraphs import paragraphs_of_plain
from wiredesk_ingest.formats.shown_html import html_of_blocks, html_of_tree, safe_html

PROSE = frozenset({"body", "body.content", "p", "pre", "div", "section", "article", "html"})
NITF = frozenset({"nitf", "body.head", "body.content"})
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


def content_of(item: etree._Element) -> Content:
    """The fullest body among the contents of an item; other contents of it are renditions of the same."""
    contents = (e for part in item if local(part) == "contentset" for e in part)
    read = [found for element in contents for found in _readings(element)]
    return max(read, key=lambda content: len(content.text), default=Content())


def _readings(element: etree._Element) -> Iterator[Content]:
    name, kind = local(element), element.get("contenttype", "").lower()
    if name == "inlinexml":
        yield from content_of_xml(element)
    elif name == "inlinedata" and (not kind or kind.startswith("text/")):
        yield content_of_text(_decoded(str(element.text or ""), element.get("encoding") or ""), kind)


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
