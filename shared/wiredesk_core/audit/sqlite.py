"""The Audit of the one-machine edition: one SQLite file that every service may append to, and none may change."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from wiredesk_core.audit.rows import condition_of, entry_of_row, row_of
from wiredesk_core.deeds import WHOLE_AUDIT, AuditQuestion, Deed, Entry, seal
from wiredesk_core.embedded import busy_told, open_file, transaction

_STAYS = "BEGIN SELECT RAISE(ABORT, 'an audit only grows'); END"
MIGRATIONS = (
    (
        """CREATE TABLE audit (
            number INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
            deed BLOB NOT NULL, hash TEXT NOT NULL)""",
        "CREATE INDEX audit_at ON audit (at)",
        "CREATE INDEX audit_actor ON audit (actor, number)",
        "CREATE INDEX audit_action ON audit (action, number)",
        f"CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit {_STAYS}",
        f"CREATE TRIGGER audit_is_not_cut BEFORE DELETE ON audit {_STAYS}",
    ),
)
"""One entry a schema version."""

_SELECT = "SELECT number, deed, hash FROM audit"
_INSERT = "INSERT INTO audit (number, at, actor, action, deed, hash) VALUES (?, ?, ?, ?, ?, ?)"


class SqliteAudit:
    """Appends take turns between processes; one is a transaction, synced to disk."""

    def __init__(self, path: Path) -> None:
        """Open, creating what is missing."""
        self._connection = open_file(path, MIGRATIONS)

    async def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    async def append(self, deeds: Sequence[Deed]) -> tuple[Entry, ...]:
        """See Audit."""
        with transaction(self._connection) as connection:
            newest = connection.execute(f"{_SELECT} ORDER BY number DESC LIMIT 1").fetchone()
            entries = seal(entry_of_row(newest) if newest else None, deeds)
            connection.executemany(_INSERT, map(row_of, entries))
        return entries

    async def read(self, asked: AuditQuestion = WHOLE_AUDIT, *, after: int = 0, limit: int = 100) -> tuple[Entry, ...]:
        """See Audit."""
        where, values = condition_of(asked, after, "?")
        question = f"{_SELECT} WHERE {where} ORDER BY number LIMIT ?"
        with busy_told():
            return tuple(map(entry_of_row, self._connection.execute(question, (*values, limit)).fetchall()))
