"""From `wire.inbound.PROVIDER`, which an upstream writes itself, to `wire.received`: the record's bytes, under a receipt.

Nothing is judged here: a wire that cannot be read is found out where all are read, under its receipt like any other. What
an upstream writes into headers is a claim: only the content type, a file name and the trace are taken from them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from wiredesk_core.agents.stage import Done, Outcome, Record
from wiredesk_core.identity import receipt_id_for, sha256_of
from wiredesk_core.ports import Clock
from wiredesk_core.telemetry import count
from wiredesk_core.topics import provider_of
from wiredesk_core.tracing import TRACEPARENT

from wiredesk_ingest.reception import UNTYPED, Arrival, records_of
from wiredesk_ingest.usage import CountWire, uncounted

LONGEST_TYPE = 200
LONGEST_FILENAME = 255
TYPE = re.compile(r"[\x20-\x7e]+")


class BridgeStage:
    """`wire.inbound.PROVIDER` to `wire.received`, for the agent runner."""

    name = "bridge"

    def __init__(self, clock: Clock, count_wire: CountWire = uncounted) -> None:
        self._clock = clock
        self._count_wire = count_wire

    async def handle(self, records: Sequence[Record]) -> Sequence[Outcome]:
        """A wire and its note for each record."""
        now = self._clock.now()
        return [Done(records_of(arrival_of(record, now))) for record in records]

    async def settle(self, records: Sequence[Record], outcomes: Sequence[Outcome]) -> None:
        """Nothing is kept here; the wires are counted."""
        del outcomes
        now = self._clock.now()
        for record in records:
            provider = provider_of(record.topic)
            count("wiredesk_wires_total", provider=provider, way="inbound")
            self._count_wire(provider, len(record.value), now)


def arrival_of(record: Record, now: datetime) -> Arrival:
    """The wire in a record. Its receipt follows from where it stands and what it is: delivered again, it is the same.

    The bytes count as well, so that a topic that was made anew never gives an old receipt to a new wire.
    """
    provider = provider_of(record.topic)
    place = f"{record.topic}/{record.partition}/{record.offset}/{sha256_of(record.value)}"
    declared = _told(record, "content-type")[:LONGEST_TYPE]
    traceparent = _told(record, "traceparent")
    return Arrival(
        provider=provider,
        data=record.value,
        receipt_id=receipt_id_for(provider, place),
        received_at=now,
        content_type=declared if TYPE.fullmatch(declared) else UNTYPED,
        filename=re.split(r"[/\\]", _told(record, "filename"))[-1].strip()[:LONGEST_FILENAME],
        traceparent=traceparent if TRACEPARENT.fullmatch(traceparent) else "",
    )


def _told(record: Record, header: str) -> str:
    return record.headers.get(header, b"").decode("utf-8", "replace")
