from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs
from wiredesk_core.broker.memory import MemoryPublisher
from wiredesk_core.messages import Outgoing
from wiredesk_ingest.folder import Scan, StillGrowing, WatchedFolder, list_files, watch


@pytest.fixture
def folder(tmp_path: Path, house: Any) -> WatchedFolder:
    return watched(tmp_path, house)


def watched(root: Path, house: Any) -> WatchedFolder:
    """A folder as it is after a start: it has seen nothing yet."""
    return WatchedFolder(root, house.publisher, house.profiles, house.clock, max_bytes=1000)


def drop(root: Path, name: str, data: bytes = b"A headline\n\nA text.") -> Path:
    path = root / "incoming" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


async def settle(folder: WatchedFolder) -> Scan:
    """Two looks, so that a file that lies still is taken."""
    await folder.scan()
    return await folder.scan()


def reason(path: Path) -> str:
    code: str = json.loads(path.with_name(path.name + ".reason.json").read_text())["code"]
    return code


async def test_a_file_is_published_and_moves_to_done(house: Any, folder: WatchedFolder) -> None:
    drop(folder.root, "northwire/a.txt")
    assert await settle(folder) == Scan(published=1)
    wire, note = house.publisher.records
    assert wire.headers["filename"] == b"a.txt"
    assert wire.headers["provider"] == b"northwire"
    assert note.topic == "receipt.noted"
    assert (folder.root / "done/northwire/a.txt").exists()
    assert list_files(folder.incoming) == []


async def test_a_file_still_being_written_is_left_alone(house: Any, folder: WatchedFolder) -> None:
    path = drop(folder.root, "northwire/a.txt", b"A head")
    assert (await folder.scan()).waiting == 1
    path.write_bytes(b"A headline")
    assert (await folder.scan()).waiting == 1
    assert house.publisher.records == []
    assert (await folder.scan()).published == 1
    assert house.publisher.records[0].value == b"A headline"


@pytest.mark.parametrize("name", [".hidden", "a.txt.part", "a.tmp", "a.txt~", "~lock.txt"])
async def test_hidden_and_temporary_files_are_not_wires(house: Any, folder: WatchedFolder, name: str) -> None:
    path = drop(folder.root, f"northwire/{name}")
    assert await settle(folder) == Scan()
    assert path.exists()


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("nobody/a.txt", b"text", "unknown_provider"),
        ("northwire/empty.txt", b" \n", "empty_body"),
        ("northwire/large.txt", b"x" * 1001, "body_too_large"),
    ],
)
async def test_what_can_never_be_taken_moves_to_failed_with_its_reason(
    house: Any, folder: WatchedFolder, name: str, data: bytes, code: str
) -> None:
    drop(folder.root, name, data)
    assert await settle(folder) == Scan(failed=1)
    assert reason(folder.root / "failed" / name) == code
    assert (folder.root / "failed" / name).read_bytes() == data
    assert house.publisher.records == []


async def test_a_file_outside_any_providers_folder_fails(folder: WatchedFolder) -> None:
    drop(folder.root, "stray.txt")
    assert await settle(folder) == Scan(failed=1)
    assert reason(folder.root / "failed/_/stray.txt") == "no_provider"


async def test_a_link_is_not_followed(house: Any, folder: WatchedFolder, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_bytes(b"secret")
    drop(folder.root, "northwire/a.txt").unlink()
    (folder.root / "incoming/northwire/a.txt").symlink_to(secret)
    assert await settle(folder) == Scan(failed=1)
    assert reason(folder.root / "failed/northwire/a.txt") == "not_a_file"
    assert house.publisher.records == []


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read every file")
async def test_an_unreadable_file_fails(folder: WatchedFolder) -> None:
    drop(folder.root, "northwire/a.txt").chmod(0)
    assert await settle(folder) == Scan(failed=1)
    assert reason(folder.root / "failed/northwire/a.txt") == "file_unreadable"


@pytest.mark.parametrize("data", [b"Text.", b""])
async def test_a_name_in_another_charset_is_no_obstacle(house: Any, folder: WatchedFolder, data: bytes) -> None:
    drop(folder.root, "northwire/2.txt")
    drop(folder.root, os.fsdecode(b"northwire/caf\xe9.txt"), data)
    scan = await settle(folder)
    assert scan.published + scan.failed == 2
    assert list_files(folder.incoming) == []


async def test_a_name_as_long_as_names_may_be_still_gets_its_reason(folder: WatchedFolder) -> None:
    drop(folder.root, f"northwire/{'n' * 251}.txt", b"")
    assert (await settle(folder)).failed == 1
    assert len(list((folder.root / "failed/northwire").iterdir())) == 2


async def test_one_bad_file_does_not_stop_the_feed(house: Any, folder: WatchedFolder) -> None:
    drop(folder.root, "northwire/1.txt", b"")
    drop(folder.root, "northwire/2.txt")
    drop(folder.root, "nobody/3.txt")
    drop(folder.root, "kestrel/4.txt")
    assert await settle(folder) == Scan(published=2, failed=2)


async def test_files_are_published_oldest_first(house: Any, folder: WatchedFolder) -> None:
    for number, name in enumerate(("c", "a", "b")):
        os.utime(drop(folder.root, f"northwire/{name}.txt", name.encode()), ns=(number, number))
    await settle(folder)
    assert [record.value for record in house.publisher.on("wire.received")] == [b"c", b"a", b"b"]


async def test_no_file_moves_before_the_broker_has_it(house: Any, folder: WatchedFolder) -> None:
    path = drop(folder.root, "northwire/a.txt")

    def refuse(record: Outgoing) -> bool:
        assert path.exists()
        return True

    house.publisher.refuse = refuse
    assert (await settle(folder)).down
    assert path.exists()
    house.publisher.refuse = None
    assert (await folder.scan()).published == 1
    assert not path.exists()


async def test_a_crash_before_the_move_gives_the_same_receipt_again(house: Any, tmp_path: Path) -> None:
    drop(tmp_path, "northwire/a.txt")
    await settle(watched(tmp_path, house))
    (tmp_path / "done/northwire/a.txt").rename(tmp_path / "incoming/northwire/a.txt")
    await settle(watched(tmp_path, house))
    first, second = house.publisher.on("wire.received")
    assert first.key == second.key


async def test_a_restart_takes_what_was_left(house: Any, tmp_path: Path) -> None:
    drop(tmp_path, "northwire/a.txt")
    await watched(tmp_path, house).scan()
    assert await settle(watched(tmp_path, house)) == Scan(published=1)


async def test_a_file_that_cannot_be_moved_is_not_published_again(house: Any, folder: WatchedFolder) -> None:
    drop(folder.root, "northwire/a.txt")
    (folder.root / "done").write_bytes(b"in the way")
    await settle(folder)
    await folder.scan()
    assert len(house.publisher.on("wire.received")) == 1
    (folder.root / "done").unlink()
    await folder.scan()
    assert (folder.root / "done/northwire/a.txt").exists()
    assert len(house.publisher.on("wire.received")) == 1


async def test_an_earlier_file_of_the_same_name_is_kept(folder: WatchedFolder) -> None:
    for data in (b"first", b"second"):
        drop(folder.root, "northwire/a.txt", data)
        await settle(folder)
    kept = sorted(path.read_bytes() for path in (folder.root / "done/northwire").iterdir())
    assert kept == [b"first", b"second"]


async def test_each_line_of_an_ndjson_file_is_a_wire(house: Any, folder: WatchedFolder) -> None:
    drop(folder.root, "northwire/batch.ndjson", b'{"a": 1}\n\n{"a": 2}\n')
    assert (await settle(folder)).published == 1
    wires = house.publisher.on("wire.received")
    assert [wire.value for wire in wires] == [b'{"a": 1}', b'{"a": 2}']
    assert len({wire.key for wire in wires}) == 2


async def test_folders_below_a_providers_are_looked_into_and_are_there_again_in_done(
    house: Any, folder: WatchedFolder
) -> None:
    drop(folder.root, "northwire/2026/03/a.txt")
    drop(folder.root, "northwire/2026/.tmp/b.txt")
    assert await settle(folder) == Scan(published=1)
    assert (folder.root / "done/northwire/2026/03/a.txt").exists()


async def test_a_link_to_a_folder_is_not_followed(house: Any, folder: WatchedFolder, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/secret.txt").write_text("secret")
    drop(folder.root, "northwire/a.txt").unlink()
    (folder.root / "incoming/northwire/more").symlink_to(tmp_path / "elsewhere")
    assert await settle(folder) == Scan(failed=1)
    assert house.publisher.records == []


async def test_a_link_in_place_of_a_providers_folder_is_not_followed(
    house: Any, folder: WatchedFolder, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/secret.txt").write_text("secret")
    folder.incoming.mkdir()
    (folder.incoming / "northwire").symlink_to(tmp_path / "elsewhere")
    assert await settle(folder) == Scan(failed=1)
    assert house.publisher.records == []
    assert (tmp_path / "elsewhere/secret.txt").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may look into every folder")
async def test_a_folder_that_cannot_be_looked_into_stops_no_other(house: Any, folder: WatchedFolder) -> None:
    drop(folder.root, "kestrel/a.txt").parent.chmod(0)
    drop(folder.root, "northwire/a.txt")
    with capture_logs() as said:
        assert await settle(folder) == Scan(published=1)
    assert [line["event"] for line in said] == ["a folder cannot be looked into; the others go on"]
    (folder.root / "incoming/kestrel").chmod(0o700)
    assert await settle(folder) == Scan(published=1)


async def test_a_file_has_to_lie_still_for_as_long_as_asked(house: Any, folder: WatchedFolder) -> None:
    folder.still = 2.0
    drop(folder.root, "northwire/a.txt")
    for _ in range(3):
        assert (await folder.scan()).waiting == 1
    house.clock.advance(timedelta(seconds=1))
    path = drop(folder.root, "northwire/a.txt", b"A longer headline")
    assert (await folder.scan()).waiting == 1
    house.clock.advance(timedelta(seconds=1.9))
    assert (await folder.scan()).waiting == 1
    house.clock.advance(timedelta(seconds=0.1))
    assert await folder.scan() == Scan(published=1)
    assert not path.exists()


async def test_a_file_that_grows_while_it_is_read_waits(house: Any, folder: WatchedFolder) -> None:
    path = drop(folder.root, "northwire/a.txt")
    await folder.scan()
    listed = list_files(folder.incoming)
    path.write_bytes(b"A much longer headline than before")
    with pytest.raises(StillGrowing):
        folder._arrivals(listed[0])
    assert (await folder.scan()).waiting == 1
    assert await folder.scan() == Scan(published=1)


async def test_a_file_written_over_while_it_is_read_waits_although_it_is_no_longer(folder: WatchedFolder) -> None:
    path = drop(folder.root, "northwire/a.txt", b"first text")
    seen = list_files(folder.incoming)[0]
    path.write_bytes(b"other text")
    os.utime(path, ns=(0, seen.sighting[1] + 1))
    with pytest.raises(StillGrowing):
        folder._arrivals(seen)


async def test_a_pipe_in_place_of_a_file_holds_nothing_up(folder: WatchedFolder) -> None:
    path = drop(folder.root, "northwire/a.txt")
    seen = list_files(folder.incoming)[0]
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(StillGrowing):
        folder._arrivals(seen)


@dataclass
class Meanwhile:
    """Publishes, and lets something happen before it has answered."""

    publisher: MemoryPublisher
    happens: Callable[[], Any]

    async def publish(self, records: Sequence[Outgoing]) -> None:
        await self.publisher.publish(records)
        self.happens()


async def test_a_file_that_takes_the_place_of_one_being_published_is_published_too(
    house: Any, folder: WatchedFolder
) -> None:
    path = drop(folder.root, "northwire/latest.txt", b"first")
    folder.publisher = Meanwhile(house.publisher, lambda: path.write_bytes(b"the second one"))
    await settle(folder)
    folder.publisher = house.publisher
    await settle(folder)
    assert [wire.value for wire in house.publisher.on("wire.received")] == [b"first", b"the second one"]
    assert (folder.root / "done/northwire/latest.txt").read_bytes() == b"the second one"


async def test_a_file_taken_back_after_it_was_published_is_forgotten(house: Any, folder: WatchedFolder) -> None:
    path = drop(folder.root, "northwire/a.txt")
    folder.publisher = Meanwhile(house.publisher, path.unlink)
    await settle(folder)
    await folder.scan()
    assert folder._published == {}


async def test_a_providers_own_folder_holds_its_files_directly(tmp_path: Path, house: Any) -> None:
    own = WatchedFolder(tmp_path, house.publisher, house.profiles, house.clock, max_bytes=1000, provider="northwire")
    (tmp_path / "sport").mkdir()
    (tmp_path / "sport/a.txt").write_bytes(b"A headline")
    (tmp_path / "empty.txt").write_bytes(b"")
    assert await settle(own) == Scan(published=1, failed=1)
    assert (tmp_path / ".done/sport/a.txt").exists()
    assert reason(tmp_path / ".failed/empty.txt") == "empty_body"
    assert await settle(own) == Scan()


async def test_watching_ends_when_told(house: Any, folder: WatchedFolder) -> None:
    stop = asyncio.Event()
    drop(folder.root, "northwire/a.txt")
    watching = asyncio.create_task(watch(folder, 0.001, stop))
    async with asyncio.timeout(5):
        while not house.publisher.records:
            await asyncio.sleep(0.001)
        stop.set()
        await watching
