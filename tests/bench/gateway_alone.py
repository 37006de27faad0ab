"""The gateway without a broker behind it. Run with FOLDER PORT."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import uvloop
from wiredesk_core.archive import open_archive_reader
from wiredesk_core.audit import open_audit
from wiredesk_core.audit.trail import Trail
from wiredesk_core.clock import SystemClock
from wiredesk_core.index import open_index_reader
from wiredesk_core.registry import open_registry
from wiredesk_core.usage import Ledger
from wiredesk_core.web.serving import listen, serve, stop_on_signals
from wiredesk_gateway.app import create_app
from wiredesk_gateway.changes import MemoryChangeLog


async def main(folder: Path, port: int) -> None:
    """Serve the stores of the folder until told to stop."""
    stop = asyncio.Event()
    stop_on_signals(stop)
    url = f"sqlite:{folder / 'registry.db'}"
    audit, registry = open_audit(url), open_registry(url)
    app = create_app(
        archive=open_archive_reader(f"sqlite:{folder / 'archive.db'}"),
        index=open_index_reader(f"tantivy:{folder / 'index'}"),
        registry=registry,
        audit=audit,
        trail=Trail(audit),
        ledger=Ledger(registry),
        changes=MemoryChangeLog(),
        clock=SystemClock(),
        signing_key=b"for benchmarks alone, of no use elsewhere",
        stopping=stop,
    )
    await serve(app, listen("127.0.0.1", port), stop)


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1]), int(sys.argv[2])))
