"""The Registry of the one-machine edition: one SQLite file that every service may write."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from wiredesk_core.embedded import busy_told, open_file, transaction
from wiredesk_core.failures import Conflict
from wiredesk_core.moments import micros
from wiredesk_core.ports import Clock, RegistryEntry

# The stamp is the row's number: each write makes a new row, and AUTOINCREMENT never gives a number twice. So a stamp
# read before an entry was dropped can never match the entry that later takes its name.
MIGRATIONS = (
    (
        """CREATE TABLE entries (
            stamp INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, name TEXT NOT NULL,
            expires_at INTEGER, value BLOB NOT NULL, UNIQUE (kind, name))""",
        "CREATE INDEX entries_expiry ON entries (expires_at) WHERE expires_at IS NOT NULL",
    ),
)
"""One entry a schema version."""

_GET = """SELECT kind, name, value, stamp FROM entries
    WHERE kind = ? AND name = ? AND (expires_at IS NULL OR expires_at > ?)"""

_LIST = """SELECT kind, name, value, stamp FROM entries
    WHERE kind = ? AND (expires_at IS NULL OR expires_at > ?) ORDER BY name"""


class SqliteRegistry:
    """Writes take turns between processes; a write is one transaction, synced to disk."""

    def __init__(self, path: Path, clock: Clock) -> None:
        """Open, creating what is missing."""
        self._clock = clock
        self._connection = open_file(path, MIGRATIONS)

    async def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    async def get(self, kind: str, name: str) -> RegistryEntry | None:
        """See Registry."""
        rows = self._rows(_GET, kind, name, micros(self._clock.now()))
        return _entry(rows[0]) if rows else None

    async def put(
        self, kind: str, name: str, value: Mapping[str, Any], *, expected: int | None, expires: datetime | None = None
    ) -> RegistryEntry:
        """See Registry."""
        body = orjson.dumps(dict(value))
        with transaction(self._connection) as connection:
            self._expect(kind, name, expected)
            written = connection.execute(
                "REPLACE INTO entries (kind, name, expires_at, value) VALUES (?, ?, ?, ?)",
                (kind, name, None if expires is None else micros(expires), body),
            )
            stamp = written.lastrowid
        assert stamp is not None
        return RegistryEntry(kind, name, orjson.loads(body), stamp)

    async def drop(self, kind: str, name: str, *, expected: int) -> None:
        """See Registry."""
        with transaction(self._connection) as connection:
            self._expect(kind, name, expected)
            connection.execute("DELETE FROM entries WHERE kind = ? AND name = ?", (kind, name))

    async def entries(self, kind: str) -> tuple[RegistryEntry, ...]:
        """See Registry."""
        return tuple(map(_entry, self._rows(_LIST, kind, micros(self._clock.now()))))

    def _expect(self, kind: str, name: str, expected: int | None) -> None:
        """Compare, having swept away what has expired; inside the transaction that then sets."""
        self._rows("DELETE FROM entries WHERE expires_at <= ?", micros(self._clock.now()))
        rows = self._rows("SELECT stamp FROM entries WHERE kind = ? AND name = ?", kind, name)
        stamp = rows[0][0] if rows else None
        if stamp != expected:
            raise Conflict(f"{kind} {name!r} has stamp {stamp}, not {expected}: read it again")

    def _rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with busy_told():
            return self._connection.execute(statement, values).fetchall()


def _entry(row: tuple[Any, ...]) -> RegistryEntry:
    kind, name, value, stamp = row
    return RegistryEntry(kind, name, orjson.loads(value), stamp)
