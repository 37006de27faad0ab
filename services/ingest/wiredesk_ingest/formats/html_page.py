"""A web page: what it says about itself in JSON-LD and meta tags first, then the main text of it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

import trafilatura
from lxml import etree
from wiredesk_core.failures import Unreadable
from wiredesk_core.item import Association, Item, ItemType, ParseWarning

from wiredesk_ingest.formats.bounds import MOST_CHARACTERS, MOST_ENTRIES, refuse_masses_of_attributes
from wiredesk_ingest.formats.dates import moment
from wiredesk_ingest.formats.languages import language_of
from wiredesk_ingest.formats.main_text import main_text
from wiredesk_ingest.formats.markup import Block, blocks_of, blocks_of_html, html_tree, looks_like_html, plain
from wiredesk_ingest.formats.page_trimming import trimmed
from wiredesk_ingest.formats.plain_text import content_uri
from wiredesk_ingest.formats.safe_json import parse_json
from wiredesk_ingest.formats.shown_html import html_of_blocks
from wiredesk_ingest.formats.sniffing import root_name
from wiredesk_ingest.formats.vocabulary import distinct
from wiredesk_ingest.wire import Wire

ROOTS = frozenset(
    [
        "html",
        "head",
        "body",
        "title",
        "meta",
        "article",
        "main",
        "section",
        "div",
        "p",
        "span",
        "h1",
        "h2",
        "h3",
        "table",
        "ul",
        "ol",
        "a",
        "b",
        "i",
        "em",
        "strong",
        "br",
        "img",
        "header",
        "blockquote",
        "pre",
        "link",
        "script",
        "style",
        "figure",
    ]
)
STORY_TYPES = re.compile(r"(?:Article|BlogPosting|Report|LiveBlog\w*)$")
FULLER = 1.5
"""How much longer the page's own statement of its text must be to be believed over what is seen."""

Facts = dict[str, Any]


def recognise(text: str) -> bool:
    """Whether the first element is one of HTML's."""
    return root_name(text) in ROOTS


def parse(text: str, wire: Wire) -> tuple[Item, ...]:
    """One item: the page's main story."""
    text = trimmed(text)
    refuse_masses_of_attributes(text)
    tree = _tree(text)
    if tree is None:
        raise Unreadable("empty", "an HTML page with nothing in it: send the story")
    (statements, warnings), meta = _statements(tree), _meta(tree)
    stated = next((entry for entry in statements if _is_story(entry)), {})
    headline = _line(_said(stated, "headline") or _first(meta, "og:title", "twitter:title") or _title(tree))
    address, language, pictures = _address(tree, stated, meta), _language(tree, stated), _pictures(meta)
    seen = _in_paragraphs(main_text(tree, headline), text, headline)
    paragraphs = _fuller(seen, _full_text(stated, statements)) or _all_text(text)
    zone = wire.provider.zone
    published = _said(stated, "datePublished") or _first(
        meta, "article:published_time", "datepublished", "date", "dc.date"
    )
    modified = _said(stated, "dateModified") or _first(meta, "article:modified_time", "datemodified", "last-modified")
    return (
        Item(
            uri=address or content_uri("\n".join(paragraphs)),
            type=ItemType.text,
            language=language or wire.provider.language,
            headline=headline,
            byline=_line(_said(stated, "author") or _first(meta, "author", "dc.creator", "byl", "article:author")),
            source=_line(_said(stated, "publisher") or _first(meta, "og:site_name")) or wire.provider.source,
            credit=wire.provider.credit,
            categories=distinct([_first(meta, "article:section") or _said(stated, "articleSection")]),
            keywords=_keywords(stated, meta),
            summary=_line(_said(stated, "description") or _first(meta, "og:description", "description")),
            body_text="\n\n".join(paragraphs),
            body_html=html_of_blocks(Block(paragraph, "p") for paragraph in paragraphs),
            first_created=moment(published, zone),
            version_created=moment(modified or published, zone),
            copyright_holder=_line(_said(stated, "copyrightHolder")),
            associations=pictures,
            warnings=warnings,
        ),
    )


def _tree(text: str) -> etree._Element | None:
    """The extractor's own kind of tree, so that a page is parsed once; ours for what it thinks too little."""
    tree: etree._Element | None = trafilatura.load_html(text)
    return html_tree(text) if tree is None else tree


def _all_text(text: str) -> list[str]:
    """Everything there is to read, for notes too short to have a main text."""
    tree = html_tree(text)
    return [] if tree is None else [block.text for block in blocks_of(_body(tree))]


def _in_paragraphs(seen: list[str], text: str, headline: str) -> list[str]:
    """What the extractor found; where it ran all of a short page together, in the page's own paragraphs."""
    if len(seen) != 1:
        return seen
    whole = " ".join(seen[0].split())
    own = [line for line in _all_text(text) if " ".join(line.split()) in whole and line != headline]
    return own if len(own) > 1 and 2 * _size(own) > _size(seen) else seen


def _fuller(seen: list[str], stated: list[str]) -> list[str]:
    """What is seen of the story, or what the page states where that is fuller by far."""
    return stated if _size(stated) > FULLER * _size(seen) else seen


def _size(paragraphs: list[str]) -> int:
    return sum(len(paragraph.split()) for paragraph in paragraphs)


def _body(tree: etree._Element) -> etree._Element:
    return next((e for e in tree.iter("article", "main", "body")), tree)


def _statements(tree: etree._Element) -> tuple[list[Facts], tuple[ParseWarning, ...]]:
    """All that the page says about itself in JSON-LD, where that can be read and is no longer than a story."""
    found: list[Facts] = []
    warnings: list[ParseWarning] = []
    for script in tree.iter("script"):
        said = str(script.text or "") if "ld+json" in (script.get("type") or "") else ""
        if len(said) > MOST_CHARACTERS:
            detail = f"JSON-LD of {len(said)} characters was not read: leave it out"
            warnings.append(ParseWarning(code="statement_too_long", detail=detail))
        elif said:
            try:
                found += _objects(parse_json(html.unescape(said.strip())))
            except Unreadable:
                continue
    return found, tuple(warnings)


def _full_text(stated: Facts, statements: list[Facts]) -> list[str]:
    """The text of the story as the page states it: its body, or the entries of a live report, in the page's order."""
    told = [_said(stated, "articleBody")]
    for update in (entry for each in statements for entry in _listed(each.get("liveBlogUpdate"))):
        told += [_said(update, "headline"), _said(update, "articleBody")]
    return [line for text in told for line in _plain_lines(text)]


def _listed(value: Any) -> list[Facts]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _plain_lines(text: str) -> list[str]:
    """Lines of a stated text, in which some pages leave their markup."""
    plain_text = "\n".join(block.text for block in blocks_of_html(text)) if looks_like_html(text) else text
    return [line.strip() for line in plain_text.split("\n") if line.strip()]


def _objects(value: Any, depth: int = 0) -> Iterator[Facts]:
    if isinstance(value, list) and depth < 5:
        for entry in value:
            yield from _objects(entry, depth + 1)
    elif isinstance(value, dict) and depth < 5:
        yield value
        yield from _objects(value.get("@graph"), depth + 1)
        yield from _objects(value.get("mainEntity"), depth + 1)


def _is_story(entry: Facts) -> bool:
    kinds = entry.get("@type")
    return any(isinstance(k, str) and STORY_TYPES.search(k) for k in (kinds if isinstance(kinds, list) else [kinds]))


def _said(stated: Facts, key: str) -> str:
    return _words(stated.get(key), 0)


def _words(value: Any, depth: int) -> str:
    """Text of a JSON-LD value: itself, its name or value, or the members of a list joined."""
    if isinstance(value, str):
        return html.unescape(value).strip()
    if isinstance(value, dict) and depth < 3:
        return _words(value.get("name") or value.get("@value") or value.get("url"), depth + 1)
    if isinstance(value, list) and depth < 3:
        return ", ".join(distinct([_words(entry, depth + 1) for entry in value]))
    return ""


def _meta(tree: etree._Element) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or ""
        content = (element.get("content") or "").strip()
        if name and content:
            found.setdefault(name.lower(), content)
    return found


def _first(meta: dict[str, str], *names: str) -> str:
    return next((meta[name] for name in names if name in meta), "")


def _title(tree: etree._Element) -> str:
    return next((found for name in ("h1", "title") for e in tree.iter(name) if (found := plain(e))), "")


def _line(text: str) -> str:
    return " ".join(text.split())


def _language(tree: etree._Element, stated: Facts) -> str | None:
    found = (language_of(text) for text in (_said(stated, "inLanguage"), tree.get("lang") or ""))
    return next((language for language in found if language), None)


def _address(tree: etree._Element, stated: Facts, meta: dict[str, str]) -> str:
    """The page's canonical address is its identity."""
    links = (e.get("href") or "" for e in tree.iter("link") if "canonical" in (e.get("rel") or "").lower())
    found = (*links, meta.get("og:url", ""), _said(stated, "url"))
    return next((address.strip() for address in found if address.strip().startswith(("http://", "https://"))), "")


def _keywords(stated: Facts, meta: dict[str, str]) -> tuple[str, ...]:
    found = _said(stated, "keywords") or _first(meta, "news_keywords", "keywords", "article:tag")
    return distinct(found.split(",", MOST_ENTRIES)[:MOST_ENTRIES])


def _pictures(meta: dict[str, str]) -> tuple[Association, ...]:
    address = _first(meta, "og:image")
    return (Association(rel="featuremedia", type=ItemType.picture, href=address),) if address else ()
