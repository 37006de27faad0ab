"""What was worked out before, for copies: answers under a digest of all that they depend on, up to a number of bytes.

Whoever keeps an answer here puts everything into its key that the answer is made from, the makers' versions too. So
an answer from memory is byte for byte what working it out again would give.
"""

from __future__ import annotations

from collections import OrderedDict
from hashlib import blake2b

OVERHEAD = 200
"""Bytes that an entry takes besides its key and answer."""


class Memory:
    """Answers by key; those not asked for longest go first. Without room nothing is kept."""

    def __init__(self, most_bytes: int = 0) -> None:
        self._most = most_bytes
        self._taken = 0
        self._kept: OrderedDict[bytes, bytes] = OrderedDict()

    @property
    def taken(self) -> int:
        """Bytes in use."""
        return self._taken

    def get(self, key: bytes) -> bytes | None:
        """The answer under a key, None when there is none (any more)."""
        answer = self._kept.get(key)
        if answer is not None:
            self._kept.move_to_end(key)
        return answer

    def keep(self, key: bytes, answer: bytes) -> None:
        """Keep an answer, in place of the oldest where there is no room."""
        if key in self._kept or self._size(key, answer) > self._most:
            return
        self._kept[key] = answer
        self._taken += self._size(key, answer)
        while self._taken > self._most:
            self._taken -= self._size(*self._kept.popitem(last=False))

    def _size(self, key: bytes, answer: bytes) -> int:
        return len(key) + len(answer) + OVERHEAD


def key_of(*parts: str | bytes) -> bytes:
    """A digest of these parts; no two lists of parts share one."""
    digest = blake2b(digest_size=20)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.digest()
