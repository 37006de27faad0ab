"""Which worker enriches which story: copies go where the story went, since that worker remembers it; others where least waits."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from hashlib import blake2b

import orjson
from wiredesk_core.agents.pool import Broken, WorkerPool

REMEMBERED = 20_000
"""Stories whose worker is known."""
PARAGRAPH_LETTERS = 60
"""Shorter ones are sign-offs and headings, which stories share that are no copies."""
COPY_COST = 0.25
"""Of a story's cost, where the worker remembers most of it."""
LONGEST_LEAD = 40_000
"""Bytes of stories that more may wait for one worker than for another, before a copy goes elsewhere."""


class Dispatcher:
    """Several pools of one worker each, as one pool."""

    def __init__(self, workers: Sequence[WorkerPool]) -> None:
        self._workers = tuple(workers)
        self._seen_by: OrderedDict[bytes, int] = OrderedDict()

    async def run(self, payloads: Sequence[bytes]) -> Sequence[bytes | Broken]:
        """One result a payload, in order."""
        shares = self.shares(payloads)
        done = await asyncio.gather(
            *(self._workers[number].run([payloads[at] for at in share]) for number, share in shares.items())
        )
        results: dict[int, bytes | Broken] = {}
        for share, made in zip(shares.values(), done, strict=True):
            results |= zip(share, made, strict=True)
        return [results[at] for at in range(len(payloads))]

    def shares(self, payloads: Sequence[bytes]) -> dict[int, list[int]]:
        """The numbers of the payloads that each worker gets; those without one get nothing."""
        waiting = [0.0] * len(self._workers)
        shares: dict[int, list[int]] = {}
        for at, payload in enumerate(payloads):
            mark = mark_of(payload)
            known = self._seen_by.get(mark)
            least = waiting.index(min(waiting))
            follows = known is not None and waiting[known] - waiting[least] <= LONGEST_LEAD
            number = known if known is not None and follows else least
            waiting[number] += len(payload) * (COPY_COST if follows else 1)
            self._note(mark, number)
            shares.setdefault(number, []).append(at)
        return shares

    async def warm(self) -> None:
        """Start all workers now."""
        await asyncio.gather(*(worker.warm() for worker in self._workers))

    async def close(self) -> None:
        """Stop all workers; what they hold is abandoned."""
        await asyncio.gather(*(worker.close() for worker in self._workers))

    def _note(self, mark: bytes, number: int) -> None:
        self._seen_by[mark] = number
        self._seen_by.move_to_end(mark)
        if len(self._seen_by) > REMEMBERED:
            self._seen_by.popitem(last=False)


def mark_of(payload: bytes) -> bytes:
    """What copies of a story have in common: the smallest digest of its paragraphs (one value of a MinHash).

    Two stories share it as often as their paragraphs are the same.
    """
    body = str(orjson.loads(payload).get("body_text", ""))
    paragraphs = [" ".join(part.split()) for part in body.split("\n\n")]
    long_ones = [part for part in paragraphs if len(part) >= PARAGRAPH_LETTERS] or paragraphs
    return min(blake2b(part.encode(), digest_size=12).digest() for part in long_ones)
