"""`wiredesk parse`: wires to items, with no broker."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from wiredesk_core.failures import Misconfigured

from wiredesk.console import counting, put

if TYPE_CHECKING:
    from wiredesk_ingest.providers import Profile

QUARANTINED = 3


def parse(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Wires, in any format; - for standard input.")],
    provider: Annotated[str, typer.Option(help="Whose wires they are.")] = "local",
    providers: Annotated[Path | None, typer.Option(help="TOML file of provider profiles.")] = None,
) -> None:
    """Read wires and write their items as NDJSON, a line an item; exit code 3 when something was quarantined."""
    profile = profile_of(provider, providers)
    quarantined = False
    with counting("Parsing", len(files)) as advance:
        for file in files:
            for line in lines_of(file, profile):
                quarantined |= "quarantine" in line
                put(json.dumps(line, ensure_ascii=False))
            advance(1, file.name)
    raise typer.Exit(QUARANTINED if quarantined else 0)


def profile_of(provider: str, providers: Path | None) -> Profile:
    """The provider's profile; a plain one when no file is given. Raises Misconfigured when the file lacks it."""
    from wiredesk_ingest.provider_file import read_profiles
    from wiredesk_ingest.providers import Profile

    if providers is None:
        return Profile(name=provider)
    if not providers.is_file():
        raise Misconfigured(f"There is no providers file {providers}: check --providers.")
    profiles = read_profiles(providers.read_text("utf-8"))
    if provider not in profiles:
        raise Misconfigured(f"{providers} has no provider {provider!r}: it has {', '.join(sorted(profiles))}.")
    return profiles[provider]


def lines_of(file: Path, profile: Profile) -> list[dict[str, object]]:
    """What a file holds, as lines; why it cannot be read, as one line."""
    from wiredesk_ingest.intake import parse_bytes

    try:
        data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as broken:
        raise Misconfigured(f"{file} cannot be read: {broken.strerror}.") from broken
    return [{"file": str(file), **found} for found in parse_bytes(data, file.name, profile)]
