"""One desk a data folder: who runs on it, on which ports. Written by `up`, read by the other commands."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from wiredesk_core.failures import Misconfigured

from wiredesk.places import DeskFolder


class ProcessNote(BaseModel):
    """A process of the desk as it was last seen."""

    name: str
    pid: int | None = None
    state: str = "waiting"
    restarts: int = 0
    health: str | None = None


class DeskNote(BaseModel):
    """A desk as it was last seen."""

    pid: int
    gateway: str
    ingest: str
    broker: str
    providers: str = ""
    processes: list[ProcessNote] = []

    @property
    def providers_file(self) -> Path | None:
        """Its file of provider profiles."""
        return Path(self.providers) if self.providers else None


@contextlib.contextmanager
def sole_desk(folder: DeskFolder) -> Iterator[None]:
    """Hold the data folder. Raises Misconfigured, with the holder's process id, when a desk runs on it already."""
    folder.root.mkdir(parents=True, exist_ok=True)
    with folder.lock.open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as held:
            lock.seek(0)
            pid = lock.read().strip() or "unknown"
            raise Misconfigured(
                f"A desk runs on {folder.root} already (pid {pid}). Stop it with Ctrl-C or `kill {pid}`, "
                "or give this one its own folder with --data."
            ) from held
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


def is_running(folder: DeskFolder) -> bool:
    """Whether a desk holds the folder."""
    if not folder.lock.exists():
        return False
    with folder.lock.open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


def write_note(folder: DeskFolder, note: DeskNote) -> None:
    """Leave word, whole or not at all."""
    write_whole(folder.state, note.model_dump_json(indent=1).encode())


def read_note(folder: DeskFolder) -> DeskNote | None:
    """The last word left, also by a desk that has ended since."""
    try:
        return DeskNote.model_validate_json(folder.state.read_bytes())
    except (FileNotFoundError, NotADirectoryError, ValidationError):
        return None


def broker_of(folder: DeskFolder) -> str:
    """The broker of the desk that runs on a folder. Raises Misconfigured when none does."""
    note = read_note(folder)
    if note is None or not is_running(folder):
        raise Misconfigured(
            f"No desk runs on {folder.root}: start one with `wiredesk up`, or name a broker with --broker."
        )
    return note.broker


def write_whole(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Replace a file in one step, with the given permissions from its first byte on."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as opened:  # noqa: PTH123 - mode at birth
        opened.write(data)
    fresh.replace(path)


def as_json(value: Mapping[str, Any]) -> str:
    """One line of JSON, for people and programs."""
    return json.dumps(value, ensure_ascii=False)
