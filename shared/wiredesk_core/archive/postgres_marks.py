"""Cancel marks on PostgreSQL: kept as they are made, let go when the newest reading of their wire makes them no more."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from wiredesk_core.archive.rows import Row, mark_row, unfounded
from wiredesk_core.messages import CancelMarked, VersionAccepted, Withdrawn
from wiredesk_core.ports import Fact
from wiredesk_core.postgres import Connection, execute_many

Name = tuple[str, str]
"""An alias and the scope that it holds in."""
Wire = tuple[str, str]
"""An item's id and the SHA-256 of one of its wires."""

_ADD_MARK = """INSERT INTO marks (alias, scope, wire_sha256, version, by_uri, received_at, told_at, receipt_id, reason,
        by_item)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (sha256(alias), scope, wire_sha256, sha256(version), sha256(by_uri))
    DO UPDATE SET received_at = least(marks.received_at, excluded.received_at), by_item = excluded.by_item
    RETURNING receipt_id"""

_MARKS_MADE = """SELECT m.by_item, m.alias, m.scope, m.wire_sha256, m.version, m.by_uri, v.item, EXISTS (
        SELECT 1 FROM standing_versions s WHERE s.item_id = v.item_id AND s.wire_sha256 = v.wire_sha256)
    FROM unnest(%s::text[], %s::text[]) AS w(item_id, wire_sha256)
    JOIN marks m ON m.by_item = w.item_id AND m.wire_sha256 = w.wire_sha256
    JOIN versions v ON v.item_id = w.item_id AND v.wire_sha256 = w.wire_sha256"""

_DROP_MARK = """DELETE FROM marks WHERE sha256(alias) = sha256(%s) AND scope = %s AND wire_sha256 = %s
    AND sha256(version) = sha256(%s) AND sha256(by_uri) = sha256(%s)"""


async def record_marks(connection: Connection, facts: Sequence[CancelMarked]) -> dict[tuple[object, ...], str]:
    """Keep marks; gives the receipt that made each. All their aliases are locked."""
    makers: dict[tuple[object, ...], str] = {}
    for fact in facts:
        key = mark_key(fact)
        written = await connection.execute(_ADD_MARK, mark_row(fact, str.encode))
        row = await written.fetchone()
        assert row is not None
        makers[key] = row[0]
    return makers


async def settle_marks(connection: Connection, wires: Collection[Wire]) -> dict[Wire, set[Name]]:
    """Let go of the marks that the newest readings of these wires do not make; gives their names by wire."""
    if not wires:
        return {}
    asked = [item_id for item_id, _ in wires], [wire for _, wire in wires]
    rows = await (await connection.execute(_MARKS_MADE, asked)).fetchall()
    made: dict[str, list[Row]] = {}
    for canceller, *mark in rows:
        made.setdefault(canceller, []).append(mark)
    gone: dict[Wire, set[Name]] = {}
    for canceller, marks in made.items():
        dropped = unfounded(marks)
        await execute_many(connection, _DROP_MARK, dropped)
        for alias, scope, wire, *_ in dropped:
            gone.setdefault((canceller, wire), set()).add((bytes(alias).decode(), scope))
    return gone


def wire_of(fact: Fact) -> Wire | None:
    """The item and wire whose marks may go by a fact."""
    match fact:
        case VersionAccepted() | Withdrawn():
            return fact.item_id, fact.wire_sha256
        case CancelMarked():
            return fact.by_item, fact.wire_sha256
        case _:
            return None


def reached_by(
    fact: Fact, gone: Mapping[Wire, Collection[Name]], named: Mapping[Name, tuple[str, ...]]
) -> Iterator[str]:
    """The items that marks reached which a fact took away."""
    if isinstance(fact, VersionAccepted | Withdrawn):
        names = sorted(gone.get((fact.item_id, fact.wire_sha256), ()))
        yield from dict.fromkeys(item_id for name in names for item_id in named.get(name, ()))


def mark_key(fact: CancelMarked) -> tuple[object, ...]:
    """What a mark goes by."""
    return fact.alias.encode(), fact.scope, fact.wire_sha256, (fact.version or "").encode(), fact.by_uri.encode()
