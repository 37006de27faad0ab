"""Kafka's jars: which they are."""

from __future__ import annotations

from pathlib import Path

from wiredesk.kafka_jars import classpath, committed_sums


def test_the_committed_sums_name_every_jar_once() -> None:
    sums = committed_sums()

    assert all(len(digest) == 64 for digest in sums.values())
    assert {"kafka_2.13-4.1.1.jar", "kafka-clients-4.1.1.jar", "kafka-tools-4.1.1.jar"} <= sums.keys()


def test_the_class_path_does_not_depend_on_the_order_of_files() -> None:
    assert classpath(Path("/jars"), {"b.jar": "", "a.jar": ""}) == "/jars/a.jar:/jars/b.jar"
