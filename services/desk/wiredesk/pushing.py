"""Files to the desk: what to push for whom, and what became of each."""

from __future__ import annotations

import mimetypes
import os
import re
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wiredesk_core.failures import Misconfigured, Refused

from wiredesk.connection import Connection
from wiredesk.console import counting, put, say, table

STDIN = "-"
TYPES = {
    ".ndjson": "application/x-ndjson",
    ".jsonl": "application/x-ndjson",
    ".txt": "text/plain",
    ".html": "text/html",
}
"""Names that the machine's own table may not know; the desk looks at the bytes anyway."""

OK, NOT_TAKEN, QUARANTINED = 0, 1, 3
"""Exit codes of a push."""

FAULTS = frozenset({"refused", "waiting"})
POLL_SECONDS = 0.1
VERSIONS = re.compile(r"(\d+) versions")
"""How the note of the parsing begins: as many notes of the applying follow."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One file to push. `path` is `-` for standard input."""

    path: Path
    provider: str
    name: str
    """As shown: below the folder that was given."""

    @property
    def content_type(self) -> str:
        """What its name says."""
        suffix = self.path.suffix.lower()
        return TYPES.get(suffix) or mimetypes.guess_type(self.path.name)[0] or "application/octet-stream"

    def read(self) -> bytes:
        """Its bytes."""
        return sys.stdin.buffer.read() if str(self.path) == STDIN else self.path.read_bytes()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one item of a pushed file; `disposition` is `refused` or `waiting` when the desk decided nothing."""

    file: str
    disposition: str
    item: str = ""
    detail: str = ""
    item_id: str = ""


@dataclass(frozen=True, slots=True)
class Pending:
    """A receipt whose story is not told to its end yet."""

    file: str
    receipt_id: str
    url: str


def parcels_of(paths: Iterable[str], provider: str | None) -> list[Parcel]:
    """All files below the paths, in the order of their names. Without a provider, a file's folder names it."""
    return [
        Parcel(path, provider or _folder_name(path), _shown(path, Path(given)))
        for given in paths
        for path in _files(given)
    ]


def push(parcel: Parcel, ingest: Connection) -> list[Pending]:
    """Hand one file over; returns once the desk has it on disk. Raises Refused when it does not take it."""
    answer = ingest.request(
        "POST",
        f"/v1/wires/{parcel.provider}",
        content=parcel.read(),
        headers={
            b"Content-Type": parcel.content_type.encode(),
            b"X-Filename": os.fsencode("".join(filter(str.isprintable, parcel.path.name))),
            b"Idempotency-Key": uuid.uuid4().hex.encode(),  # a push that is tried again is still one push
        },
    )
    receipts = answer.json()["receipts"]
    names = [parcel.name] if len(receipts) == 1 else [f"{parcel.name}:{n}" for n in range(1, len(receipts) + 1)]
    return [Pending(name, r["receipt_id"], r["url"]) for name, r in zip(names, receipts, strict=True)]


def follow(pending: Pending, gateway: Connection) -> list[Outcome] | None:
    """What became of a receipt; None while that is not decided."""
    try:
        receipt = gateway.get(f"/v1/receipts/{pending.receipt_id}").json()
    except Refused as refused:
        if refused.status == 404:  # noted a moment after it was pushed
            return None
        raise
    notes = receipt["notes"]
    return outcomes_of(pending.file, notes) if is_complete(notes) else None


def is_complete(notes: Sequence[dict[str, Any]]) -> bool:
    """Whether every item that was read from the wire has its disposition; a wire put aside or without items has one."""
    parsed = next((note for note in notes if note["stage"] == "parsed"), None)
    if parsed is None:
        return False
    if parsed.get("disposition"):
        return True
    promised = VERSIONS.match(parsed.get("detail") or "")
    applied = sum(note["stage"] == "applied" for note in notes)
    return promised is not None and applied >= int(promised[1])


def outcomes_of(file: str, notes: Sequence[dict[str, Any]]) -> list[Outcome]:
    """One outcome for each note that decides something."""
    decided = [note for note in notes if note.get("disposition")]
    return [
        Outcome(
            file=file,
            disposition=str(note["disposition"]),
            item=str(note.get("uri") or note.get("item_id") or ""),
            detail=": ".join(str(note[name]) for name in ("code", "detail") if note.get(name)),
            item_id=str(note.get("item_id") or ""),
        )
        for note in decided
    ]


def push_all(parcels: Sequence[Parcel], ingest: Connection) -> tuple[list[Outcome], list[Pending]]:
    """Hand over all files in order; one that is refused does not stop the others."""
    refused: list[Outcome] = []
    pending: list[Pending] = []
    with counting("Pushing", len(parcels)) as advance:
        for parcel in parcels:
            try:
                pending += push(parcel, ingest)
            except Refused as problem:
                if problem.status in (401, 403):
                    raise  # the same key for all: the others would fare no better
                refused.append(Outcome(parcel.name, "refused", detail=f"{problem.code}: {problem.detail}"))
            advance(1, parcel.path.name)
    return refused, pending


def follow_all(pending: Sequence[Pending], gateway: Connection, seconds: float) -> list[Outcome]:
    """What became of all of them, in order; `waiting` for those that were not decided in time."""
    deadline = time.monotonic() + seconds
    told: dict[str, list[Outcome]] = {}
    with counting("Waiting for dispositions", len(pending)) as advance:
        while open_ones := [one for one in pending if one.receipt_id not in told]:
            for one in open_ones:
                if (outcomes := follow(one, gateway)) is not None:
                    told[one.receipt_id] = outcomes
                    advance(1, one.file)
            if time.monotonic() >= deadline:
                break
            time.sleep(POLL_SECONDS if len(told) < len(pending) else 0)
    late = "not decided yet; look again at its receipt"
    return [
        outcome
        for one in pending
        for outcome in told.get(one.receipt_id, [Outcome(one.file, "waiting", one.receipt_id, late)])
    ]


def report(outcomes: Sequence[Outcome]) -> None:
    """The table of dispositions, and their sums."""
    rows = [(o.file, o.disposition, o.item, o.detail) for o in outcomes]
    put(table(("File", "Disposition", "Item", "Detail"), rows))
    sums = Counter(outcome.disposition for outcome in outcomes)
    say(", ".join(f"{number} {disposition}" for disposition, number in sums.most_common()) or "Nothing was pushed.")


def exit_code(outcomes: Sequence[Outcome]) -> int:
    """What the shell is told."""
    found = {outcome.disposition for outcome in outcomes}
    if found & FAULTS:
        return NOT_TAKEN
    return QUARANTINED if "quarantined" in found else OK


def _files(given: str) -> Iterator[Path]:
    path = Path(given)
    if given == STDIN or path.is_file():
        yield path
    elif path.is_dir():
        found = sorted(file for file in path.rglob("*") if file.is_file() and not file.name.startswith("."))
        if not found:
            raise Misconfigured(f"The folder {given} holds no file to push.")
        yield from found
    else:
        raise Misconfigured(f"There is no file or folder {given}.")


def _shown(path: Path, given: Path) -> str:
    return str(path) if path == given else str(path.relative_to(given))


def _folder_name(path: Path) -> str:
    name = "" if str(path) == STDIN else path.absolute().parent.name
    if not name:
        raise Misconfigured(f"Whose wire is {path}? Say it with --provider.")
    return name
