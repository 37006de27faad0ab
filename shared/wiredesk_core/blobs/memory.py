"""Blobs in a process's memory: for tests and for runs that keep nothing."""

from __future__ import annotations

from wiredesk_core.identity import sha256_of


class MemoryBlobs:
    """Keeps bytes in a dict; gone with the process."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    async def put(self, data: bytes) -> str:
        """See Blobs."""
        sha256 = sha256_of(data)
        self._kept.setdefault(sha256, bytes(data))
        return sha256

    async def get(self, sha256: str) -> bytes | None:
        """See Blobs."""
        return self._kept.get(sha256)
