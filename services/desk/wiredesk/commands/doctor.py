"""`wiredesk doctor`: what is missing, and how to mend it."""

from __future__ import annotations

import asyncio
import os
from typing import Annotated

import typer

from wiredesk.console import put
from wiredesk.options import DATA, Data
from wiredesk.places import DeskFolder, cache_folder

MISSING = 1


def doctor(
    data: Data = DATA,
    port: Annotated[int, typer.Option(help="Port that the gateway would take.")] = 8080,
    ingest_port: Annotated[int, typer.Option(help="Port that ingest would take.")] = 8081,
) -> None:
    """Check everything that a desk needs on this machine; exit code 1 when something is missing."""
    from wiredesk.examination import Subject, examine

    subject = Subject(DeskFolder(data), cache_folder(os.environ), {"--port": port, "--ingest-port": ingest_port})
    findings = asyncio.run(examine(subject))
    width = max(len(finding.name) for finding in findings)
    for finding in findings:
        put(f"{'ok     ' if finding.ok else 'MISSING'}  {finding.name.ljust(width)}  {finding.told}")
    raise typer.Exit(0 if all(finding.ok for finding in findings) else MISSING)
