"""Reading an Archive on PostgreSQL, beside the processes that write it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from wiredesk_core.archive.postgres_schema import MIGRATIONS
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
from wiredesk_core.archive.shelf import ENTRY, WAITING, decisions_of, page, read_shelf
from wiredesk_core.families import MOST_KIN, Relative
from wiredesk_core.messages import Changed
from wiredesk_core.moments import micros
from wiredesk_core.ports import Dossier, ReceiptEntry, StandingCount, VersionEntry, Yield
from wiredesk_core.postgres import Database
from wiredesk_core.shelf import WHOLE_SHELF, QuarantineEntry, ShelfQuestion
from wiredesk_core.stored import Stored

_PLACES = """SELECT r.sequence FROM served s JOIN revisions r ON r.item_id = s.item_id AND r.revision = s.revision
    WHERE s.item_id = ANY(%s)"""

_SNAPSHOT = """SELECT r.body FROM served s JOIN revisions r ON r.item_id = s.item_id AND r.revision = s.revision
    WHERE s.item_id > %s ORDER BY s.item_id LIMIT %s"""

_AT = "SELECT body FROM revisions WHERE item_id = %s AND changed_at <= %s ORDER BY revision DESC LIMIT 1"

_DISPOSITIONS = "SELECT disposition, count(*) FROM notes WHERE disposition IS NOT NULL GROUP BY disposition"


def in_postgres(statement: str) -> str:
    """A statement that all databases share, with the marks for values that this one wants."""
    return statement.replace("?", "%s")


_HEADS = """SELECT item_id, wire_sha256, version, received_at, version_created, status, embargoed_until, reinstates,
    expires, precedence, carrier
    FROM standing_versions WHERE item_id = ANY(%s)"""

_VERSIONS = """SELECT wire_sha256, version, received_at, version_created, status, embargoed_until, reinstates,
    expires, precedence, carrier, receipt_id, item
    FROM standing_versions WHERE item_id = %s"""

_MARKS = """SELECT DISTINCT a.item_id, m.scope, m.alias, m.version, m.wire_sha256, m.received_at, m.by_uri, m.told_at
    FROM aliases a JOIN marks m ON sha256(m.alias) = sha256(a.alias) AND m.scope = a.scope
    WHERE a.item_id = ANY(%s) ORDER BY m.received_at, m.wire_sha256, m.alias, m.version, m.by_uri"""

_RULINGS = """SELECT item_id, receipt_id, verdict, ruled_at, ruled_by, reason FROM rulings
    WHERE item_id = ANY(%s) ORDER BY ruled_at, receipt_id"""


# Marches from what is wanted: to the items that it follows, and to those that follow it, until nothing is new.
_KIN = f"""SELECT wanted.root, found.item_id FROM unnest(%s::text[]) AS wanted (root) CROSS JOIN LATERAL (
    WITH RECURSIVE kin (item_id) AS (
    SELECT wanted.root COLLATE "C"
    UNION SELECT near.item_id FROM kin k CROSS JOIN LATERAL (
        SELECT a.item_id FROM ties t JOIN aliases a ON sha256(a.alias) = sha256(t.name) AND a.scope = t.scope
            WHERE t.item_id = k.item_id AND t.tie = 'evolved'
        UNION ALL SELECT t.item_id FROM aliases a
            JOIN ties t ON sha256(t.name) = sha256(a.alias) AND t.scope = a.scope AND t.tie = 'evolved'
            WHERE a.item_id = k.item_id) near
    ) SELECT item_id FROM kin LIMIT {MOST_KIN + 1}) found"""  # noqa: S608  # a number of ours

_TAKES = """SELECT DISTINCT other.item_id FROM ties own
    JOIN ties other ON sha256(other.name) = sha256(own.name) AND other.scope = own.scope AND other.tie = own.tie
    WHERE own.item_id = %s AND own.tie = 'story' ORDER BY other.item_id"""


class PostgresArchiveReader:
    """Each read is a statement of its own and sees all that is committed."""

    def __init__(self, url: str, *, writes: bool = False) -> None:
        """See Database."""
        self._database = Database(url, "archive", MIGRATIONS, writes=writes)
        self._remembered = RememberedRevisions()

    async def close(self) -> None:
        """Let go of the connections."""
        await self._database.close()

    async def served(self, item_ids: Sequence[str]) -> Mapping[str, Changed]:
        """See ArchiveReader."""
        places = [place for (place,) in await self._database.rows(_PLACES, list(item_ids))]
        return {change.item_id: change for change in await self._read(places)}

    async def dossiers(self, item_ids: Sequence[str]) -> Mapping[str, Dossier]:
        """See ArchiveReader. What is served is read first: heads that came after it only make the next revision newer."""
        served = await self.served(item_ids)
        heads, marks, rulings = [await self._database.rows(q, list(item_ids)) for q in (_HEADS, _MARKS, _RULINGS)]
        return read_dossiers(item_ids, served, heads, marks, rulings)

    async def kin(self, item_ids: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
        """See Families."""
        return read_kin(item_ids, await self._database.rows(_KIN, list(item_ids)))

    async def relatives(self, item_ids: Sequence[str]) -> Mapping[str, Relative]:
        """See Families."""
        names = "SELECT item_id, alias FROM aliases WHERE item_id = ANY(%s)"
        follows = "SELECT item_id, name FROM ties WHERE tie = 'evolved' AND item_id = ANY(%s)"
        found = [await self._database.rows(question, list(item_ids)) for question in (names, follows)]
        return read_relatives(*found)

    async def takes(self, item_id: str) -> tuple[str, ...]:
        """See Families."""
        return tuple(row[0] for row in await self._database.rows(_TAKES, item_id))

    async def find(self, uri: str) -> tuple[str, ...]:
        """See ArchiveReader."""
        question = "SELECT DISTINCT item_id FROM aliases WHERE sha256(alias) = sha256(%s) ORDER BY item_id"
        return tuple(row[0] for row in await self._database.rows(question, uri.encode()))

    async def revision(self, item_id: str, revision: int) -> Changed | None:
        """See ArchiveReader."""
        return await self._one("SELECT body FROM revisions WHERE item_id = %s AND revision = %s", item_id, revision)

    async def revision_at(self, item_id: str, moment: datetime) -> Changed | None:
        """See ArchiveReader."""
        return await self._one(_AT, item_id, micros(moment))

    async def versions(self, item_id: str) -> tuple[VersionEntry, ...]:
        """See ArchiveReader."""
        return read_versions(await self._database.rows(_VERSIONS, item_id))

    async def receipt(self, receipt_id: str) -> ReceiptEntry | None:
        """See ArchiveReader."""
        rows = await self._database.rows("SELECT body FROM notes WHERE receipt_id = %s ORDER BY sequence", receipt_id)
        return read_receipt(receipt_id, rows)

    async def yields(self, receipt_id: str) -> tuple[Yield, ...]:
        """See ArchiveReader."""
        question = "SELECT item_id, scope, wire_sha256 FROM standing_versions WHERE receipt_id = %s ORDER BY 1, 3"
        return tuple(Yield(*row) for row in await self._database.rows(question, receipt_id))

    async def quarantined(
        self, asked: ShelfQuestion = WHOLE_SHELF, *, after: str = "", limit: int = 100
    ) -> tuple[QuarantineEntry, ...]:
        """See ArchiveReader."""
        statement, values = page(asked, after, limit)
        return await self._shelf(await self._database.rows(in_postgres(statement), *values))

    async def set_aside(self, quarantine_id: str) -> QuarantineEntry | None:
        """See ArchiveReader."""
        rows = await self._database.rows(in_postgres(ENTRY), quarantine_id)
        return next(iter(await self._shelf(rows)), None)

    async def snapshot(self, after: str = "", limit: int = 1000) -> tuple[Stored, ...]:
        """See ArchiveReader."""
        return tuple(map(read_stored, await self._database.rows(_SNAPSHOT, after, limit)))

    async def counts(self) -> StandingCount:
        """See ArchiveReader."""
        standings = dict(await self._database.rows("SELECT standing, count(*) FROM served GROUP BY standing"))
        dispositions = dict(await self._database.rows(_DISPOSITIONS))
        unsent = await self._database.rows("SELECT count(*) FROM revisions WHERE NOT sent")
        quarantined = await self._database.rows(WAITING)
        return standing_count(standings, dispositions, unsent[0][0], quarantined[0][0])

    async def _shelf(self, rows: Sequence[tuple[Any, ...]]) -> tuple[QuarantineEntry, ...]:
        ids = [row[0] for row in rows]
        return read_shelf(rows, await self._database.rows(in_postgres(decisions_of(ids)), *ids) if ids else [])

    async def _read(self, places: Sequence[int]) -> list[Changed]:
        """Revisions by their place in the table, from memory where they were read lately."""
        known = self._remembered.known(places)
        unread = [place for place in places if place not in known]
        if unread:
            bodies = "SELECT sequence, body FROM revisions WHERE sequence = ANY(%s)"
            known |= {place: read_change((body,)) for place, body in await self._database.rows(bodies, unread)}
        self._remembered.keep(known)
        return [known[place] for place in places]

    async def _one(self, statement: str, *values: object) -> Changed | None:
        rows = await self._database.rows(statement, *values)
        return read_change(rows[0]) if rows else None
