"""The shelf of an Archive in a process's memory."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from wiredesk_core.messages import DeskRuled, ShelfDecision
from wiredesk_core.purging import let_go, names
from wiredesk_core.shelf import PREVIEW_BYTES, QuarantineEntry, ShelfQuestion


class MemoryShelf:
    """Records put aside, and what was decided about them."""

    def __init__(self) -> None:
        self._entries: dict[str, QuarantineEntry] = {}
        self._decisions: dict[str, dict[tuple[int, str], ShelfDecision]] = {}

    def add(self, entries: Sequence[QuarantineEntry]) -> None:
        """Keep entries, a later round in place of an earlier one."""
        for entry in entries:
            known = self._entries.setdefault(entry.quarantine_id, entry)
            if entry.why.round > known.why.round:
                self._entries[entry.quarantine_id] = entry

    def decide(self, decisions: Sequence[ShelfDecision]) -> None:
        """Keep decisions; let go of the bytes of what was dropped."""
        for decision in decisions:
            made = self._decisions.setdefault(decision.quarantine_id, {})
            made.setdefault((decision.round, decision.kind), decision)
            entry = self._entries.get(decision.quarantine_id)
            if decision.kind == "drop" and entry is not None and entry.why.round <= decision.round:
                self._entries[decision.quarantine_id] = replace(entry, value=b"")

    def purge(self, receipts: Collection[str], ruling: DeskRuled) -> set[str]:
        """Empty the records of these receipts, and those that name the item; gives the receipts of all of them."""
        emptied: set[str] = set()
        for quarantine_id, entry in self._entries.items():
            is_named = entry.why.provider == ruling.provider and names(entry.value, ruling.uri)
            if entry.why.receipt_id in receipts or is_named:
                self._entries[quarantine_id], decision = let_go(entry, ruling)
                self.decide([decision])
                emptied.add(entry.why.receipt_id)
        return emptied

    def entry(self, quarantine_id: str) -> QuarantineEntry | None:
        """One entry, whole."""
        known = self._entries.get(quarantine_id)
        if known is None:
            return None
        return replace(known, decisions=tuple(self._decisions.get(quarantine_id, {}).values()))

    def page(self, asked: ShelfQuestion, after: str, limit: int) -> tuple[QuarantineEntry, ...]:
        """The entries that a question means, newest first, with their first bytes."""
        ids = list(self._entries)
        older = ids[: ids.index(after)] if after in self._entries else [] if after else ids
        whole = (self.entry(quarantine_id) for quarantine_id in reversed(older))
        meant = [entry for entry in whole if entry is not None and _is_meant(entry, asked)][:limit]
        return tuple(replace(entry, value=entry.value[:PREVIEW_BYTES]) for entry in meant)

    def waiting(self) -> int:
        """How many entries nobody has decided about."""
        return sum(entry is not None and entry.state == "shelved" for entry in map(self.entry, self._entries))


def _is_meant(entry: QuarantineEntry, asked: ShelfQuestion) -> bool:
    why = entry.why
    wanted = (
        (asked.code, why.code),
        (asked.stage, why.stage),
        (asked.state, entry.state),
        (asked.receipt_id, why.receipt_id),
    )
    return (
        all(want is None or want == has for want, has in wanted)
        and (not asked.providers or why.provider in asked.providers)
        and (asked.since is None or why.at >= asked.since)
        and (asked.until is None or why.at < asked.until)
    )
