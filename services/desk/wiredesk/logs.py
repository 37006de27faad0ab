"""The log files of the desk's processes: appended to, set aside when long, their last lines shown when one dies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import BinaryIO

LOG_BYTES = 8 * 1024 * 1024
"""A log larger than this is set aside (one generation) at the next start of its process."""
TAIL_BYTES = 16 * 1024


def open_log(path: Path) -> BinaryIO:
    """Open a log for appending; a long one is set aside first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LOG_BYTES:
        path.replace(path.with_suffix(".log.1"))
    return path.open("ab")


def last_words(path: Path, lines: int = 2, width: int = 200) -> str:
    """The last lines of a log, joined; of a JSON line only what it says. Empty when there is none."""
    if not path.exists():
        return ""
    with path.open("rb") as log:
        log.seek(max(0, path.stat().st_size - TAIL_BYTES))
        tail = log.read().decode("utf-8", "replace").splitlines()
    return " | ".join(_said(line)[:width] for line in tail[-lines:] if line.strip())


def _said(line: str) -> str:
    try:
        entry = json.loads(line)
    except ValueError:
        return line.strip()
    return str(entry.get("message", line)) if isinstance(entry, dict) else line.strip()
