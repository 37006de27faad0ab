"""`python -m wiredesk_core.minting --name NAME --scope SCOPE…`: a new API key in the Registry, its token on standard output.

For deployments without the `wiredesk` command: every service image can run it beside the service.
"""

from __future__ import annotations

import argparse
import asyncio
import sys

from wiredesk_core.audit import open_audit
from wiredesk_core.clock import SystemClock
from wiredesk_core.deeds import Deed
from wiredesk_core.failures import Failure
from wiredesk_core.keys import SCOPES, mint_key, store_key
from wiredesk_core.registry import open_registry
from wiredesk_core.settings import SharedSettings


async def mint(url: str, name: str, scopes: list[str], providers: list[str]) -> str:
    """A new key in the Registry at `url`; gives its token, which cannot be had a second time."""
    clock = SystemClock()
    registry, audit = open_registry(url, clock), open_audit(url)
    try:
        token, key = mint_key(name=name, scopes=scopes, providers=providers, now=clock.now())
        made = Deed(
            at=key.created, actor="operator", service="minting", action="key.made", subject=key.key_id, reason=name
        )
        await audit.append([made])
        await store_key(registry, key)
    finally:
        await registry.close()
        await audit.close()
    return token


def main() -> int:
    """The command."""
    asked = argparse.ArgumentParser(prog="python -m wiredesk_core.minting", description="Mint an API key.")
    asked.add_argument("--name", required=True, help="Who uses it")
    asked.add_argument("--scope", action="append", choices=sorted(SCOPES), help="What it may do; all when left out")
    asked.add_argument("--provider", action="append", default=[], help="Limit it to a provider; all when left out")
    given = asked.parse_args()
    scopes = given.scope or sorted(SCOPES)
    try:
        token = asyncio.run(mint(SharedSettings().registry, given.name, scopes, given.provider))
    except Failure as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    sys.stdout.write(f"{token}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
