"""The shelf: records that were put aside, as operators see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from wiredesk_core.messages import Quarantine, ShelfDecision

ShelfState = Literal["shelved", "replayed", "dropped"]


@dataclass(frozen=True, slots=True)
class QuarantineEntry:
    """A record put aside: why, its bytes, and what was decided about it, oldest first."""

    quarantine_id: str
    why: Quarantine
    value: bytes
    headers: Mapping[str, bytes]
    size: int
    """Of the record's bytes; in a list `value` is only how they begin, and once dropped it is empty."""
    decisions: tuple[ShelfDecision, ...] = ()

    @property
    def state(self) -> ShelfState:
        """What was decided in the present round; a replay that failed is shelved again."""
        kinds = {decision.kind for decision in self.decisions if decision.round == self.why.round}
        return "dropped" if "drop" in kinds else "replayed" if "replay" in kinds else "shelved"


@dataclass(frozen=True, slots=True)
class ShelfQuestion:
    """Which records put aside; all that is given has to hold. No providers means all of them."""

    providers: tuple[str, ...] = ()
    code: str | None = None
    stage: str | None = None
    state: ShelfState | None = None
    receipt_id: str | None = None
    since: datetime | None = None
    """Put aside then or later, in its present round."""
    until: datetime | None = None
    """Put aside before then."""


WHOLE_SHELF = ShelfQuestion()
PREVIEW_BYTES = 2000
"""How much of a record's bytes a list tells."""
