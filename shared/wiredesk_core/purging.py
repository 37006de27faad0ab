"""What is left of an item whose words were purged: its names, its times, and by what keys are let to it. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING

from wiredesk_core.identity import sha256_of
from wiredesk_core.item import Item
from wiredesk_core.lifecycle import Disposition
from wiredesk_core.messages import (
    CancelMarked,
    Changed,
    DeskRuled,
    Enriched,
    ReceiptNote,
    ShelfDecision,
    VersionAccepted,
)
from wiredesk_core.shelf import QuarantineEntry

if TYPE_CHECKING:
    from wiredesk_core.ports import Fact

HUSK = {
    "uri", "version", "provider", "type", "status", "signals", "language", "genre", "embargoed_until", "version_created",
    "expires", "evolved_from", "aliases", "cancels", "raw",
}  # fmt: skip
"""Fields of an item that survive: with them a kill reaches its chain, and its end is told to those alone who could see it."""

TELLING = 12
"""Characters of a uri from which on a text that holds it is about its item; shorter ones stand in any text."""

PURGED = "purged"
"""The reason of the decision by which a record on the shelf was let go."""


def husk(item: Item) -> Item:
    """A version without its words."""
    return Item.model_validate(item.model_dump(include=HUSK))


def husk_of(changed: Changed) -> Changed:
    """A revision without its words; a tombstone's reason may be a provider's notice of what was wrong with the story."""
    tombstone = changed.tombstone and changed.tombstone.model_copy(update={"reason": ""})
    return changed.model_copy(update={"article": None, "tombstone": tombstone})


def concerned(fact: Fact) -> str:
    """The item whose words a fact carries: a cancel mark gives those of the item that cancels."""
    return fact.by_item if isinstance(fact, CancelMarked) else fact.item_id


def admitted(fact: Fact, purged: Collection[str]) -> Fact | None:
    """As much of a fact as may be kept where these items are purged; None for nothing."""
    if concerned(fact) not in purged:
        return fact
    match fact:
        case VersionAccepted():
            return fact.model_copy(update={"item": husk(fact.item), "story_sha256": ""})
        case CancelMarked():
            return fact.model_copy(update={"reason": ""})
        case Enriched():
            return None
        case _:
            return fact


def names(value: bytes, uri: str) -> bool:
    """Whether a record that nobody could read names an item, as a word by itself."""
    if len(uri) < TELLING:
        return False
    return re.search(rb"(?<![\w.:/-])" + re.escape(uri.encode()) + rb"(?![\w:/-])", value) is not None


def let_go(entry: QuarantineEntry, ruling: DeskRuled) -> tuple[QuarantineEntry, ShelfDecision]:
    """A record on the shelf without its bytes and what was said of them, and the decision that took them."""
    decision = ShelfDecision(
        kind="drop",
        quarantine_id=entry.quarantine_id,
        receipt_id=entry.why.receipt_id,
        provider=entry.why.provider,
        round=entry.why.round,
        at=ruling.ruled_at,
        by=ruling.by,
        reason=PURGED,
        size=entry.size,
        sha256=sha256_of(entry.value),
    )
    why = entry.why.model_copy(update={"detail": ""})
    return QuarantineEntry(entry.quarantine_id, why, b"", {}, entry.size), decision


def without_detail(note: ReceiptNote) -> ReceiptNote:
    """A note that says no more why a wire could not be read: such words quote the wire."""
    told = note.disposition is Disposition.quarantined or note.stage == "parsed"
    return note.model_copy(update={"detail": ""}) if told else note
