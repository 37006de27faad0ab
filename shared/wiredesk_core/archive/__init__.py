"""Where the truth about items lives. `ARCHIVES` maps a URL's scheme to the adapter that keeps it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from wiredesk_core.embedded import file_of
from wiredesk_core.failures import Misconfigured
from wiredesk_core.ports import Archive, ArchiveReader
from wiredesk_core.settings import split_url

Made = TypeVar("Made")


class OpenReader(ArchiveReader, Protocol):
    """A reading side that holds something to let go of."""

    async def close(self) -> None:
        """Let go of files and connections; calling it again changes nothing."""
        ...


class OpenArchive(Archive, OpenReader, Protocol):
    """An Archive that holds something to let go of."""


def _memory(_: str) -> OpenArchive:
    from wiredesk_core.archive.memory import MemoryArchive  # noqa: PLC0415  # only what is used is loaded

    return MemoryArchive()


def _sqlite(path: str) -> OpenArchive:
    from wiredesk_core.archive.sqlite import SqliteArchive  # noqa: PLC0415  # see above

    return SqliteArchive(file_of(path))


def _postgres(rest: str) -> OpenArchive:
    from wiredesk_core.archive.postgres import PostgresArchive  # noqa: PLC0415  # see above

    return PostgresArchive(f"postgresql:{rest}")


def _no_memory_reader(_: str) -> OpenReader:
    raise Misconfigured("a memory: archive is seen by its own process only: pass the archive itself to its readers")


def _sqlite_reader(path: str) -> OpenReader:
    from wiredesk_core.archive.sqlite_reader import SqliteArchiveReader  # noqa: PLC0415  # see above

    return SqliteArchiveReader(file_of(path))


def _postgres_reader(rest: str) -> OpenReader:
    from wiredesk_core.archive.postgres_reader import PostgresArchiveReader  # noqa: PLC0415  # see above

    return PostgresArchiveReader(f"postgresql:{rest}")


ARCHIVES: dict[str, Callable[[str], OpenArchive]] = {"memory": _memory, "sqlite": _sqlite, "postgresql": _postgres}
READERS: dict[str, Callable[[str], OpenReader]] = {
    "memory": _no_memory_reader,
    "sqlite": _sqlite_reader,
    "postgresql": _postgres_reader,
}


def open_archive(url: str) -> OpenArchive:
    """The Archive at `memory:`, `sqlite:PATH` or `postgresql://…`, to write and read. An embedded one has at most one writing process."""
    return _named(ARCHIVES, url)


def open_archive_reader(url: str) -> OpenReader:
    """The reading side of an Archive whose writer is elsewhere; reads raise StoreBusy until that has made it ready."""
    return _named(READERS, url)


def _named(table: dict[str, Callable[[str], Made]], url: str) -> Made:
    scheme, rest = split_url(url)
    if scheme not in table:
        raise Misconfigured(f"no archive goes by {scheme!r}: it is one of {', '.join(f'{name}:' for name in table)}")
    return table[scheme](rest)
