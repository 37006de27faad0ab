"""PostgreSQL as Wiredesk uses it: a pool of connections, migrations, known failures, locks that never wait in a circle."""

from __future__ import annotations

import asyncio
import contextlib
import re
import zlib
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from typing import Any

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolClosed, PoolTimeout

from wiredesk_core.failures import Misconfigured, StoreBusy

Connection = psycopg.AsyncConnection[tuple[Any, ...]]
Migration = tuple[str, ...]
"""The statements that lead from one schema version to the next."""

POOL_MOST = 8
CONNECT_SECONDS = 5
STATEMENT_MS = 20_000
"""Longest that one statement may take, waiting for locks included."""
LOCK_BUCKETS = 1024
"""Names are locked by their hash, so that a batch never needs more locks than the server has room for."""

_SCHEMA_LOCK = 0x77690000
_REFUSED = re.compile(
    r"password|authentication|does not exist|pg_hba|certificate|SSL|root.crt|permission denied", re.IGNORECASE
)
_MAY_PASS = ("08", "25006", "40", "53", "55P03", "57")
"""SQLSTATEs, or their beginnings, of what another try may mend: connections, conflicts, resources, shutdowns."""


@contextlib.contextmanager
def busy_told(where: str) -> Iterator[None]:
    """Turns what may pass into StoreBusy and what nobody but an operator can mend into Misconfigured; bugs stay bugs."""
    try:
        yield
    except (PoolTimeout, PoolClosed) as away:
        raise StoreBusy(f"PostgreSQL at {where} gives no connection: {away}") from away
    except psycopg.Error as error:
        raise _told(error, where) from error


def _told(error: psycopg.Error, where: str) -> Exception:
    state = error.sqlstate
    if state is not None and state.startswith(_MAY_PASS):
        return StoreBusy(f"PostgreSQL at {where}: {_first_line(error)}")
    if state in {"28000", "28P01", "3D000", "42501"} or (state is None and _REFUSED.search(str(error))):
        return Misconfigured(f"PostgreSQL at {where} does not let us in: {_first_line(error)}: check the store's URL")
    if state is None and isinstance(error, psycopg.OperationalError):
        return StoreBusy(f"PostgreSQL at {where}: {_first_line(error)}")
    return error


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


class Database:
    """A lazily opened pool on one database. `store` names what is kept in it; its migrations are its own."""

    def __init__(self, url: str, store: str, migrations: Sequence[Migration], *, writes: bool) -> None:
        """`url` as libpq takes it. Nothing is connected yet. Raises Misconfigured for a URL that cannot be read."""
        try:
            named = psycopg.conninfo.conninfo_to_dict(url)
        except psycopg.ProgrammingError as wrong:
            raise Misconfigured(
                f"the {store}'s URL cannot be read: write postgresql://USER:PASSWORD@HOST/DATABASE"
            ) from (wrong.with_traceback(None))
        self.where = f"{named.get('host', 'localhost')}/{named.get('dbname', '')}"
        options = f"{named.get('options') or ''} -c statement_timeout={STATEMENT_MS}"
        self._url = psycopg.conninfo.make_conninfo(
            url, options=options.strip(), connect_timeout=CONNECT_SECONDS, client_encoding="UTF8"
        )
        self._store = store
        self._migrations = migrations
        self._writes = writes
        self._pool: AsyncConnectionPool[Connection] | None = None
        self._opening = asyncio.Lock()

    async def close(self) -> None:
        """Let go of all connections."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.close()

    @contextlib.asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """A connection in autocommit: every statement sees all that is committed before it."""
        with busy_told(self.where):
            pool = self._pool or await self._open()
            async with pool.connection(timeout=CONNECT_SECONDS) as connection:
                yield connection

    @contextlib.asynccontextmanager
    async def transaction(self, locked: Iterable[str] = ()) -> AsyncIterator[Connection]:
        """All statements inside, durably, or none; names that are locked have one such transaction at a time."""
        async with self.connection() as connection, connection.transaction():
            buckets = buckets_of(locked)
            if buckets:
                await connection.execute(
                    "SELECT pg_advisory_xact_lock(%s, bucket) FROM unnest(%s::int[]) WITH ORDINALITY AS b(bucket, place)"
                    " ORDER BY place",
                    (_lock_class(self._store), buckets),
                )
            yield connection

    @contextlib.asynccontextmanager
    async def holding(self, names: Iterable[str]) -> AsyncIterator[None]:
        """Keep names to ourselves, over several transactions; others who want to hold them wait."""
        buckets = buckets_of(names)
        held = (_lock_class(f"{self._store} held"), buckets)
        ordered = "FROM unnest(%s::int[]) WITH ORDINALITY AS b(bucket, place) ORDER BY place"
        async with self.connection() as connection:
            try:
                await connection.execute(f"SELECT pg_advisory_lock(%s, bucket) {ordered}", held)
                yield
            finally:
                # Also after a wait that was cut short, which keeps what it had got by then. A connection that is gone
                # has let go of its locks by itself.
                with contextlib.suppress(psycopg.Error):
                    await connection.execute("SELECT pg_advisory_unlock_all()")

    async def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows of one question."""
        async with self.connection() as connection:
            return await (await connection.execute(statement, values)).fetchall()

    async def _open(self) -> AsyncConnectionPool[Connection]:
        async with self._opening:
            if self._pool is None:
                await self._make_ready()
                pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
                    self._url,
                    kwargs={"autocommit": True},
                    min_size=1,
                    max_size=POOL_MOST,
                    check=AsyncConnectionPool.check_connection,
                    open=False,
                )
                await pool.open()
                self._pool = pool
        return self._pool

    async def _make_ready(self) -> None:
        """One connection outside the pool: a pool would only time out where the server says why it refuses."""
        async with await psycopg.AsyncConnection.connect(self._url, autocommit=True) as connection:
            found = await self._schema_version(connection)
            self._refuse_newer(found)
            if found == len(self._migrations):
                return
            if not self._writes:
                raise StoreBusy(
                    f"the {self._store} at {self.where} has schema {found}, not yet {len(self._migrations)}: "
                    "its writer brings it up to date at its start"
                )
            await self._migrate(connection)

    async def _migrate(self, connection: Connection) -> None:
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock(%s)", (_SCHEMA_LOCK,))
            await connection.execute(
                "CREATE TABLE IF NOT EXISTS wiredesk_schemas (store TEXT PRIMARY KEY, version INTEGER NOT NULL)"
            )
            found = await self._schema_version(connection)
            self._refuse_newer(found)
            for statement in (statement for step in self._migrations[found:] for statement in step):
                await connection.execute(statement)
            await connection.execute(
                "INSERT INTO wiredesk_schemas VALUES (%s, %s)"
                " ON CONFLICT (store) DO UPDATE SET version = excluded.version",
                (self._store, len(self._migrations)),
            )

    async def _schema_version(self, connection: Connection) -> int:
        made = await (await connection.execute("SELECT to_regclass('wiredesk_schemas')")).fetchone()
        if made == (None,):
            return 0
        row = await (
            await connection.execute("SELECT version FROM wiredesk_schemas WHERE store = %s", (self._store,))
        ).fetchone()
        return int(row[0]) if row else 0

    def _refuse_newer(self, found: int) -> None:
        if found > len(self._migrations):
            raise Misconfigured(
                f"the {self._store} at {self.where} has schema {found}, this release knows {len(self._migrations)}: "
                "use the release that wrote it"
            )


def buckets_of(names: Iterable[str]) -> list[int]:
    """The locks that stand for names, each once and always in the same order, so that nobody waits in a circle."""
    return sorted({zlib.crc32(name.encode()) % LOCK_BUCKETS for name in names})


def _lock_class(purpose: str) -> int:
    return zlib.crc32(purpose.encode()) & 0x7FFFFFFF


async def execute_many(connection: Connection, statement: str, rows: Sequence[Sequence[object]]) -> None:
    """The same statement with each row of values; nothing when there are none."""
    if rows:
        await connection.cursor().executemany(statement, rows)
