"""Moments as people give them on a command line."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from wiredesk_core.failures import Misconfigured
from wiredesk_core.moments import utc

AGO = re.compile(r"(\d{1,6})([smhdw])")
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def moment_of(text: str, now: datetime) -> datetime:
    """A date, a date with time (UTC unless it says otherwise), or how long ago: `90s`, `30m`, `2h`, `7d`, `4w`."""
    if ago := AGO.fullmatch(text.strip()):
        return now - timedelta(**{UNITS[ago[2]]: int(ago[1])})
    try:
        return utc(datetime.fromisoformat(text.strip()))
    except ValueError:
        raise Misconfigured(f"{text!r} is no moment: write 2026-03-01, 2026-03-01T08:00:00Z or 2h (ago).") from None
