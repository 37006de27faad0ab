"""The watched folder: files become wires, and move only once the broker has them on disk.

    incoming/PROVIDER/FILE  →  done/PROVIDER/FILE      published
                            →  failed/PROVIDER/FILE    never will be; FILE.reason.json beside it says why

A crash between the broker's answer and the move publishes the file again under the same receipt number, which
changes nothing downstream. Folders below a provider's folder are looked into, and are there again below `done`.

A provider's profile may name a folder of its own, as a file server has it: its files lie in it directly, and `.done` and
`.failed` beside them.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from wiredesk_core.failures import Refused, Transient, Unreadable
from wiredesk_core.identity import receipt_id_for, sha256_of
from wiredesk_core.moments import iso
from wiredesk_core.ports import Clock, Publisher
from wiredesk_core.telemetry import count, log
from wiredesk_core.tracing import HandingOn, Tracing, entering

from wiredesk_ingest.admission import Bounds
from wiredesk_ingest.gatekeeper import Gatekeeper
from wiredesk_ingest.providers import Profile
from wiredesk_ingest.reception import UNTYPED, Arrival, lines_of, records_of
from wiredesk_ingest.usage import CountWire, uncounted

BATCH_BYTES = 8 * 1024 * 1024
"""Files are published together up to this many bytes: one answer of the broker for many small files."""

DEEPEST = 8
"""Folders within folders that are looked into."""

NO_PROVIDER = "_"
"""Where in `failed/` files go that lay in `incoming/` itself."""

REASON = ".reason.json"
LONGEST_NAME = 255 - len(REASON)
"""Bytes of a file's name that leave room for the reason's; file systems allow 255."""

LINE_SUFFIXES = frozenset({".ndjson", ".jsonl"})
UNFINISHED_SUFFIXES = frozenset({".tmp", ".part", ".partial", ".filepart", ".crdownload", ".swp"})

_log = log(__name__)

Sighting = tuple[int, int]
"""Size in bytes and modification time in nanoseconds."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file that lies ready, with the provider that its folder names (None in `incoming/` itself)."""

    path: Path
    provider: str | None
    sighting: Sighting
    regular: bool
    inside: Path
    """Its name below its provider's folder."""


@dataclass(frozen=True, slots=True)
class Scan:
    """What one look at the folder did. `waiting` files were still changing; `down` says that the broker was."""

    published: int = 0
    failed: int = 0
    waiting: int = 0
    down: bool = False


@dataclass(slots=True)
class WatchedFolder:
    """A folder that providers, or people, drop files into."""

    root: Path
    publisher: Publisher
    profiles: Mapping[str, Profile]
    clock: Clock
    max_bytes: int = 16 * 1024 * 1024
    tracing: Tracing = field(default_factory=HandingOn)
    gatekeeper: Gatekeeper = field(default_factory=lambda: Gatekeeper(Bounds()))
    provider: str | None = None
    """Whose folder this is; None where each provider has a folder in `incoming`."""
    still: float = 0.0
    """Seconds that a file has to lie unchanged before it is taken, besides from one look to the next."""
    count_wire: CountWire = uncounted
    _seen: dict[Path, tuple[Sighting, datetime]] = field(default_factory=dict)
    """Each file as it was last seen, and since when it has been so."""
    _blind: set[Path] = field(default_factory=set)
    """Folders that could not be looked into the last time; each is told once."""
    _published: dict[Path, Sighting] = field(default_factory=dict)
    """Published files that could not be moved: only the move is tried again."""

    async def scan(self) -> Scan:
        """One look: publish what has been still since the look before, oldest first. Raises OSError without a folder."""
        found = await asyncio.to_thread(self._list)
        still = self._unchanged(found)
        published = failed = 0
        try:
            for batch in _batches(still):
                self.gatekeeper.admit()
                sent, refused = await self._take(batch)
                published, failed = published + sent, failed + refused
        except Refused as full:
            _log.warning("files stay where they are for now", why=full.detail)
            return Scan(published, failed, len(found) - len(still), down=True)
        except Transient as down:
            _log.warning("the broker does not answer; files stay where they are", why=str(down))
            return Scan(published, failed, len(found) - len(still), down=True)
        return Scan(published, failed, len(found) - len(still))

    @property
    def incoming(self) -> Path:
        """Where files are dropped."""
        return self.root / "incoming" if self.provider is None else self.root

    def _list(self) -> list[Found]:
        blind: set[Path] = set()
        found = list_files(self.incoming, self.provider, blind)
        for folder in blind - self._blind:
            _log.warning("a folder cannot be looked into; the others go on", folder=shown(str(folder)))
        self._blind = blind
        return found

    def _unchanged(self, found: list[Found]) -> list[Found]:
        """The files that have been as they are since the look before, and long enough."""
        now, before = self.clock.now(), self._seen
        self._seen = {
            file.path: before[file.path] if before.get(file.path, (None,))[0] == file.sighting else (file.sighting, now)
            for file in found
        }
        self._published = {path: seen for path, seen in self._published.items() if path in self._seen}
        return [
            file
            for file in found
            if file.path in before
            and before[file.path][0] == file.sighting
            and (now - self._seen[file.path][1]).total_seconds() >= self.still
        ]

    async def _take(self, batch: list[Found]) -> tuple[int, int]:
        """Publish a batch together, then move its files; how many went to `done` and to `failed`."""
        taken: list[Found] = []
        arrivals: list[Arrival] = []
        failed = 0
        for file in batch:
            if self._published.get(file.path) == file.sighting:
                taken.append(file)
                continue
            try:
                arrivals += await asyncio.to_thread(self._arrivals, file)
                taken.append(file)
            except Unreadable as reason:
                failed += await asyncio.to_thread(self._fail, file, reason)
            except FileNotFoundError:
                continue  # taken back by whoever put it there
            except StillGrowing:
                self._seen.pop(file.path, None)
            except Exception:
                _log.exception("a file stays where it is, the others go on", file=shown(file.path.name))
        await self._publish(arrivals)
        self._published.update((file.path, file.sighting) for file in taken)
        for file in taken:
            await asyncio.to_thread(self._move, file, "done")
        return len(taken), failed

    async def _publish(self, arrivals: list[Arrival]) -> None:
        if not arrivals:
            return
        with entering(self.tracing, [(one.provider, one.receipt_id, "") for one in arrivals]) as contexts:
            traced = [replace(one, traceparent=context) for one, context in zip(arrivals, contexts, strict=True)]
            await self.publisher.publish([record for arrival in traced for record in records_of(arrival)])
        for arrival in arrivals:
            count("wiredesk_wires_total", provider=arrival.provider, way="folder")
            self.count_wire(arrival.provider, len(arrival.data), arrival.received_at)

    def _arrivals(self, file: Found) -> list[Arrival]:
        """The wires in a file. Raises Unreadable for one that can never be published."""
        provider = self._provider(file)
        data = self._bytes(file)
        lines = lines_of(data) if file.path.suffix.lower() in LINE_SUFFIXES else (data,)
        filename = shown(file.path.name)
        identity = f"{filename}\n{sha256_of(data)}"
        names = [identity] if len(lines) == 1 else [f"{identity}\n{number}" for number in range(len(lines))]
        return [
            Arrival(provider, line, receipt_id_for(provider, name), self.clock.now(), UNTYPED, filename)
            for line, name in zip(lines, names, strict=True)
        ]

    def _provider(self, file: Found) -> str:
        if file.provider is None:
            raise Unreadable("no_provider", "put the file into incoming/PROVIDER/, not into incoming/ itself")
        if file.provider not in self.profiles:
            raise Unreadable("unknown_provider", f"no profile for {file.provider!r}: add one, then move the file back")
        if not file.regular:
            raise Unreadable("not_a_file", "links, pipes and devices are not followed; put the file itself here")
        return file.provider

    def _bytes(self, file: Found) -> bytes:
        size, _ = file.sighting
        if size > self.max_bytes:
            raise Unreadable("body_too_large", f"{size} bytes; at most {self.max_bytes} are taken")
        try:
            data = _read(file.path, file.sighting)
        except FileNotFoundError:
            raise
        except OSError as error:
            raise Unreadable("file_unreadable", f"the file cannot be opened: {error.strerror}") from error
        if not data.strip():
            raise Unreadable("empty_body", "the file is empty")
        return data

    def _fail(self, file: Found, reason: Unreadable) -> int:
        _log.warning("a file cannot be taken", file=shown(file.path.name), code=reason.code)
        return self._move(file, "failed", reason)

    def _move(self, file: Found, where: Literal["done", "failed"], reason: Unreadable | None = None) -> int:
        """1 when the file is out of the way; a file that cannot be moved stays, and is tried again.

        So does one that another has taken the place of meanwhile: that is a wire of its own.
        """
        try:
            if _sighting(file.path.lstat()) != file.sighting:
                self._published.pop(file.path, None)
                return 0
            target = _free(self._below(where, file) / file.inside, self.clock.now())
            target.parent.mkdir(parents=True, exist_ok=True)
            if reason is not None:
                _explain(target, file, reason, self.clock.now())
            shutil.move(file.path, target)
        except OSError as error:
            _log.warning("a file cannot be moved", file=shown(file.path.name), to=where, why=str(error))
            return 0
        self._seen.pop(file.path, None)
        self._published.pop(file.path, None)
        return 1

    def _below(self, where: Literal["done", "failed"], file: Found) -> Path:
        """The folder below which a file goes."""
        if self.provider is not None:
            return self.root / f".{where}"
        return self.root / where / (file.provider or NO_PROVIDER)


async def watch(folder: WatchedFolder, interval: float, stop: asyncio.Event) -> None:
    """Look at the folder every `interval` seconds until told to stop; the look under way is finished."""
    await asyncio.to_thread(folder.incoming.mkdir, parents=True, exist_ok=True)
    while not stop.is_set():
        try:
            await folder.scan()
        except Exception:
            _log.exception("a look at the watched folder failed; the next one follows", folder=str(folder.root))
        try:
            await asyncio.wait_for(stop.wait(), interval)
        except TimeoutError:
            continue


def list_files(incoming: Path, provider: str | None = None, blind: set[Path] | None = None) -> list[Found]:
    """All finished files that wait, oldest first: of one provider, or each provider's in the folder of its name.

    A folder that cannot be looked into is put into `blind`; the others are listed all the same.
    """
    blind = set() if blind is None else blind
    if provider is not None:
        found = list(_files(incoming, provider, Path(), blind))
    else:
        found = list(_files(incoming, None, Path(), blind, deepest=0))
        for folder in _entries(incoming, blind):
            if folder.is_dir() and not folder.is_symlink() and not _is_passed_over(folder):
                found += _files(folder, folder.name, Path(), blind)
    return sorted(found, key=lambda file: (file.sighting[1], str(file.path)))


def _files(
    folder: Path, provider: str | None, inside: Path, blind: set[Path], deepest: int = DEEPEST
) -> Iterator[Found]:
    """The files of a folder and of those below it. Links are seen and never followed."""
    for path in _entries(folder, blind):
        if _is_passed_over(path):
            continue
        try:
            status = path.lstat()
        except FileNotFoundError:
            continue
        if not stat.S_ISDIR(status.st_mode):
            yield Found(path, provider, _sighting(status), stat.S_ISREG(status.st_mode), inside / path.name)
        elif deepest:
            yield from _files(path, provider, inside / path.name, blind, deepest - 1)


def _entries(folder: Path, blind: set[Path]) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except FileNotFoundError:
        return []
    except OSError:
        blind.add(folder)
        return []


def _is_passed_over(path: Path) -> bool:
    """Whether a name says that this is hidden, or not finished yet."""
    return path.name.startswith((".", "~")) or path.name.endswith("~") or path.suffix.lower() in UNFINISHED_SUFFIXES


def _batches(files: list[Found]) -> Iterator[list[Found]]:
    batch: list[Found] = []
    size = 0
    for file in files:
        if batch and size + file.sighting[0] > BATCH_BYTES:
            yield batch
            batch, size = [], 0
        batch.append(file)
        size += file.sighting[0]
    if batch:
        yield batch


class StillGrowing(Exception):
    """A file is not as it was when it was seen."""


def _read(path: Path, sighting: Sighting) -> bytes:
    """All bytes of a file, never through a link or from a pipe that took its place.

    Raises StillGrowing for a file that is another one than was seen, or was written to while it was read.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(descriptor, "rb") as file:
        data = file.read(sighting[0] + 1)
        now = _sighting(os.fstat(descriptor))
    if len(data) != sighting[0] or now != sighting:
        raise StillGrowing
    return data


def _sighting(status: os.stat_result) -> Sighting:
    return status.st_size, status.st_mtime_ns


def shown(name: str) -> str:
    """A file's name in valid UTF-8: senders name files in charsets of their own."""
    return os.fsencode(name).decode("utf-8", "replace")


def _free(target: Path, now: datetime) -> Path:
    """The target, under another name if an earlier file has its own."""
    if not target.exists():
        return target
    return target.with_name(f"{target.stem}.{now.strftime('%Y%m%dT%H%M%S%f')}{target.suffix}")


def _explain(target: Path, file: Found, reason: Unreadable, now: datetime) -> None:
    told = {
        "file": shown(file.path.name),
        "provider": shown(file.provider or ""),
        "code": reason.code,
        "detail": reason.detail,
        "at": iso(now),
    }
    name = target.name if len(os.fsencode(target.name)) <= LONGEST_NAME else target.name[:40]
    target.with_name(name + REASON).write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
