"""What every way in has in common: a wire that arrived becomes its records, as it came, under its receipt number."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from wiredesk_core.messages import Outgoing, ReceiptNote, envelope
from wiredesk_core.moments import iso
from wiredesk_core.topics import RECEIPT_NOTED, WIRE_RECEIVED

LINE = re.compile(rb"\S[^\n]*")
UNTYPED = "application/octet-stream"
"""The content type of a wire whose sender did not name one; parsers sniff anyway."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One wire as it arrived. `filename` is the sender's name for it, for people and for sniffing; never a path."""

    provider: str
    data: bytes
    receipt_id: str
    received_at: datetime
    content_type: str = UNTYPED
    filename: str = ""
    traceparent: str = ""


def records_of(arrival: Arrival) -> tuple[Outgoing, Outgoing]:
    """The wire itself and the note that it was received, to be published together."""
    key = arrival.receipt_id.encode()
    wire = Outgoing(WIRE_RECEIVED.name, key, arrival.data, wire_headers(arrival))
    note = ReceiptNote(
        receipt_id=arrival.receipt_id, provider=arrival.provider, stage="received", at=arrival.received_at
    )
    return wire, Outgoing(RECEIPT_NOTED.name, key, note.model_dump_json().encode(), note_headers(note))


def wire_headers(arrival: Arrival) -> Mapping[str, bytes]:
    """Headers of a record on `wire.received`: its envelope and everything else that is known of the wire."""
    headers = envelope(
        WIRE_RECEIVED.name,
        source=arrival.provider,
        identity=arrival.receipt_id,
        at=arrival.received_at,
        receipt_id=arrival.receipt_id,
    )
    headers["content-type"] = arrival.content_type.encode()
    headers["provider"] = arrival.provider.encode()
    headers["received_at"] = iso(arrival.received_at).encode()
    if arrival.filename:
        headers["filename"] = arrival.filename.encode("utf-8", "replace")
    if arrival.traceparent:
        headers["traceparent"] = arrival.traceparent.encode()
    return headers


def note_headers(note: ReceiptNote) -> Mapping[str, bytes]:
    """Headers of a receipt note; the same note always has the same CloudEvents id."""
    again = f"/{note.round}" if note.round > 1 else ""
    return envelope(
        RECEIPT_NOTED.name,
        source="ingest",
        identity=f"{note.receipt_id}/{note.item_id}/{note.stage}{again}",
        at=note.at,
        receipt_id=note.receipt_id,
    )


def lines_of(data: bytes) -> tuple[bytes, ...]:
    """The wires of an NDJSON batch: every line that holds anything but white space."""
    return tuple(lines_one_by_one(data))


def lines_one_by_one(data: bytes) -> Iterator[bytes]:
    """The same, none before it is asked for."""
    return (found[0].rstrip() for found in LINE.finditer(data))
