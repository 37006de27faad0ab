"""Times as wires write them. A time without a zone is in the provider's; what cannot be read is None, never now."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo
from email.utils import parsedate_to_datetime

from wiredesk_core.item import ParseWarning
from wiredesk_core.moments import FAR_FUTURE

LONGEST = 200
"""Characters; what is longer is prose."""
SPACED = re.compile(r"^(\d{4}-?\d\d-?\d\d)[ T]\s*(\d.*)$")
LONG_FRACTION = re.compile(r"([.,]\d{6})\d+")
DAY_ONLY = re.compile(r"\d{4}-?\d\d-?\d\d(Z|[+-]\d\d:?\d\d)?")
COLON_OFFSET = re.compile(r"([+-]\d\d):(\d\d)$")
ZONED = re.compile(r"(Z|[+-]\d\d(:?\d\d)?|\b[A-Z]{3,4})$", re.IGNORECASE)


def moment(text: str, zone: tzinfo) -> datetime | None:
    """The instant that a text names, in UTC: ISO 8601 extended or basic, with a space for the T, or RFC 5322."""
    text = text.strip()
    if not text or len(text) > LONGEST or not any(character.isdigit() for character in text):
        return None
    found = _iso(text) or _mail(text)
    if found is None:
        return None
    try:
        return (found.replace(tzinfo=zone) if found.tzinfo is None else found).astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def embargo(text: str | None, zone: tzinfo) -> tuple[datetime | None, tuple[ParseWarning, ...]]:
    """When an embargo ends. None as text means there is no embargo; a blank or unreadable one never ends by itself."""
    if text is None:
        return None, ()
    ends = moment(text, zone)
    if ends is None:
        code = "embargo_without_time" if not text.strip() else "embargo_unreadable"
        return FAR_FUTURE, (
            ParseWarning(code=code, detail=f"{text.strip()[:80]!r}: kept shut until an editor opens it"),
        )
    if DAY_ONLY.fullmatch(text.strip()):
        return ends, (ParseWarning(code="embargo_date_only", detail=f"{text.strip()}: read as 0:00 in {zone}"),)
    if not ZONED.search(text.strip()):
        return ends, (ParseWarning(code="embargo_without_zone", detail=f"{text.strip()}: read as time in {zone}"),)
    return ends, ()


def _iso(text: str) -> datetime | None:
    spaced = SPACED.match(text)
    if spaced:
        text = f"{spaced[1]}T{spaced[2].replace(' ', '')}"
    text = LONG_FRACTION.sub(r"\1", text)
    day = re.fullmatch(r"(\d{4}-?\d\d-?\d\d)(Z|[+-]\d\d:?\d\d)", text)
    if day:
        text = f"{day[1]}T000000{day[2]}"
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _mail(text: str) -> datetime | None:
    """`Tue, 11 Jun 2024 14:20:05 +0200`, as RSS and mail write it; some put a colon into the offset."""
    try:
        return parsedate_to_datetime(COLON_OFFSET.sub(r"\1\2", text))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
