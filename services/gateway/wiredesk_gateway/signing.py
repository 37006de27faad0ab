"""The key that signs cursors: the same on every gateway, so that a reader may turn to any of them."""

from __future__ import annotations

import secrets

from wiredesk_core.failures import Conflict
from wiredesk_core.ports import Registry

KIND = "secret"
NAME = "cursor-signing"
KEY_BYTES = 32


async def shared_signing_key(registry: Registry) -> bytes:
    """The key that the Registry keeps; the first gateway to come makes it."""
    for _ in range(3):
        entry = await registry.get(KIND, NAME)
        if entry is not None:
            return bytes.fromhex(entry.value["key"])
        try:
            await registry.put(KIND, NAME, {"key": secrets.token_hex(KEY_BYTES)}, expected=None)
        except Conflict:  # another gateway was first: read its key
            continue
    raise Conflict("the Registry neither has a signing key nor takes one")
