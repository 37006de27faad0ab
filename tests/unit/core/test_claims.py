"""Values too large for a record travel through Blobs and come out whole."""

from __future__ import annotations

import pytest
from wiredesk_core.blobs.memory import MemoryBlobs
from wiredesk_core.broker.memory import MemoryPublisher
from wiredesk_core.claims import CLAIM_HEADER, LARGEST_INLINE, ClaimingPublisher, unwrap
from wiredesk_core.failures import Poison
from wiredesk_core.messages import Outgoing

SMALL = Outgoing("wire.received", b"key", b"x" * LARGEST_INLINE, {"provider": b"northwire"})
LARGE = Outgoing("wire.received", b"key", b"x" * (LARGEST_INLINE + 1), {"provider": b"northwire"})


class Closable(MemoryPublisher):
    """A memory publisher with nothing to let go of."""

    closed = False

    async def close(self) -> None:
        self.closed = True


async def test_a_value_that_fits_travels_as_it_is() -> None:
    publisher = Closable()
    await ClaimingPublisher(publisher, MemoryBlobs()).publish([SMALL])
    assert publisher.records == [SMALL]


async def test_a_value_too_large_is_in_blobs_before_its_record_is_sent_and_comes_out_whole() -> None:
    publisher, blobs = Closable(), MemoryBlobs()
    await ClaimingPublisher(publisher, blobs).publish([LARGE])
    (sent,) = publisher.records
    assert sent.value == b""
    assert sent.headers["provider"] == b"northwire"
    assert await unwrap(sent.value, sent.headers, blobs) == LARGE.value


async def test_a_claim_whose_bytes_are_gone_is_poison_and_says_which() -> None:
    with pytest.raises(Poison, match="deadbeef"):
        await unwrap(b"", {CLAIM_HEADER: b"deadbeef"}, MemoryBlobs())


async def test_closing_lets_go_of_the_publisher_behind() -> None:
    publisher = Closable()
    await ClaimingPublisher(publisher, MemoryBlobs()).close()
    assert publisher.closed
