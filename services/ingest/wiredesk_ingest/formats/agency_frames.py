"""Messages as agencies frame them on a line: SOH header STX text ETX trailer EOT, one after the other, with fill between.

IPTC 7901 and ANPA 1312 share the frame, and both leave out a control character where a gateway ate it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from wiredesk_core.item import Dateline, ParseWarning, Raw

from wiredesk_ingest.formats.bounds import few_enough, refuse_masses_of_copy
from wiredesk_ingest.formats.charset import without_controls
from wiredesk_ingest.formats.t61 import from_t61, is_t61
from wiredesk_ingest.wire import part_of

SOH, STX, ETX, EOT = "\x01", "\x02", "\x03", "\x04"
LINE_END = re.compile(r"\r+\n?")
FILL = "\x00\x04\x07\x0c\x11\x12\x13\x14\x16\x7f \t\r\n"
"""What stands between messages and at their edges: fill, bells, reader on and off, form feeds."""
DAY_TIME = re.compile(r"\b(\d\d)(\d\d)(\d\d)\s*([A-Z]{1,4})?\s+([^\W\d_]{3,9})\.?\s+(\d{4}|\d\d)\b", re.IGNORECASE)
"""`212101 GMT Nov 18`: day, hour, minute, zone, month, year."""
FILED = re.compile(r"\b(\d\d)-(\d\d)-(\d\d)\s+(\d\d)(\d\d)\s*([A-Z]{1,4})?\b")
"""`02-20-16 0337GMT`: month, day, year, hour, minute, zone."""
MONTHS = {
    name: number
    for number, names in enumerate(
        [
            "jan ene gen",
            "feb fev fév",
            "mar mär mrz maa",
            "apr avr abr",
            "may mai mag mei maj",
            "jun jui giu",
            "jul juil lug",
            "aug aoû aou ago",
            "sep set",
            "oct okt ott out",
            "nov",
            "dec dez dic déc des",
        ],
        start=1,
    )
    for name in names.split()
}
"""Months by the letters that they start with, in the languages of the agencies."""
ZONES = {"GMT": 0, "UTC": 0, "UT": 0, "Z": 0, "BST": 1, "WET": 0, "WEST": 1, "CET": 1, "MEZ": 1, "CEST": 2, "MESZ": 2}
ZONES |= {"EET": 2, "EEST": 3, "EDT": -4, "EST": -5, "CDT": -5, "MDT": -6, "MST": -7, "PDT": -7, "PST": -8}
HEADER_LINES = 4
LONGEST_PLACE = 60
FIRST_MESSAGES = 65_536
"""Characters of a stream in which a message must start for it to be one."""
PRINTED_DATELINE = re.compile(r"([^\W\d_][^()\n]{1,60}?)\s*\([^()\n]{2,30}\)\.?\s*(?:[-–—_]|--)\s")


@dataclass(frozen=True, slots=True)
class Frame:
    """One message without its control characters' frame; text and trailer keep the controls inside them."""

    header: str
    text: str
    trailer: str
    warnings: tuple[ParseWarning, ...] = ()
    part: Raw | None = None
    """Its own hash, where the stream holds several."""


def frames_of(stream: str) -> list[Frame]:
    """The messages of a stream, in order. Words outside any message are told in a warning of the next one."""
    refuse_masses_of_copy(stream)
    spelt, respelt = _respelt(LINE_END.sub("\n", stream))
    before, *pieces = spelt.split(SOH) if SOH in spelt else ("", spelt)
    messages = _messages(pieces)
    told = (*respelt, *_outside(before))
    frames = [_frame(message, told if position == 0 else respelt) for position, message in enumerate(messages)]
    return [replace(frame, part=_part(frame)) for frame in frames] if len(frames) > 1 else frames


def _messages(pieces: list[str]) -> tuple[str, ...]:
    """A piece without a start of text belongs to the message before it. Raises Unreadable: too_many_items."""
    messages: list[list[str]] = []
    for piece in pieces:
        if STX not in piece and messages:
            messages[-1].append(piece)
        else:
            messages.append([piece])
    return few_enough("".join(parts) for parts in messages)


def _part(frame: Frame) -> Raw:
    return part_of(f"{frame.header}\n{frame.text}\n{frame.trailer}".encode("utf-8", "replace"))


def _respelt(text: str) -> tuple[str, tuple[ParseWarning, ...]]:
    if not is_t61(text):
        return text, ()
    return from_t61(text), (ParseWarning(code="charset_guessed", detail="accents stand before letters: read as T.61"),)


def _frame(message: str, told: tuple[ParseWarning, ...]) -> Frame:
    warnings = list(told)
    head, opened, rest = message.partition(STX)
    if not opened:
        head, rest = _without_start(message.lstrip(FILL))
        warnings.append(ParseWarning(code="start_of_text_missing", detail="no STX: the header ends with its last line"))
    text, closed, trailer = rest.partition(ETX)
    if not closed:
        text, trailer = _without_end(text.split(EOT)[0])
        warnings.append(ParseWarning(code="end_of_text_missing", detail="no ETX: read to the end of the message"))
    trailer, ended, after = trailer.partition(EOT)
    if ended:
        warnings += _outside(after)
    return Frame(head.strip(FILL), text.rstrip(FILL), trailer.strip(FILL), tuple(warnings))


def _without_start(message: str) -> tuple[str, str]:
    """Header and the rest: up to a keyword line, which ends with a stroke, or the first line alone."""
    lines = message.split("\n")
    end = next((n for n, line in enumerate(lines[:HEADER_LINES]) if line.rstrip().endswith("/")), 0)
    return "\n".join(lines[: end + 1]), "\n".join(lines[end + 1 :])


def _without_end(text: str) -> tuple[str, str]:
    """Text and trailer: a last line that is nothing but a filing time is the trailer."""
    body, _, last = text.rstrip(FILL).rpartition("\n")
    return (body, last) if DAY_TIME.fullmatch(last.strip()) else (text, "")


def _outside(text: str) -> tuple[ParseWarning, ...]:
    words = without_controls(text).strip()
    return (ParseWarning(code="text_outside_message", detail=words[:200]),) if words else ()


def filing_time(trailer: str, zone: tzinfo) -> datetime | None:
    """When a message was filed, as its trailer says; a time that names no zone is in the provider's."""
    european, american = DAY_TIME.search(trailer), FILED.search(trailer)
    if european:
        day, hour, minute, named, month, year = european.groups()
        number = next((MONTHS[month[:size].lower()] for size in (4, 3) if month[:size].lower() in MONTHS), 0)
        return _instant((year, number, day, hour, minute), named, zone)
    if american:
        month, day, year, hour, minute, named = american.groups()
        return _instant((year, month, day, hour, minute), named, zone)
    return None


def _instant(parts: tuple[str | int, ...], named: str | None, zone: tzinfo) -> datetime | None:
    year, month, day, hour, minute = (int(part) for part in parts)
    if year < 100:
        year += 1900 if year >= 70 else 2000
    offset = ZONES.get((named or "").upper())
    try:
        local = datetime(year, month, day, hour, minute, tzinfo=zone)
        return (local if offset is None else local.replace(tzinfo=timezone(timedelta(hours=offset)))).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def printed_dateline(body: str) -> Dateline | None:
    """The dateline that starts a body, `TUNIS, June 4 (AP) -`; the words stay in the body."""
    found = PRINTED_DATELINE.match(body)
    if found is None:
        return None
    text = found[1].strip(" ,")
    return Dateline(text=text, place=re.split(r",?\s*\d|,", text)[0].strip(" ,.") or None)


def place_of(line: str) -> str | None:
    """The place at the beginning of a dateline that stands in a field of its own, `OSLO, May 14 (AP) -`."""
    place = re.split(r"[,(]", line)[0].strip(" .-–—")
    return place if place and len(place) <= LONGEST_PLACE and not any(c.isdigit() for c in place) else None
