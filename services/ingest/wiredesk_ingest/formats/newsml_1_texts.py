"""The texts of a NewsML 1.x news item: what each is by its role, which of them say the same, and the body they make."""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from lxml import etree
from wiredesk_core.item import ParseWarning

from wiredesk_ingest.formats.charset import decode, without_controls
from wiredesk_ingest.formats.g2_content import Content, content_of_elements, content_of_string
from wiredesk_ingest.formats.markup import local
from wiredesk_ingest.formats.newsml_1_parts import Component, fold, formal_name
from wiredesk_ingest.formats.sniffing import foreign_kind

BODY, LEAD, SUMMARY, CAPTION, HEADLINE, OUTSIDE = "body", "lead", "summary", "caption", "headline", "outside"
ROLES = {
    **dict.fromkeys(("headline", "title", "head", "heading", "titre", "titel", "titulo", "titolo"), HEADLINE),
    **dict.fromkeys(("lead", "lede", "leadin", "leadtext", "intro", "introduction", "chapeau", "ingress", "vorspann",
                     "standfirst", "entradilla"), LEAD),
    **dict.fromkeys(("abstract", "summary", "teaser", "synopsis", "resume", "sommaire", "zusammenfassung",
                     "resumen", "sommario", "samenvatting"), SUMMARY),
    **dict.fromkeys(("caption", "photocaption", "picturecaption", "imagecaption", "captiontext", "cutline", "legend",
                     "legende", "bildunterschrift", "bildtext", "didascalia", "piedefoto", "onderschrift"), CAPTION),
    **dict.fromkeys(("stylesheet", "css", "style", "script"), OUTSIDE),
}  # fmt: skip
"""What a text is for by the folded role of its component; every other role is the body's."""
MAIN = frozenset(
    [
        "main",
        "body",
        "text",
        "maintext",
        "bodytext",
        "story",
        "article",
        "content",
        "fulltext",
        "mainbody",
        "newstext",
        "copy",
    ]
)
"""Roles that say that a text is the story itself; texts without a role may be it too."""
NO_PROSE = re.compile(
    r"\bcss\b|javascript|image|photo|picture|graphic|video|audio|sound|jpe?g|\bgif\b|\bpng\b|tiff?\b|mpe?g|\bmp[34]\b|"
    r"\bpdf\b|\bzip\b|octet-stream|binary|flash|postscript|msword|excel|powerpoint|complexdata|animat",
    re.IGNORECASE,
)
"""Media and formats whose content is not read as text."""
EMBEDDED_REFERENCE = re.compile(r"<NewsComponentRef\b[^<>]*>")
"""In a text this marks where another component is meant to be played or shown."""
WORDS = re.compile(r"\w+")
DECODERS: Mapping[str, Callable[[bytes], bytes]] = {"base64": base64.b64decode, "quotedprintable": quopri.decodestring}
SHINGLE = 4
MOST_LANGUAGES = 12
"""More are no versions of one story, but a list of words in many languages."""
MOST_COMPARED = 40
MOST_COMPARED_CHARACTERS = 50_000
"""How many texts of an item are compared, and how much of each; what lies beyond is kept."""
SAME = 0.9
"""Share of a text's word sequences that must stand elsewhere for it to say nothing new."""


@dataclass(frozen=True, slots=True)
class Text:
    """One text of a news item: its component, what it is for, and what it says."""

    component: Component
    kind: str
    content: Content

    @property
    def is_main(self) -> bool:
        """Whether it is the story itself rather than something that comes with it."""
        return self.kind == BODY and (not self.component.role or self.component.role in MAIN)

    @property
    def is_told_main(self) -> bool:
        """Whether its own component says that it is the story."""
        return self.component.own_role in MAIN

    @property
    def language(self) -> str:
        """The language it is in, without its region; "" when nobody says."""
        return self.component.language.partition("-")[0]


@dataclass(frozen=True, slots=True)
class Body:
    """The texts of one item, sorted out; `parts` make its body, in their order."""

    parts: tuple[Text, ...] = ()
    leads: tuple[Text, ...] = ()
    summaries: tuple[Text, ...] = ()
    captions: tuple[Text, ...] = ()
    headlines: tuple[Text, ...] = ()
    warnings: tuple[ParseWarning, ...] = ()

    @property
    def text(self) -> str:
        """All parts, a blank line between paragraphs."""
        return "\n\n".join(part.content.text for part in self.parts if part.content.text)

    @property
    def html(self) -> str:
        """All parts as HTML that is safe to show."""
        return "\n".join(part.content.html for part in self.parts if part.content.html)

    @property
    def restricted(self) -> list[str]:
        """What in the parts is for desks only."""
        return [note for part in self.parts for note in part.content.restricted]


def texts_of(root: Component) -> tuple[tuple[Text, ...], tuple[ParseWarning, ...]]:
    """All texts under a component that say something, in order, and what could not be read."""
    texts: list[Text] = []
    warnings: list[ParseWarning] = []
    for component in root.walk():
        kind = ROLES.get(component.role, BODY)
        for item in component.sections.get("contentitem", ()):
            content = None if kind == OUTSIDE else _content(item, warnings)
            if content is not None and content.text:
                texts.append(Text(component, kind, content))
    return tuple(_with_captions(texts)), tuple(warnings)


def _with_captions(texts: Sequence[Text]) -> Iterator[Text]:
    """The texts; those that stand beside a picture or film in a part of its own are captions where there is a story."""
    parts = {around for text in texts if (around := _part_around(text.component)) is not None}
    shown: set[Component | None] = {part for part in parts if any(map(_shows, (part, *part.children)))}
    beside = [
        text.kind == BODY
        and not text.is_told_main
        and (_shows(text.component) or _part_around(text.component) in shown)
        for text in texts
    ]
    story = any(text.kind == BODY and not captioned for text, captioned in zip(texts, beside, strict=True))
    for text, captioned in zip(texts, beside, strict=True):
        yield replace(text, kind=CAPTION) if captioned and story else text


def _part_around(component: Component) -> Component | None:
    """The inner component that holds this one; None in the outermost, which holds everything."""
    around = component.parent
    return around if around is not None and around.parent is not None else None


def _shows(component: Component) -> bool:
    """Whether contents of the component itself are no text."""
    return any(NO_PROSE.search(kinds_of(item)) for item in component.sections.get("contentitem", ()))


def kinds_of(content_item: etree._Element) -> str:
    """What a ContentItem says that it is: media type, format and MIME type, parted by spaces."""
    named = {"mediatype", "format", "mimetype", "notation"}
    return " ".join(formal_name(e) for e in content_item if local(e) in named).lower()


def by_language(texts: Sequence[Text], preferred: Iterable[str]) -> dict[str, tuple[Text, ...]]:
    """The texts of each language in which the story is told, a preferred one first; under "" when there is but one."""
    languages = list(dict.fromkeys(text.language for text in texts if text.is_main and text.language))
    if not 1 < len(languages) <= MOST_LANGUAGES:
        return {"": tuple(texts)}
    first = next((tag for name in preferred if (tag := name.lower().partition("-")[0]) in languages), languages[0])
    languages.sort(key=lambda language: language != first)
    return {tag: tuple(text for text in texts if text.language in {"", tag}) for tag in languages}


def body_of(texts: Sequence[Text]) -> Body:
    """What the texts of one item make together.

    Texts for something else are the body where there is no other: a caption, a summary, at last a title.
    """
    by_kind: dict[str, list[Text]] = {}
    for text in texts:
        by_kind.setdefault(text.kind, []).append(text)
    bodies = by_kind.get(BODY, [])
    told = [*by_kind.get(HEADLINE, []), *by_kind.get(SUMMARY, [])]
    stand_ins = (by_kind.get(kind, []) for kind in (LEAD, CAPTION, SUMMARY, HEADLINE))
    chosen, repeated = _without_repetition(bodies or next((t for t in stand_ins if t), []), told if bodies else [])
    leads = _without_repetition(by_kind.get(LEAD, []), chosen)[0] if bodies else []
    return Body(
        parts=(*leads, *sorted(chosen, key=lambda text: not text.is_main)),
        leads=tuple(by_kind.get(LEAD, ())),
        summaries=tuple(by_kind.get(SUMMARY, ())),
        captions=tuple(by_kind.get(CAPTION, ())),
        headlines=tuple(by_kind.get(HEADLINE, ())),
        warnings=tuple(_repetitions(repeated)),
    )


def _repetitions(repeated: Iterable[Text]) -> Iterator[ParseWarning]:
    names = [text.component.own_role or "no role" for text in repeated]
    if names:
        yield ParseWarning(code="rendition_left_out", detail=f"says nothing new: {', '.join(names)[:200]}")


def _without_repetition(texts: Sequence[Text], told: Sequence[Text]) -> tuple[list[Text], list[Text]]:
    """The texts in their order without those whose words stand in longer ones, and those that were left out.

    Of two that say the same, the one with markup stays.
    """
    if len(texts) + len(told) < 2:
        return list(texts), []
    seen = {shingle for text in told[:MOST_COMPARED] for shingle in _shingles(text)}
    kept: list[tuple[Text, set[int]]] = []
    left: list[Text] = []
    by_length = sorted(texts, key=lambda each: -len(each.content.text))
    for text in by_length[:MOST_COMPARED]:
        own = set(_shingles(text))
        if len(own & seen) < SAME * len(own) or (not kept and text.is_main):
            kept.append((text, own))
            seen |= own
        elif kept and _is_richer(text, own, *kept[-1]):
            left.append(kept[-1][0])
            kept[-1] = text, own
        else:
            left.append(text)
    chosen = {id(text) for text, _ in kept} | {id(text) for text in by_length[MOST_COMPARED:]}
    return [text for text in texts if id(text) in chosen], left


def _is_richer(text: Text, own: set[int], other: Text, others: set[int]) -> bool:
    """Whether a text says with markup what the other says without."""
    same = len(own & others) >= SAME * len(others)
    return same and text.content.html.count("<") > other.content.html.count("<") + 2


def _shingles(text: Text) -> Iterator[int]:
    """All runs of a few words, each as a number; a shorter text is one."""
    words = WORDS.findall(text.content.text[:MOST_COMPARED_CHARACTERS].lower())
    return (hash(tuple(words[at : at + SHINGLE])) for at in range(max(1, len(words) - SHINGLE + 1)))


def _content(item: etree._Element, warnings: list[ParseWarning]) -> Content | None:
    """The content of a ContentItem when it is text; None when it is anything else or lies elsewhere."""
    data, notations = _data_of(item)
    if data is None:
        return None
    if NO_PROSE.search(kinds_of(item)):
        if data.text and data.text.strip():
            detail = f"{kinds_of(item)[:80]}: {len(data.text)} characters"
            warnings.append(ParseWarning(code="binary_left_out", detail=detail))
        return None
    if any(notation not in DECODERS for notation in notations):
        warnings.append(ParseWarning(code="encoding_unknown", detail=f"left out: {' '.join(notations)[:80]}"))
        return None
    if notations:
        text = _decoded("".join(str(part) for part in data.itertext()), notations, warnings)
        return None if text is None else _content_of_string(text, kinds_of(item))
    return content_of_elements(data) if len(data) else _content_of_string(data.text or "", kinds_of(item))


def _data_of(item: etree._Element) -> tuple[etree._Element | None, tuple[str, ...]]:
    """The DataContent of a ContentItem, and how it is encoded, innermost first."""
    at, notations = item, list[str]()
    while at is not None:
        found = next((e for e in at if local(e) in {"datacontent", "encoding"}), None)
        if found is None or local(found) == "datacontent":
            return found, tuple(reversed(notations))
        name = fold(found.get("Notation") or formal_name(found))
        notations += [name] if name and name not in {"none", "8bit", "7bit", "plain"} else []
        at = found
    return None, ()


def _decoded(text: str, notations: tuple[str, ...], warnings: list[ParseWarning]) -> str | None:
    """The text behind its encodings; None with a warning when it cannot be decoded or is no text."""
    data = text.encode("utf-8", "replace")
    try:
        for notation in notations:
            data = DECODERS[notation](data)
    except (binascii.Error, ValueError) as error:
        warnings.append(ParseWarning(code="encoding_broken", detail=f"left out: {error}"[:200]))
        return None
    decoded = decode(data)
    kind = foreign_kind(data, decoded.text)
    if kind:
        warnings.append(ParseWarning(code="binary_left_out", detail=f"{len(data)} bytes: {kind}"))
        return None
    warnings += decoded.warnings
    return without_controls(decoded.text)


def _content_of_string(text: str, kinds: str) -> Content:
    """Content that holds no elements: plain, HTML, or a whole document that was escaped on its way."""
    text = without_indent(EMBEDDED_REFERENCE.sub("", text))
    return content_of_string(text, kinds if "<" in text else "")


def without_indent(text: str) -> str:
    """A text without the indentation that the lines after its first have in common: that is the document's own."""
    lines = text.split("\n")
    indents = [len(line) - len(line.lstrip(" \t")) for line in lines[1:] if line.strip()]
    indent = min(indents, default=0)
    return "\n".join([lines[0], *(line[indent:] for line in lines[1:])])
