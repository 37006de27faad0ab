"""From quarantine and back: ingest's and indexing's halves together, over stores in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import count

from wiredesk_core.agents.pool import Broken
from wiredesk_core.agents.runner import Runner
from wiredesk_core.agents.stage import Record, Stage
from wiredesk_core.archive.memory import MemoryArchive
from wiredesk_core.blobs.memory import MemoryBlobs
from wiredesk_core.broker.memory import MemoryPublisher
from wiredesk_core.claims import CLAIM_HEADER
from wiredesk_core.clock import FixedClock
from wiredesk_core.identity import sha256_of
from wiredesk_core.index.memory import MemoryIndex
from wiredesk_core.keys import mint_key
from wiredesk_core.lifecycle import Disposition
from wiredesk_core.messages import DECISION_HEADER, Outgoing, ReceiptNote
from wiredesk_core.shelf import QuarantineEntry
from wiredesk_core.testing import NOON
from wiredesk_indexing.ledger import Ledger
from wiredesk_indexing.stages import ApplyStage, ReceiptStage, ShelfStage, read_accepted
from wiredesk_ingest.reception import Arrival, records_of
from wiredesk_ingest.shelf import decided, put_back, recorded
from wiredesk_ingest.stage import ParseStage
from wiredesk_ingest.worker import prepare, work

WIRE = b'{"uri": "urn:harbour:1", "version": "1", "headline": "Ferry late", "body_text": "The ferry is late."}'
MOST_RECORDS = 100
"""Far more than any of these lines carries."""


class HerePool:
    async def run(self, payloads: Sequence[bytes]) -> Sequence[bytes | Broken]:
        return work(list(payloads))


class Line:
    """The stages from a wire to the archive, and every record that went between them."""

    def __init__(self) -> None:
        self.archive, self.publisher, self.clock = MemoryArchive(), MemoryPublisher(), FixedClock(NOON)
        ledger = Ledger(self.archive, MemoryIndex(), self.publisher, self.clock)
        stages: dict[str, Stage] = {
            "wire.received": ParseStage(HerePool(), self.clock),
            "item.accepted": ApplyStage("apply", read_accepted, ledger),
            "wire.quarantined": ShelfStage(self.archive),
            "receipt.noted": ReceiptStage(self.archive),
        }
        self.blobs = MemoryBlobs()
        self._runners = {
            topic: Runner(stage, self.publisher, self.blobs, self.clock) for topic, stage in stages.items()
        }
        self._offsets = count(17)
        self.passed: list[Record] = []

    async def carry(self, *records: Outgoing) -> None:
        """Records through all stages, and all that follows from them."""
        waiting = list(records)
        while waiting:
            assert len(self.passed) < MOST_RECORDS, "records go round without end"
            record = self._delivered(waiting.pop(0))
            self.publisher.records.clear()
            if record.topic.removesuffix(".bulk") in self._runners:
                await self.deliver(record)
            waiting += self.publisher.records

    async def deliver(self, *records: Record) -> None:
        for record in records:
            await self._runners[record.topic.removesuffix(".bulk")].run([record])

    def _delivered(self, sent: Outgoing) -> Record:
        at = self.clock.now()
        record = Record(sent.topic, 3, next(self._offsets), sent.key, sent.value, dict(sent.headers), at)
        self.passed.append(record)
        return record

    async def entry(self) -> QuarantineEntry:
        (listed,) = await self.archive.quarantined()
        entry = await self.archive.set_aside(listed.quarantine_id)
        assert entry is not None
        return entry

    async def replay(self) -> None:
        """As the way in does it for an operator."""
        _, key = mint_key(name="night desk", scopes={"quarantine:admin"}, now=NOON)
        entry = await self.entry()
        await self.carry(put_back(entry), recorded(decided("replay", entry, key, "", self.clock.now())))

    async def notes(self) -> list[tuple[str, int, Disposition | None]]:
        receipt = await self.archive.receipt("receipt-1")
        assert receipt is not None
        return [(note.stage, note.round, note.disposition) for note in receipt.notes]


def arrived(data: bytes = WIRE) -> tuple[Outgoing, Outgoing]:
    return records_of(Arrival("harbour", data, "receipt-1", NOON, "application/json"))


async def test_a_wire_that_is_replayed_once_it_can_be_read_is_accepted_and_its_receipt_tells_both() -> None:
    line = Line()
    prepare("")
    await line.carry(*arrived())
    assert (await line.entry()).why.code == "unknown_provider"
    prepare("[harbour]\n")
    await line.replay()
    assert (await line.entry()).state == "replayed"
    assert await line.notes() == [
        ("received", 1, None),
        ("parsed", 1, Disposition.quarantined),
        ("applied", 1, Disposition.accepted),
        ("parsed", 2, None),
    ]
    counts = await line.archive.counts()
    assert {d: n for d, n in counts.by_disposition.items() if n} == {Disposition.accepted: 1}
    assert counts.quarantined == 0
    (version,) = await line.archive.versions((await line.archive.find("urn:harbour:1"))[0])
    assert (version.receipt_id, version.received_at) == ("receipt-1", NOON)


async def test_a_wire_that_fails_again_is_the_same_entry_with_its_newest_reason() -> None:
    line = Line()
    prepare("")
    await line.carry(*arrived(WIRE[:-9]))
    first = await line.entry()
    prepare("[harbour]\n")
    await line.replay()
    again = await line.entry()
    assert (again.quarantine_id, again.state, again.value) == (first.quarantine_id, "shelved", WIRE[:-9])
    assert (first.why.code, again.why.code, again.why.round) == ("unknown_provider", "json_broken", 2)
    counts = await line.archive.counts()
    assert (counts.by_disposition[Disposition.quarantined], counts.quarantined) == (1, 1)
    await line.replay()
    assert (await line.entry()).why.round == 3


async def test_all_of_it_delivered_again_changes_nothing() -> None:
    line = Line()
    prepare("")
    await line.carry(*arrived())
    prepare("[harbour]\n")
    await line.replay()
    before = await line.entry(), await line.notes(), await line.archive.counts()
    changes = [record for record in line.passed if record.topic == "item.changed"]
    line.publisher.records.clear()
    await line.deliver(*(record for record in line.passed if record.topic != "item.changed"))
    for record in list(line.publisher.records):
        if record.topic == "receipt.noted":
            await line.archive.note([ReceiptNote.model_validate_json(record.value)])
    assert (await line.entry(), await line.notes(), await line.archive.counts()) == before
    assert len(changes) == 1
    assert not line.publisher.on("item.changed")


def claimed(wire: Outgoing) -> Outgoing:
    """The same wire, whose bytes wait in Blobs."""
    return replace(wire, value=b"", headers={**wire.headers, CLAIM_HEADER: sha256_of(wire.value).encode()})


async def test_a_lost_payload_is_put_aside_once_and_its_wire_can_be_replayed_when_it_is_restored() -> None:
    line = Line()
    prepare("[harbour]\n")
    wire, note = arrived()
    await line.carry(claimed(wire), note)
    entry = await line.entry()
    assert (entry.why.code, entry.why.stage, entry.value) == ("claim_lost", "parse", b"")
    await line.replay()
    assert ((await line.entry()).state, (await line.entry()).why.round) == ("shelved", 2), "it is still lost"
    await line.blobs.put(WIRE)
    await line.replay()
    assert (await line.entry()).state == "replayed"
    assert (await line.archive.find("urn:harbour:1")) != ()


async def test_a_wire_put_aside_whose_bytes_are_lost_on_the_way_to_the_shelf_keeps_its_first_reason() -> None:
    before, line = Line(), Line()
    prepare("")
    await before.carry(*arrived())
    (aside,) = [record for record in before.passed if record.topic == "wire.quarantined"]
    await line.carry(claimed(Outgoing(aside.topic, aside.key, aside.value, aside.headers)))
    entry = await line.entry()
    assert (entry.why.code, entry.value) == ("unknown_provider", b"")


async def test_a_decision_that_cannot_be_read_is_put_aside_once() -> None:
    line = Line()
    await line.carry(Outgoing("wire.quarantined", b"r", b"no decision", {DECISION_HEADER: b"drop"}))
    entry = await line.entry()
    assert (entry.why.stage, entry.why.topic, entry.value) == ("shelve", "wire.quarantined", b"no decision")
