"""Points in time: always aware, always UTC inside."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

FAR_FUTURE = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
"""Stands for "no date can be read here, so keep it shut": an unreadable embargo never opens by itself."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def utc(moment: datetime) -> datetime:
    """The same instant in UTC; a naive moment is taken as UTC already."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def iso(moment: datetime) -> str:
    """ISO 8601 with `Z`, to the microsecond, so that equal instants are equal texts and sort as they happen."""
    return utc(moment).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def micros(moment: datetime) -> int:
    """A moment as stored: whole microseconds since 1970, exact, and sorting as they happen."""
    return (moment - _EPOCH) // _MICROSECOND


def micros_or_none(moment: datetime | None) -> int | None:
    """A moment as stored, if there is one."""
    return None if moment is None else micros(moment)


def moment(stored: int) -> datetime:
    """A stored moment."""
    return _EPOCH + stored * _MICROSECOND


def moment_or_none(stored: int | None) -> datetime | None:
    """A stored moment, if there is one."""
    return None if stored is None else moment(stored)
