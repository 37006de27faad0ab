"""The Audit on PostgreSQL: one table in the Registry's database, which every service may append to."""

from __future__ import annotations

from collections.abc import Sequence

from wiredesk_core.audit.rows import condition_of, entry_of_row, row_of
from wiredesk_core.deeds import WHOLE_AUDIT, AuditQuestion, Deed, Entry, seal
from wiredesk_core.postgres import Database

MIGRATIONS = (
    (
        """CREATE TABLE audit_entries (
            number BIGINT PRIMARY KEY, at BIGINT NOT NULL, actor TEXT COLLATE "C" NOT NULL,
            action TEXT COLLATE "C" NOT NULL, deed BYTEA NOT NULL, hash TEXT NOT NULL)""",
        "CREATE INDEX audit_at ON audit_entries (at)",
        "CREATE INDEX audit_actor ON audit_entries (actor, number)",
        "CREATE INDEX audit_action ON audit_entries (action, number)",
        """CREATE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'an audit only grows'; END $$""",
        """CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries
            FOR EACH STATEMENT EXECUTE FUNCTION audit_stays()""",
    ),
)
"""One entry a schema version."""

_SELECT = "SELECT number, deed, hash FROM audit_entries"
_INSERT = "INSERT INTO audit_entries (number, at, actor, action, deed, hash) VALUES (%s, %s, %s, %s, %s, %s)"


class PostgresAudit:
    """Appends take turns by a lock, since each entry carries the hash of the one before."""

    def __init__(self, url: str) -> None:
        """See Database."""
        self._database = Database(url, "audit", MIGRATIONS, writes=True)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._database.close()

    async def append(self, deeds: Sequence[Deed]) -> tuple[Entry, ...]:
        """See Audit."""
        async with self._database.transaction(["audit"]) as connection:
            found = await connection.execute(f"{_SELECT} ORDER BY number DESC LIMIT 1")
            newest = await found.fetchone()
            entries = seal(entry_of_row(newest) if newest else None, deeds)
            async with connection.cursor() as cursor:
                await cursor.executemany(_INSERT, list(map(row_of, entries)))
        return entries

    async def read(self, asked: AuditQuestion = WHOLE_AUDIT, *, after: int = 0, limit: int = 100) -> tuple[Entry, ...]:
        """See Audit."""
        where, values = condition_of(asked, after, "%s")
        question = f"{_SELECT} WHERE {where} ORDER BY number LIMIT %s"
        return tuple(map(entry_of_row, await self._database.rows(question, *values, limit)))
