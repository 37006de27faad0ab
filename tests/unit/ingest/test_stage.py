from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wiredesk_core.agents.pool import Broken, WorkerPool
from wiredesk_core.agents.stage import Done, Outcome, Record, Rejected
from wiredesk_core.clock import FixedClock
from wiredesk_core.identity import item_id_of, sha256_of
from wiredesk_core.lifecycle import Disposition
from wiredesk_core.messages import ACCEPTED, Outgoing, ReceiptNote, VersionAccepted
from wiredesk_ingest.framing import frame, pack_outcome, pack_wire, unframe, unpack_outcome, unpack_wire
from wiredesk_ingest.providers import Profile
from wiredesk_ingest.reception import Arrival, wire_headers
from wiredesk_ingest.stage import ParseStage, read_record
from wiredesk_ingest.worker import prepare, work

NOW = datetime(2026, 11, 23, 12, 0, 1, tzinfo=UTC)
RECEIVED = datetime(2026, 11, 23, 12, tzinfo=UTC)
CUT = b'{"uri": "urn:example:1", "headline": "cut o'
NINJS = {"uri": "urn:example:1", "version": "1", "headline": "A headline", "body_text": "A text."}

BOMB = (
    b"<!DOCTYPE a ["
    b'<!ENTITY a "aaaaaaaaaa">'
    + b"".join(
        b'<!ENTITY %s "%s">' % (name, b"&%s;" % before * 10)
        for before, name in zip(b"a b c d e f g".split(), b"b c d e f g h".split(), strict=True)
    )
    + b"]><newsItem>&h;</newsItem>"
)


def headers(**changes: Any) -> Mapping[str, bytes]:
    arrival = {"provider": "northwire", "data": b"", "receipt_id": "r-1", "received_at": RECEIVED, **changes}
    return wire_headers(Arrival(**arrival))


def notes(outcome: Outcome) -> list[ReceiptNote]:
    return [ReceiptNote.model_validate_json(o.value) for o in outcome.outputs if o.topic == "receipt.noted"]


def accepted(outcome: Outcome) -> list[Outgoing]:
    return [record for record in outcome.outputs if record.topic == "item.accepted"]


def test_a_container_gives_what_can_be_read_of_it_and_is_put_aside(profiles: Mapping[str, Profile]) -> None:
    wire = orjson.dumps(NINJS) + b'\n{"uri": }\n'

    outcome = read_record(headers(), wire, profiles, NOW)

    assert isinstance(outcome, Rejected)
    assert outcome.code == "json_broken"
    assert len(accepted(outcome)) == 1
    assert [note.disposition for note in notes(outcome)] == [Disposition.quarantined]
    assert "1 of 2 wires" in outcome.detail


def test_a_version_goes_out_under_its_item(profiles: Mapping[str, Profile]) -> None:
    wire = orjson.dumps(NINJS)
    outcome = read_record(headers(), wire, profiles, NOW)
    (record,) = accepted(outcome)
    fact = ACCEPTED.validate_json(record.value)
    assert isinstance(fact, VersionAccepted)
    assert record.key.decode() == fact.item_id == item_id_of("northwire", "urn:example:1")
    assert (fact.receipt_id, fact.received_at, fact.wire_sha256) == ("r-1", RECEIVED, sha256_of(wire))
    assert record.headers["receipt_id"] == b"r-1"
    (note,) = notes(outcome)
    assert (note.stage, note.disposition, note.at) == ("parsed", None, NOW)


def test_the_same_record_gives_the_same_outputs(profiles: Mapping[str, Profile]) -> None:
    wire = orjson.dumps(NINJS)
    assert read_record(headers(), wire, profiles, NOW) == read_record(headers(), wire, profiles, NOW)


@pytest.mark.parametrize(
    "wire",
    [
        pytest.param(CUT, id="truncated JSON"),
        pytest.param(b"[" * 100_000, id="JSON bomb"),
        pytest.param(BOMB, id="XML bomb"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + bytes(200), id="a picture"),
    ],
)
def test_an_unreadable_wire_is_rejected_with_a_reason(profiles: Mapping[str, Profile], wire: bytes) -> None:
    outcome = read_record(headers(), wire, profiles, NOW)
    assert isinstance(outcome, Rejected)
    assert outcome.code
    assert outcome.detail
    assert not outcome.unexpected
    (note,) = notes(outcome)
    assert (note.disposition, note.code) == (Disposition.quarantined, outcome.code)
    assert accepted(outcome) == []


def test_nothing_is_fetched_for_an_external_entity(profiles: Mapping[str, Profile]) -> None:
    wire = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><html><body><p>Text &x; text.</p></body></html>'
    outcome = read_record(headers(), wire, profiles, NOW)
    assert b"root:" not in b"".join(record.value for record in outcome.outputs)


def test_bytes_that_are_no_valid_utf8_are_read(profiles: Mapping[str, Profile]) -> None:
    outcome = read_record(headers(), b"A headline\n\nA text \xff\xfe\xc3( here.", profiles, NOW)
    assert isinstance(outcome, Done)
    assert len(accepted(outcome)) == 1


def test_a_provider_whose_profile_is_gone_is_put_aside(profiles: Mapping[str, Profile]) -> None:
    outcome = read_record(headers(provider="gone"), orjson.dumps(NINJS), profiles, NOW)
    assert isinstance(outcome, Rejected)
    assert (outcome.code, outcome.provider) == ("unknown_provider", "gone")


@pytest.mark.parametrize(
    "changes", [{"received_at": b"yesterday"}, {"received_at": None}, {"provider": b"\xff"}, {"receipt_id": None}]
)
def test_a_record_without_its_headers_is_put_aside(
    profiles: Mapping[str, Profile], changes: Mapping[str, bytes | None]
) -> None:
    kept = {name: value for name, value in {**headers(), **changes}.items() if value is not None}
    outcome = read_record(kept, orjson.dumps(NINJS), profiles, NOW)
    assert isinstance(outcome, Rejected)
    assert outcome.code == "headers_unreadable"


@given(st.lists(st.binary()))
def test_frames_come_back_as_they_went(parts: list[bytes]) -> None:
    assert unframe(frame(parts)) == parts


def test_wires_and_outcomes_survive_the_way_to_a_worker_and_back() -> None:
    assert unpack_wire(pack_wire(headers(), b"\0\xff", NOW)) == (headers(), b"\0\xff", NOW)
    record = Outgoing("item.accepted", b"key", b"value", {"a": b"\xff"})
    for outcome in (Done((record, record)), Done(), Rejected("code", "detail", "northwire", True, 2, (record,))):
        assert unpack_outcome(pack_outcome(outcome)) == outcome


def test_a_bad_wire_does_not_cost_its_chunk_anything(profiles: Mapping[str, Profile]) -> None:
    payloads = [pack_wire(headers(receipt_id=f"r-{n}"), data, NOW) for n, data in enumerate((CUT, b"Head\n\nText."))]
    first, second = map(unpack_outcome, work(payloads))
    assert isinstance(first, Rejected)
    assert isinstance(second, Done)


class FixedPool:
    """Answers every batch with the same results."""

    def __init__(self, *results: bytes | Broken) -> None:
        self._results = results

    async def run(self, payloads: Sequence[bytes]) -> Sequence[bytes | Broken]:
        assert len(payloads) == len(self._results)
        return self._results


def record(value: bytes) -> Record:
    return Record("wire.received", 0, 0, b"r-1", value, headers(), RECEIVED)


@pytest.mark.parametrize(("code", "unexpected"), [("worker_hung", False), ("worker_crashed", True)])
async def test_a_wire_that_its_worker_did_not_survive_is_put_aside(code: str, unexpected: bool) -> None:
    stage = ParseStage(FixedPool(Broken(code, "why")), FixedClock(NOW))
    (outcome,) = await stage.handle([record(b"wire")])
    assert isinstance(outcome, Rejected)
    assert (outcome.code, outcome.unexpected, outcome.provider) == (code, unexpected, "northwire")
    assert notes(outcome)[0].disposition is Disposition.quarantined


async def test_wires_are_parsed_in_a_process_of_their_own() -> None:
    pool = WorkerPool(work, workers=1, chunk=8, seconds_each=20, prepare=prepare, arguments=("[northwire]\n",))
    try:
        outcomes = await ParseStage(pool, FixedClock(NOW)).handle(
            [record(orjson.dumps(NINJS)), record(CUT), record(b"Head\n\nText.")]
        )
    finally:
        await pool.close()
    assert [type(outcome) for outcome in outcomes] == [Done, Rejected, Done]
