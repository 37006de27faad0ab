"""Markup to text, block by block and without losing a word.

Works on trees of any vocabulary: XHTML, NITF, an agency's own; names count without namespace and case.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby

from lxml import etree
from wiredesk_core.failures import Unreadable

from wiredesk_ingest.formats.bounds import refuse_masses_of_attributes, refuse_masses_of_tags
from wiredesk_ingest.formats.charset import without_controls
from wiredesk_ingest.formats.paragraphs import paragraphs_of_plain

BLOCK = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "body.content",
        "body.head",
        "body.end",
        "byline",
        "byttl",
        "caption",
        "dd",
        "details",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "headline",
        "hedline",
        "hl1",
        "hl2",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "media",
        "media-caption",
        "menu",
        "nav",
        "nitf",
        "note",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "title",
        "tr",
        "ul",
        "block",
        "abstract",
        "tagline",
        "distributor",
        "dateline",
        "bibliography",
        "bq",
        "credit",
        "fn",
        "media-producer",
        "nitf-table",
        "nitf-table-summary",
    ]
)
INLINE = frozenset(
    ["a", "abbr", "acronym", "b", "bdi", "bdo", "big", "br", "cite", "code", "data", "del", "dfn", "em", "font", "i",
     "img", "ins", "kbd", "label", "mark", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike", "strong",
     "sub", "sup", "time", "tt", "u", "var", "wbr", "chron", "city", "classifier", "copyrite", "country", "event",
     "function", "location", "money", "num", "object", "object.title", "org", "person", "postaddr", "pronounce",
     "region", "state", "virtloc", "alt-code", "nobr", "addressee", "care.of", "copyrite.holder", "copyrite.year",
     "delivery.office", "delivery.point", "denom", "frac", "frac-sep", "lang", "name.family", "name.given", "numer",
     "postcode", "sublocation"]
)  # fmt: skip
UNREAD = frozenset(
    ["script", "style", "template", "head", "noscript", "iframe", "object", "embed", "svg", "math", "select", "option"]
)
_NAMES = ["name.given", "name.family", "function", "copyrite.year", "copyrite.holder"]
_ADDRESSES = ["addressee", "care.of", "delivery.point", "delivery.office", "postcode"]
_PLACES = ["sublocation", "city", "state", "region", "country"]
PARTS = frozenset([*_NAMES, *_ADDRESSES, *_PLACES])
"""Parts of a name, an address or a right, each a word of its own even where nothing stands between them."""
DOCUMENTS = frozenset({"html", "nitf"})
PREFORMATTED = frozenset({"pre", "listing", "xmp", "plaintext"})
ROW = "tr"
CELLS = frozenset({"td", "th"})
SPACES = re.compile(r"[ \t\n\r\f\v\u00a0\u2028\u2029]+")
LOOKS_LIKE_HTML = re.compile(
    r"</?(?:p|div|br|b|i|em|strong|a|span|h[1-6]|ul|ol|li|table|pre|section)\b[^<>]*>", re.IGNORECASE
)
BREAK = "\x00"
"""Stands for a line break inside a paragraph while white space is being folded."""
CELL = "\x01"
DEEPEST = 250


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading or table row: `kind` is the local name of its element."""

    text: str
    kind: str


@dataclass(slots=True)
class _Writer:
    """Collects running text and closes it into blocks."""

    blocks: list[Block] = field(default_factory=list)
    running: list[str] = field(default_factory=list)
    kept: bool = False
    """Whether the running text keeps its own line breaks and spaces."""

    def close(self, kind: str) -> None:
        raw = "".join(self.running)
        self.running.clear()
        if not raw or raw.isspace():
            texts = []
        elif self.kept:
            texts = paragraphs_of_plain(raw.replace(BREAK, "\n"), keep_lines=True)
        else:
            texts = [_folded(part) for part in raw.split(BREAK + BREAK)]
        self.kept = False
        self.blocks += [Block(text, kind) for text in texts if text]


def local(element: etree._Element) -> str:
    """The element's name in lower case without its namespace; "" for comments and the like."""
    tag = element.tag
    return _local(tag) if type(tag) is str else ""


def outermost(root: etree._Element, wanted: Callable[[etree._Element], bool]) -> Iterator[etree._Element]:
    """The wanted elements under a root, itself included, in document order; none that is inside another of them."""
    waiting = [root]
    while waiting:
        element = waiting.pop()
        if wanted(element):
            yield element
        else:
            waiting.extend(element.iterchildren(etree.Element, reversed=True))


def blocks_of(element: etree._Element, skip: Iterable[etree._Element] = ()) -> list[Block]:
    """All blocks of text under an element, in order, without the subtrees in `skip`."""
    writer = _Writer()
    _walk(element, writer, frozenset(skip), 0)
    writer.close(local(element))
    return _with_whole_tables(writer.blocks)


def text_of(blocks: Iterable[Block]) -> str:
    """Blocks as a body text: paragraphs joined by one blank line."""
    return "\n\n".join(block.text for block in blocks)


def plain(element: etree._Element | None) -> str:
    """All text of an element on one line."""
    if element is None:
        return ""
    if not len(element):
        return SPACES.sub(" ", element.text or "").strip()
    return SPACES.sub(" ", " ".join(block.text for block in blocks_of(element))).strip()


def html_tree(markup: str) -> etree._Element | None:
    """The tree of an HTML page or fragment; None when there is nothing in it. Raises Unreadable: tag_bomb."""
    refuse_masses_of_tags(markup)
    refuse_masses_of_attributes(markup)
    try:
        tree = etree.fromstring(markup.encode("utf-8", "replace"), _HTML)
    except etree.XMLSyntaxError:
        return None
    stopped = _HTML.error_log.last_error
    if stopped is not None and stopped.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT:
        # The parser leaves out what is deeper, words and all.
        raise Unreadable("tag_bomb", f"{stopped.message}: flatten the markup")
    return tree


def blocks_of_html(markup: str) -> list[Block]:
    """The blocks of an HTML fragment; text without any markup is read as plain paragraphs."""
    if "<" not in markup:
        return [Block(text, "p") for text in paragraphs_of_plain(html.unescape(markup))]
    tree = html_tree(markup)
    return [] if tree is None else blocks_of(tree)


def looks_like_html(text: str) -> bool:
    """Whether a text holds HTML tags, that is, markup that was escaped on its way."""
    return LOOKS_LIKE_HTML.search(text) is not None


def _with_whole_tables(blocks: list[Block]) -> list[Block]:
    """Rows that follow one another are the lines of one block."""
    merged: list[Block] = []
    for is_row, group in groupby(blocks, key=lambda block: block.kind == ROW):
        rows = list(group)
        merged += [Block("\n".join(row.text for row in rows), ROW)] if is_row else rows
    return merged


def _walk(element: etree._Element, writer: _Writer, skip: frozenset[etree._Element], depth: int) -> None:
    name = local(element)
    if depth > DEEPEST:
        writer.running.append("".join(element.itertext()))
        return
    keeping = name in PREFORMATTED
    if keeping:
        writer.kept = True
    if element.text:
        writer.running.append(without_controls(element.text))
    mixed = is_mixed(element)
    for child in element:
        _walk_child(child, writer, skip, depth, mixed=mixed, parent=name)
        if child.tail:
            if keeping:
                writer.kept = True
            writer.running.append(without_controls(child.tail))


def _walk_child(
    child: etree._Element,
    writer: _Writer,
    skip: frozenset[etree._Element],
    depth: int,
    *,
    mixed: bool,
    parent: str,
) -> None:
    if not isinstance(child.tag, str):
        writer.running.append(entity_text(child))
        return
    name = local(child)
    if is_unread(name, parent) or child in skip:
        return
    writer.running.append(between(child))
    if name == "br":
        writer.running.append(BREAK)
    elif name in CELLS and not has_blocks(child):
        before = child.getprevious()
        if before is not None and local(before) in CELLS and not has_blocks(before):
            writer.running.append(CELL)
        _walk(child, writer, skip, depth + 1)
    elif is_block(name, mixed=mixed):
        writer.close(parent)
        _walk(child, writer, skip, depth + 1)
        writer.close(name)
    else:
        _walk(child, writer, skip, depth + 1)


def between(child: etree._Element) -> str:
    """What parts an element from the one before it where the wire writes nothing between the two."""
    name = local(child)
    before = child.getprevious() if name in PARTS or name == "denom" else None
    if before is None or before.tail:
        return ""
    if name == "denom":
        return "/" if local(before) == "numer" else ""
    return " " if local(before) in PARTS else ""


def is_unread(name: str, parent: str) -> bool:
    """Elements whose words are no copy. A head is one of a document only; agencies head boxes in the copy so, too."""
    return name in UNREAD and (name != "head" or parent in DOCUMENTS)


def is_block(name: str, *, mixed: bool) -> bool:
    """Elements that nobody knows are inline in running text and blocks elsewhere."""
    if name in BLOCK:
        return True
    return name not in INLINE and not mixed


def is_mixed(element: etree._Element) -> bool:
    """Whether text stands directly beside the element's children."""
    if element.text and not element.text.isspace():
        return True
    return any(child.tail and not child.tail.isspace() for child in element)


def has_blocks(element: etree._Element) -> bool:
    """Whether any child of the element is a block by its name."""
    return any(local(child) in BLOCK for child in element)


def _folded(text: str) -> str:
    """White space made single; line breaks and cell borders put back where they stood."""
    lines = (SPACES.sub(" ", line).split(CELL) for line in text.split(BREAK))
    rows = ("\t".join(cell.strip() for cell in line).rstrip() for line in lines)
    return "\n".join(row for row in rows if row)


def entity_text(node: etree._Element) -> str:
    """The text of an entity that the parser left as it stood; "" for comments and the like."""
    name = getattr(node, "name", "")
    return html.unescape(f"&{name};") if name else ""


@lru_cache(maxsize=4096)
def _local(tag: str) -> str:
    return tag.rpartition("}")[2].rpartition(":")[2].lower()


_HTML = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=False)
