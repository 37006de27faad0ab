"""The tables of an embedded Archive, and how its values are written into them.

Moments are microseconds (see `moments`). Bodies are JSON, packed when large;
they come last in their rows, so that reading the columns before them never touches them.
"""

from __future__ import annotations

import zlib

from pydantic import BaseModel

PACK_ABOVE = 1024
"""Bodies larger than this many bytes are compressed."""

MIGRATIONS = (
    (
        """CREATE TABLE versions (
            item_id TEXT NOT NULL, wire_sha256 TEXT NOT NULL, scope TEXT NOT NULL, receipt_id TEXT NOT NULL,
            received_at INTEGER NOT NULL, derivation TEXT NOT NULL, version TEXT NOT NULL, version_created INTEGER,
            status TEXT NOT NULL, embargoed_until INTEGER, reinstates INTEGER NOT NULL, expires INTEGER, precedence INTEGER NOT NULL, carrier TEXT NOT NULL, story_sha256 TEXT NOT NULL, item BLOB NOT NULL,
            PRIMARY KEY (item_id, wire_sha256))""",
        "CREATE INDEX versions_of_receipt ON versions (receipt_id)",
        """CREATE TABLE withdrawals (
            item_id TEXT NOT NULL, wire_sha256 TEXT NOT NULL, derivation TEXT NOT NULL, receipt_id TEXT NOT NULL,
            PRIMARY KEY (item_id, wire_sha256)) WITHOUT ROWID""",
        """CREATE VIEW standing_versions AS SELECT * FROM versions v WHERE NOT EXISTS (
            SELECT 1 FROM withdrawals w
            WHERE w.item_id = v.item_id AND w.wire_sha256 = v.wire_sha256 AND w.derivation > v.derivation)""",
        """CREATE TABLE layers (
            item_id TEXT NOT NULL, wire_sha256 TEXT NOT NULL, story_sha256 TEXT NOT NULL, chain INTEGER NOT NULL, body BLOB NOT NULL,
            PRIMARY KEY (item_id, wire_sha256, story_sha256))""",
        """CREATE TABLE aliases (
            alias TEXT NOT NULL, scope TEXT NOT NULL, item_id TEXT NOT NULL, wire_sha256 TEXT NOT NULL,
            PRIMARY KEY (alias, scope, item_id, wire_sha256)) WITHOUT ROWID""",
        "CREATE INDEX aliases_by_item ON aliases (item_id, wire_sha256)",
        """CREATE TABLE ties (
            name TEXT NOT NULL, scope TEXT NOT NULL, tie TEXT NOT NULL, item_id TEXT NOT NULL, wire_sha256 TEXT NOT NULL,
            PRIMARY KEY (name, scope, tie, item_id, wire_sha256)) WITHOUT ROWID""",
        "CREATE INDEX ties_by_item ON ties (item_id, wire_sha256)",
        """CREATE TABLE marks (
            alias TEXT NOT NULL, scope TEXT NOT NULL, wire_sha256 TEXT NOT NULL, version TEXT NOT NULL,
            by_uri TEXT NOT NULL, received_at INTEGER NOT NULL, told_at INTEGER, receipt_id TEXT NOT NULL,
            reason TEXT NOT NULL, PRIMARY KEY (alias, scope, wire_sha256, version, by_uri)) WITHOUT ROWID""",
        """CREATE TABLE rulings (
            item_id TEXT NOT NULL, receipt_id TEXT NOT NULL, verdict TEXT NOT NULL, ruled_at INTEGER NOT NULL,
            ruled_by TEXT NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (item_id, receipt_id)) WITHOUT ROWID""",
        """CREATE TABLE revisions (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT, item_id TEXT NOT NULL, revision INTEGER NOT NULL,
            changed_at INTEGER NOT NULL, sent INTEGER NOT NULL DEFAULT 0, body BLOB NOT NULL,
            UNIQUE (item_id, revision))""",
        "CREATE INDEX revisions_unsent ON revisions (sequence, item_id) WHERE sent = 0",
        "CREATE INDEX revisions_unsent_by_item ON revisions (item_id, sequence) WHERE sent = 0",
        """CREATE TABLE served (
            item_id TEXT PRIMARY KEY, revision INTEGER NOT NULL, standing TEXT NOT NULL, due_at INTEGER,
            uri TEXT NOT NULL, provider TEXT NOT NULL) WITHOUT ROWID""",
        "CREATE INDEX served_due ON served (due_at, item_id) WHERE due_at IS NOT NULL",
        "CREATE INDEX served_standing ON served (standing)",
        """CREATE TABLE notes (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT, receipt_id TEXT NOT NULL, item_id TEXT NOT NULL,
            stage TEXT NOT NULL, round INTEGER NOT NULL, disposition TEXT, body BLOB NOT NULL,
            UNIQUE (receipt_id, item_id, stage, round))""",
        "CREATE INDEX notes_disposition ON notes (disposition) WHERE disposition IS NOT NULL",
        """CREATE TABLE quarantine (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT, quarantine_id TEXT NOT NULL UNIQUE, provider TEXT NOT NULL,
            code TEXT NOT NULL, stage TEXT NOT NULL, receipt_id TEXT NOT NULL, at INTEGER NOT NULL,
            round INTEGER NOT NULL, size INTEGER NOT NULL, why BLOB NOT NULL, headers TEXT NOT NULL,
            value BLOB NOT NULL)""",
        "CREATE INDEX quarantine_provider ON quarantine (provider, sequence)",
        "CREATE INDEX quarantine_code ON quarantine (code, sequence)",
        "CREATE INDEX quarantine_receipt ON quarantine (receipt_id)",
        """CREATE TABLE decisions (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT, quarantine_id TEXT NOT NULL, round INTEGER NOT NULL,
            kind TEXT NOT NULL, body BLOB NOT NULL, UNIQUE (quarantine_id, round, kind))""",
    ),
    (
        "ALTER TABLE marks ADD COLUMN by_item TEXT NOT NULL DEFAULT ''",
        "CREATE INDEX marks_by_item ON marks (by_item, wire_sha256)",
    ),
)
"""One entry a schema version; `PRAGMA user_version` counts how many a file has had."""


def packed(value: BaseModel) -> bytes:
    """A value as stored: JSON, compressed when it is large."""
    body = value.model_dump_json().encode()
    return body if len(body) <= PACK_ABOVE else zlib.compress(body, 1)


def unpacked(stored: bytes) -> bytes:
    """The JSON of a stored value. JSON objects begin with a brace, compressed bytes never do."""
    return stored if stored[:1] == b"{" else zlib.decompress(stored)
