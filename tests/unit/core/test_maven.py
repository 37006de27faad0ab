"""Files from Maven Central: fetched once, used only when every sum is right."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from wiredesk_core.maven import Release, WrongFiles, ensure, faults, read_sums

JARS = {"kafka.jar": b"the broker", "zstd.jar": b"the codec"}
SUMS = {name: hashlib.sha256(data).hexdigest() for name, data in JARS.items()}
RELEASE = Release("the broker", "broker-1", SUMS)


class Central:
    """Stands in for Maven Central: hands out jars, some of them broken on the first attempts; keeps what lies there."""

    def __init__(self, *, broken: int = 0) -> None:
        self.asked = 0
        self._broken = broken

    def __call__(self, workshop: Path) -> Iterable[Path]:
        self.asked += 1
        folder = workshop / "repository"
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in JARS.items():
            if not (folder / name).exists():
                cut_short = name == "zstd.jar" and self.asked <= self._broken
                (folder / name).write_bytes(data[:3] if cut_short else data)
        return [folder / name for name in JARS]


def test_jars_are_fetched_once_and_never_asked_for_again(tmp_path: Path) -> None:
    central = Central()

    folder = ensure(tmp_path, RELEASE, central)

    assert {jar.name: jar.read_bytes() for jar in folder.iterdir()} == JARS
    assert ensure(tmp_path, RELEASE, central) == folder == tmp_path / "broker-1"
    assert central.asked == 1
    assert [entry.name for entry in tmp_path.iterdir()] == [folder.name]


def test_a_download_that_was_cut_short_is_fetched_once_more(tmp_path: Path) -> None:
    central = Central(broken=1)

    assert faults(ensure(tmp_path, RELEASE, central), SUMS) == {}
    assert central.asked == 2


def test_a_jar_with_a_wrong_sum_is_never_used(tmp_path: Path) -> None:
    with pytest.raises(WrongFiles, match=r"1 of 2 files of the broker .* zstd\.jar \(wrong sum\)"):
        ensure(tmp_path, RELEASE, Central(broken=9))
    assert not (tmp_path / "broker-1").exists()


def test_a_jar_that_central_does_not_give_is_named(tmp_path: Path) -> None:
    with pytest.raises(WrongFiles, match=r"slf4j\.jar \(missing\)"):
        ensure(tmp_path, replace(RELEASE, sums={**SUMS, "slf4j.jar": "0" * 64}), Central())


def test_a_jar_that_was_changed_in_the_cache_is_replaced(tmp_path: Path) -> None:
    folder = ensure(tmp_path, RELEASE, Central())
    (folder / "kafka.jar").write_bytes(b"something else")
    assert faults(folder, SUMS) == {"kafka.jar": "wrong sum"}

    assert faults(ensure(tmp_path, RELEASE, Central()), SUMS) == {}


def test_sums_read_as_sha256sum_writes_them() -> None:
    assert read_sums("# comment\nabc  one.jar\n\ndef  two.jar\n") == {"one.jar": "abc", "two.jar": "def"}
