"""Claim checks: values too large for a record travel through Blobs, the record carries their hash."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from wiredesk_core.failures import Poison
from wiredesk_core.messages import Headers, Outgoing
from wiredesk_core.ports import Blobs, Publisher
from wiredesk_core.topics import MAX_RECORD_BYTES

CLAIM_HEADER = "claim"
LARGEST_INLINE = MAX_RECORD_BYTES - 256 * 1024
"""Bytes of value that still leave room for key, headers and framing."""


async def wrap(record: Outgoing, blobs: Blobs) -> Outgoing:
    """The record itself if it is small enough, else one whose value waits in Blobs."""
    if len(record.value) <= LARGEST_INLINE:
        return record
    sha256 = await blobs.put(record.value)
    return replace(record, value=b"", headers={**record.headers, CLAIM_HEADER: sha256.encode()})


async def unwrap(value: bytes, headers: Headers, blobs: Blobs) -> bytes:
    """The value that was sent. Raises Poison when the claimed bytes are gone."""
    claim = headers.get(CLAIM_HEADER)
    if claim is None:
        return value
    kept = await blobs.get(claim.decode())
    if kept is None:
        raise Poison(
            "claim_lost", f"the payload {claim.decode()} is no longer in the blob store; restore it and replay"
        )
    return kept


class Closing(Publisher, Protocol):
    """A publisher that has to let go of its broker."""

    async def close(self) -> None:
        """Send what is queued and let go."""
        ...


class ClaimingPublisher:
    """A publisher that sends large values by claim check."""

    def __init__(self, publisher: Closing, blobs: Blobs) -> None:
        self._publisher = publisher
        self._blobs = blobs

    async def publish(self, records: Sequence[Outgoing]) -> None:
        """As Publisher.publish; a value is in Blobs before its record is on the topic."""
        await self._publisher.publish([await wrap(record, self._blobs) for record in records])

    async def close(self) -> None:
        """Send what is queued and let go of the broker."""
        await self._publisher.close()
