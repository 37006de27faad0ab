"""What every Blobs keeps to. The suite runs over each adapter."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from wiredesk_core.blobs import open_blobs
from wiredesk_core.failures import Misconfigured, Poison, StoreBusy
from wiredesk_core.identity import sha256_of
from wiredesk_core.ports import Blobs

WIRE = b"\x00\xff any bytes at all\r\n" * 9_000


@pytest.fixture(params=["memory", "folder"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    return open_blobs({"memory": "memory:", "folder": f"folder:{tmp_path / 'blobs'}"}[request.param])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "blobs"


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("data", [b"", b"x", WIRE])
async def test_bytes_come_back_by_their_hash(blobs: Blobs, data: bytes) -> None:
    assert await blobs.put(data) == sha256_of(data)
    assert await blobs.get(sha256_of(data)) == data


async def test_storing_again_changes_nothing(blobs: Blobs) -> None:
    assert await blobs.put(WIRE) == await blobs.put(WIRE)
    assert await blobs.get(sha256_of(WIRE)) == WIRE


@pytest.mark.parametrize("sha256", [sha256_of(b"never stored"), "", "..", "../../../etc/passwd", "AB" * 32, "ab" * 31])
async def test_what_was_never_stored_is_not_there(blobs: Blobs, sha256: str) -> None:
    await blobs.put(WIRE)
    assert await blobs.get(sha256) is None


async def test_many_may_store_the_same_bytes_at_once(blobs: Blobs) -> None:
    assert set(await asyncio.gather(*(blobs.put(WIRE) for _ in range(16)))) == {sha256_of(WIRE)}
    assert await blobs.get(sha256_of(WIRE)) == WIRE


def test_an_unknown_scheme_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(Misconfigured, match="memory:, folder:"):
        open_blobs("stone:tablet")


def test_a_url_without_a_folder_is_refused() -> None:
    with pytest.raises(Misconfigured, match="names no folder"):
        open_blobs("folder:")


# --- a folder


async def test_bytes_are_there_again_after_reopening(folder: Path) -> None:
    await open_blobs(f"folder:{folder}").put(WIRE)
    assert await open_blobs(f"folder:{folder}").get(sha256_of(WIRE)) == WIRE


async def test_a_folder_holds_one_file_a_blob_and_nothing_besides(folder: Path) -> None:
    blobs, name = open_blobs(f"folder:{folder}"), sha256_of(WIRE)
    await asyncio.gather(*(blobs.put(WIRE) for _ in range(16)))
    assert files_in(folder) == [folder / name[:2] / name[2:4] / name]


async def test_damage_is_noticed_and_storing_again_mends_it(folder: Path) -> None:
    blobs = open_blobs(f"folder:{folder}")
    await blobs.put(WIRE)
    [file] = files_in(folder)
    file.write_bytes(WIRE[:-1])
    with pytest.raises(Poison, match="blob_damaged"):
        await blobs.get(sha256_of(WIRE))
    await blobs.put(WIRE)
    assert await blobs.get(sha256_of(WIRE)) == WIRE


async def test_a_disk_that_does_not_take_bytes_is_busy(tmp_path: Path) -> None:
    not_a_folder = tmp_path / "file"
    not_a_folder.write_bytes(b"")
    with pytest.raises(StoreBusy, match="blob folder"):
        await open_blobs(f"folder:{not_a_folder}").put(WIRE)
