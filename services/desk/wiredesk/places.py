"""Where things lie on this machine: the cache that all desks share, and the data folder of one desk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


def cache_folder(environ: Mapping[str, str]) -> Path:
    """`WIREDESK_CACHE`, or the user's cache folder (XDG) with `wiredesk` in it."""
    if chosen := environ.get("WIREDESK_CACHE"):
        return Path(chosen).expanduser()
    home = environ.get("XDG_CACHE_HOME") or Path(environ.get("HOME", "~")).expanduser() / ".cache"
    return Path(home) / "wiredesk"


@dataclass(frozen=True, slots=True)
class DeskFolder:
    """The data folder of a one-machine desk; deleting it forgets everything."""

    root: Path

    @property
    def kafka(self) -> Path:
        """The broker's records and settings."""
        return self.root / "kafka"

    @property
    def logs(self) -> Path:
        """One log file a process."""
        return self.root / "logs"

    @property
    def state(self) -> Path:
        """What runs at the moment: ports and process ids, JSON."""
        return self.root / "up.json"

    @property
    def lock(self) -> Path:
        """Held as long as a desk runs on this folder."""
        return self.root / "up.lock"

    @property
    def key(self) -> Path:
        """The token that commands on this machine use; readable by its owner only."""
        return self.root / "key"
