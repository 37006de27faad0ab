from __future__ import annotations

import asyncio

from wiredesk_core.clock import FixedClock
from wiredesk_core.registry.memory import MemoryRegistry
from wiredesk_core.testing import NOON
from wiredesk_gateway.signing import shared_signing_key


async def test_all_gateways_sign_with_the_same_key() -> None:
    registry = MemoryRegistry(FixedClock(NOON))
    keys = await asyncio.gather(*(shared_signing_key(registry) for _ in range(5)))
    assert len(set(keys)) == 1
    assert len(keys[0]) == 32
    assert await shared_signing_key(MemoryRegistry(FixedClock(NOON))) != keys[0]
