"""The lines of a NewsML 1.x news item: headlines, by-line, dateline, rights, and notes to desks.

Components are given from the inner to the outer: the nearest that has a line counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lxml import etree
from wiredesk_core.item import ParseWarning

from wiredesk_ingest.formats.markup import local, plain
from wiredesk_ingest.formats.newsml_1_media import MEDIA, media_type
from wiredesk_ingest.formats.newsml_1_parts import Component, fold, formal_name, language_said, party_names
from wiredesk_ingest.formats.newsml_1_texts import Body
from wiredesk_ingest.formats.vocabulary import distinct

NOTE, HEADLINE, BYLINE, RIGHTS, SUMMARY, INTERNAL = "note", "headline", "byline", "rights", "summary", "internal"
TYPED = (
    (INTERNAL, r"nonpublic|private|internal|contact"),
    (NOTE, r"advisory|^ed|editor|note|instruction|attention|embargo|kill"),
    (HEADLINE, r"^(?:alternat\w*|short|web|main)?(?:headline|title)"),
    (BYLINE, r"byline|^author"),
    (RIGHTS, r"rights|usage|restriction|copyright"),
    (SUMMARY, r"abstract|summary|teaser"),
)
"""What a NewsLine is for, by words in its folded type."""
EDITORIAL = re.compile(
    r"(?:ed|editor|editors|editorial)s?(?:info|note|notes|remark|comment|advisory)|advisory|notetoeditors?"
)
"""Folded names of properties that hold notes to editors."""
AUTHOR = re.compile(r"author|writer|reporter|journalist|photographer|person|byline", re.IGNORECASE)
NO_HOLDER = re.compile(
    r"©|\(c\)|\bcopyright\b|\ball rights reserved\b|\b(?:19|20)\d\d\b(?:\s*[-–/]\s*(?:19|20)?\d\d\b)?", re.IGNORECASE
)
"""What stands in a copyright line beside the holder's name."""
STATED = frozenset(
    [
        "headline",
        "subheadline",
        "byline",
        "dateline",
        "creditline",
        "copyrightline",
        "rightsline",
        "seriesline",
        "slugline",
        "keywordline",
    ]
)
LONGEST_HOLDER = 100
LONGEST_HEADLINE = 250
SHORTENED = 160


@dataclass(frozen=True, slots=True)
class TypedLines:
    """NewsLines by what they are for, and those of types that nobody knows."""

    known: dict[str, list[str]] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()

    def of(self, purpose: str) -> list[str]:
        """All lines for one purpose."""
        return self.known.get(purpose, [])


def lines_of(components: Sequence[Component], name: str, language: str = "") -> tuple[str, ...]:
    """The lines of that name in the nearest component that has any; of several languages, those in this one."""
    for component in components:
        lines = [(line, plain(line)) for line in component.lines(name)]
        lines = [(line, text) for line, text in lines if text]
        own = [text for line, text in lines if language and language_said(line).partition("-")[0] == language]
        if lines:
            return distinct(own or [text for _, text in lines])
    return ()


def line_of(components: Sequence[Component], name: str, language: str = "") -> str:
    """The first of these lines; "" when there is none."""
    return next(iter(lines_of(components, name, language)), "")


def typed_lines(components: Sequence[Component]) -> TypedLines:
    """The NewsLines of these components, and notes that stand in properties."""
    known: dict[str, list[str]] = {}
    left: list[str] = []
    for component in components:
        for line in component.lines("newsline"):
            kind = next((formal_name(e) for e in line if local(e) == "newslinetype"), "")
            purpose = next((purpose for purpose, words in TYPED if re.search(words, fold(kind))), "")
            for text in (plain(e) for e in line if local(e) == "newslinetext" and plain(e)):
                (known.setdefault(purpose, []) if purpose else left).append(text if purpose else f"{kind}: {text}")
        lines = (line for part in component.sections.get("newslines", ()) for line in part)
        others = (line for line in lines if local(line) not in {*STATED, "newsline", ""})
        left += [f"{local(line)}: {plain(line)}" for line in others if plain(line)]
        known.setdefault(NOTE, []).extend(v for name, v in component.properties() if EDITORIAL.fullmatch(name))
    return TypedLines({purpose: list(distinct(texts)) for purpose, texts in known.items()}, distinct(left))


def headline_of(
    path: Sequence[Component], others: Sequence[Component], body: Body, language: str
) -> tuple[str, str, tuple[ParseWarning, ...]]:
    """Headline and sub-headline; where the HeadLine is missing or empty, the best line there is, and a warning."""
    heads = [part.content for part in body.parts]
    second = line_of(path, "subheadline", language) or next((c.subheadline for c in heads if c.subheadline), "")
    stated = line_of(path, "headline", language)
    if stated:
        return stated, second, ()
    elsewhere = [component for component in others if not _shows_media(component)]
    found = (
        ("its text", next((" ".join(text.content.text.split()) for text in body.headlines), "")),
        ("the head of the body", next((content.headline for content in heads if content.headline), "")),
        ("a news line", next(iter(typed_lines(path).of(HEADLINE)), "")),
        ("another component", line_of(elsewhere, "headline", language)),
        ("SubHeadLine", second),
        ("the first paragraph", shortened(body.text.partition("\n\n")[0])),
    )
    source, text = next(((source, text) for source, text in found if text), ("", ""))
    warning = ParseWarning(code="headline_missing", detail=f"read from {source}" if source else "there is none")
    return text, "" if source == "SubHeadLine" else second, (warning,)


def _shows_media(component: Component) -> bool:
    near = (component, *component.children)
    return any(media_type(item) in MEDIA for each in near for item in each.sections.get("contentitem", ()))


def shortened(paragraph: str) -> str:
    """A paragraph on one line, cut at a word where it is too long for a headline."""
    line = " ".join(paragraph.split())
    return line if len(line) <= LONGEST_HEADLINE else f"{line[:SHORTENED].rpartition(' ')[0] or line[:SHORTENED]} …"


def byline_of(path: Sequence[Component], body: Body, typed: TypedLines) -> str:
    """By-lines as printed, else the creators that are said to be persons; "" when there are none."""
    printed = (part.content.byline for part in body.parts if part.content.byline)
    stated = lines_of(path, "byline") or typed.of(BYLINE) or list(printed)
    return ", ".join(stated or distinct([name for component in path for name in _authors(component)]))


def _authors(component: Component) -> Iterator[str]:
    """Creators that the wire calls authors, by a name and not by their initials."""
    for creator in component.metadata("creator"):
        for party in creator.iter(etree.Element):
            marks = f"{party.get('Topic', '')} {party.get('Scheme', '')} {party.get('Vocabulary', '')}"
            if local(party) == "party" and AUTHOR.search(marks) and " " in formal_name(party):
                yield formal_name(party)


def copyright_of(path: Sequence[Component]) -> tuple[str, str]:
    """Holder and notice; a short notice names the holder where nothing else does."""
    holders = [e for c in path for right in c.metadata("copyright") for e in right if local(e) == "copyrightholder"]
    notice = line_of(path, "copyrightline")
    stated = next((", ".join(party_names([e])) or formal_name(e) for e in holders if formal_name(e)), "")
    return stated or (_holder(notice) if len(notice) <= LONGEST_HOLDER else ""), notice


def _holder(notice: str) -> str:
    return " ".join(NO_HOLDER.sub(" ", notice).split()).strip(" .,;:-–/")


def usage_of(path: Sequence[Component], typed: TypedLines) -> str:
    """Terms of use: rights lines, and what the rights metadata says in words."""
    rights = [plain(e) for component in path for e in component.metadata("usagerights")]
    return "\n\n".join(distinct([*lines_of(path, "rightsline"), *typed.of(RIGHTS), *rights]))
