"""The Index by URL.

`memory://`, `tantivy:///var/lib/wiredesk/index` for a folder (two slashes: a relative one), `opensearch:https://HOST:9200`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from wiredesk_core.failures import Misconfigured
from wiredesk_core.ports import Index, IndexReader


class OpenReader(IndexReader, Protocol):
    """A reader that can be closed."""

    async def close(self) -> None:
        """Give back what it holds."""
        ...


class OpenIndex(Index, Protocol):
    """An index that can be closed; its lock is free afterwards."""

    rewritten_to_forget: bool
    """Whether its files give up the bytes of entries that are gone once everything else in them is written again."""

    async def close(self) -> None:
        """Give back what it holds."""
        ...


@dataclass(frozen=True, slots=True)
class Backend:
    """How to open an index, for writing and for reading only."""

    index: Callable[[str], OpenIndex]
    reader: Callable[[str], OpenReader]


def open_index(url: str) -> OpenIndex:
    """The index of a URL, for the one process that writes it. Raises Misconfigured."""
    return _backend(url).index(url)


def open_index_reader(url: str) -> OpenReader:
    """The index of a URL, for reading while another process writes. Raises Misconfigured."""
    return _backend(url).reader(url)


def _backend(url: str) -> Backend:
    scheme = urlsplit(url).scheme
    if scheme not in INDEXES:
        raise Misconfigured(f"no index is known by {scheme!r}: its URL begins with one of {', '.join(INDEXES)}")
    return INDEXES[scheme]


def _folder(url: str) -> Path:
    parts = urlsplit(url)
    folder = unquote(parts.netloc + parts.path)
    if not folder:
        raise Misconfigured(f"{url!r} names no folder: write tantivy:///path/of/the/folder")
    return Path(folder)


def _memory_index(_url: str) -> OpenIndex:
    from wiredesk_core.index.memory import MemoryIndex  # noqa: PLC0415  # only what is used is loaded

    return MemoryIndex()


def _memory_reader(url: str) -> OpenReader:
    raise Misconfigured(f"{url} lives in the process that writes it and cannot be read from outside")


def _tantivy_index(url: str) -> OpenIndex:
    from wiredesk_core.index.tantivy import TantivyIndex  # noqa: PLC0415  # see above

    return TantivyIndex(_folder(url))


def _tantivy_reader(url: str) -> OpenReader:
    from wiredesk_core.index.tantivy import TantivyReader  # noqa: PLC0415  # see above

    return TantivyReader(_folder(url))


def _opensearch_index(url: str) -> OpenIndex:
    from wiredesk_core.index.opensearch import Cluster, OpenSearchIndex  # noqa: PLC0415  # see above

    return OpenSearchIndex(Cluster.of(url))


def _opensearch_reader(url: str) -> OpenReader:
    from wiredesk_core.index.opensearch import Cluster, OpenSearchReader  # noqa: PLC0415  # see above

    return OpenSearchReader(Cluster.of(url))


INDEXES: Mapping[str, Backend] = {
    "memory": Backend(_memory_index, _memory_reader),
    "tantivy": Backend(_tantivy_index, _tantivy_reader),
    "opensearch": Backend(_opensearch_index, _opensearch_reader),
}
"""Backends by URL scheme."""
