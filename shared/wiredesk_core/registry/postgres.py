"""The Registry on PostgreSQL: one table that every service of every machine may write."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from wiredesk_core.failures import Conflict
from wiredesk_core.moments import micros
from wiredesk_core.ports import Clock, RegistryEntry
from wiredesk_core.postgres import Connection, Database

# The stamp is the row's number: each write takes a new one, and a sequence never gives a number twice. So a stamp read
# before an entry was dropped can never match the entry that later takes its name.
MIGRATIONS = (
    (
        """CREATE TABLE registry_entries (
            stamp BIGINT NOT NULL GENERATED ALWAYS AS IDENTITY, kind TEXT COLLATE "C" NOT NULL,
            name BYTEA NOT NULL, expires_at BIGINT, value BYTEA NOT NULL, PRIMARY KEY (kind, name))""",
        "CREATE INDEX registry_expiry ON registry_entries (expires_at) WHERE expires_at IS NOT NULL",
    ),
)
"""One entry a schema version. Names are bytes: they may hold what a text of PostgreSQL cannot."""

_LIVE = "(expires_at IS NULL OR expires_at > %s)"
_COLUMNS = "SELECT kind, name, value, stamp FROM registry_entries"
_PUT = """INSERT INTO registry_entries (kind, name, expires_at, value) VALUES (%s, %s, %s, %s)
    ON CONFLICT (kind, name) DO UPDATE SET stamp = DEFAULT, expires_at = excluded.expires_at, value = excluded.value
    RETURNING stamp"""


class PostgresRegistry:
    """Writers of one name take turns by a lock; a write is one transaction, synced to disk."""

    def __init__(self, url: str, clock: Clock) -> None:
        """See Database."""
        self._clock = clock
        self._database = Database(url, "registry", MIGRATIONS, writes=True)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._database.close()

    async def get(self, kind: str, name: str) -> RegistryEntry | None:
        """See Registry."""
        question = f"{_COLUMNS} WHERE kind = %s AND name = %s AND {_LIVE}"
        rows = await self._database.rows(question, kind, name.encode(), micros(self._clock.now()))
        return _entry(rows[0]) if rows else None

    async def put(
        self, kind: str, name: str, value: Mapping[str, Any], *, expected: int | None, expires: datetime | None = None
    ) -> RegistryEntry:
        """See Registry."""
        body = orjson.dumps(dict(value))
        async with self._database.transaction([f"{kind} {name}"]) as connection:
            await self._expect(connection, kind, name, expected)
            until = None if expires is None else micros(expires)
            written = await connection.execute(_PUT, (kind, name.encode(), until, body))
            row = await written.fetchone()
        assert row is not None
        return RegistryEntry(kind, name, orjson.loads(body), row[0])

    async def drop(self, kind: str, name: str, *, expected: int) -> None:
        """See Registry."""
        async with self._database.transaction([f"{kind} {name}"]) as connection:
            await self._expect(connection, kind, name, expected)
            await connection.execute(
                "DELETE FROM registry_entries WHERE kind = %s AND name = %s", (kind, name.encode())
            )

    async def entries(self, kind: str) -> tuple[RegistryEntry, ...]:
        """See Registry."""
        question = f"{_COLUMNS} WHERE kind = %s AND {_LIVE} ORDER BY name"
        return tuple(map(_entry, await self._database.rows(question, kind, micros(self._clock.now()))))

    async def _expect(self, connection: Connection, kind: str, name: str, expected: int | None) -> None:
        """Compare, inside the transaction that then sets. What has expired counts as gone, and is swept away."""
        now = micros(self._clock.now())
        await connection.execute(
            "DELETE FROM registry_entries WHERE ctid = ANY(ARRAY(SELECT ctid FROM registry_entries"
            " WHERE expires_at <= %s ORDER BY kind, name FOR UPDATE SKIP LOCKED))",
            (now,),
        )
        found = await connection.execute(
            f"{_COLUMNS} WHERE kind = %s AND name = %s AND {_LIVE}", (kind, name.encode(), now)
        )
        row = await found.fetchone()
        stamp = row[-1] if row else None
        if stamp != expected:
            raise Conflict(f"{kind} {name!r} has stamp {stamp}, not {expected}: read it again")


def _entry(row: tuple[Any, ...]) -> RegistryEntry:
    kind, name, value, stamp = row
    return RegistryEntry(kind, bytes(name).decode(), orjson.loads(value), stamp)
