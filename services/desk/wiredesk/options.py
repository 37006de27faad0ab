"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[Path, typer.Option("--data", envvar="WIREDESK_DATA", help="Folder of the desk on this machine.")]
Url = Annotated[
    str | None, typer.Option("--url", envvar="WIREDESK_URL", help="Gateway of another desk, http://HOST:PORT.")
]
Key = Annotated[str | None, typer.Option("--key", envvar="WIREDESK_KEY", help="API key; this desk's own by default.")]
Json = Annotated[bool, typer.Option("--json", help="The answer as JSON.")]
DATA = Path(".wiredesk")
