"""IPTC 7901, the European agencies' line format of 1979: a header line, a keyword line, copy at a margin, a filing time.

SOH source+number SP priority SP category SP words [SP anything] CRLF keywords/ CRLF
STX [take line CRLF] headline = CRLF copy ETX ddhhmm [zone] month year EOT
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from wiredesk_core.item import Item, ItemType, ParseWarning, Status

from wiredesk_ingest.formats.agency_frames import (
    FILL,
    FIRST_MESSAGES,
    MONTHS,
    SOH,
    STX,
    Frame,
    filing_time,
    frames_of,
    printed_dateline,
)
from wiredesk_ingest.formats.agency_names import AgencyNames, Number
from wiredesk_ingest.formats.charset import without_controls
from wiredesk_ingest.formats.markup import Block
from wiredesk_ingest.formats.paragraphs import paragraphs_of_plain
from wiredesk_ingest.formats.plain_text import BYLINE, TELEX_START, content_uri, without_telex_frame
from wiredesk_ingest.formats.shown_html import html_of_blocks
from wiredesk_ingest.formats.takes import KILL, is_take_line, sealed_until, signals_of
from wiredesk_ingest.formats.vocabulary import distinct
from wiredesk_ingest.providers import Profile
from wiredesk_ingest.wire import Wire

HEADER = re.compile(
    r"^\s*(?P<source>[^\W\d_][\w.-]*?(?:\s+[^\W\d_]+)*?)\s*(?P<number>\d{1,5})\s+(?P<priority>[0-9])"
    r"(?: {1,3}(?P<short>[^\W\d_]{1,2}\b)| (?P<long>[^\W\d_]{3,4}\b))?(?: +(?P<words>\d{1,5}\b))?(?P<rest>[^\n]*)"
)
"""Some agencies leave a field blank or out, and some write sources of several words.

A category of three letters counts only where no field before it is blank: it could be the line's own name.
"""
BARE = re.compile(r"\s*[^\W\d_]{2,10}\d{2,5} [1-9] {1,3}[^\W\d_]{1,4}\b[^\n]*\n\s*[^\n]{1,100}/[ \r]*\n")
"""Header and keyword lines of a message whose control characters somebody took away."""
STARTS = re.compile(rf"{SOH}[^{SOH}{STX}]{{0,600}}+{STX}")
NUMBERED = re.compile(r"([^\W\d_]{2,12})\s*(\d{2,5})\b")
OWN_NUMBER = re.compile(r"(?:^|\s)([^\W\d_]{2,12})\s+(\d{2,5})\s*$")
NOTEPAD = re.compile(
    r"^\W*(?:(?:[^\W\d_]{2,8}[- ])?(?:notizblock|notebook|notepad|bloc-notes)|"
    r"(?:the\s+following\s+information\s+is\s+)?not\s+(?:intended\s+)?for\s+publication|"
    r"(?:die\s+folgenden\s+informationen\s+sind\s+)?nicht\s+zur\s+veröffentlichung(?:\s+bestimmt)?)\W*$",
    re.IGNORECASE,
)
"""The line from which on the copy is for desks, not for readers."""
LONGEST_HEAD = 5
"""Lines that a take line, a headline and a byline fill at most."""
LONGEST_LINE = 160
MARGIN = 60
INDENTS = ("  ", "\t")


def recognise(text: str) -> bool:
    """Whether a message is framed; ANPA 1312, which frames alike, has been asked before."""
    if SOH in text and STARTS.search(text, 0, FIRST_MESSAGES):
        return True
    bare = text.lstrip(FILL + SOH)
    start = TELEX_START.match(bare)
    return BARE.match(bare, start.end() if start else 0) is not None


def parse(text: str, wire: Wire) -> tuple[Item, ...]:
    """An item for each message of the stream."""
    stream, framing = (text, ()) if SOH in text else without_telex_frame(text)
    items = (_item(frame, wire) for frame in frames_of(stream))
    return tuple(item.model_copy(update={"warnings": (*framing, *item.warnings)}) for item in items)


@dataclass(slots=True)
class _Head:
    """The lines above the copy."""

    take: str = ""
    headline: str = ""
    byline: str = ""
    notes: list[str] = field(default_factory=list)


def _item(frame: Frame, wire: Wire) -> Item:
    profile, warnings = wire.provider, list(frame.warnings)
    header = HEADER.match(without_controls(frame.header))
    if header is None:
        warnings.append(ParseWarning(code="header_unreadable", detail=without_controls(frame.header)[:80]))
    told = header.groupdict("") if header else {}
    slug = _slug(frame.header, matched=header is not None)
    head, body, restricted = _copy(without_controls(frame.text), profile)
    if restricted:
        warnings.append(ParseWarning(code="notepad_set_aside", detail=f"{len(restricted)} paragraphs for desks only"))
    filed = filing_time(frame.trailer, profile.zone)
    if frame.trailer and filed is None:
        warnings.append(ParseWarning(code="date_unreadable", detail=without_controls(frame.trailer)[:80]))
    signals = signals_of(head.take, "\n".join((head.headline, *head.notes)), profile)
    numbers = _numbers(told)
    names = AgencyNames(profile.scope, told.get("source", ""), numbers, slug, filed)
    killing = KILL in signals
    cancels = names.cancels(_killed("\n".join((head.headline, *head.notes, *body)), numbers)) if killing else ()
    if killing and not cancels:
        warnings.append(ParseWarning(code="kill_without_target", detail="no number, slug and date to know it by"))
    embargoed_until, noted = sealed_until("\n".join(head.notes), head.take, filed, profile.zone)
    uri = names.uri() or content_uri("\n".join((slug, head.take, head.headline, *body)))
    if not names.uri():
        warnings.append(ParseWarning(code="uri_from_content", detail="no number and date: named by its content"))
    urgency = int(told["priority"]) if told.get("priority", "0") != "0" else None
    return Item(
        uri=uri,
        type=ItemType.advisory if killing else ItemType.text,
        status=Status.canceled if killing else Status.usable,
        signals=signals,
        language=profile.language,
        headline=head.headline,
        slugline=slug,
        byline=head.byline,
        dateline=printed_dateline(body[0]) if body else None,
        credit=profile.credit,
        source=profile.source or (numbers[-1][0] if numbers else ""),
        urgency=urgency,
        priority=urgency,
        categories=distinct([(told.get("short") or told.get("long") or "").lower()]),
        keywords=distinct(re.split(r"[/,]", slug)),
        body_text="\n\n".join(body),
        body_html=html_of_blocks(Block(paragraph, "p") for paragraph in body),
        ed_note="\n\n".join(head.notes),
        restricted_notes=tuple(restricted),
        embargoed_until=embargoed_until,
        first_created=filed,
        version_created=filed,
        take_key=head.take,
        aliases=names.aliases(),
        cancels=cancels,
        warnings=(*warnings, *noted),
        raw=frame.part,
    )


def _slug(header: str, *, matched: bool) -> str:
    """The keyword line: the last line of the header with words, without the stroke that ends it."""
    lines = [line.strip() for line in without_controls(header).split("\n") if line.strip()]
    return lines[-1].rstrip("/ ") if len(lines) > 1 or (lines and not matched) else ""


def _copy(text: str, profile: Profile) -> tuple[_Head, list[str], list[str]]:
    """The head, the paragraphs for readers, and those for desks only."""
    lines = text.strip("\n").split("\n")
    head, at = _head(lines, profile)
    end = next((n for n in range(at, len(lines)) if NOTEPAD.match(lines[n])), len(lines))
    return head, wire_paragraphs(lines[at:end]), wire_paragraphs(lines[end:])


def _head(lines: list[str], profile: Profile) -> tuple[_Head, int]:
    """The head and the number of the line after it. A group of lines that looks like copy is left to the copy."""
    end = next((n for n, line in enumerate(lines) if not line.strip() or (n and line.startswith(INDENTS))), len(lines))
    group = [line.strip() for line in lines[:end]]
    marks = [n for n, line in enumerate(group[:LONGEST_HEAD]) if line.rstrip("=").rstrip() != line]
    if marks:
        end = next((n for n in range(marks[-1] + 1, end) if not BYLINE.match(group[n])), end)
    elif end > LONGEST_HEAD - 1 or end == len(lines) or any(line.endswith(".") for line in group):
        end = 1 if len(group) > 1 and is_take_line(group[0], profile) else 0
    return _read_head(group[:end], profile), end


def _read_head(group: list[str], profile: Profile) -> _Head:
    head, headline = _Head(), list[str]()
    for position, line in enumerate(group):
        bare = line.rstrip("= ").strip()
        if position == 0 and is_take_line(bare, profile) and (len(group) > 1 or not line.endswith("=")):
            head.take = bare
        elif headline and BYLINE.match(bare):
            head.byline = bare
        elif bare.startswith("(") and bare.endswith(")"):
            head.notes.append(bare)
        elif bare:
            headline.append(bare)
    head.headline = " ".join(headline)
    if not headline:
        head.headline, head.take = head.take, ""
    return head


def wire_paragraphs(lines: list[str]) -> list[str]:
    """Copy as paragraphs: parted by blank lines, or by the indent of their first line."""
    spaced: list[str] = []
    for line in lines:
        if spaced and spaced[-1].strip() and _opens(line, spaced[-1]):
            spaced.append("")
        spaced.append(line)
    return paragraphs_of_plain("\n".join(spaced))


def _opens(line: str, before: str) -> bool:
    """Whether an indented line starts a paragraph: it is prose, and what is before it is no row of a table."""
    if not line.startswith(INDENTS) or "   " in line.strip() or "\t" in line.strip():
        return False
    return line.startswith("\t") or _indent(line) != _indent(before) or len(before) >= MARGIN


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _numbers(told: dict[str, str]) -> tuple[Number, ...]:
    """Its number on the line it came by, then the one on the agency's own line, where the header adds that."""
    own = [(told["source"], told["number"])] if told.get("number") else []
    added = OWN_NUMBER.search(told.get("rest", ""))
    return (*own, *([(added[1], added[2])] if added and added[1][:3].lower() not in MONTHS else ()))


def _killed(text: str, numbers: tuple[Number, ...]) -> list[Number]:
    """The numbers of known lines that a kill names."""
    services = {service.lower() for service, _ in numbers}
    return [(service, number) for service, number in NUMBERED.findall(text) if service.lower() in services]
