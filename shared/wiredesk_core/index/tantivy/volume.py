"""A folder with the Tantivy index of one collection."""

from __future__ import annotations

import os
from pathlib import Path

from tantivy import Index, IndexWriter, Searcher

from wiredesk_core.failures import Failure, Misconfigured, StoreBusy
from wiredesk_core.index.tantivy.schema import SCHEMA, register_analyzers

HEAP_BYTES = 20_000_000
"""What the writer may hold in memory before it starts a segment."""

Stamp = tuple[int, int, int]


class Volume:
    """The reading side: always what was last committed, by whatever process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stamp: Stamp | None = None
        self._index: Index | None = None
        self._searcher: Searcher | None = None

    def searcher(self) -> Searcher | None:
        """Searches the last commit; None as long as nothing was ever written.

        A commit replaces meta.json, so one look at the file tells whether there is anything new.
        """
        stamp = self._look()
        if stamp != self._stamp:
            self._searcher = self._reload() if stamp else None
            self._stamp = stamp
        return self._searcher

    def _look(self) -> Stamp | None:
        try:
            meta = os.stat(self._folder / "meta.json")  # noqa: PTH116  # half the price of Path.stat, on every search
        except FileNotFoundError:
            self._index = None
            return None
        return meta.st_mtime_ns, meta.st_size, meta.st_ino

    def _reload(self) -> Searcher:
        if self._index is None:
            self._index = open_folder(self._folder)
        try:
            self._index.reload()
        except ValueError as error:
            raise _explained(self._folder, error) from error
        return self._index.searcher()


def open_folder(folder: Path) -> Index:
    """The index of a folder, made when there is none. Raises Misconfigured, StoreBusy."""
    try:
        index = Index(SCHEMA, path=str(folder))
    except ValueError as error:
        raise _explained(folder, error) from error
    register_analyzers(index)
    index.config_reader("manual")
    return index


def open_writer(folder: Path) -> IndexWriter:
    """The one writer of a folder. Raises Misconfigured when another process holds it."""
    try:
        return open_folder(folder).writer(HEAP_BYTES, 1)
    except ValueError as error:
        if "LockBusy" not in str(error):
            raise
        raise Misconfigured(
            f"another process writes the index in {folder}: run one indexing process, or use a shared index (--index)"
        ) from error


def _explained(folder: Path, error: ValueError) -> Failure:
    """Tantivy has one exception for everything; what to do about it differs."""
    if "schema does not match" in str(error):
        return Misconfigured(f"{folder} holds an index of another layout: delete it, start again and mend the index")
    if "PermissionDenied" in str(error):
        return Misconfigured(f"{folder} has to be writable for readers too: they lock it for a moment ({error})")
    return StoreBusy(f"the index in {folder} cannot be opened just now: {error}")
