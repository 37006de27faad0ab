"""The jars of Apache Kafka: fetched once from Maven Central, checked against sums that are part of Wiredesk.

Once the cache is complete nothing is resolved or downloaded again, so a start needs no network.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from importlib import resources
from pathlib import Path

from wiredesk_core.failures import Misconfigured

KAFKA_VERSION = "4.1.1"
COORDINATES = (
    f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}"
    f"+org.apache.kafka:kafka-tools:{KAFKA_VERSION}"
    "+org.slf4j:slf4j-simple:1.7.36"
)
ATTEMPTS = 2
"""A download that was cut short leaves a broken jar; it is removed and fetched once more."""

Sums = Mapping[str, str]
OnDownload = Callable[[str, int], AbstractContextManager[Callable[[int], None]]]
"""Called with a file's name and size in bytes; what it yields is called with the bytes of every chunk."""

Resolve = Callable[[Path], Iterable[Path]]
"""Gets all jars, using a folder of its own to work in; gives where they lie."""


class WrongJars(Misconfigured):
    """Jars that are absent or differ from what Wiredesk was released with."""


def committed_sums() -> dict[str, str]:
    """Jar name → hex SHA-256, as released with Wiredesk."""
    return read_sums(resources.files("wiredesk").joinpath("kafka_jars.sha256").read_text("utf-8"))


def read_sums(text: str) -> dict[str, str]:
    """Jar name → hex SHA-256, from lines as `sha256sum` writes them."""
    pairs = (line.split() for line in text.splitlines() if line.strip() and not line.startswith("#"))
    return {name: digest for digest, name in pairs}


def jars_folder(cache: Path) -> Path:
    """Where the checked jars lie inside Wiredesk's cache."""
    return cache / f"kafka-{KAFKA_VERSION}"


def faults(folder: Path, sums: Sums) -> dict[str, str]:
    """What is wrong with the jars in a folder: name → `missing` or `wrong sum`; empty when all are right."""
    return {name: fault for name, digest in sums.items() if (fault := _fault(folder / name, digest))}


def classpath(folder: Path, sums: Sums) -> str:
    """The Java class path of all jars, in a fixed order."""
    return ":".join(str(folder / name) for name in sorted(sums))


def ensure_jars(cache: Path, sums: Sums, on_download: OnDownload | None = None, resolve: Resolve | None = None) -> Path:
    """The folder with all jars, fetched when they are not there yet. Raises WrongJars when a sum differs."""
    folder = jars_folder(cache)
    if not faults(folder, sums):
        return folder
    resolve = resolve or partial(resolve_from_central, on_download=on_download)
    _install(_fetch_right(cache / "maven", sums, resolve), folder, sums)
    shutil.rmtree(cache / "maven", ignore_errors=True)
    return folder


def _fault(jar: Path, digest: str) -> str:
    if not jar.is_file():
        return "missing"
    with jar.open("rb") as opened:
        return "" if hashlib.file_digest(opened, "sha256").hexdigest() == digest else "wrong sum"


def _fetch_right(workshop: Path, sums: Sums, resolve: Resolve) -> dict[str, Path]:
    """Resolve until every jar has its sum; broken ones are removed before the next attempt."""
    wrong: dict[str, str] = {}
    for _ in range(ATTEMPTS):
        found = {jar.name: jar for jar in resolve(workshop)}
        wrong = {name: fault for name, sum_ in sums.items() if (fault := _fault(found.get(name, workshop), sum_))}
        if not wrong:
            return {name: found[name] for name in sums}
        _remove(workshop, wrong)
    listed = ", ".join(f"{name} ({fault})" for name, fault in sorted(wrong.items())[:5])
    raise WrongJars(
        f"{len(wrong)} of {len(sums)} Kafka jars are not those that Wiredesk was released with: {listed}. "
        f"They were not used. Look at what stands between this machine and Maven Central, then run the command again."
    )


def resolve_from_central(workshop: Path, on_download: OnDownload | None = None) -> Iterable[Path]:
    """All jars of COORDINATES, downloaded into the workshop. Raises Misconfigured when Maven Central cannot be reached."""
    # Imported late: resolving is rare, and jgo takes longer to import than everything else here.
    from jgo.constants import MAVEN_CENTRAL_URL
    from jgo.env import EnvironmentBuilder, LinkStrategy
    from jgo.maven import MavenContext, PythonResolver

    context = MavenContext(
        resolver=PythonResolver(progress_callback=on_download or _unwatched),
        repo_cache=workshop / "repository",
        remote_repos={"central": MAVEN_CENTRAL_URL},
    )
    builder = EnvironmentBuilder(context=context, cache_dir=workshop / "environments", link_strategy=LinkStrategy.COPY)
    try:
        return [Path(jar) for jar in builder.from_endpoint(COORDINATES).all_jars]
    except OSError as broken:
        raise Misconfigured(
            f"Kafka's jars could not be fetched from Maven Central ({broken}). "
            "Check the network or proxy settings and run the command again; what is there already is kept."
        ) from broken


def _unwatched(_name: str, _size: int) -> AbstractContextManager[Callable[[int], None]]:
    return nullcontext(lambda _bytes: None)


def _remove(workshop: Path, names: Iterable[str]) -> None:
    shutil.rmtree(workshop / "environments", ignore_errors=True)
    for name in names:
        for jar in workshop.rglob(name):
            jar.unlink()


def _install(fetched: Mapping[str, Path], folder: Path, sums: Sums) -> None:
    """Put the jars in place as a whole: another process sees either nothing or everything."""
    fresh = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", dir=folder.parent))
    for name, jar in fetched.items():
        shutil.copyfile(jar, fresh / name)
    if folder.exists() and faults(folder, sums):
        shutil.rmtree(folder)
    try:
        fresh.rename(folder)
    except OSError:
        shutil.rmtree(fresh)
        if faults(folder, sums):
            raise
