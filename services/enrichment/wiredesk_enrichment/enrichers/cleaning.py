"""Set apart what is not story: author bios, source lines, calls to action, credits, sign-offs, boilerplate.

Nothing is destroyed: `removed` says which stretches of the body were left out of `text`, and why. The patterns are
general; whole lines and paragraphs go, never parts of a sentence. What could be story stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from wiredesk_enrichment.lines import Span, extent, paragraphs_of
from wiredesk_enrichment.story import Enricher, Models, Story, Values

TAIL = 4
"""Paragraphs from the end among which an author's bio may stand."""
BIO_WORDS = 120
LINE_WORDS = 40
"""A longer paragraph is taken for story, whatever it begins with."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A kind of paragraph that is not story: the reason given, what it looks like, where it may stand."""

    reason: str
    looks: re.Pattern[str]
    words: int = LINE_WORDS
    edge: int | None = None
    """Only within so many paragraphs of the beginning or the end; None is anywhere."""


def _any(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{one})" for one in alternatives), re.IGNORECASE)


PATTERNS = (
    Pattern(
        "source_line",
        _any(
            r"^(?:sources?|quelle|fuente|fonte|via)\s*[:：]\s*\S.{0,80}$",
            r"^\(?(?:with (?:agency )?inputs? from|with (?:reporting|files|material) from)\b.{2,80}$",
        ),
        words=12,
    ),
    Pattern(
        "photo_credit",
        _any(
            r"^[(\[]?(?:photo(?:graph)?s?|images?|pictures?|pic|foto|illustration|graphic)(?:\s+(?:credit|by|courtesy)\b|\s*[:©/]).{0,160}$",
            r"^[(\[]?(?:file photo|file picture|representational image|representative image|getty images|ap photo|afp photo)\b.{0,240}$",
            r"^.{0,200}[(\[](?:photo|image|picture|ap photo|photo credit)(?:\s+by|\s*:|/).{2,60}[)\]]$",
        ),
    ),
    Pattern(
        "call_to_action",
        _any(
            r"^(?:>+\s*|[-–•*]\s*)?(?:subscribe|sign up|register now|follow (?:us|@|our)|like us|join (?:us|our)|click here|tap here|download (?:the|our)|"
            r"share this|support our|donate (?:now|today|to)|become a (?:member|subscriber|patron)|get (?:the|our) (?:latest|daily|app|newsletter)|"
            r"for (?:all )?(?:the )?(?:latest|more) .{0,60}(?:visit|follow|click|subscribe|download)|don['’]t miss|stay (?:tuned|updated|informed)|"
            r"catch (?:all )?the)\b",
            r"^[\"“]?follow [\w@.’' -]{2,60} on (?:twitter|x|facebook|instagram|linkedin|tiktok|bluesky|threads|mastodon)\b",
            r"^[(\[]?(?:read|see|watch|listen|explore|view)\s+(?:more|also|next|here|now)\b",
            r"^(?:also read|also see|more on this|more from|recommended|related(?: (?:stories|articles|content|news|posts?))?|trending(?: now)?)\s*(?:[:|–-].*)?$",
            r"^(?:advertisement|advertising|sponsored content|story continues below.*|continue reading(?: below)?.*|scroll to continue.*)$",
            r"^(?:have a (?:tip|story)\b|got a (?:tip|story|confidential tip)|do you have a (?:tip|story)|contact (?:the (?:author|reporter|writer)|us)\b|"
            r"(?:e-?mail|write to|reach) (?:the (?:author|reporter|writer)|us|me)\b)",
        ),
    ),
    Pattern(
        "boilerplate",
        _any(
            r"^(?:©|\(c\)|&copy;|copyright\b\s*(?:©|\(c\)|\d{4}|by|:))",
            r"\ball rights reserved\b",
            r"\bmay not be (?:published|reproduced|broadcast|copied)\b.*\b(?:rewritten|redistributed|without|permission|consent)\b",
            r"^[(\[]?(?:this|the)(?: above)? (?:story|article|report|piece|content|material|post)\b.{0,60}\b(?:has (?:not )?been|was|is|first|originally|has)\b.{0,40}"
            r"\b(?:edited by|auto-?generated|syndicated|published (?:first |originally )?(?:by|on|in|from|with)|republished|appeared|generated|translated)\b",
            r"^(?:our standards|disclaimer|disclosure|terms of use|distributed by|provided by|syndicated (?:by|from)|originally published)\b\s*[:–-]?",
            r"^(?:view|read|see) (?:the )?(?:original|source version)\b",
            r"^(?:the )?views? (?:and opinions )?expressed\b",
        ),
        words=90,
    ),
    Pattern(
        "sign_off",
        _any(
            r"^[-–—*/(\s]*(?:ends?|endit|fin|30|more|mf)[-–—*/)\s.]*$",
            r"^#{2,}$",
            r"^[(\[]?(?:additional |further |with )?(?:reporting|writing|editing|compiled|edited|written|translated)\s+by\b.*$",
            r"^[a-z]{2,4}(?:/[a-z]{2,4}){1,4}[.\s]*$",
        ),
    ),
    Pattern(
        "advisory",
        _any(
            r"^[(\[]?(?:(?:notes? to )?ed(?:itor)?s?(?:['’]s?)?(?: note)?|attention(?: editors)?|advisory|desk)\s*[:=–-]+\s*\S",
            r"^\((?:adds|updates|recasts|corrects|repeats|refiles|removes|writes through|rewrites)\b.*\)$",
        ),
        edge=3,
    ),
)  # fmt: skip

_BLANK_LINE = re.compile(r"\n[^\S\n]*\n")
_ABOUT_AUTHOR = re.compile(r"^about (?:the )?(?:author|writer|reporter|journalist)s?\s*:?$", re.IGNORECASE)
_TRADE = (
    r"(?:writer|journalist|reporter|correspondent|columnist|editor|author|blogger|contributor|freelancer|commentator|"
    r"photojournalist|intern)"
)
_FIRST_PERSON_BIO = re.compile(
    rf"^(?:hi,?\s*)?(?:i am|i['’]m|my name is)\s+[A-Z]\S*(?:\s+\S+){{0,4}}?,?\s.{{0,120}}\b{_TRADE}\b", re.IGNORECASE
)
_THIRD_PERSON_BIO = re.compile(
    rf"^(?P<name>[A-Z][\w.'’-]+(?:\s+[A-Z][\w.'’-]+){{1,3}})(?:,[^,]{{0,60}},)?\s+(?:is|was|has been|works as|covers|writes)\s+"
    rf"(?:[^.]{{0,100}}\b{_TRADE}\b|[^.]{{0,60}}\b(?:for|at)\s+[A-Z])"
)
_BIO_SIGNS = re.compile(
    r"\b(?:on twitter|on x\b|on linkedin|follow (?:him|her|them)|can be reached|reach (?:him|her|them)|email (?:him|her)|"
    r"(?:staff|freelance|senior|professional) (?:writer|reporter|journalist|correspondent)|covers? .{3,60} for)|@\w+",
    re.IGNORECASE,
)


def clean(story: Story, _models: Models) -> Values:
    """`text` (the story alone, paragraphs parted by one blank line) and `removed` (offsets into the body)."""
    body = story.item.body_text
    if story.keep_text:
        return {"text": body, "removed": []}
    paragraphs = paragraphs_of(body)
    removed = dict(_not_story(body, paragraphs, story.item.byline)) | _marked(paragraphs, story.item.boilerplate)
    if len(removed) == len(paragraphs):
        removed = {}  # better all of it than none
    return {
        "text": _joined(body, paragraphs, removed),
        "removed": [
            {"start": start, "end": end, "reason": reason}
            for (start, end), reason in sorted(
                (extent(paragraphs[number]), reason) for number, reason in removed.items()
            )
        ],
    }


def _marked(paragraphs: list[list[Span]], marks: tuple[Span, ...]) -> dict[int, str]:
    """Numbers of the paragraphs that begin with a line which the provider's profile takes for boilerplate."""
    begins = {number for number, lines in enumerate(paragraphs) if any(s <= lines[0][0] < e for s, e in marks)}
    return dict.fromkeys(begins, "boilerplate")


def _not_story(body: str, paragraphs: list[list[Span]], byline: str) -> Iterator[tuple[int, str]]:
    """Numbers of the paragraphs that are not story, with the reason."""
    texts = [body[slice(*extent(lines))] for lines in paragraphs]
    flat = [" ".join(text.split()) for text in texts]
    bios = set(_bios(flat, byline))
    for number, text in enumerate(flat):
        reason = "author_bio" if number in bios else _reason(text, number, len(flat))
        if reason:
            yield number, reason


def _reason(text: str, number: int, total: int) -> str | None:
    words = text.count(" ") + 1
    from_edge = min(number, total - 1 - number)
    for pattern in PATTERNS:
        near = pattern.edge is None or from_edge < pattern.edge
        if near and words <= pattern.words and pattern.looks.search(text):
            return pattern.reason
    return None


def _bios(texts: list[str], byline: str) -> Iterator[int]:
    """Numbers of the paragraphs about the author: near the end, and about nobody whom the story names."""
    total = len(texts)
    for number in range(max(1, total - TAIL), total):
        text = texts[number]
        if _ABOUT_AUTHOR.match(text):
            yield from range(number, total)
            return
        if text.count(" ") < BIO_WORDS and (_FIRST_PERSON_BIO.match(text) or _is_told_bio(texts, number, byline)):
            yield number


def _is_told_bio(texts: list[str], number: int, byline: str) -> bool:
    found = _THIRD_PERSON_BIO.match(texts[number])
    if found is None:
        return False
    name = found["name"]
    if name.casefold() in byline.casefold():
        return True
    surname = name.split()[-1]
    is_named = any(surname in text for place, text in enumerate(texts) if place != number)
    return not is_named and _BIO_SIGNS.search(texts[number]) is not None


def _joined(body: str, paragraphs: list[list[Span]], removed: dict[int, str]) -> str:
    """The kept paragraphs: apart by the line ends that the body has there, at most one blank line."""
    pieces: list[str] = []
    kept_to = 0
    for number, lines in enumerate(paragraphs):
        if number in removed:
            continue
        if pieces:
            pieces.append("\n\n" if _BLANK_LINE.search(body, kept_to, lines[0][0]) else "\n")
        pieces.append("\n".join(body[slice(*line)] for line in lines))
        kept_to = lines[-1][1]
    return "".join(pieces)


CLEANING = Enricher(
    "cleaning", 2, frozenset(), clean, uses=frozenset({"item.body_text", "item.byline", "item.boilerplate"})
)
