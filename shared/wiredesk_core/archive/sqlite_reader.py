"""Reading an embedded Archive, beside the process that writes it or inside it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from wiredesk_core.archive.remembered import RememberedRevisions
from wiredesk_core.archive.rows import (
    read_change,
    read_dossiers,
    read_kin,
    read_receipt,
    read_relatives,
    read_stored,
    read_versions,
    standing_count,
)
from wiredesk_core.archive.schema import MIGRATIONS
from wiredesk_core.archive.shelf import ENTRY, WAITING, decisions_of, page, read_shelf
from wiredesk_core.embedded import busy_told, open_to_read
from wiredesk_core.families import MOST_KIN, Relative
from wiredesk_core.messages import Changed
from wiredesk_core.moments import micros
from wiredesk_core.ports import Dossier, ReceiptEntry, StandingCount, VersionEntry, Yield
from wiredesk_core.shelf import WHOLE_SHELF, QuarantineEntry, ShelfQuestion
from wiredesk_core.stored import Stored

_NEWEST = "SELECT r.body FROM served s JOIN revisions r ON r.item_id = s.item_id AND r.revision = s.revision"

_PLACE = "SELECT r.sequence FROM served s JOIN revisions r ON r.item_id = s.item_id AND r.revision = s.revision"

# CROSS JOIN fixes the order: look up each wanted item, never walk through all that is served.
_PLACES_OF = """SELECT r.sequence FROM json_each(?) w CROSS JOIN served s ON s.item_id = w.value
    JOIN revisions r ON r.item_id = s.item_id AND r.revision = s.revision"""


_HEADS = """SELECT item_id, wire_sha256, version, received_at, version_created, status, embargoed_until, reinstates,
    expires, precedence, carrier
    FROM standing_versions WHERE item_id IN (SELECT value FROM json_each(?))"""

_VERSIONS = """SELECT wire_sha256, version, received_at, version_created, status, embargoed_until, reinstates,
    expires, precedence, carrier, receipt_id, item
    FROM standing_versions WHERE item_id = ?"""

# CROSS JOIN fixes the order: from the few aliases of an item to their marks, never through all marks.
_MARKS = """SELECT DISTINCT a.item_id, m.scope, m.alias, m.version, m.wire_sha256, m.received_at, m.by_uri, m.told_at
    FROM aliases a CROSS JOIN marks m ON m.alias = a.alias AND m.scope = a.scope
    WHERE a.item_id IN (SELECT value FROM json_each(?)) ORDER BY m.received_at, m.wire_sha256, m.alias, m.version, m.by_uri"""

_RULINGS = """SELECT item_id, receipt_id, verdict, ruled_at, ruled_by, reason FROM rulings
    WHERE item_id IN (SELECT value FROM json_each(?)) ORDER BY ruled_at, receipt_id"""


# Marches from what is wanted: to the items that it follows, and to those that follow it, until nothing is new.
_KIN = f"""WITH RECURSIVE kin (item_id) AS (
    SELECT ?
    UNION SELECT a.item_id FROM kin k
        CROSS JOIN ties t ON t.item_id = k.item_id AND t.tie = 'evolved'
        CROSS JOIN aliases a ON a.alias = t.name AND a.scope = t.scope
    UNION SELECT t.item_id FROM kin k
        CROSS JOIN aliases a ON a.item_id = k.item_id
        CROSS JOIN ties t ON t.name = a.alias AND t.scope = a.scope AND t.tie = 'evolved'
    LIMIT {MOST_KIN + 1}) SELECT item_id FROM kin"""  # noqa: S608  # a number of ours

_TAKES = """SELECT DISTINCT other.item_id FROM ties own
    CROSS JOIN ties other ON other.name = own.name AND other.scope = own.scope AND other.tie = own.tie
    WHERE own.item_id = ? AND own.tie = 'story' ORDER BY other.item_id"""


class SqliteArchiveReader:
    """Reads through its own read-only connection, opened at the first read; each read sees all that is committed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._opened: sqlite3.Connection | None = None
        self._remembered = RememberedRevisions()

    async def close(self) -> None:
        """Close the connection."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    async def served(self, item_ids: Sequence[str]) -> Mapping[str, Changed]:
        """See ArchiveReader."""
        if len(item_ids) == 1:  # the gateway's most frequent question
            places = self._rows(_PLACE + " WHERE s.item_id = ?", item_ids[0])
        else:
            places = self._rows(_PLACES_OF, listed(item_ids))
        return {change.item_id: change for change in self._read([place for (place,) in places])}

    async def dossiers(self, item_ids: Sequence[str]) -> Mapping[str, Dossier]:
        """See ArchiveReader. What is served is read first: heads that came after it only make the next revision newer."""
        wanted = listed(item_ids)
        served = await self.served(item_ids)
        heads, marks, rulings = (self._rows(question, wanted) for question in (_HEADS, _MARKS, _RULINGS))
        return read_dossiers(item_ids, served, heads, marks, rulings)

    async def kin(self, item_ids: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
        """See Families."""
        return read_kin(item_ids, ((root, other) for root in item_ids for (other,) in self._rows(_KIN, root)))

    async def relatives(self, item_ids: Sequence[str]) -> Mapping[str, Relative]:
        """See Families."""
        wanted = listed(item_ids)
        names = "SELECT item_id, alias FROM aliases WHERE item_id IN (SELECT value FROM json_each(?))"
        follows = "SELECT item_id, name FROM ties WHERE tie = 'evolved' AND item_id IN (SELECT value FROM json_each(?))"
        return read_relatives(self._rows(names, wanted), self._rows(follows, wanted))

    async def takes(self, item_id: str) -> tuple[str, ...]:
        """See Families."""
        return tuple(row[0] for row in self._rows(_TAKES, item_id))

    async def find(self, uri: str) -> tuple[str, ...]:
        """See ArchiveReader."""
        rows = self._rows("SELECT DISTINCT item_id FROM aliases WHERE alias = ? ORDER BY item_id", uri)
        return tuple(row[0] for row in rows)

    async def revision(self, item_id: str, revision: int) -> Changed | None:
        """See ArchiveReader."""
        return self._one("SELECT body FROM revisions WHERE item_id = ? AND revision = ?", item_id, revision)

    async def revision_at(self, item_id: str, moment: datetime) -> Changed | None:
        """See ArchiveReader."""
        newest = "SELECT body FROM revisions WHERE item_id = ? AND changed_at <= ? ORDER BY revision DESC LIMIT 1"
        return self._one(newest, item_id, micros(moment))

    async def versions(self, item_id: str) -> tuple[VersionEntry, ...]:
        """See ArchiveReader."""
        return read_versions(self._rows(_VERSIONS, item_id))

    async def receipt(self, receipt_id: str) -> ReceiptEntry | None:
        """See ArchiveReader."""
        rows = self._rows("SELECT body FROM notes WHERE receipt_id = ? ORDER BY sequence", receipt_id)
        return read_receipt(receipt_id, rows)

    async def yields(self, receipt_id: str) -> tuple[Yield, ...]:
        """See ArchiveReader."""
        question = "SELECT item_id, scope, wire_sha256 FROM standing_versions WHERE receipt_id = ? ORDER BY 1, 3"
        return tuple(Yield(*row) for row in self._rows(question, receipt_id))

    async def quarantined(
        self, asked: ShelfQuestion = WHOLE_SHELF, *, after: str = "", limit: int = 100
    ) -> tuple[QuarantineEntry, ...]:
        """See ArchiveReader."""
        statement, values = page(asked, after, limit)
        return self._shelf(self._rows(statement, *values))

    async def set_aside(self, quarantine_id: str) -> QuarantineEntry | None:
        """See ArchiveReader."""
        return next(iter(self._shelf(self._rows(ENTRY, quarantine_id))), None)

    async def snapshot(self, after: str = "", limit: int = 1000) -> tuple[Stored, ...]:
        """See ArchiveReader."""
        rows = self._rows(_NEWEST + " WHERE s.item_id > ? ORDER BY s.item_id LIMIT ?", after, limit)
        return tuple(map(read_stored, rows))

    async def counts(self) -> StandingCount:
        """See ArchiveReader."""
        standings = dict(self._rows("SELECT standing, count(*) FROM served GROUP BY standing"))
        dispositions = dict(
            self._rows("SELECT disposition, count(*) FROM notes WHERE disposition IS NOT NULL GROUP BY disposition")
        )
        unsent = self._rows("SELECT count(*) FROM revisions WHERE sent = 0")[0][0]
        quarantined = self._rows(WAITING)[0][0]
        return standing_count(standings, dispositions, unsent, quarantined)

    def _shelf(self, rows: Sequence[tuple[Any, ...]]) -> tuple[QuarantineEntry, ...]:
        ids = [row[0] for row in rows]
        return read_shelf(rows, self._rows(decisions_of(ids), *ids) if ids else [])

    def _open(self) -> sqlite3.Connection:
        return open_to_read(self._path, MIGRATIONS)

    def _connection(self) -> sqlite3.Connection:
        if self._opened is None:
            self._opened = self._open()
        return self._opened

    def _rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        connection = self._connection()
        with busy_told():
            return connection.execute(statement, values).fetchall()

    def _read(self, places: Sequence[int]) -> list[Changed]:
        """Revisions by their place in the file, from memory where they were read lately."""
        known = self._remembered.known(places)
        unread = [place for place in places if place not in known]
        if unread:
            bodies = "SELECT sequence, body FROM revisions WHERE sequence IN (SELECT value FROM json_each(?))"
            known |= {place: read_change((body,)) for place, body in self._rows(bodies, orjson.dumps(unread).decode())}
        self._remembered.keep(known)
        return [known[place] for place in places]

    def _one(self, statement: str, *values: object) -> Changed | None:
        rows = self._rows(statement, *values)
        return read_change(rows[0]) if rows else None


def listed(texts: Iterable[str]) -> str:
    """Texts as one parameter for `json_each`, however many they are."""
    return orjson.dumps(list(texts)).decode()
