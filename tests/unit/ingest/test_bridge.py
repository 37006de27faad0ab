"""What an upstream writes to its own topic becomes a wire under a receipt, the same however often it is delivered."""

from __future__ import annotations

from datetime import UTC, datetime

from wiredesk_core.agents.stage import Done, Record
from wiredesk_core.clock import FixedClock
from wiredesk_core.messages import Outgoing
from wiredesk_ingest.bridge import BridgeStage

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
TRACE = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def record(
    value: bytes = b"A headline", offset: int = 7, topic: str = "wire.inbound.northwire", **headers: bytes
) -> Record:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Record(topic, 2, offset, b"any key", value, named, datetime(1999, 1, 1, tzinfo=UTC))


async def bridged(*records: Record, at: datetime = NOW) -> list[Outgoing]:
    """The wires that records become, each followed by its note."""
    outcomes = await BridgeStage(FixedClock(at)).handle(records)
    assert all(isinstance(outcome, Done) and len(outcome.outputs) == 2 for outcome in outcomes)
    return [outcome.outputs[0] for outcome in outcomes]


async def test_a_record_is_a_wire_of_its_topics_provider_as_it_came() -> None:
    (wire,) = await bridged(record(b"\xff\x00", content_type=b"text/xml", traceparent=TRACE))
    assert (wire.topic, wire.value) == ("wire.received", b"\xff\x00")
    assert wire.headers["provider"] == b"northwire"
    assert wire.headers["content-type"] == b"text/xml"
    assert wire.headers["traceparent"] == TRACE
    assert wire.headers["received_at"].startswith(b"2026-03-04T12:00:00"), "the upstream's clock decides nothing"
    assert wire.key == wire.headers["receipt_id"]


async def test_delivered_again_it_has_the_same_receipt_and_another_record_has_another() -> None:
    (first,) = await bridged(record())
    (again,) = await bridged(record(), at=datetime(2027, 1, 1, tzinfo=UTC))
    others = await bridged(record(offset=8), record(b"other"), record(topic="wire.inbound.kestrel"))
    assert first.key == again.key
    assert len({first.key, *(other.key for other in others)}) == 4


async def test_an_upstreams_headers_are_claims_and_name_neither_provider_nor_receipt() -> None:
    forged = {"receipt_id": b"mine", "provider": b"kestrel", "claim": b"0" * 64, "traceparent": b"x" * 99}
    (wire,) = await bridged(Record("wire.inbound.northwire", 0, 1, b"", b"text", forged, NOW))
    assert wire.headers["provider"] == b"northwire"
    assert wire.headers["receipt_id"] != b"mine"
    assert not {"claim", "traceparent"} & wire.headers.keys()


async def test_a_file_name_is_never_a_path_and_a_type_is_printable() -> None:
    (wire,) = await bridged(record(filename=b"../../etc/a.xml", content_type=b"text/\r\nxml"))
    assert wire.headers["filename"] == b"a.xml"
    assert wire.headers["content-type"] == b"application/octet-stream"


async def test_an_empty_record_goes_on_to_be_quarantined_under_a_receipt() -> None:
    (wire,) = await bridged(record(b""))
    assert wire.value == b""
