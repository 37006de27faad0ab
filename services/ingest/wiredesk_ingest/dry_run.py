"""Dry runs: what would come of a wire, told by the very code that would read it, and nothing kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wiredesk_core.agents.pool import Broken
from wiredesk_core.agents.stage import Outcome, Rejected
from wiredesk_core.messages import ACCEPTED, CancelMarked, VersionAccepted
from wiredesk_core.topics import ITEM_ACCEPTED

from wiredesk_ingest.framing import pack_wire, unpack_outcome
from wiredesk_ingest.reception import Arrival, wire_headers
from wiredesk_ingest.stage import Pool

Report = dict[str, Any]


class DryRun:
    """Parses wires in a pool of worker processes, whose deadline is the deadline here."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def __call__(self, arrivals: Sequence[Arrival]) -> list[Report]:
        """A report for each wire, in order."""
        payloads = [pack_wire(wire_headers(a), a.data, a.received_at) for a in arrivals]
        return [report_of(result) for result in await self._pool.run(payloads)]


def report_of(result: bytes | Broken) -> Report:
    """What a parsing process said, for people: items and cancels, or the reason for a quarantine."""
    if isinstance(result, Broken):
        return _quarantine(result.code, result.detail)
    outcome = unpack_outcome(result)
    if isinstance(outcome, Rejected):
        return _quarantine(outcome.code, outcome.detail)
    return _read(outcome)


def _quarantine(code: str, detail: str) -> Report:
    return {"quarantine": {"code": code, "detail": detail}}


def _read(outcome: Outcome) -> Report:
    facts = [ACCEPTED.validate_json(r.value) for r in outcome.outputs if r.topic == ITEM_ACCEPTED.name]
    versions = [fact for fact in facts if isinstance(fact, VersionAccepted)]
    cancels = [fact for fact in facts if isinstance(fact, CancelMarked)]
    return {
        "parser": versions[0].parser if versions else None,
        "items": [
            {"item_id": fact.item_id, "item": fact.item.model_dump(mode="json", exclude={"restricted_notes"})}
            for fact in versions
        ],
        "cancels": [{"id": fact.alias, "version": fact.version} for fact in cancels],
    }
