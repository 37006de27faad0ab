"""The jars of Apache Kafka: which they are, and where they lie once Maven Central gave them."""

from __future__ import annotations

from functools import partial
from importlib import resources
from pathlib import Path

from wiredesk_core.maven import OnDownload, Release, Resolve, Sums, ensure, read_sums, resolve_all

KAFKA_VERSION = "4.1.1"
COORDINATES = (
    f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}"
    f"+org.apache.kafka:kafka-tools:{KAFKA_VERSION}"
    "+org.slf4j:slf4j-simple:1.7.36"
)


def committed_sums() -> dict[str, str]:
    """Jar name → hex SHA-256, as released with Wiredesk."""
    return read_sums(resources.files("wiredesk").joinpath("kafka_jars.sha256").read_text("utf-8"))


def jars_folder(cache: Path) -> Path:
    """Where the checked jars lie inside Wiredesk's cache."""
    return cache / f"kafka-{KAFKA_VERSION}"


def classpath(folder: Path, sums: Sums) -> str:
    """The Java class path of all jars, in a fixed order."""
    return ":".join(str(folder / name) for name in sorted(sums))


def ensure_jars(cache: Path, sums: Sums, on_download: OnDownload | None = None, resolve: Resolve | None = None) -> Path:
    """The folder with all jars, fetched when they are not there yet. Raises WrongFiles when a sum differs."""
    resolve = resolve or partial(resolve_all, coordinates=COORDINATES, on_download=on_download)
    return ensure(cache, Release("Kafka", jars_folder(cache).name, sums), resolve)
