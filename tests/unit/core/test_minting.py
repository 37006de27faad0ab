"""The command that mints a key beside a service."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from wiredesk_core.audit import open_audit
from wiredesk_core.failures import Refused
from wiredesk_core.keys import authenticate
from wiredesk_core.minting import mint
from wiredesk_core.registry import open_registry


async def test_a_minted_token_opens_what_it_was_minted_for_and_nothing_else(tmp_path: Path) -> None:
    url = f"sqlite:{tmp_path / 'registry.db'}"
    token = await mint(url, "the sports desk", ["items:read"], ["northwire"])
    registry, audit = open_registry(url), open_audit(url)
    try:
        (made,) = await audit.read()
        key = await authenticate(registry, f"Bearer {token}", datetime.now(UTC))
    finally:
        await registry.close()
        await audit.close()
    assert (made.deed.action, made.deed.subject) == ("key.made", key.key_id)
    assert (key.name, key.scopes, key.providers) == (
        "the sports desk",
        frozenset({"items:read"}),
        frozenset({"northwire"}),
    )


async def test_an_unknown_scope_mints_nothing(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no such scope"):
        await mint(f"sqlite:{tmp_path / 'registry.db'}", "me", ["everything"], [])
