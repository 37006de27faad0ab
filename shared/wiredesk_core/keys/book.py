"""Keys in the Registry: put into force, changed, taken out of force, and when each was last used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from pydantic import ValidationError

from wiredesk_core.failures import Conflict, Refused, Transient
from wiredesk_core.keys.key import Key
from wiredesk_core.keys.tokens import prove, read_token, with_new_secret
from wiredesk_core.moments import iso
from wiredesk_core.ports import Registry

KIND = "key"
"""The Registry's kind of entry that holds keys."""
USED = "key_used"
"""The kind that holds when a key was last used: apart, so that using a key never meets a change of it."""

TRIES = 5


async def store_key(registry: Registry, key: Key) -> None:
    """Put a new key into force. Raises Conflict when its id is taken."""
    await registry.put(KIND, key.key_id, key.kept(), expected=None)


async def stored_keys(registry: Registry) -> tuple[Key, ...]:
    """All keys that can be read, by id."""
    found = [key_of(entry.value) for entry in await registry.entries(KIND)]
    return tuple(key for key in found if key is not None)


async def look_up(registry: Registry, key_id: str) -> Key | None:
    """The key of that id."""
    entry = await registry.get(KIND, key_id)
    return None if entry is None else key_of(entry.value)


async def change_key(registry: Registry, key_id: str, change: Callable[[Key], Key]) -> Key:
    """The key after a change of it. Raises Refused(404) for an unknown one, Conflict when others keep changing it."""
    for _ in range(TRIES):
        entry = await registry.get(KIND, key_id)
        key = None if entry is None else key_of(entry.value)
        if entry is None or key is None:
            raise Refused(404, "key_not_found", "there is no such key")
        changed = change(key)
        try:
            await registry.put(KIND, key_id, changed.kept(), expected=entry.stamp)
        except Conflict:
            continue
        return changed
    raise Conflict(f"the key {key_id} kept changing under {TRIES} attempts")


async def rotate_key(registry: Registry, key_id: str, now: datetime, overlap: timedelta) -> tuple[str, Key]:
    """A new token for the key; the one until now works for `overlap` longer. Raises Refused(400 or 404)."""
    token = ""

    def change(key: Key) -> Key:
        nonlocal token
        token, changed = with_new_secret(key, now, overlap)
        return changed

    key = await change_key(registry, key_id, change)
    return token, key


async def revoke_key(registry: Registry, key_id: str) -> bool:
    """Take a key out of force; False when there is none of that id."""
    entry = await registry.get(KIND, key_id)
    if entry is None:
        return False
    await registry.drop(KIND, key_id, expected=entry.stamp)
    return True


async def authenticate(registry: Registry, header_value: str | None, now: datetime) -> Key:
    """The key that an Authorization header names. Raises Refused(401) unless everything about it is in order."""
    token = read_token(header_value)
    return prove(await look_up(registry, token.key_id), token, now)


async def note_use(registry: Registry, key_id: str, now: datetime) -> None:
    """That a key was used about now. Whoever else notes it at the same moment says the same.

    Nobody is turned away because it cannot be written down.
    """
    try:
        entry = await registry.get(USED, key_id)
        await registry.put(USED, key_id, {"at": iso(now)}, expected=None if entry is None else entry.stamp)
    except (Conflict, Transient):
        return


async def uses(registry: Registry) -> Mapping[str, str]:
    """When each key was last used, by id (ISO 8601, UTC), within a minute or so."""
    return {entry.name: str(entry.value.get("at", "")) for entry in await registry.entries(USED)}


def key_of(value: object) -> Key | None:
    """A damaged entry is no key: it opens nothing."""
    try:
        return Key.model_validate(value)
    except ValidationError:
        return None
