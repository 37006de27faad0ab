"""The shelf in SQL, the same for every database: which entries a question means. `?` stands for each value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from wiredesk_core.archive.rows import Row, read_quarantined
from wiredesk_core.moments import micros
from wiredesk_core.shelf import PREVIEW_BYTES, QuarantineEntry, ShelfQuestion

DECIDED = "EXISTS (SELECT 1 FROM decisions d WHERE d.quarantine_id = q.quarantine_id AND d.round = q.round)"
DROPPED = DECIDED[:-1] + " AND d.kind = 'drop')"
STATES = {"shelved": f"NOT {DECIDED}", "replayed": f"{DECIDED} AND NOT {DROPPED}", "dropped": DROPPED}

WAITING = "SELECT count(*) FROM quarantine q WHERE " + STATES["shelved"]  # noqa: S608  # our words

ENTRY = "SELECT quarantine_id, size, why, headers, value FROM quarantine WHERE quarantine_id = ?"

DECISIONS = "SELECT quarantine_id, body FROM decisions WHERE quarantine_id IN ({}) ORDER BY sequence"

SHELVE = """INSERT INTO quarantine
    (quarantine_id, provider, code, stage, receipt_id, at, round, size, why, headers, value)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (quarantine_id) DO UPDATE SET provider = excluded.provider, code = excluded.code,
        stage = excluded.stage, receipt_id = excluded.receipt_id, at = excluded.at, round = excluded.round,
        size = excluded.size, why = excluded.why, headers = excluded.headers, value = excluded.value
    WHERE excluded.round > quarantine.round"""

DECIDE = "INSERT INTO decisions (quarantine_id, round, kind, body) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"

LET_GO = "UPDATE quarantine SET value = ? WHERE quarantine_id = ? AND round <= ?"

NOTE = """INSERT INTO notes (receipt_id, item_id, stage, round, disposition, body) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT DO NOTHING"""

OUTDATE = """UPDATE notes SET disposition = NULL
    WHERE receipt_id = ? AND item_id = ? AND stage = ? AND round < ? AND disposition IS NOT NULL"""


def page(asked: ShelfQuestion, after: str, limit: int) -> tuple[str, list[Any]]:
    """The statement and its values for a page of the shelf, newest first."""
    parts = list(_conditions(asked))
    if after:
        parts.append(("sequence < (SELECT sequence FROM quarantine WHERE quarantine_id = ?)", [after]))
    where = " AND ".join(condition for condition, _ in parts) or "1 = 1"
    # SQLite makes nothing at all of the beginning of nothing.
    columns = f"quarantine_id, size, why, headers, coalesce(substr(value, 1, {PREVIEW_BYTES}), value)"
    statement = f"SELECT {columns} FROM quarantine q WHERE {where} ORDER BY sequence DESC LIMIT ?"  # noqa: S608  # our words
    return statement, [*(value for _, values in parts for value in values), limit]


def decisions_of(quarantine_ids: Sequence[str]) -> str:
    """The statement for what was decided about some entries; their ids are its values."""
    return DECISIONS.format(_marks(quarantine_ids))


def read_shelf(rows: Iterable[Row], decided: Sequence[Row]) -> tuple[QuarantineEntry, ...]:
    """Entries from their rows and the rows of all that was decided about them."""
    return tuple(read_quarantined(row, [made[1:] for made in decided if made[0] == row[0]]) for row in rows)


def _conditions(asked: ShelfQuestion) -> Iterator[tuple[str, list[Any]]]:
    if asked.providers:
        yield f"provider IN ({_marks(asked.providers)})", list(asked.providers)
    for column, wanted in (("code", asked.code), ("stage", asked.stage), ("receipt_id", asked.receipt_id)):
        if wanted is not None:
            yield f"{column} = ?", [wanted]
    if asked.state is not None:
        yield STATES[asked.state], []
    if asked.since is not None:
        yield "at >= ?", [micros(asked.since)]
    if asked.until is not None:
        yield "at < ?", [micros(asked.until)]


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
