"""Blobs as files in a folder, `ab/cd/abcd…`: whole or not there at all, and on disk when `put` returns."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path

from wiredesk_core.failures import Poison, StoreBusy
from wiredesk_core.identity import sha256_of

_SHA256 = re.compile(r"[0-9a-f]{64}")


class FolderBlobs:
    """Files named by what they hold, so that writers in any number never disagree. Disk work runs in threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, data: bytes) -> str:
        """See Blobs. Raises StoreBusy when the disk is full or away."""
        return await asyncio.to_thread(self._put, data)

    async def get(self, sha256: str) -> bytes | None:
        """See Blobs. Raises Poison when the file no longer holds what its name says."""
        return await asyncio.to_thread(self._get, sha256)

    def _put(self, data: bytes) -> str:
        sha256 = sha256_of(data)
        path = self._path(sha256)
        with _busy_told():
            if _read(path) != data:
                _make_folders(path.parent, self._folder)
                _write_whole(path, data)
            else:
                # Another writer may have renamed it into place and not have synced the folder yet.
                _sync_folder(path.parent)
        return sha256

    def _get(self, sha256: str) -> bytes | None:
        if not _SHA256.fullmatch(sha256):
            return None
        with _busy_told():
            data = _read(self._path(sha256))
        if data is not None and sha256_of(data) != sha256:
            raise Poison(
                "blob_damaged", f"{self._path(sha256)} does not hold what its name says: restore it and replay"
            )
        return data

    def _path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256[2:4] / sha256


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _write_whole(path: Path, data: bytes) -> None:
    """Write beside and rename, so that the name never stands for half the bytes."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with beside.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _make_folders(innermost: Path, outermost: Path) -> None:
    """Make what is missing, each new name on disk before anything is put below it."""
    outermost.mkdir(parents=True, exist_ok=True)
    for folder in (innermost.parent, innermost):
        folder.mkdir(exist_ok=True)
        _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _busy_told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreBusy(f"blob folder: {error}") from error
