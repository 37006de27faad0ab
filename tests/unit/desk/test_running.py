"""One desk a folder, and what it leaves for the other commands."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from wiredesk.keyring import desk_key, read_key
from wiredesk.logs import last_words, open_log
from wiredesk.places import DeskFolder, cache_folder
from wiredesk.running import DeskNote, ProcessNote, is_running, read_note, sole_desk, write_note, write_whole
from wiredesk_core.audit.memory import MemoryAudit
from wiredesk_core.clock import SystemClock
from wiredesk_core.failures import Misconfigured
from wiredesk_core.keys import authenticate
from wiredesk_core.registry.memory import MemoryRegistry


def test_a_second_desk_on_the_same_folder_is_refused_by_pid(tmp_path: Path) -> None:
    folder = DeskFolder(tmp_path / "desk")
    assert not is_running(folder)

    with sole_desk(folder):
        assert is_running(folder)
        with pytest.raises(Misconfigured, match=rf"runs on .*desk already \(pid {os.getpid()}\)"), sole_desk(folder):
            pass

    assert not is_running(folder)
    with sole_desk(folder):
        assert is_running(folder)


def test_the_note_of_a_desk_is_found_again(tmp_path: Path) -> None:
    folder = DeskFolder(tmp_path)
    note = DeskNote(pid=7, gateway="http://g", ingest="http://i", broker="b:1", processes=[ProcessNote(name="kafka")])

    write_note(folder, note)

    assert read_note(folder) == note


def test_a_missing_or_broken_note_is_no_note(tmp_path: Path) -> None:
    folder = DeskFolder(tmp_path)
    assert read_note(folder) is None

    folder.state.write_text("{", "utf-8")

    assert read_note(folder) is None


def test_a_secret_is_readable_by_its_owner_only_from_the_first_byte(tmp_path: Path) -> None:
    write_whole(tmp_path / "key", b"secret", mode=0o600)

    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["key"]


async def test_the_key_is_minted_once_and_works(tmp_path: Path) -> None:
    folder, registry, audit = DeskFolder(tmp_path), MemoryRegistry(SystemClock()), MemoryAudit()

    token = await desk_key(folder, registry, audit)

    assert await desk_key(folder, registry, audit) == token == read_key(folder)
    assert [entry.deed.action for entry in await audit.read()] == ["key.made"]
    assert stat.S_IMODE(folder.key.stat().st_mode) == 0o600
    key = await authenticate(registry, f"Bearer {token}", SystemClock().now())
    assert key.may("wires:write", "any")
    assert key.may("quarantine:admin")


async def test_a_key_that_the_registry_does_not_know_is_replaced(tmp_path: Path) -> None:
    folder = DeskFolder(tmp_path)
    lost = await desk_key(folder, MemoryRegistry(SystemClock()), MemoryAudit())

    assert await desk_key(folder, MemoryRegistry(SystemClock()), MemoryAudit()) != lost


def test_the_cache_follows_the_setting_then_xdg_then_home() -> None:
    assert cache_folder({"WIREDESK_CACHE": "/c", "XDG_CACHE_HOME": "/x"}) == Path("/c")
    assert cache_folder({"XDG_CACHE_HOME": "/x"}) == Path("/x/wiredesk")
    assert cache_folder({"HOME": "/home/me"}) == Path("/home/me/.cache/wiredesk")


def test_last_words_are_what_json_lines_say(tmp_path: Path) -> None:
    log = tmp_path / "service.log"
    assert not last_words(log)

    log.write_text('{"message": "started", "level": "info"}\nplain words\n{"no": "message"}\n', "utf-8")

    assert last_words(log, lines=3) == 'started | plain words | {"no": "message"}'
    assert last_words(log, lines=1, width=5) == '{"no"'


def test_a_long_log_is_set_aside(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "service.log"
    open_log(log).close()
    os.truncate(log, 9 * 1024 * 1024)

    open_log(log).close()

    assert log.stat().st_size == 0
    assert (tmp_path / "logs" / "service.log.1").exists()
