"""The key of the desk: minted at the first start, kept where only its owner reads it, found by commands nearby."""

from __future__ import annotations

from datetime import UTC, datetime

from wiredesk_core.deeds import Audit, Deed
from wiredesk_core.failures import Refused
from wiredesk_core.keys import SCOPES, authenticate, mint_key, store_key
from wiredesk_core.ports import Registry

from wiredesk.places import DeskFolder
from wiredesk.running import write_whole


async def desk_key(folder: DeskFolder, registry: Registry, audit: Audit) -> str:
    """The token of this desk's own key; a new one when there is none or the registry does not know it."""
    now = datetime.now(UTC)
    if token := read_key(folder):
        try:
            await authenticate(registry, f"Bearer {token}", now)
        except Refused:
            pass
        else:
            return token
    token, key = mint_key(name="this desk", scopes=SCOPES, now=now)
    await audit.append([Deed(at=now, actor="operator", service="desk", action="key.made", subject=key.key_id)])
    await store_key(registry, key)
    write_whole(folder.key, f"{token}\n".encode(), mode=0o600)
    return token


def read_key(folder: DeskFolder) -> str | None:
    """The token in the data folder, if there is one."""
    try:
        return folder.key.read_text("utf-8").strip() or None
    except (FileNotFoundError, NotADirectoryError):
        return None
