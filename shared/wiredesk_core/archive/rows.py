"""Rows of an archive's tables to values and back, the same for every database.

`keep` says how a database keeps a text that came from outside: SQLite as it is, PostgreSQL as bytes, since its texts
cannot hold every character.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import orjson

from wiredesk_core.archive.laws import cancels_of, derivation_of, head_in
from wiredesk_core.archive.schema import packed, unpacked
from wiredesk_core.families import Relative, ties_of
from wiredesk_core.item import Item, Status
from wiredesk_core.lifecycle import Disposition, Head, Mark, Ruling, Standing, Verdict, order_key
from wiredesk_core.messages import (
    CancelMarked,
    Changed,
    DeskRuled,
    Enriched,
    Quarantine,
    ReceiptNote,
    ShelfDecision,
    VersionAccepted,
    Withdrawn,
)
from wiredesk_core.moments import micros, micros_or_none, moment, moment_or_none
from wiredesk_core.ports import Dossier, Leaf, ReceiptEntry, StandingCount, VersionEntry
from wiredesk_core.shelf import QuarantineEntry
from wiredesk_core.stored import Stored

Row = Sequence[Any]
Keep = Callable[[str], object]
Value = TypeVar("Value")


def version_row(fact: VersionAccepted, owner: str, received_at: int, keep: Keep) -> tuple[object, ...]:
    """A version under the receipt that owns it; `received_at` in microseconds."""
    head = head_in(fact)
    return (
        fact.item_id,
        fact.wire_sha256,
        fact.scope,
        owner,
        received_at,
        derivation_of(fact),
        keep(head.version),
        micros_or_none(head.version_created),
        head.status.value,
        micros_or_none(head.embargoed_until),
        head.reinstates,
        micros_or_none(head.expires),
        head.precedence,
        head.carrier,
        fact.story_sha256,
        packed(fact.item),
    )


def tie_rows(fact: VersionAccepted, keep: Keep) -> list[tuple[object, ...]]:
    """What a version says of its item's family."""
    wire = fact.item_id, fact.wire_sha256
    return [(keep(name), fact.scope, tie, *wire) for tie, name in ties_of(fact.item, fact.scope)]


def withdrawal_row(fact: Withdrawn) -> tuple[object, ...]:
    """That an item is no longer found in a wire."""
    return fact.item_id, fact.wire_sha256, derivation_of(fact), fact.receipt_id


def ruling_row(fact: DeskRuled, keep: Keep) -> tuple[object, ...]:
    """An operator's decision."""
    ruled_at = micros(fact.ruled_at)
    return fact.item_id, fact.receipt_id, fact.verdict.value, ruled_at, keep(fact.by), keep(fact.reason)


def layers_row(fact: Enriched) -> tuple[object, ...]:
    """What an enrichment chain found in a version."""
    return fact.item_id, fact.wire_sha256, fact.story_sha256, fact.chain, packed(fact)


def revision_row(change: Changed) -> tuple[object, ...]:
    """A revision, to be kept for ever."""
    return change.item_id, change.revision, micros(change.changed_at), packed(change)


def served_row(change: Changed, due_at: datetime | None, keep: Keep) -> tuple[object, ...]:
    """What is served of an item now, and when its embargo ends."""
    due = micros_or_none(due_at)
    return change.item_id, change.revision, change.standing.value, due, keep(change.uri), change.provider


def note_row(note: ReceiptNote) -> tuple[object, ...]:
    """A note on a receipt."""
    disposition = None if note.disposition is None else note.disposition.value
    return note.receipt_id, note.item_id, note.stage, note.round, disposition, packed(note)


def quarantine_row(entry: QuarantineEntry, keep: Keep) -> tuple[object, ...]:
    """A record that was put aside, with its bytes."""
    headers = orjson.dumps({name: value.decode("latin-1") for name, value in entry.headers.items()}).decode()
    why = entry.why
    told = why.provider, why.code, why.stage, why.receipt_id, micros(why.at), why.round
    return entry.quarantine_id, *told, entry.size, packed(why), keep(headers), entry.value


def mark_row(fact: CancelMarked, keep: Keep) -> tuple[object, ...]:
    """A cancel mark; the first five name it."""
    named = keep(fact.alias), fact.scope, fact.wire_sha256, keep(fact.version or ""), keep(fact.by_uri)
    told = micros(fact.received_at), micros_or_none(fact.told_at)
    return *named, *told, fact.receipt_id, keep(fact.reason), fact.by_item


def unfounded(rows: Iterable[Row]) -> Sequence[Row]:
    """The names of those marks that the newest reading of their wire does not make.

    Rows are a mark's five names, the item that was read from its wire, and whether that reading stands.
    """
    gone = []
    read: dict[bytes, frozenset[tuple[str, str]]] = {}
    for *named, body, standing in rows:
        if body not in read:
            read[body] = cancels_of(Item.model_validate_json(unpacked(body)))
        if not standing or (_text(named[0]), _text(named[3])) not in read[body]:
            gone.append(named)
    return gone


def decision_row(decision: ShelfDecision) -> tuple[object, ...]:
    """What an operator decided about it."""
    return decision.quarantine_id, decision.round, decision.kind, packed(decision)


def read_head(row: Row) -> Head:
    """What the fold has to know of a version."""
    wire_sha256, version, received_at, version_created, status, embargoed, reinstates, expires, precedence, carrier = (
        row
    )
    return Head(
        wire_sha256=wire_sha256,
        version=_text(version),
        received_at=moment(received_at),
        version_created=moment_or_none(version_created),
        status=Status(status),
        embargoed_until=moment_or_none(embargoed),
        reinstates=bool(reinstates),
        expires=moment_or_none(expires),
        precedence=precedence,
        carrier=carrier,
    )


def read_mark(row: Row) -> Mark:
    """A cancel mark."""
    scope, alias, version, wire_sha256, received_at, by_uri, told_at = row
    return Mark(
        scope,
        _text(alias),
        _text(version) or None,
        wire_sha256,
        moment(received_at),
        _text(by_uri),
        moment_or_none(told_at),
    )


def read_ruling(row: Row) -> Ruling:
    """An operator's decision."""
    receipt_id, verdict, ruled_at, by, reason = row
    return Ruling(receipt_id, Verdict(verdict), moment(ruled_at), _text(by), _text(reason))


def read_dossiers(
    item_ids: Iterable[str],
    served: Mapping[str, Changed],
    heads: Iterable[Row],
    marks: Iterable[Row],
    rulings: Iterable[Row],
) -> Mapping[str, Dossier]:
    """Dossiers from rows that begin with their item's id. Marks and rulings come in their order."""
    of_heads = _grouped(heads, read_head)
    of_marks, of_rulings = _grouped(marks, read_mark), _grouped(rulings, read_ruling)
    return {
        item_id: Dossier(
            item_id,
            tuple(sorted(of_heads.get(item_id, ()), key=order_key)),
            tuple(of_marks.get(item_id, ())),
            tuple(of_rulings.get(item_id, ())),
            served.get(item_id),
        )
        for item_id in item_ids
    }


def read_kin(item_ids: Iterable[str], rows: Iterable[Row]) -> Mapping[str, tuple[str, ...]]:
    """Kin from (item, relation) rows, each item among its own."""
    groups: dict[str, set[str]] = {item_id: set() for item_id in item_ids}
    for item_id, other in rows:
        groups[item_id].add(other)
    return {item_id: tuple(sorted(others - {item_id})) for item_id, others in groups.items()}


def read_relatives(names: Iterable[Row], follows: Iterable[Row]) -> Mapping[str, Relative]:
    """Relatives from (item, name) rows."""
    of_names = _grouped(names, lambda row: _text(row[0]))
    of_follows = _grouped(follows, lambda row: _text(row[0]))
    return {
        item_id: Relative(item_id, frozenset(called), frozenset(of_follows.get(item_id, ())))
        for item_id, called in of_names.items()
    }


def read_leaf(row: Row) -> Leaf:
    """A version with its layers, if it has them."""
    scope, receipt_id, item, enriched = row
    layers = None if enriched is None else Enriched.model_validate_json(unpacked(enriched))
    return Leaf(Item.model_validate_json(unpacked(item)), scope, receipt_id, layers)


def read_change(row: Row) -> Changed:
    """A revision from its body."""
    return Changed.model_validate_json(unpacked(row[0]))


def read_stored(row: Row) -> Stored:
    """A revision, not read yet."""
    return Stored(unpacked(row[0]))


def read_versions(rows: Sequence[Row]) -> tuple[VersionEntry, ...]:
    """An item's versions, in the order of the life cycle."""
    ranked = [(order_key(read_head(head)), _read_version(version)) for head, version in map(_parted, rows)]
    return tuple(entry for _, entry in sorted(ranked, key=lambda pair: pair[0]))


def read_receipt(receipt_id: str, rows: Sequence[Row]) -> ReceiptEntry | None:
    """A receipt from its notes, in the order they were made; None when there are none."""
    notes = tuple(ReceiptNote.model_validate_json(unpacked(row[0])) for row in rows)
    return ReceiptEntry(receipt_id, notes) if notes else None


def read_quarantined(row: Row, decided: Sequence[Row]) -> QuarantineEntry:
    """A record that was put aside, and what was decided about it."""
    quarantine_id, size, why, headers, value = row
    texts = orjson.loads(headers)
    return QuarantineEntry(
        quarantine_id,
        Quarantine.model_validate_json(unpacked(why)),
        bytes(value),
        {name: text.encode("latin-1") for name, text in texts.items()},
        size,
        tuple(ShelfDecision.model_validate_json(unpacked(body)) for (body,) in decided),
    )


def standing_count(
    standings: Mapping[str, int], dispositions: Mapping[str, int], unsent: int, quarantined: int
) -> StandingCount:
    """Counts by their stored names; what was never counted is 0."""
    return StandingCount(
        by_standing={standing: standings.get(standing.value, 0) for standing in Standing},
        by_disposition={disposition: dispositions.get(disposition.value, 0) for disposition in Disposition},
        unsent=unsent,
        quarantined=quarantined,
    )


def _grouped(rows: Iterable[Row], read: Callable[[Row], Value]) -> dict[str, list[Value]]:
    """Values by the item's id that their rows begin with."""
    groups: dict[str, list[Value]] = {}
    for item_id, *rest in rows:
        groups.setdefault(item_id, []).append(read(rest))
    return groups


def _parted(row: Row) -> tuple[Row, Row]:
    """A row of a version's head, its receipt and its item, as a head and a version."""
    *head, receipt_id, item = row
    return head, (head[0], head[2], receipt_id, item)


def _read_version(row: Row) -> VersionEntry:
    wire_sha256, received_at, receipt_id, body = row
    item = Item.model_validate_json(unpacked(body))
    return VersionEntry(wire_sha256, item.version, item.version_created, moment(received_at), receipt_id, item)


def _text(kept: str | bytes) -> str:
    return kept if isinstance(kept, str) else bytes(kept).decode()
