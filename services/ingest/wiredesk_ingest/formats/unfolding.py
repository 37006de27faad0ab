"""Copy that stands in markup without being marked up: bare text, HTML written as text, typewriter lines.

What is found gets elements of its own, so that text and HTML of a body come from one tree.
"""

from __future__ import annotations

from lxml import etree

from wiredesk_ingest.formats.markup import html_tree, is_block, local, looks_like_html
from wiredesk_ingest.formats.paragraphs import is_wrapped, paragraphs_of_plain

CONTAINERS = frozenset({"body", "body.content", "body.end", "block", "note", "abstract"})


def unfold(body: etree._Element, *, tabular: bool = False) -> None:
    """Gives bare text of containers paragraphs, and HTML that was written as text its elements.

    tabular: bare text stays as it was typed.
    """
    for element in list(body.iter(etree.Element)):
        text = str(element.text or "").strip()
        bare = local(element) in CONTAINERS
        if bare and len(element):
            _set_loose(element, tabular=tabular)
        elif text and not len(element) and (bare or (text[0] == "<" and text[-1] == ">")) and looks_like_html(text):
            _graft(element, text)
        elif text and bare:
            element[:] = _paragraphs(str(element.text), tabular=tabular)
            element.text = None


def keep_lines(body: etree._Element) -> None:
    """Makes paragraphs that follow one another a single block of lines, each as it was typed."""
    for parent in list(body.iter(etree.Element)):
        run: list[etree._Element] = []
        for child in list(parent):
            if run and (local(child) != "p" or (run[-1].tail or "").strip()):
                _type(parent, run)
                run = []
            if local(child) == "p":
                run.append(child)
        if run:
            _type(parent, run)


def unwrap(body: etree._Element) -> None:
    """Joins the lines of paragraphs that a typewriter's margin broke, each with a line break of its own."""
    for paragraph in list(body.iter(etree.Element)):
        if local(paragraph) == "p" and len(paragraph) and all(local(child) == "br" for child in paragraph):
            lines = _lines(paragraph)
            if is_wrapped([line for line in lines if line] or [""]):
                paragraph[:] = []
                paragraph.text = " ".join(line.strip() for line in lines)


def _graft(element: etree._Element, text: str) -> None:
    tree = html_tree(text)
    body = None if tree is None else tree.find("body")
    if body is None:
        return
    element.text = body.text
    element.extend(list(body))


def _set_loose(container: etree._Element, *, tabular: bool) -> None:
    """Gives paragraphs to text that stands alone between the blocks of a container."""
    first = container[0]
    if (container.text or "").strip() and is_block(local(first), mixed=True):
        for paragraph in _paragraphs(container.text or "", tabular=tabular):
            first.addprevious(paragraph)
        container.text = None
    for block in list(container.iterchildren(etree.Element)):
        after = block.getnext()
        alone = is_block(local(block), mixed=True) and (after is None or is_block(local(after), mixed=True))
        if alone and (block.tail or "").strip():
            paragraphs, block.tail = _paragraphs(block.tail or "", tabular=tabular), None
            for paragraph in reversed(paragraphs):
                block.addnext(paragraph)


def _paragraphs(text: str, *, tabular: bool) -> list[etree._Element]:
    found = []
    for paragraph in [text.strip("\n")] if tabular else paragraphs_of_plain(text):
        element = etree.Element("pre" if "\n" in paragraph else "p")
        element.text = paragraph
        found.append(element)
    return found


def _type(parent: etree._Element, run: list[etree._Element]) -> None:
    lines = [line for paragraph in run for line in _lines(paragraph)]
    block = etree.Element("pre")
    block.text, block.tail = "\n".join(lines), run[-1].tail
    run[0].addprevious(block)
    for paragraph in run:
        parent.remove(paragraph)


def _lines(paragraph: etree._Element) -> list[str]:
    for element in paragraph.iter(etree.Element):
        if local(element) == "br":
            element.tail = "\n" + (element.tail or "").removeprefix("\n")
    text = "".join(str(part) for part in paragraph.itertext())
    return [line.rstrip() for line in text.split("\n")]
