"""The tables of an Archive on PostgreSQL.

Moments are microseconds (see `moments`). Bodies are bytes as `schema.packed` makes them: jsonb would refuse U+0000.
So are all texts that come from a wire; they are found by their hash, since an index takes no key of any length. Ids are compared byte by byte, whatever the database's locale.
"""

from __future__ import annotations

MIGRATIONS = (
    (
        """CREATE TABLE versions (
            item_id TEXT COLLATE "C" NOT NULL, wire_sha256 TEXT COLLATE "C" NOT NULL, scope TEXT NOT NULL,
            receipt_id TEXT NOT NULL, received_at BIGINT NOT NULL, derivation TEXT COLLATE "C" NOT NULL,
            version BYTEA NOT NULL, version_created BIGINT, status TEXT NOT NULL, embargoed_until BIGINT, reinstates BOOLEAN NOT NULL,
            expires BIGINT, precedence BIGINT NOT NULL, carrier TEXT NOT NULL, story_sha256 TEXT NOT NULL, item BYTEA NOT NULL, PRIMARY KEY (item_id, wire_sha256))""",
        "CREATE INDEX versions_of_receipt ON versions (receipt_id)",
        """CREATE TABLE withdrawals (
            item_id TEXT COLLATE "C" NOT NULL, wire_sha256 TEXT COLLATE "C" NOT NULL,
            derivation TEXT COLLATE "C" NOT NULL, receipt_id TEXT NOT NULL, PRIMARY KEY (item_id, wire_sha256))""",
        """CREATE VIEW standing_versions AS SELECT * FROM versions v WHERE NOT EXISTS (
            SELECT 1 FROM withdrawals w
            WHERE w.item_id = v.item_id AND w.wire_sha256 = v.wire_sha256 AND w.derivation > v.derivation)""",
        """CREATE TABLE layers (
            item_id TEXT COLLATE "C" NOT NULL, wire_sha256 TEXT COLLATE "C" NOT NULL, story_sha256 TEXT COLLATE "C" NOT NULL, chain INTEGER NOT NULL,
            body BYTEA NOT NULL, PRIMARY KEY (item_id, wire_sha256, story_sha256))""",
        """CREATE TABLE aliases (
            alias BYTEA NOT NULL, scope TEXT NOT NULL, item_id TEXT COLLATE "C" NOT NULL,
            wire_sha256 TEXT COLLATE "C" NOT NULL)""",
        "CREATE INDEX aliases_by_name ON aliases (sha256(alias), scope, item_id)",
        "CREATE INDEX aliases_by_item ON aliases (item_id, wire_sha256)",
        """CREATE TABLE ties (
            name BYTEA NOT NULL, scope TEXT NOT NULL, tie TEXT NOT NULL, item_id TEXT COLLATE "C" NOT NULL,
            wire_sha256 TEXT COLLATE "C" NOT NULL)""",
        "CREATE INDEX ties_by_name ON ties (sha256(name), scope, tie, item_id)",
        "CREATE INDEX ties_by_item ON ties (item_id, wire_sha256)",
        """CREATE TABLE marks (
            alias BYTEA NOT NULL, scope TEXT NOT NULL, wire_sha256 TEXT COLLATE "C" NOT NULL, version BYTEA NOT NULL,
            by_uri BYTEA NOT NULL, received_at BIGINT NOT NULL, told_at BIGINT, receipt_id TEXT NOT NULL,
            reason BYTEA NOT NULL)""",
        "CREATE UNIQUE INDEX marks_once ON marks (sha256(alias), scope, wire_sha256, sha256(version), sha256(by_uri))",
        """CREATE TABLE rulings (
            item_id TEXT COLLATE "C" NOT NULL, receipt_id TEXT COLLATE "C" NOT NULL, verdict TEXT NOT NULL,
            ruled_at BIGINT NOT NULL, ruled_by BYTEA NOT NULL, reason BYTEA NOT NULL,
            PRIMARY KEY (item_id, receipt_id))""",
        """CREATE TABLE revisions (
            sequence BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, item_id TEXT COLLATE "C" NOT NULL,
            revision INTEGER NOT NULL, changed_at BIGINT NOT NULL, sent BOOLEAN NOT NULL DEFAULT false,
            body BYTEA NOT NULL, UNIQUE (item_id, revision))""",
        "CREATE INDEX revisions_unsent ON revisions (sequence) WHERE NOT sent",
        "CREATE INDEX revisions_unsent_by_item ON revisions (item_id, sequence) WHERE NOT sent",
        """CREATE TABLE served (
            item_id TEXT COLLATE "C" PRIMARY KEY, revision INTEGER NOT NULL, standing TEXT NOT NULL, due_at BIGINT,
            uri BYTEA NOT NULL, provider TEXT NOT NULL)""",
        "CREATE INDEX served_due ON served (due_at, item_id) WHERE due_at IS NOT NULL",
        "CREATE INDEX served_standing ON served (standing)",
        """CREATE TABLE notes (
            sequence BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, receipt_id TEXT COLLATE "C" NOT NULL,
            item_id TEXT COLLATE "C" NOT NULL, stage TEXT NOT NULL, round INTEGER NOT NULL, disposition TEXT,
            body BYTEA NOT NULL, UNIQUE (receipt_id, item_id, stage, round))""",
        "CREATE INDEX notes_disposition ON notes (disposition) WHERE disposition IS NOT NULL",
        """CREATE TABLE quarantine (
            sequence BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, quarantine_id TEXT COLLATE "C" NOT NULL UNIQUE,
            provider TEXT NOT NULL, code TEXT NOT NULL, stage TEXT NOT NULL, receipt_id TEXT NOT NULL,
            at BIGINT NOT NULL, round INTEGER NOT NULL, size INTEGER NOT NULL, why BYTEA NOT NULL,
            headers BYTEA NOT NULL, value BYTEA NOT NULL)""",
        "CREATE INDEX quarantine_provider ON quarantine (provider, sequence)",
        "CREATE INDEX quarantine_code ON quarantine (code, sequence)",
        "CREATE INDEX quarantine_receipt ON quarantine (receipt_id)",
        """CREATE TABLE decisions (
            sequence BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, quarantine_id TEXT COLLATE "C" NOT NULL,
            round INTEGER NOT NULL, kind TEXT NOT NULL, body BYTEA NOT NULL, UNIQUE (quarantine_id, round, kind))""",
    ),
    (
        """ALTER TABLE marks ADD COLUMN by_item TEXT COLLATE "C" NOT NULL DEFAULT ''""",
        "CREATE INDEX marks_by_item ON marks (by_item, wire_sha256)",
    ),
)
"""One entry a schema version."""
