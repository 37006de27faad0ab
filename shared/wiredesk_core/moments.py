"""Points in time: always aware, always UTC inside."""

from __future__ import annotations

from datetime import UTC, datetime

FAR_FUTURE = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
"""Stands for "no date can be read here, so keep it shut": an unreadable embargo never opens by itself."""


def utc(moment: datetime) -> datetime:
    """The same instant in UTC; a naive moment is taken as UTC already."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def iso(moment: datetime) -> str:
    """ISO 8601 with `Z`, to the microsecond, so that equal instants are equal texts and sort as they happen."""
    return utc(moment).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
