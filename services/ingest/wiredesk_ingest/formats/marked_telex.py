"""Telex copy with marked lines: ZCZC, a line a field told by its first sign (# slug, $ or ^ headline, : take), the copy.

Without a headline line, slug and take are the headline, as desks show them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from wiredesk_core.item import Item, ParseWarning, Party, Status, Subject

from wiredesk_ingest.formats.bounds import refuse_masses_of_copy
from wiredesk_ingest.formats.markup import Block
from wiredesk_ingest.formats.paragraphs import paragraphs_of_plain
from wiredesk_ingest.formats.plain_text import TELEX_START, content_uri, without_telex_frame
from wiredesk_ingest.formats.shown_html import html_of_blocks
from wiredesk_ingest.formats.takes import KILL, sealed_until, signals_of
from wiredesk_ingest.formats.vocabulary import distinct
from wiredesk_ingest.wire import Wire

MARKED = re.compile(r"([#$^:=*&@~%+])[ \t]*(.*)")
ROUTING = re.compile(r"[A-Z]{2} [A-Z]{3}\b.{0,60}")
"""`YY TDR`: a priority and a distribution, between the start and a line that names the story after a colon."""
NAMED = re.compile(r"(?:[A-Z]+[ \t]*)?:[ \t]*(\S.*)")
SUBJECT_CODE = re.compile(r"(?:0[1-9]|1[0-7])\d{6}")
LINE_END = re.compile(r"\r\n?|\n")
MOST_MARKS = 20
LONGEST_LINE = 300
LONGEST_EMBARGO_LINE = 200


@dataclass(frozen=True, slots=True)
class Head:
    """The marked lines of a message by their sign, and where the copy begins."""

    marks: Mapping[str, tuple[str, ...]]
    copy: str


def recognise(text: str) -> bool:
    """Whether a telex message begins with lines that name its slug or headline by a sign."""
    return TELEX_START.match(text) is not None and _head(text) is not None


def parse(text: str, wire: Wire) -> tuple[Item, ...]:
    """One item; its uri is made of its content, for these lines hold no id."""
    refuse_masses_of_copy(text)
    profile = wire.provider
    head = _head(text) or Head({}, text)
    slug, take = _slug_and_take(head.marks)
    paragraphs = paragraphs_of_plain(head.copy.strip("\f\n\r "))
    signals = signals_of(take, "", profile)
    top = [line for line in paragraphs[:3] if len(line) <= LONGEST_EMBARGO_LINE]
    embargoed_until, warnings = sealed_until("\n".join(top), take, None, profile.zone)
    if KILL in signals:
        warnings = (*warnings, ParseWarning(code="kill_without_target", detail="it names no id that could be meant"))
    return (
        Item(
            uri=content_uri(text),
            status=Status.canceled if KILL in signals else Status.usable,
            signals=signals,
            language=profile.language,
            headline=_headline(head.marks, slug, take),
            slugline=slug,
            take_key=take,
            categories=head.marks.get("~", ()),
            subjects=_subjects(head.marks),
            places=tuple(Party(name=name) for name in head.marks.get("@", ())),
            source=profile.source,
            credit=profile.credit,
            body_text="\n\n".join(paragraphs),
            body_html=html_of_blocks(Block(paragraph, "p") for paragraph in paragraphs),
            embargoed_until=embargoed_until,
            warnings=warnings,
        ),
    )


def _head(text: str) -> Head | None:
    """The marked lines at the beginning, blank ones between them; None when none of them names the story."""
    lines = LINE_END.split(without_telex_frame(text)[0], maxsplit=MOST_MARKS + 4)
    at = next((position for position, line in enumerate(lines[:4]) if line.strip()), 0)
    routed = ROUTING.fullmatch(lines[at].strip()) is not None
    marks: dict[str, list[str]] = {}
    copy = at
    for position in range(at + routed, min(len(lines), at + MOST_MARKS)):
        found = _marked(lines[position], routed=routed)
        if found:
            marks.setdefault(found[0], []).append(found[1])
            copy = position + 1
        elif lines[position].strip():
            break
    told = {sign: texts for sign, said in marks.items() if (texts := distinct(said))}
    return Head(told, "\n".join(lines[copy:])) if told.keys() & {"#", "$", "^", ":"} else None


def _marked(line: str, *, routed: bool) -> tuple[str, str] | None:
    """The sign and text of a marked line; after a routing line, what follows the last colon is a name."""
    if len(line) > LONGEST_LINE:
        return None
    named = NAMED.fullmatch(line.strip()) if routed else None
    if named:
        return "#", named[1].rpartition(" :")[2].strip()
    marked = MARKED.fullmatch(line.rstrip())
    return (marked[1], marked[2]) if marked else None


def _slug_and_take(marks: Mapping[str, tuple[str, ...]]) -> tuple[str, str]:
    """A message without a slug line has its slug where others have the take."""
    first = next(iter(marks.get(":", ())), "")
    slug = next(iter(marks.get("#", ())), "")
    return (slug, first) if slug else (first, next(iter(marks.get("=", ())), ""))


def _headline(marks: Mapping[str, tuple[str, ...]], slug: str, take: str) -> str:
    """One letter after the sign of a headline is a category, and no headline."""
    stated = (text for sign in "$^" for text in marks.get(sign, ()) if len(text) > 1)
    return next(stated, "") or (take if slug in take else f"{slug} {take}".strip())


def _subjects(marks: Mapping[str, tuple[str, ...]]) -> tuple[Subject, ...]:
    codes = (text for sign in "*+" for text in marks.get(sign, ()) if SUBJECT_CODE.fullmatch(text))
    return tuple(dict.fromkeys(Subject(code=code, scheme="subj") for code in codes))
