"""The Archive of an edition on several machines: PostgreSQL, any number of writing processes.

Two rules keep concurrent writers from missing anything. A cancel mark and the version that it cancels each commit their
own row before they look for the other, so that whoever comes second sees both. And a new revision is a compare-and-set
under a lock on its item: what it was folded from was read after the revision that it follows.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import TypeGuard

from wiredesk_core.archive.laws import by_item, derivation_of, follows, names_of
from wiredesk_core.archive.postgres_marks import Name, Wire, mark_key, reached_by, record_marks, settle_marks, wire_of
from wiredesk_core.archive.postgres_reader import PostgresArchiveReader, in_postgres
from wiredesk_core.archive.purge import Walk, purge
from wiredesk_core.archive.remembered import RememberedRevisions
from wiredesk_core.archive.rows import (
    decision_row,
    layers_row,
    note_row,
    quarantine_row,
    read_change,
    read_leaf,
    revision_row,
    ruling_row,
    served_row,
    tie_rows,
    version_row,
    withdrawal_row,
)
from wiredesk_core.archive.shelf import DECIDE, LET_GO, NOTE, OUTDATE, SHELVE
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
from wiredesk_core.postgres import Connection, execute_many
from wiredesk_core.purging import admitted, concerned
from wiredesk_core.shelf import QuarantineEntry


class PostgresArchive(PostgresArchiveReader):
    """Writes and reads. A call is one transaction, or two where the second has to see what others committed meanwhile."""

    def __init__(self, url: str) -> None:
        """Connects at the first call, and brings the schema up to date then."""
        super().__init__(url, writes=True)

    async def record(self, facts: Sequence[Fact]) -> list[Recorded]:
        """See Archive."""
        async with self._database.transaction(lane for fact in facts for lane in _lanes(fact)) as connection:
            whole, purged = facts, await _purged(connection, facts)
            facts = [kept for fact in whole if (kept := admitted(fact, purged)) is not None]
            owners = await _record_versions(connection, [fact for fact in facts if isinstance(fact, VersionAccepted)])
            await _record_withdrawals(connection, [fact for fact in facts if isinstance(fact, Withdrawn)])
            rulings = [ruling_row(fact, str.encode) for fact in facts if isinstance(fact, DeskRuled)]
            await execute_many(connection, _RULE, rulings)
            makers = await record_marks(connection, [fact for fact in facts if isinstance(fact, CancelMarked)])
            await _record_layers(connection, [fact for fact in facts if isinstance(fact, Enriched)])
            gone = await settle_marks(connection, {wire for fact in facts if (wire := wire_of(fact)) is not None})
            receipts = {fact.receipt_id: await _walked(connection, fact) for fact in facts if _is_purge(fact)}
        if receipts:
            self._remembered = RememberedRevisions()
        marked = {(fact.alias, fact.scope) for fact in facts if isinstance(fact, CancelMarked)}
        named = await self._named(marked.union(*gone.values()))
        told = [_recorded(fact, purged, owners, makers, named) for fact in whole]
        told = [
            replace(one, item_ids=(*one.item_ids, *reached_by(fact, gone, named)))
            for fact, one in zip(whole, told, strict=True)
        ]
        return [
            replace(one, purged=receipts.get(fact.receipt_id, one.purged))
            for fact, one in zip(whole, told, strict=True)
        ]

    async def leaves(self, wanted: Sequence[Wire]) -> Mapping[Wire, Leaf]:
        """See Archive."""
        rows = await self._database.rows(_LEAVES, [item_id for item_id, _ in wanted], [wire for _, wire in wanted])
        return {(item_id, wire): read_leaf(leaf) for item_id, wire, *leaf in rows}

    async def save(self, revisions: Sequence[Changed], due: Mapping[str, datetime | None]) -> tuple[str, ...]:
        """See Archive."""
        groups = by_item(revisions)
        async with self._database.transaction(groups) as connection:
            rows = await connection.execute(_NEWEST_REVISIONS, (list(groups),))
            newest = dict(await rows.fetchall())
            stale = tuple(item_id for item_id, chain in groups.items() if not follows(chain, newest.get(item_id, 0)))
            fresh = [change for change in revisions if change.item_id not in stale]
            await execute_many(connection, _ADD_REVISION, [revision_row(change) for change in fresh])
            await execute_many(
                connection, _SERVE, [served_row(change, due.get(change.item_id), str.encode) for change in fresh]
            )
        return stale

    async def unsent(self, item_ids: Sequence[str] | None = None, limit: int = 1000) -> tuple[Changed, ...]:
        """See Archive."""
        if item_ids is None:
            rows = await self._database.rows(
                "SELECT body FROM revisions WHERE NOT sent ORDER BY sequence LIMIT %s", limit
            )
        else:
            rows = await self._database.rows(_UNSENT_OF_ITEMS, list(item_ids), limit)
        return tuple(map(read_change, rows))

    @asynccontextmanager
    async def announcing(self, item_ids: Sequence[str]) -> AsyncIterator[None]:
        """See Archive."""
        async with self._database.holding(item_ids):
            yield

    async def mark_sent(self, revisions: Sequence[tuple[str, int]]) -> None:
        """See Archive."""
        async with self._database.transaction(item_id for item_id, _ in revisions) as connection:
            sent = "UPDATE revisions SET sent = true WHERE item_id = %s AND revision = %s"
            await execute_many(connection, sent, list(revisions))

    async def due(self, now: datetime, limit: int = 1000) -> tuple[str, ...]:
        """See Archive."""
        rows = await self._database.rows(
            "SELECT item_id FROM served WHERE due_at <= %s ORDER BY due_at, item_id LIMIT %s",
            micros(now),
            limit,
        )
        return tuple(row[0] for row in rows)

    async def note(self, notes: Sequence[ReceiptNote]) -> None:
        """See Archive."""
        async with self._database.transaction(note.receipt_id for note in notes) as connection:
            await execute_many(connection, in_postgres(NOTE), [note_row(note) for note in notes])
            await execute_many(
                connection, in_postgres(OUTDATE), [note_row(note)[:4] for note in notes if note.round > 1]
            )

    async def shelve(self, entries: Sequence[QuarantineEntry]) -> None:
        """See Archive."""
        async with self._database.transaction(entry.quarantine_id for entry in entries) as connection:
            await execute_many(
                connection, in_postgres(SHELVE), [quarantine_row(entry, str.encode) for entry in entries]
            )

    async def decide(self, decisions: Sequence[ShelfDecision]) -> None:
        """See Archive."""
        dropped = [(b"", made.quarantine_id, made.round) for made in decisions if made.kind == "drop"]
        async with self._database.transaction(made.quarantine_id for made in decisions) as connection:
            await execute_many(connection, in_postgres(DECIDE), [decision_row(made) for made in decisions])
            await execute_many(connection, in_postgres(LET_GO), dropped)

    async def _named(self, wanted: Collection[Name]) -> Mapping[Name, tuple[str, ...]]:
        """Which items go by these aliases, all that was committed by now; by (alias, scope)."""
        asked = sorted(wanted)
        if not asked:
            return {}
        rows = await self._database.rows(_NAMED, [alias.encode() for alias, _ in asked], [scope for _, scope in asked])
        named: dict[Name, tuple[str, ...]] = {}
        for alias, scope, item_id in rows:
            lane = bytes(alias).decode(), scope
            named[lane] = (*named.get(lane, ()), item_id)
        return named


_NEWEST_REVISIONS = "SELECT item_id, revision FROM served WHERE item_id = ANY(%s)"

_UNSENT_OF_ITEMS = "SELECT body FROM revisions WHERE NOT sent AND item_id = ANY(%s) ORDER BY sequence LIMIT %s"

_LEAVES = """SELECT v.item_id, v.wire_sha256, v.scope, v.receipt_id, v.item, l.body
    FROM unnest(%s::text[], %s::text[]) AS w(item_id, wire_sha256)
    JOIN versions v ON v.item_id = w.item_id AND v.wire_sha256 = w.wire_sha256
    LEFT JOIN layers l ON l.item_id = v.item_id AND l.wire_sha256 = v.wire_sha256
        AND l.story_sha256 = v.story_sha256"""

_NAMED = """SELECT DISTINCT a.alias, a.scope, a.item_id
    FROM unnest(%s::bytea[], %s::text[]) AS w(alias, scope)
    JOIN aliases a ON sha256(a.alias) = sha256(w.alias) AND a.scope = w.scope ORDER BY a.item_id"""

_KNOWN = """SELECT v.item_id, v.wire_sha256, v.receipt_id, v.received_at, v.derivation
    FROM unnest(%s::text[], %s::text[]) AS w(item_id, wire_sha256)
    JOIN versions v ON v.item_id = w.item_id AND v.wire_sha256 = w.wire_sha256"""

_ADD_VERSION = """INSERT INTO versions VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (item_id, wire_sha256) DO UPDATE SET received_at = excluded.received_at, derivation = excluded.derivation,
        version = excluded.version, version_created = excluded.version_created, status = excluded.status,
        embargoed_until = excluded.embargoed_until, reinstates = excluded.reinstates,
        expires = excluded.expires, precedence = excluded.precedence, carrier = excluded.carrier,
        story_sha256 = excluded.story_sha256, item = excluded.item"""

_WITHDRAW = """INSERT INTO withdrawals VALUES (%s, %s, %s, %s) ON CONFLICT (item_id, wire_sha256) DO UPDATE
    SET derivation = excluded.derivation, receipt_id = excluded.receipt_id
    WHERE excluded.derivation > withdrawals.derivation"""

_DROP_NAMES = """DELETE FROM aliases a WHERE a.item_id = %s AND a.wire_sha256 = %s AND NOT EXISTS (
    SELECT 1 FROM standing_versions v WHERE v.item_id = a.item_id AND v.wire_sha256 = a.wire_sha256)"""

_DROP_TIES = """DELETE FROM ties t WHERE t.item_id = %s AND t.wire_sha256 = %s AND NOT EXISTS (
    SELECT 1 FROM standing_versions v WHERE v.item_id = t.item_id AND v.wire_sha256 = t.wire_sha256)"""

_TIE = f"""INSERT INTO ties SELECT told.* FROM (VALUES (%s::bytea, %s, %s, %s, %s)) AS told (name, scope, tie, item_id, wire)
    WHERE EXISTS (SELECT 1 FROM ties t WHERE sha256(t.name) = sha256(told.name) AND t.scope = told.scope
        AND t.tie = told.tie AND t.item_id = told.item_id)
    OR {MOST_TIED} > (SELECT count(*) FROM (SELECT DISTINCT t.item_id FROM ties t
        WHERE sha256(t.name) = sha256(told.name) AND t.scope = told.scope AND t.tie = told.tie LIMIT {MOST_TIED}) tied)"""  # noqa: S608  # a number of ours

_RULE = """INSERT INTO rulings VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (item_id, receipt_id) DO UPDATE
    SET ruled_at = excluded.ruled_at WHERE excluded.ruled_at < rulings.ruled_at"""

_ADD_LAYERS = """INSERT INTO layers (item_id, wire_sha256, story_sha256, chain, body) VALUES (%s, %s, %s, %s, %s)
    ON CONFLICT (item_id, wire_sha256, story_sha256) DO UPDATE SET chain = excluded.chain, body = excluded.body
    WHERE excluded.chain >= layers.chain"""

_ADD_REVISION = "INSERT INTO revisions (item_id, revision, changed_at, body) VALUES (%s, %s, %s, %s)"

_SERVE = """INSERT INTO served (item_id, revision, standing, due_at, uri, provider) VALUES (%s, %s, %s, %s, %s, %s)
    ON CONFLICT (item_id) DO UPDATE SET revision = excluded.revision, standing = excluded.standing,
        due_at = excluded.due_at, uri = excluded.uri, provider = excluded.provider"""


def _lanes(fact: Fact) -> tuple[str, ...]:
    """What is locked: for a mark its name, and the item whose reading makes it."""
    return (fact.alias, fact.by_item) if isinstance(fact, CancelMarked) else (fact.item_id,)


def _is_purge(fact: Fact) -> TypeGuard[DeskRuled]:
    return isinstance(fact, DeskRuled) and fact.verdict is Verdict.purge


async def _purged(connection: Connection, facts: Sequence[Fact]) -> frozenset[str]:
    """Those of the items that facts carry words of which are purged, or are now."""
    question = "SELECT DISTINCT item_id FROM rulings WHERE item_id = ANY(%s) AND verdict = %s"
    rows = await connection.execute(question, ([concerned(fact) for fact in facts], Verdict.purge.value))
    now = {fact.item_id for fact in facts if _is_purge(fact)}
    return frozenset(now.union(item_id for (item_id,) in await rows.fetchall()))


async def _walked(connection: Connection, fact: DeskRuled) -> tuple[str, ...]:
    walk: Walk = purge(fact, str.encode, "position(? in value) > 0")
    try:
        statement, values = next(walk)
        while True:
            done = await connection.execute(in_postgres(statement), values)
            statement, values = walk.send([] if done.description is None else list(await done.fetchall()))
    except StopIteration as end:
        found: tuple[str, ...] = end.value
        return found


def _recorded(
    fact: Fact,
    purged: frozenset[str],
    owners: Mapping[Wire, str],
    makers: Mapping[tuple[object, ...], str],
    named: Mapping[Name, tuple[str, ...]],
) -> Recorded:
    gone = (fact.receipt_id,) if concerned(fact) in purged else ()
    match fact:
        case VersionAccepted():
            owner = owners[fact.item_id, fact.wire_sha256]
            return Recorded((fact.item_id,), seen_before=owner != fact.receipt_id, purged=gone)
        case CancelMarked():
            maker = makers[mark_key(fact)]
            return Recorded(named.get((fact.alias, fact.scope), ()), seen_before=maker != fact.receipt_id, purged=gone)
        case Enriched() if gone:
            return Recorded((), purged=gone)
        case Withdrawn() | DeskRuled() | Enriched():
            return Recorded((fact.item_id,))


async def _record_versions(connection: Connection, facts: Sequence[VersionAccepted]) -> dict[Wire, str]:
    """Keep versions; gives the receipt that owns each wire. All their items are locked."""
    if not facts:
        return {}
    wires = list({(fact.item_id, fact.wire_sha256) for fact in facts})
    rows = await connection.execute(_KNOWN, ([item_id for item_id, _ in wires], [wire for _, wire in wires]))
    known: dict[Wire, tuple[str, int, str]] = {
        (item_id, wire): (*rest,) for item_id, wire, *rest in await rows.fetchall()
    }
    derived: dict[Wire, VersionAccepted] = {}
    for fact in facts:
        wire = fact.item_id, fact.wire_sha256
        owner, received_at, derivation = known.get(wire, (fact.receipt_id, micros(fact.received_at), ""))
        if derivation_of(fact) >= derivation:
            derived[wire], derivation = fact, derivation_of(fact)
        known[wire] = owner, min(received_at, micros(fact.received_at)), derivation
    await _derive(connection, derived, known)
    earlier = "UPDATE versions SET received_at = %s WHERE item_id = %s AND wire_sha256 = %s AND received_at > %s"
    others = [(known[wire][1], *wire, known[wire][1]) for wire in wires if wire not in derived]
    await execute_many(connection, earlier, others)
    return {wire: owner for wire, (owner, *_) in known.items()}


async def _derive(
    connection: Connection, derived: Mapping[Wire, VersionAccepted], known: Mapping[Wire, tuple[str, int, str]]
) -> None:
    """Write what wires were read as, in place of older readings. The owning receipts stay."""
    if not derived:
        return
    rows = [version_row(fact, known[wire][0], known[wire][1], str.encode) for wire, fact in derived.items()]
    await execute_many(connection, _ADD_VERSION, rows)
    await execute_many(connection, "DELETE FROM aliases WHERE item_id = %s AND wire_sha256 = %s", list(derived))
    await execute_many(
        connection,
        "INSERT INTO aliases (alias, scope, item_id, wire_sha256) VALUES (%s, %s, %s, %s)",
        [(name.encode(), fact.scope, *wire) for wire, fact in derived.items() for name in names_of(fact.item)],
    )
    await execute_many(connection, "DELETE FROM ties WHERE item_id = %s AND wire_sha256 = %s", list(derived))
    ties = [row for fact in derived.values() for row in tie_rows(fact, str.encode)]
    await execute_many(connection, _TIE, ties)
    await _drop_withdrawn(connection, list(derived))


async def _record_withdrawals(connection: Connection, facts: Sequence[Withdrawn]) -> None:
    await execute_many(connection, _WITHDRAW, [withdrawal_row(fact) for fact in facts])
    await _drop_withdrawn(connection, [(fact.item_id, fact.wire_sha256) for fact in facts])


async def _drop_withdrawn(connection: Connection, wires: Sequence[Wire]) -> None:
    """Versions that their newest reading withdrew have neither names nor family."""
    await execute_many(connection, _DROP_NAMES, wires)
    await execute_many(connection, _DROP_TIES, wires)


async def _record_layers(connection: Connection, facts: Sequence[Enriched]) -> None:
    await execute_many(connection, _ADD_LAYERS, [layers_row(fact) for fact in facts])
