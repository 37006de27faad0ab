"""SQLite files as Wiredesk keeps them: write-ahead log, durable commits, known failures, at most one writer if asked."""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from wiredesk_core.failures import Misconfigured, StoreBusy

BUSY_MS = 5_000
"""How long a statement waits for another process before it gives up."""

Migration = tuple[str, ...]
"""The statements that lead from one schema version to the next."""

_MAY_PASS = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_READONLY,
    }
)


def file_of(path: str) -> Path:
    """The file that a URL names after its scheme: `PATH`, or `//PATH` as other tools write it."""
    named = path.removeprefix("//")
    if not named:
        raise Misconfigured("the URL of an embedded store names no file: write sqlite:PATH")
    return Path(named)


@contextlib.contextmanager
def busy_told() -> Iterator[None]:
    """Turns what may pass (locks, a full disk, a file not there) into StoreBusy; a bug in a statement stays one."""
    try:
        yield
    except sqlite3.OperationalError as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
        if code & 0xFF in _MAY_PASS:
            raise StoreBusy(f"SQLite: {error}") from error
        raise


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """All statements inside, durably, or none of them. Waits its turn at the start, so that it never has to stop halfway."""
    with busy_told():
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def open_file(path: Path, migrations: Sequence[Migration]) -> sqlite3.Connection:
    """Open for reading and writing; creates the file and brings its schema up to date."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with busy_told():
        connection = _connect(f"{path.absolute().as_uri()}?mode=rwc")
        try:
            _use_write_ahead_log(connection)
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA secure_delete = ON")  # what is deleted is overwritten, not only forgotten
            _migrate(connection, path, migrations)
        except BaseException:
            connection.close()
            raise
    return connection


def open_to_read(path: Path, migrations: Sequence[Migration]) -> sqlite3.Connection:
    """Open for reading only; creates nothing. Raises StoreBusy while the writer has not made the file ready yet."""
    if not path.exists():
        raise StoreBusy(f"{path} is not there yet: its writer creates it at its first start")
    with busy_told():
        connection = _connect(f"{path.absolute().as_uri()}?mode=ro")
        try:
            _await_schema(connection, path, len(migrations))
        except BaseException:
            connection.close()
            raise
    return connection


class SoleWriter:
    """An advisory lock beside a file. It goes with the process that holds it, however that ends."""

    def __init__(self, path: Path) -> None:
        """Take the lock. Raises Misconfigured, with the holder's process id, when somebody else has it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = path.with_name(f"{path.name}.lock")
        self._file = lock.open("a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.seek(0)
            holder = self._file.read().strip() or "unknown"
            self._file.close()
            raise Misconfigured(
                f"{path} is written by another process already (pid {holder}): stop that one, or give this one its own file"
            ) from error
        self._file.truncate(0)
        self._file.write(f"{os.getpid()}\n")
        self._file.flush()

    def release(self) -> None:
        """Let go of the lock."""
        self._file.close()


def _connect(uri: str) -> sqlite3.Connection:
    # Any thread may call, since servers move between threads at start; callers take turns, one event loop at a time.
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=BUSY_MS / 1000, check_same_thread=False)
    connection.execute("PRAGMA foreign_keys = OFF")
    return connection


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """SQLite does not wait for others when it changes the journal, so two processes at a first start take turns here."""
    deadline = time.monotonic() + BUSY_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def _migrate(connection: sqlite3.Connection, path: Path, migrations: Sequence[Migration]) -> None:
    if _schema_version(connection) == len(migrations):
        return
    with transaction(connection):
        found = _schema_version(connection)
        _refuse_newer(path, found, len(migrations))
        for statement in (statement for step in migrations[found:] for statement in step):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(migrations)}")


def _schema_version(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def _await_schema(connection: sqlite3.Connection, path: Path, known: int) -> None:
    found = _schema_version(connection)
    _refuse_newer(path, found, known)
    if found < known:
        raise StoreBusy(f"{path} has schema {found}, not yet {known}: its writer brings it up to date")


def _refuse_newer(path: Path, found: int, known: int) -> None:
    if found > known:
        raise Misconfigured(f"{path} has schema {found}, this release knows {known}: use the release that wrote it")
