"""ANPA 1312, the American agencies' line format: a coded header, lines for desks that start with ^, indented copy.

    SYN SYN SOH service+number US selector CRLF priority SP category DC3|DC4 DC1|DC2 SP keyword SP take mm-dd words CRLF
    STX ^slug, take, words< ^headline< ^notes< ^By NAME= TAB copy … ETX AP-WF-mm-dd-yy hhmmGMT< FF EOT

DC2 says that the copy is tabular: its lines stay lines. BS, RS, US and DLE set its columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

from wiredesk_core.item import Item, ItemType, ParseWarning, Status

from wiredesk_ingest.formats.agency_frames import (
    FIRST_MESSAGES,
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
from wiredesk_ingest.formats.plain_text import BYLINE, content_uri
from wiredesk_ingest.formats.shown_html import html_of_blocks
from wiredesk_ingest.formats.takes import ADVANCE, KILL, sealed_until, signals_of, without_cycle
from wiredesk_ingest.formats.vocabulary import distinct
from wiredesk_ingest.wire import Wire

TABULAR = "\x12"
CODED = re.compile(rf"{SOH}[^{SOH}{STX}]{{0,120}}(?:[\x13\x14][\x11\x12]|(?<=\d)\x1f)[^{SOH}{STX}]{{0,200}}+{STX}")
LINE = re.compile(r"\s*(?P<service>[^\W\d_]{1,4})\s?(?P<number>\d{2,5})(?:[\x1f ]+(?P<selector>[^\s\x1f]*))?")
CODES = re.compile(
    r"(?:^|[\s\x1f])(?P<priority>[A-Za-z])\s(?P<category>[A-Za-z])\s?[\x13\x14]?(?P<copy>[\x11\x12])?\s*"
    r"(?P<keyword>[^\s\x11-\x14]\S*)(?P<take>[^\n]*?)(?:\s+\d\d?-\d\d?)?(?:\s+(?P<words>\d{1,5}))?\s*$"
)
URGENCIES = {"f": 1, "b": 2, "u": 3, "r": 4, "d": 5}
ADVANCES = frozenset("as")
SENDER = re.compile(r"^\s*([A-Z]{2,8})-[A-Z]{2}-")
DESK_NOTE = re.compile(
    r"^\W*(?:eds|editors?(?:['’]s)?(?:\s+note)?|note\s+to\s+editors|clients|subscribers)\b\W", re.IGNORECASE
)
ENCLOSED = re.compile(r"\b(?:photos?|graphics?|video|audio|maps?|interactive)\b.*\b[A-Z]{2,}\d{2,}", re.IGNORECASE)
COLUMN = re.compile(r"[\x1e\x1f][\x1e\x1f ]*")
NUMBER = re.compile(r"\b([A-Za-z])(\d{4})\b")
LONGEST_HEADLINE = 160
LONGEST_HEADER = 320
"""Characters; what is longer is no header, and looking for codes all over it would take long."""
LONGEST_TITLE = 60


def recognise(text: str) -> bool:
    """Whether a message's header has the codes or the separator that only this format has."""
    return SOH in text and CODED.search(text, 0, FIRST_MESSAGES) is not None


def parse(text: str, wire: Wire) -> tuple[Item, ...]:
    """An item for each message; one sent under several categories in the same stream is one item with all of them."""
    merged: dict[tuple[object, ...], Item] = {}
    for frame in frames_of(text):
        item = _item(frame, wire)
        first = merged.setdefault((item.slugline, item.take_key, item.version_created, item.body_text), item)
        if first is not item:
            key = (item.slugline, item.take_key, item.version_created, item.body_text)
            merged[key] = first.model_copy(
                update={
                    "categories": distinct([*first.categories, *item.categories]),
                    "aliases": distinct([*first.aliases, item.uri, *item.aliases]),
                }
            )
    return tuple(merged.values())


@dataclass(slots=True)
class _Unit:
    """A stretch of the copy: a line for desks (`desk`), a row of a table (`row`) or a paragraph (`copy`)."""

    kind: str
    lines: list[str]
    end: str = ""
    """The sign that closed it: `<`, `=` or none."""

    @property
    def text(self) -> str:
        return " ".join(line for line in self.lines if line)


@dataclass(slots=True)
class _Desk:
    """What the lines for desks say."""

    take: str = ""
    headline: str = ""
    summary: str = ""
    byline: str = ""
    notes: list[str] = field(default_factory=list)
    copy: list[str] = field(default_factory=list)
    """Lines that are none of these and belong to the copy."""


def _item(frame: Frame, wire: Wire) -> Item:
    profile, warnings = wire.provider, list(frame.warnings)
    line = LINE.match(frame.header)
    codes = _codes(frame.header) if len(frame.header) <= LONGEST_HEADER else None
    if line is None or codes is None:
        warnings.append(ParseWarning(code="header_unreadable", detail=without_controls(frame.header)[:80]))
    told = {**(line.groupdict("") if line else {}), **(codes.groupdict("") if codes else {})}
    units = list(_units(frame.text, tabular=told.get("copy") == TABULAR))
    slug, take = _keyword(told)
    desk, copy = _desk(units, slug)
    take = take or desk.take
    slug = slug or desk.headline
    body = [*desk.copy, *_paragraphs(copy, tabular=told.get("copy") == TABULAR)]
    filed = filing_time(frame.trailer, profile.zone)
    if filed is None:
        detail = without_controls(frame.trailer)[:80] or "no filing time"
        warnings.append(ParseWarning(code="date_unreadable", detail=detail))
    signals = _signals(take, desk, told.get("priority", ""), wire)
    numbers = ((told["service"], told["number"]),) if told.get("number") else ()
    sender = (SENDER.match(frame.trailer) or ["", ""])[1]
    names = AgencyNames(profile.scope, sender, numbers, slug, filed)
    killing = KILL in signals
    cancels = names.cancels(_killed([desk.headline, *desk.notes, *body], names)) if killing else ()
    if killing and not cancels:
        warnings.append(ParseWarning(code="kill_without_target", detail="no number, slug and date to know it by"))
    if not names.uri():
        warnings.append(ParseWarning(code="uri_from_content", detail="no number and date: named by its content"))
    embargoed_until, noted = sealed_until("\n".join(desk.notes), take, filed, profile.zone)
    return Item(
        uri=names.uri() or content_uri("\n".join((slug, take, desk.headline, *body))),
        type=ItemType.advisory if killing else ItemType.text,
        status=Status.canceled if killing else Status.usable,
        signals=signals,
        language=profile.language,
        headline=desk.headline,
        slugline=slug,
        byline=desk.byline,
        dateline=next((found for found in map(printed_dateline, body[:3]) if found), None),
        credit=profile.credit,
        source=profile.source or sender,
        urgency=URGENCIES.get(told.get("priority", "").lower()),
        categories=distinct([told.get("category", "").lower()]),
        keywords=distinct(re.split(r"--+", slug)),
        summary=desk.summary,
        body_text="\n\n".join(body),
        body_html=html_of_blocks(Block(paragraph, "p") for paragraph in body),
        ed_note="\n\n".join(desk.notes),
        embargoed_until=embargoed_until,
        first_created=filed,
        version_created=filed,
        take_key=take,
        aliases=names.aliases(),
        cancels=cancels,
        warnings=(*warnings, *noted),
        raw=frame.part,
    )


def _codes(header: str) -> re.Match[str] | None:
    """The codes, which stand in the second line; where a gateway made one of both, in that."""
    return CODES.search(header, max(header.find("\n"), 0)) or CODES.search(header)


def _keyword(told: dict[str, str]) -> tuple[str, str]:
    """Slug and take of a header, which some part by a comma."""
    keyword, comma, more = without_controls(told.get("keyword", "")).partition(",")
    take = " ".join(without_controls(f"{more} {told.get('take', '')}").split())
    return without_cycle(keyword), _take_of(f",{take}") if comma else take


def _signals(take: str, desk: _Desk, priority: str, wire: Wire) -> tuple[str, ...]:
    said = signals_of(take, "\n".join((desk.headline, *desk.notes)), wire.provider)
    return distinct([*said, ADVANCE]) if priority.lower() in ADVANCES else said


def _killed(texts: Iterable[str], names: AgencyNames) -> list[Number]:
    """The numbers that a kill names."""
    return [number for number in NUMBER.findall("\n".join(texts)) if number not in names.numbers]


def _units(text: str, *, tabular: bool) -> Iterator[_Unit]:
    """The copy in stretches. A line goes on with the one before, unless that was closed or this one opens a new one."""
    running: _Unit | None = None
    for raw in text.split("\n"):
        kind, line = _kind(raw), _decoded(raw)
        if not line:
            if running:
                yield running
            running = None
            continue
        if running and (kind or running.end or running.kind == "row" or (tabular and running.kind == "copy")):
            yield running
            running = None
        if running is None:
            running = _Unit(kind or "copy", [])
        if line[-1] in "<=" and kind != "row":
            running.end, line = line[-1], line[:-1].rstrip()
        running.lines.append(line)
    if running:
        yield running


def _kind(raw: str) -> str:
    """What a line opens; "" when it may go on with the one before."""
    if raw.startswith("^"):
        return "desk"
    if raw.startswith("\x08") or COLUMN.search(raw):
        return "row"
    return "copy" if raw.startswith(("\t", "  ")) else ""


def _decoded(raw: str) -> str:
    """A line in plain characters: columns by tabs, the typewriter's quotes and dashes as they are meant."""
    if raw.startswith("\x08") or COLUMN.search(raw):
        bare = raw.lstrip("\x08").removeprefix("^").replace("\x10 ", " ")
        return without_controls(COLUMN.sub("\t", bare)).rstrip()
    line = without_controls(raw).strip().removeprefix("^").strip()
    return line.replace("``", "“").replace("''", "”").replace(" _ ", " — ")


def _desk(units: list[_Unit], slug: str) -> tuple[_Desk, list[_Unit]]:
    """What the lines for desks at the top say, and the rest of the message."""
    end = next((n for n, unit in enumerate(units) if unit.kind != "desk"), len(units))
    lines, copy = units[:end], units[end:]
    desk = _Desk()
    if lines and _is_slug(lines[0].text, slug):
        desk.take = _take_of(lines.pop(0).text)
    credited = False
    for position, unit in enumerate(lines):
        last = position == len(lines) - 1 and bool(copy) and copy[0].kind == "copy"
        if DESK_NOTE.match(unit.text) or ENCLOSED.search(unit.text):
            desk.notes.append(unit.text)
        elif BYLINE.match(unit.text) and not desk.byline:
            desk.byline, credited = unit.text, True
        elif credited and last and unit.end == "=" and len(unit.text) <= LONGEST_TITLE:
            desk.byline += f", {unit.text}"
        else:
            _place(unit, desk, has_copy=bool(copy))
    if not lines and len(copy) > 1 and _is_headline(copy[0]):
        desk.headline = copy.pop(0).text
    return desk, copy


def _is_headline(unit: _Unit) -> bool:
    """Whether a first line that no sign marks is a headline."""
    return unit.kind == "copy" and len(unit.text) <= LONGEST_HEADLINE and not unit.text.endswith((".", "”", ":"))


def _place(unit: _Unit, desk: _Desk, *, has_copy: bool) -> None:
    """A line for desks that does not say what it is: headline first, then a summary; others are copy."""
    is_line = len(unit.text) <= LONGEST_HEADLINE and not printed_dateline(unit.text)
    if not desk.headline and not desk.copy and is_line:
        desk.headline = unit.text
    elif desk.headline and has_copy and not desk.summary and not desk.copy and unit.text.endswith((".", ".”")):
        desk.summary = unit.text
    else:
        desk.copy.append(unit.text)


def _is_slug(text: str, slug: str) -> bool:
    """Whether a line repeats the keyword of the header, which is shortened and without blanks."""
    bare = re.sub(r"\s", "", without_cycle(text)).lower()
    return without_cycle(text) != text or (bool(slug) and bare.startswith(re.sub(r"\s", "", slug).lower()))


def _take_of(text: str) -> str:
    """What follows the name in a slug line, without the number of words."""
    _, *parts = (part.strip() for part in text.split(","))
    return ", ".join(part for part in parts if part and not part.isdecimal())


def _paragraphs(units: list[_Unit], *, tabular: bool) -> list[str]:
    """The copy; rows that follow one another are one block of lines, and so is all tabular copy between desk lines."""
    found: list[str] = []
    for kind, group in groupby(units, key=lambda unit: "row" if tabular and unit.kind == "copy" else unit.kind):
        texts = [unit.text for unit in group]
        found += ["\n".join(texts)] if kind == "row" else texts
    return [text for text in found if text.strip()]
