"""Nobody gives what he does not hold himself: how far one key reaches beside another. Pure."""

from __future__ import annotations

from wiredesk_core.keys import Key
from wiredesk_core.keys.key import REACHES


def is_within(giver: Key, key: Key) -> bool:
    """Whether a key has nothing that the giver has not."""
    return key.scopes <= giver.scopes and all(
        not getattr(giver, name) or (getattr(key, name) and getattr(key, name) <= getattr(giver, name))
        for name in REACHES
    )
