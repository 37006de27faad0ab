"""The main text of a web page, found by an extractor whose rules are asked once for each kind of element."""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any, cast

import trafilatura
from lxml import etree
from lxml.html import HtmlElement
from trafilatura import xpaths
from trafilatura.utils import HTML_PARSER

from wiredesk_ingest.formats.charset import without_controls

DEAD_WEIGHT = (
    "aside",
    "audio",
    "button",
    "canvas",
    "dialog",
    "embed",
    "fieldset",
    "figure",
    "footer",
    "head",
    "iframe",
    "input",
    "label",
    "link",
    "map",
    "menu",
    "nav",
    "noscript",
    "object",
    "option",
    "picture",
    "script",
    "select",
    "style",
    "svg",
    "template",
    "textarea",
    "time",
    "video",
)
"""Most of a page's bytes and none of its story, by the extractor's own list; without them it is half as quick again."""
WORD = re.compile(r"[^\W_]")
WORDS_OF_A_TEASER = 4
NAMED = re.compile(r"self::(\w+)")
ASKED = re.compile(r"@([\w-]+)")
PLAIN_NAME = re.compile(r"[a-z][a-z0-9]*")
MOST_REMEMBERED = 4096
MOST_ASKED = 200_000
"""What one page may have a rule asked: the characters of its kinds, and for each kind as many as asking costs."""
EACH_ASKED = 100
LONGEST_KIND = 500
"""Characters of the attributes of kinds that are remembered."""

Kind = tuple[str, tuple[tuple[str, str], ...]]


class Remembered(etree.XPath):
    """A rule of the extractor about elements by name and attributes, which remembers what it said of each kind.

    The rule itself is asked, about an element that stands alone; its patterns cost more than all else the extractor
    does. sure: it looks at nothing but the element, so that what it says of a kind holds for all of that kind. Else it
    is asked about a page as soon as that has a kind which it may mean. What is too much to ask is not meant, and so
    its words stay.
    """

    def __init__(self, rule: etree.XPath, *, sure: bool = True) -> None:
        super().__init__(rule.path, namespaces={"re": xpaths.REGEXP_NS})
        self._rule, self._sure = rule, sure
        self._names = NAMED.findall(rule.path) if rule.path.strip(" (\n").startswith(".//*[self::") else ["*"]
        self._asked = frozenset(ASKED.findall(rule.path))
        self._known: dict[Kind, bool] = {}

    def __call__(self, tree: Any, /, **variables: Any) -> Any:
        """The elements under this one that the rule means, in their order."""
        found, size, asked = [], 0, self._asked
        meant: dict[Kind, bool] = {}
        for element in tree.iterdescendants(*self._names):
            kind = (element.tag, tuple([pair for pair in element.items() if pair[0] in asked]))
            if kind not in meant:
                # Counted whether remembered or not: what is read of a page must not depend on the pages before it.
                size += EACH_ASKED + _size(kind)
                meant[kind] = size <= MOST_ASKED and self._means(kind)
            if meant[kind]:
                found.append(element)
        return found if self._sure or not found else self._rule(tree, **variables)

    def _means(self, kind: Kind) -> bool:
        known = self._known.get(kind)
        return self._learn(kind) if known is None else known

    def _learn(self, kind: Kind) -> bool:
        if len(self._known) >= MOST_REMEMBERED:
            self._known.clear()
        page, (name, attributes) = etree.Element("page"), kind
        alone = etree.SubElement(page, name if PLAIN_NAME.fullmatch(name) else "unknown")
        for key, value in attributes:
            alone.set(key, without_controls(value).replace("\f", " "))
        meant = bool(self._rule(page))
        if _size(kind) <= LONGEST_KIND:
            self._known[kind] = meant
        return meant


def _size(kind: Kind) -> int:
    return sum([len(value) for _, value in kind[1]])


def teach() -> None:
    """Has the extractor use rules that remember: those with patterns, which it asks about each element of a page."""
    for rules in (xpaths.BODY_XPATH, xpaths.OVERALL_DISCARD_XPATH, xpaths.REMOVE_COMMENTS_AND_LISTS_XPATH):
        rules[:] = [Remembered(rule) if _is_slow(rule) else rule for rule in rules]
    # Two of the rules look at what is in an element as well.
    xpaths.RAW_TREE_PRUNE_XPATH[:] = [
        Remembered(rule, sure=False) if _is_slow(rule) else rule for rule in xpaths.RAW_TREE_PRUNE_XPATH
    ]
    # Elements of one class need no look-up of theirs each time they are touched.
    HTML_PARSER.set_element_class_lookup(etree.ElementDefaultClassLookup(element=HtmlElement))
    baseline: Any = import_module("trafilatura.baseline")  # the package has a function of that name, too
    if _is_slow(baseline.BASIC_CLEAN_XPATH):
        baseline.BASIC_CLEAN_XPATH = Remembered(baseline.BASIC_CLEAN_XPATH)


def _is_slow(rule: etree.XPath) -> bool:
    return "re:test(" in rule.path and not isinstance(rule, Remembered)


def main_text(tree: etree._Element, headline: str) -> list[str]:
    """The paragraphs of a page's story. `tree` is used up: the extractor takes it apart."""
    etree.strip_elements(tree, *DEAD_WEIGHT, with_tail=False)
    links = {" ".join("".join(str(text) for text in link.itertext()).split()) for link in tree.iter("a")}
    # Tables of web pages are layout far more often than results.
    found = trafilatura.extract(cast(Any, tree), fast=True, include_comments=False, include_tables=False)
    return _story_lines((found or "").split("\n"), links, headline)


def _story_lines(lines: list[str], links: set[str], headline: str) -> list[str]:
    """Without the headline said again, lines without a word, and lines that are nothing but a way elsewhere."""
    kept = []
    for position, line in enumerate(text.strip() for text in lines):
        elsewhere = line.lstrip("- ") in links and len(line.split()) >= WORDS_OF_A_TEASER
        repeated = position < 3 and line == headline
        if WORD.search(line) and not elsewhere and not repeated:
            kept.append(line)
    return kept


teach()
