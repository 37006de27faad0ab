"""Kafka's jars: fetched once, used only when every sum is right."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import pytest
from wiredesk.kafka_jars import WrongJars, classpath, committed_sums, ensure_jars, faults, jars_folder, read_sums

JARS = {"kafka.jar": b"the broker", "zstd.jar": b"the codec"}
SUMS = {name: hashlib.sha256(data).hexdigest() for name, data in JARS.items()}


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

    folder = ensure_jars(tmp_path, SUMS, resolve=central)

    assert {jar.name: jar.read_bytes() for jar in folder.iterdir()} == JARS
    assert ensure_jars(tmp_path, SUMS, resolve=central) == folder == jars_folder(tmp_path)
    assert central.asked == 1
    assert [entry.name for entry in tmp_path.iterdir()] == [folder.name]


def test_a_download_that_was_cut_short_is_fetched_once_more(tmp_path: Path) -> None:
    central = Central(broken=1)

    assert faults(ensure_jars(tmp_path, SUMS, resolve=central), SUMS) == {}
    assert central.asked == 2


def test_a_jar_with_a_wrong_sum_is_never_used(tmp_path: Path) -> None:
    with pytest.raises(WrongJars, match=r"1 of 2 Kafka jars .* zstd\.jar \(wrong sum\)"):
        ensure_jars(tmp_path, SUMS, resolve=Central(broken=9))
    assert not jars_folder(tmp_path).exists()


def test_a_jar_that_central_does_not_give_is_named(tmp_path: Path) -> None:
    with pytest.raises(WrongJars, match=r"slf4j\.jar \(missing\)"):
        ensure_jars(tmp_path, {**SUMS, "slf4j.jar": "0" * 64}, resolve=Central())


def test_a_jar_that_was_changed_in_the_cache_is_replaced(tmp_path: Path) -> None:
    folder = ensure_jars(tmp_path, SUMS, resolve=Central())
    (folder / "kafka.jar").write_bytes(b"something else")
    assert faults(folder, SUMS) == {"kafka.jar": "wrong sum"}

    assert faults(ensure_jars(tmp_path, SUMS, resolve=Central()), SUMS) == {}


def test_sums_read_as_sha256sum_writes_them() -> None:
    assert read_sums("# comment\nabc  one.jar\n\ndef  two.jar\n") == {"one.jar": "abc", "two.jar": "def"}


def test_the_committed_sums_name_every_jar_once() -> None:
    sums = committed_sums()

    assert all(len(digest) == 64 for digest in sums.values())
    assert {"kafka_2.13-4.1.1.jar", "kafka-clients-4.1.1.jar", "kafka-tools-4.1.1.jar"} <= sums.keys()


def test_the_class_path_does_not_depend_on_the_order_of_files() -> None:
    assert classpath(Path("/jars"), {"b.jar": "", "a.jar": ""}) == "/jars/a.jar:/jars/b.jar"
