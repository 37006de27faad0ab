"""The Archive of the one-machine edition: one SQLite file, one writing process, every commit synced to disk."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import orjson

from wiredesk_core.archive.laws import by_item, derivation_of, follows, names_of
from wiredesk_core.archive.purge import Walk, purge
from wiredesk_core.archive.remembered import RememberedRevisions
from wiredesk_core.archive.rows import (
    decision_row,
    layers_row,
    mark_row,
    note_row,
    quarantine_row,
    read_change,
    read_leaf,
    revision_row,
    ruling_row,
    served_row,
    tie_rows,
    unfounded,
    version_row,
    withdrawal_row,
)
from wiredesk_core.archive.schema import MIGRATIONS
from wiredesk_core.archive.shelf import DECIDE, LET_GO, NOTE, OUTDATE, SHELVE
from wiredesk_core.archive.sqlite_reader import SqliteArchiveReader, listed
from wiredesk_core.embedded import SoleWriter, open_file, transaction
from wiredesk_core.families import MOST_TIED
from wiredesk_core.lifecycle import Verdict
from wiredesk_core.messages import (
    CancelMarked,
    Changed,
    DeskRuled,
    Enriched,
    ReceiptNote,
    ShelfDecision,
    VersionAccepted,
    Withdrawn,
)
from wiredesk_core.moments import micros
from wiredesk_core.ports import Fact, Leaf, Recorded
from wiredesk_core.purging import admitted, concerned
from wiredesk_core.shelf import QuarantineEntry


class SqliteArchive(SqliteArchiveReader):
    """Writes and reads. A call is one transaction, made inline: it takes about as long as the disk needs for a sync."""

    def __init__(self, path: Path) -> None:
        """Open, creating what is missing. Raises Misconfigured when another process writes this archive."""
        super().__init__(path)
        self._lock = SoleWriter(path)
        try:
            self._opened = self._open()
        except BaseException:
            self._lock.release()
            raise

    async def close(self) -> None:
        """Close the file and let another process write it."""
        await super().close()
        self._lock.release()

    async def record(self, facts: Sequence[Fact]) -> list[Recorded]:
        """See Archive."""
        with transaction(self._connection()) as connection:
            purged = _purged(connection, facts)
            recorded = [_record_some(connection, fact, purged) for fact in facts]
        if any(isinstance(fact, DeskRuled) and fact.verdict is Verdict.purge for fact in facts):
            self._remembered = RememberedRevisions()
            self._rows("PRAGMA wal_checkpoint(TRUNCATE)")  # the log holds the pages as they were
        return recorded

    async def leaves(self, wanted: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], Leaf]:
        """See Archive."""
        rows = self._rows(_LEAVES, orjson.dumps(wanted).decode())
        return {(item_id, wire): read_leaf(leaf) for item_id, wire, *leaf in rows}

    async def save(self, revisions: Sequence[Changed], due: Mapping[str, datetime | None]) -> tuple[str, ...]:
        """See Archive."""
        groups = by_item(revisions)
        with transaction(self._connection()) as connection:
            newest = dict(self._rows(_NEWEST_REVISIONS, listed(groups)))
            stale = tuple(item_id for item_id, chain in groups.items() if not follows(chain, newest.get(item_id, 0)))
            fresh = [change for change in revisions if change.item_id not in stale]
            connection.executemany(_ADD_REVISION, map(revision_row, fresh))
            connection.executemany(_SERVE, [served_row(change, due.get(change.item_id), str) for change in fresh])
        return stale

    async def unsent(self, item_ids: Sequence[str] | None = None, limit: int = 1000) -> tuple[Changed, ...]:
        """See Archive."""
        if item_ids is None:
            rows = self._rows("SELECT body FROM revisions WHERE sent = 0 ORDER BY sequence LIMIT ?", limit)
        else:
            rows = self._rows(_UNSENT_OF_ITEMS, listed(item_ids), limit)
        return tuple(map(read_change, rows))

    def announcing(self, item_ids: Sequence[str]) -> AbstractAsyncContextManager[None]:  # noqa: ARG002  # one writer
        """See Archive. There is no other writer to wait for."""
        return nullcontext()

    async def mark_sent(self, revisions: Sequence[tuple[str, int]]) -> None:
        """See Archive."""
        with transaction(self._connection()) as connection:
            connection.executemany("UPDATE revisions SET sent = 1 WHERE item_id = ? AND revision = ?", revisions)

    async def due(self, now: datetime, limit: int = 1000) -> tuple[str, ...]:
        """See Archive."""
        rows = self._rows(
            "SELECT item_id FROM served WHERE due_at <= ? ORDER BY due_at, item_id LIMIT ?",
            micros(now),
            limit,
        )
        return tuple(row[0] for row in rows)

    async def note(self, notes: Sequence[ReceiptNote]) -> None:
        """See Archive."""
        with transaction(self._connection()) as connection:
            connection.executemany(NOTE, map(note_row, notes))
            connection.executemany(OUTDATE, [note_row(note)[:4] for note in notes if note.round > 1])

    async def shelve(self, entries: Sequence[QuarantineEntry]) -> None:
        """See Archive."""
        with transaction(self._connection()) as connection:
            connection.executemany(SHELVE, [quarantine_row(entry, str) for entry in entries])

    async def decide(self, decisions: Sequence[ShelfDecision]) -> None:
        """See Archive."""
        dropped = [(b"", made.quarantine_id, made.round) for made in decisions if made.kind == "drop"]
        with transaction(self._connection()) as connection:
            connection.executemany(DECIDE, map(decision_row, decisions))
            connection.executemany(LET_GO, dropped)

    def _open(self) -> sqlite3.Connection:
        return open_file(self._path, MIGRATIONS)


_NEWEST_REVISIONS = "SELECT item_id, revision FROM served WHERE item_id IN (SELECT value FROM json_each(?))"

_UNSENT_OF_ITEMS = """SELECT body FROM revisions
    WHERE sent = 0 AND item_id IN (SELECT value FROM json_each(?)) ORDER BY sequence LIMIT ?"""

_LEAVES = """SELECT v.item_id, v.wire_sha256, v.scope, v.receipt_id, v.item, l.body
    FROM json_each(?) w CROSS JOIN versions v
        ON v.item_id = json_extract(w.value, '$[0]') AND v.wire_sha256 = json_extract(w.value, '$[1]')
    LEFT JOIN layers l ON l.item_id = v.item_id AND l.wire_sha256 = v.wire_sha256
        AND l.story_sha256 = v.story_sha256"""

_ADD_VERSION = """INSERT INTO versions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET received_at = excluded.received_at, derivation = excluded.derivation,
        version = excluded.version, version_created = excluded.version_created, status = excluded.status,
        embargoed_until = excluded.embargoed_until, reinstates = excluded.reinstates,
        expires = excluded.expires, precedence = excluded.precedence, carrier = excluded.carrier,
        story_sha256 = excluded.story_sha256, item = excluded.item"""

_WITHDRAW = """INSERT INTO withdrawals VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE
    SET derivation = excluded.derivation, receipt_id = excluded.receipt_id WHERE excluded.derivation > derivation"""

_DROP_NAMES = """DELETE FROM aliases WHERE item_id = ? AND wire_sha256 = ? AND NOT EXISTS (
    SELECT 1 FROM standing_versions v WHERE v.item_id = aliases.item_id AND v.wire_sha256 = aliases.wire_sha256)"""

_DROP_TIES = """DELETE FROM ties WHERE item_id = ? AND wire_sha256 = ? AND NOT EXISTS (
    SELECT 1 FROM standing_versions v WHERE v.item_id = ties.item_id AND v.wire_sha256 = ties.wire_sha256)"""

_TIE = f"""INSERT INTO ties SELECT ?1, ?2, ?3, ?4, ?5
    WHERE EXISTS (SELECT 1 FROM ties WHERE name = ?1 AND scope = ?2 AND tie = ?3 AND item_id = ?4)
    OR {MOST_TIED} > (SELECT count(*) FROM (
        SELECT DISTINCT item_id FROM ties WHERE name = ?1 AND scope = ?2 AND tie = ?3 LIMIT {MOST_TIED}))"""  # noqa: S608  # a number of ours

_RULE = """INSERT INTO rulings VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE
    SET ruled_at = excluded.ruled_at WHERE excluded.ruled_at < ruled_at"""

_ADD_MARK = """INSERT INTO marks (alias, scope, wire_sha256, version, by_uri, received_at, told_at, receipt_id, reason,
        by_item)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET received_at = min(received_at, excluded.received_at), by_item = excluded.by_item
    RETURNING receipt_id"""

_MARKS_MADE = """SELECT m.alias, m.scope, m.wire_sha256, m.version, m.by_uri, v.item, EXISTS (
        SELECT 1 FROM standing_versions s WHERE s.item_id = v.item_id AND s.wire_sha256 = v.wire_sha256)
    FROM marks m JOIN versions v ON v.item_id = m.by_item AND v.wire_sha256 = m.wire_sha256
    WHERE m.by_item = ? AND m.wire_sha256 = ?"""

_DROP_MARK = "DELETE FROM marks WHERE alias = ? AND scope = ? AND wire_sha256 = ? AND version = ? AND by_uri = ?"

_NAMED = "SELECT DISTINCT item_id FROM aliases WHERE alias = ? AND scope = ? ORDER BY item_id"

_ADD_LAYERS = """INSERT INTO layers (item_id, wire_sha256, story_sha256, chain, body) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET chain = excluded.chain, body = excluded.body WHERE excluded.chain >= chain"""

_ADD_REVISION = "INSERT INTO revisions (item_id, revision, changed_at, body) VALUES (?, ?, ?, ?)"

_SERVE = "INSERT OR REPLACE INTO served (item_id, revision, standing, due_at, uri, provider) VALUES (?, ?, ?, ?, ?, ?)"


def _purged(connection: sqlite3.Connection, facts: Sequence[Fact]) -> set[str]:
    """Those of the items that facts carry words of which are purged."""
    question = "SELECT DISTINCT item_id FROM rulings WHERE item_id IN (SELECT value FROM json_each(?)) AND verdict = ?"
    wanted = listed(concerned(fact) for fact in facts)
    return {item_id for (item_id,) in connection.execute(question, (wanted, Verdict.purge.value))}


def _record_some(connection: sqlite3.Connection, fact: Fact, purged: set[str]) -> Recorded:
    """Record as much of a fact as may be kept; a purge counts for the facts behind it as well."""
    kept = admitted(fact, purged)
    if kept is None:
        return Recorded((), purged=(fact.receipt_id,))
    if isinstance(fact, DeskRuled) and fact.verdict is Verdict.purge:
        purged.add(fact.item_id)
        told = _record(connection, fact)
        return replace(told, purged=_walked(connection, purge(fact, str, "instr(value, ?) > 0")))
    told = _record(connection, kept)
    return told if kept is fact else replace(told, purged=(fact.receipt_id,))


def _walked(connection: sqlite3.Connection, walk: Walk) -> tuple[str, ...]:
    try:
        statement, values = next(walk)
        while True:
            statement, values = walk.send(connection.execute(statement, values).fetchall())
    except StopIteration as end:
        found: tuple[str, ...] = end.value
        return found


def _record(connection: sqlite3.Connection, fact: Fact) -> Recorded:
    match fact:
        case VersionAccepted():
            return _record_version(connection, fact)
        case CancelMarked():
            return _record_mark(connection, fact)
        case Withdrawn():
            connection.execute(_WITHDRAW, withdrawal_row(fact))
            _drop_withdrawn(connection, (fact.item_id, fact.wire_sha256))
            return Recorded((fact.item_id, *_settle_marks(connection, (fact.item_id, fact.wire_sha256))))
        case DeskRuled():
            connection.execute(_RULE, ruling_row(fact, str))
            return Recorded((fact.item_id,))
        case Enriched():
            connection.execute(_ADD_LAYERS, layers_row(fact))
            return Recorded((fact.item_id,))


def _record_version(connection: sqlite3.Connection, fact: VersionAccepted) -> Recorded:
    wire = (fact.item_id, fact.wire_sha256)
    known = connection.execute(
        "SELECT receipt_id, received_at, derivation FROM versions WHERE item_id = ? AND wire_sha256 = ?", wire
    ).fetchone()
    if known is None:
        _derive(connection, fact, micros(fact.received_at))
        return Recorded((fact.item_id, *_settle_marks(connection, wire)))
    owner, received_at, derivation = known
    first_received = min(received_at, micros(fact.received_at))
    if derivation_of(fact) >= derivation:
        _derive(connection, fact, first_received)
    elif first_received < received_at:
        connection.execute(
            "UPDATE versions SET received_at = ? WHERE item_id = ? AND wire_sha256 = ?", (first_received, *wire)
        )
    return Recorded((fact.item_id, *_settle_marks(connection, wire)), seen_before=owner != fact.receipt_id)


def _derive(connection: sqlite3.Connection, fact: VersionAccepted, received_at: int) -> None:
    """Write what a wire was read as, in place of an older reading. The owning receipt stays."""
    wire = (fact.item_id, fact.wire_sha256)
    connection.execute(_ADD_VERSION, version_row(fact, fact.receipt_id, received_at, str))
    connection.execute("DELETE FROM aliases WHERE item_id = ? AND wire_sha256 = ?", wire)
    connection.executemany(
        "INSERT INTO aliases (alias, scope, item_id, wire_sha256) VALUES (?, ?, ?, ?)",
        [(name, fact.scope, *wire) for name in names_of(fact.item)],
    )
    connection.execute("DELETE FROM ties WHERE item_id = ? AND wire_sha256 = ?", wire)
    connection.executemany(_TIE, tie_rows(fact, str))
    _drop_withdrawn(connection, wire)


def _drop_withdrawn(connection: sqlite3.Connection, wire: tuple[str, str]) -> None:
    """A version that its newest reading withdrew has neither names nor family."""
    connection.execute(_DROP_NAMES, wire)
    connection.execute(_DROP_TIES, wire)


def _record_mark(connection: sqlite3.Connection, fact: CancelMarked) -> Recorded:
    rows = connection.execute(_ADD_MARK, mark_row(fact, str)).fetchall()
    _settle_marks(connection, (fact.by_item, fact.wire_sha256))
    named = _named(connection, fact.alias, fact.scope)
    return Recorded(named, seen_before=rows[0][0] != fact.receipt_id)


def _settle_marks(connection: sqlite3.Connection, wire: tuple[str, str]) -> tuple[str, ...]:
    """Let go of the marks that the newest reading of a wire does not make; gives the items that they reached."""
    gone = unfounded(connection.execute(_MARKS_MADE, wire).fetchall())
    connection.executemany(_DROP_MARK, gone)
    return tuple(dict.fromkeys(item_id for alias, scope, *_ in gone for item_id in _named(connection, alias, scope)))


def _named(connection: sqlite3.Connection, alias: str, scope: str) -> tuple[str, ...]:
    return tuple(item_id for (item_id,) in connection.execute(_NAMED, (alias, scope)))
