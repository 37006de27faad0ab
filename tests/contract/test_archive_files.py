"""How an Archive is opened, and what its file keeps to: one writer, readers beside it, everything there again."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from wiredesk_core.archive import OpenArchive, OpenReader, open_archive, open_archive_reader
from wiredesk_core.archive.sqlite_reader import SqliteArchiveReader
from wiredesk_core.embedded import open_file
from wiredesk_core.failures import Misconfigured, StoreBusy
from wiredesk_core.ports import Dossier
from wiredesk_core.testing import accepted, changed, enriched, make_item, mark, note, set_aside

FERRY = make_item()
FERRY_ID = accepted(FERRY).item_id
TRAM = make_item(uri="urn:newsml:harbour.example:20260304:tram", headline="Tram line opens")


@contextlib.asynccontextmanager
async def writing(path: Path) -> AsyncIterator[OpenArchive]:
    archive = open_archive(f"sqlite:{path}")
    try:
        yield archive
    finally:
        await archive.close()


@contextlib.asynccontextmanager
async def reading(path: Path) -> AsyncIterator[OpenReader]:
    reader = open_archive_reader(f"sqlite:{path}")
    try:
        yield reader
    finally:
        await reader.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "archive.db"


def is_empty(folder: Path) -> bool:
    return not any(folder.iterdir())


async def only_dossier(archive: OpenArchive, item_id: str) -> Dossier:
    return (await archive.dossiers([item_id]))[item_id]


# --- opening


@pytest.mark.parametrize("opened", [open_archive, open_archive_reader])
def test_an_unknown_scheme_is_refused_with_those_that_are_known(opened: Callable[[str], object]) -> None:
    with pytest.raises(Misconfigured, match="memory:, sqlite:"):
        opened("stone:tablet")


def test_a_memory_archive_has_no_reader_elsewhere() -> None:
    with pytest.raises(Misconfigured, match="own process"):
        open_archive_reader("memory:")


# --- embedded: files, readers beside the writer


async def test_everything_is_there_again_after_reopening(path: Path) -> None:
    version, first = accepted(FERRY), changed(FERRY)
    async with writing(path) as archive:
        await archive.record([version, mark(), enriched(version)])
        await archive.save([first], {})
        await archive.note([note()])
        await archive.shelve([set_aside()])
        before = await only_dossier(archive, FERRY_ID), await archive.counts()
    async with writing(path) as archive:
        assert (await only_dossier(archive, FERRY_ID), await archive.counts()) == before
        assert await archive.unsent() == (first,)
        assert await archive.save([changed(FERRY)], {}) == (FERRY_ID,)


async def test_a_reader_sees_each_commit_at_once(path: Path) -> None:
    async with writing(path) as archive, reading(path) as reader:
        for number in (1, 2, 3):
            await archive.save([changed(FERRY, revision=number)], {})
            assert (await reader.served([FERRY_ID]))[FERRY_ID].revision == number


async def test_a_reader_waits_for_a_file_that_is_not_there_yet(path: Path, tmp_path: Path) -> None:
    async with reading(path) as reader:
        with pytest.raises(StoreBusy, match="not there yet"):
            await reader.served([FERRY_ID])
        assert is_empty(tmp_path)
        async with writing(path):
            assert await reader.served([FERRY_ID]) == {}


async def test_a_reader_reads_on_when_the_writer_has_gone_and_come_back(path: Path) -> None:
    async with reading(path) as reader:
        async with writing(path) as archive:
            await archive.save([changed(FERRY)], {})
        assert (await reader.served([FERRY_ID]))[FERRY_ID].revision == 1
        async with writing(path) as archive:
            await archive.save([changed(FERRY, revision=2)], {})
            assert (await reader.served([FERRY_ID]))[FERRY_ID].revision == 2


async def test_a_file_without_tables_is_not_ready_for_readers(path: Path) -> None:
    open_file(path, migrations=()).close()
    async with reading(path) as reader:
        with pytest.raises(StoreBusy, match="schema 0"):
            await reader.counts()


async def test_a_reader_cannot_write(path: Path) -> None:
    async with writing(path) as archive, reading(path) as reader:
        await archive.save([changed(FERRY)], {})
        assert isinstance(reader, SqliteArchiveReader)
        with pytest.raises(StoreBusy, match="readonly"):
            reader._rows("DELETE FROM served")


async def test_a_file_of_a_newer_release_is_refused(path: Path) -> None:
    async with writing(path) as archive:
        assert isinstance(archive, SqliteArchiveReader)
        archive._rows("PRAGMA user_version = 99")
    with pytest.raises(Misconfigured, match="schema 99"):
        open_archive(f"sqlite:{path}")


async def test_two_archives_cannot_write_the_same_file(path: Path) -> None:
    async with writing(path):
        with pytest.raises(Misconfigured, match=r"written by another process already \(pid \d+\)"):
            open_archive(f"sqlite:{path}")
    async with writing(path):
        pass


async def test_two_processes_cannot_write_the_same_file(path: Path) -> None:
    program = """
import sys
from wiredesk_core.archive import open_archive
archive = open_archive(sys.argv[1])
print("open", flush=True)
sys.stdin.read()
"""
    other = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, f"sqlite:{path}", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert other.stdout is not None
    assert await other.stdout.readline() == b"open\n"
    with pytest.raises(Misconfigured, match=rf"pid {other.pid}\b"):
        open_archive(f"sqlite:{path}")
    other.kill()
    await other.communicate()
    async with writing(path):
        pass


async def test_a_batch_that_fails_leaves_nothing_behind(path: Path) -> None:
    unwritable = accepted(TRAM).model_copy(update={"receipt_id": None})
    async with writing(path) as archive:
        with pytest.raises(Exception, match="NOT NULL"):
            await archive.record([accepted(FERRY), unwritable])
        assert (await only_dossier(archive, FERRY_ID)).heads == ()
        await archive.record([accepted(FERRY)])


async def test_a_reader_that_remembers_a_revision_still_sees_the_next_one(path: Path) -> None:
    async with writing(path) as archive, reading(path) as reader:
        for number in (1, 2, 3):
            await archive.save([changed(revision=number)], {})
            assert (await reader.served([FERRY_ID]))[FERRY_ID].revision == number
            assert (await reader.served([FERRY_ID]))[FERRY_ID].revision == number
