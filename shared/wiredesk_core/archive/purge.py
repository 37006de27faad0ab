"""Purging in SQL, the same for every database: a walk of statements that its caller carries out in one transaction.

`?` stands for each value. The walk is sent the rows of each statement; it returns the receipts that brought the words.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from typing import Any

from wiredesk_core.archive.rows import Keep, Row, decision_row, quarantine_row, read_change, read_quarantined
from wiredesk_core.archive.schema import packed, unpacked
from wiredesk_core.archive.shelf import DECIDE
from wiredesk_core.item import Item
from wiredesk_core.messages import DeskRuled, ReceiptNote
from wiredesk_core.purging import husk, husk_of, let_go, names, without_detail

Walk = Generator[tuple[str, Sequence[Any]], list[Row], Any]

_SHELVED = "SELECT quarantine_id, size, why, headers, value FROM quarantine WHERE "
_EMPTY = "UPDATE quarantine SET why = ?, headers = ?, value = ? WHERE quarantine_id = ?"


def purge(fact: DeskRuled, keep: Keep, contains: str) -> Walk:
    """Take an item's words out of everything. `contains`: the condition that `value` holds some bytes, in this database."""
    wires = yield "SELECT wire_sha256, receipt_id, item FROM versions WHERE item_id = ?", (fact.item_id,)
    yield from _empty_versions(fact.item_id, wires, keep)
    for sequence, body in (yield "SELECT sequence, body FROM revisions WHERE item_id = ?", (fact.item_id,)):
        bare = packed(husk_of(read_change((body,))))
        yield "UPDATE revisions SET body = ? WHERE sequence = ?", (bare, sequence)
    noted = yield "SELECT DISTINCT receipt_id FROM notes WHERE item_id = ?", (fact.item_id,)
    named = yield _SHELVED + f"provider = ? AND {contains}", (fact.provider, fact.uri.encode())
    receipts = {receipt_id for _, receipt_id, _ in wires} | {receipt_id for (receipt_id,) in noted}
    receipts.discard(fact.receipt_id)
    shelved = [row for row in named if names(bytes(row[-1]), fact.uri)]
    for receipt_id in sorted(receipts):
        shelved += yield _SHELVED + "receipt_id = ?", (receipt_id,)
    receipts |= yield from _empty_shelf(fact, shelved, keep)
    for receipt_id in sorted(receipts):
        yield from _empty_notes(receipt_id)
    return tuple(sorted(receipts))


def _empty_versions(item_id: str, wires: Iterable[Row], keep: Keep) -> Walk:
    for wire, _, body in wires:
        item = packed(husk(Item.model_validate_json(unpacked(body))))
        written = "UPDATE versions SET story_sha256 = '', item = ? WHERE item_id = ? AND wire_sha256 = ?"
        yield written, (item, item_id, wire)
        yield "UPDATE marks SET reason = ? WHERE wire_sha256 = ?", (keep(""), wire)
    yield "DELETE FROM layers WHERE item_id = ?", (item_id,)
    yield "DELETE FROM ties WHERE item_id = ? AND tie = 'story'", (item_id,)


def _empty_shelf(fact: DeskRuled, rows: Iterable[Row], keep: Keep) -> Walk:
    receipts: set[str] = set()
    for row in rows:
        entry, decision = let_go(read_quarantined(row, ()), fact)
        *_, why, headers, value = quarantine_row(entry, keep)
        yield _EMPTY, (why, headers, value, entry.quarantine_id)
        yield DECIDE, decision_row(decision)
        receipts.add(entry.why.receipt_id)
    return receipts


def _empty_notes(receipt_id: str) -> Walk:
    for sequence, body in (yield "SELECT sequence, body FROM notes WHERE receipt_id = ?", (receipt_id,)):
        bare = without_detail(ReceiptNote.model_validate_json(unpacked(body)))
        yield "UPDATE notes SET body = ? WHERE sequence = ?", (packed(bare), sequence)
