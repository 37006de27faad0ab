"""Bodies as HTML that is safe to show: nothing in it runs, loads frames or styles the page around it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

import nh3
from lxml import etree

from wiredesk_ingest.formats.charset import without_controls
from wiredesk_ingest.formats.markup import (
    DEEPEST,
    Block,
    between,
    entity_text,
    has_blocks,
    is_block,
    is_mixed,
    is_unread,
    local,
)

_HTML_NAMES = {
    "hl1": "h1",
    "hl2": "h2",
    "hedline": "h1",
    "bq": "blockquote",
    "media": "figure",
    "media-caption": "figcaption",
}
_HTML_ELEMENTS = frozenset(
    [
        "a",
        "abbr",
        "b",
        "blockquote",
        "br",
        "caption",
        "cite",
        "code",
        "dd",
        "del",
        "dfn",
        "dl",
        "dt",
        "em",
        "figcaption",
        "figure",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "img",
        "ins",
        "kbd",
        "li",
        "mark",
        "ol",
        "p",
        "pre",
        "q",
        "s",
        "samp",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "u",
        "ul",
        "var",
    ]
)
_NO_COPY = {"script", "style", "title", "template", "noscript", "iframe", "object", "svg", "math", "select", "option"}
"""Elements whose words are none of the copy's, as in its text."""
_KEPT = ("href", "src", "alt", "title", "colspan", "rowspan", "lang")
_EMPTY_PARAGRAPH = re.compile(r"<p>\s*</p>")
_EMPTY = frozenset({"br", "hr", "img"})
_SHOWN_AS_THEY_ARE = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "li", "blockquote", "pre", "figcaption"})


def safe_html(markup: str) -> str:
    """The markup without anything that runs, loads frames or styles the page it is shown on."""
    return without_controls(nh3.clean(markup, link_rel=None, clean_content_tags=_NO_COPY)).strip()


def html_of_blocks(blocks: Iterable[Block]) -> str:
    """Plain blocks as simple HTML."""
    parts = []
    for block in blocks:
        name = block.kind if block.kind in _SHOWN_AS_THEY_ARE else "p"
        parts.append(f"<{name}>{html.escape(block.text, quote=False).replace(chr(10), '<br>')}</{name}>")
    return "\n".join(parts)


def html_of_tree(element: etree._Element, skip: Iterable[etree._Element] = ()) -> str:
    """A tree of any vocabulary as safe HTML: known elements stay, unknown blocks become paragraphs."""
    parts: list[str] = []
    _write_html(element, parts, frozenset(skip), 0)
    return _EMPTY_PARAGRAPH.sub("", safe_html("".join(parts)))


def _write_html(element: etree._Element, parts: list[str], skip: frozenset[etree._Element], depth: int) -> None:
    parts.append(html.escape(element.text or "", quote=False))
    around, mixed = local(element), is_mixed(element)
    for child in element if depth <= DEEPEST else ():
        name = local(child)
        parts.append(html.escape(entity_text(child), quote=False) if not name else "")
        if name and not is_unread(name, around) and child not in skip:
            shown = _HTML_NAMES.get(name) or (name if name in _HTML_ELEMENTS else "")
            shown = shown or ("p" if is_block(name, mixed=mixed) and not has_blocks(child) else "")
            parts.append(between(child))
            parts.append(f"<{shown}{_attributes(child)}>" if shown else "")
            _write_html(child, parts, skip, depth + 1)
            parts.append(f"</{shown}>" if shown and shown not in _EMPTY else "")
        parts.append(html.escape(child.tail or "", quote=False))


def _attributes(element: etree._Element) -> str:
    said = dict(element.items())
    kept = ((name, said.get(name)) for name in _KEPT) if said else ()
    return "".join(f' {name}="{html.escape(value)}"' for name, value in kept if value)
