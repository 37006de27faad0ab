"""Files from Maven Central: fetched once, checked against sums that are part of Wiredesk.

Once a folder is complete nothing is resolved or downloaded again, so a start needs no network.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wiredesk_core.failures import Misconfigured

ATTEMPTS = 2
"""A download that was cut short leaves a broken file; it is removed and fetched once more."""

Sums = Mapping[str, str]
"""File name → hex SHA-256."""

OnDownload = Callable[[str, int], AbstractContextManager[Callable[[int], None]]]
"""Called with a file's name and size in bytes; what it yields is called with the bytes of every chunk."""

Resolve = Callable[[Path], Iterable[Path]]
"""Gets all files, using a folder of its own to work in; gives where they lie."""


class WrongFiles(Misconfigured):
    """Files that are absent or differ from what Wiredesk was released with."""


@dataclass(frozen=True, slots=True)
class Release:
    """Files that belong together: what people call them, their folder inside the cache, and the sum of each."""

    what: str
    folder: str
    sums: Sums


def read_sums(text: str) -> dict[str, str]:
    """File name → hex SHA-256, from lines as `sha256sum` writes them."""
    pairs = (line.split() for line in text.splitlines() if line.strip() and not line.startswith("#"))
    return {name: digest for digest, name in pairs}


def faults(folder: Path, sums: Sums) -> dict[str, str]:
    """What is wrong with the files in a folder: name → `missing` or `wrong sum`; empty when all are right."""
    return {name: fault for name, digest in sums.items() if (fault := _fault(folder / name, digest))}


def ensure(cache: Path, release: Release, resolve: Resolve) -> Path:
    """The folder with all files, fetched when they are not there yet. Raises WrongFiles when a sum differs."""
    folder = cache / release.folder
    if not faults(folder, release.sums):
        return folder
    workshop = cache / f"{release.folder}.maven"
    _install(_fetch_right(workshop, release, resolve), folder, release.sums)
    shutil.rmtree(workshop, ignore_errors=True)
    return folder


def resolve_all(workshop: Path, coordinates: str, on_download: OnDownload | None = None) -> Iterable[Path]:
    """The jars of these coordinates with all that they depend on. Raises Misconfigured when Maven Central does not answer."""
    # Imported late: resolving is rare, and jgo takes longer to import than everything else here.
    from jgo.env import EnvironmentBuilder, LinkStrategy  # noqa: PLC0415

    with _central(workshop, on_download) as context:
        folder = workshop / "environments"
        builder = EnvironmentBuilder(context=context, cache_dir=folder, link_strategy=LinkStrategy.COPY)
        return [Path(jar) for jar in builder.from_endpoint(coordinates).all_jars]


def resolve_one(workshop: Path, coordinates: str, on_download: OnDownload | None = None) -> Path:
    """One jar alone, GROUP:ARTIFACT:VERSION. Raises Misconfigured when Maven Central does not answer."""
    group, artifact, version = coordinates.split(":")
    with _central(workshop, on_download) as context:
        return Path(context.project(group, artifact).at_version(version).artifact().resolve())


@contextmanager
def _central(workshop: Path, on_download: OnDownload | None) -> Iterator[Any]:
    from jgo.constants import MAVEN_CENTRAL_URL  # noqa: PLC0415 - see resolve_all
    from jgo.maven import MavenContext, PythonResolver  # noqa: PLC0415

    try:
        yield MavenContext(
            resolver=PythonResolver(progress_callback=on_download or _unwatched),
            repo_cache=workshop / "repository",
            remote_repos={"central": MAVEN_CENTRAL_URL},
        )
    except OSError as broken:
        raise Misconfigured(
            f"Files could not be fetched from Maven Central ({broken}). "
            "Check the network or proxy settings and run the command again; what is there already is kept."
        ) from broken


def _unwatched(_name: str, _size: int) -> AbstractContextManager[Callable[[int], None]]:
    return nullcontext(lambda _bytes: None)


def _fault(file: Path, digest: str) -> str:
    if not file.is_file():
        return "missing"
    with file.open("rb") as opened:
        return "" if hashlib.file_digest(opened, "sha256").hexdigest() == digest else "wrong sum"


def _fetch_right(workshop: Path, release: Release, resolve: Resolve) -> dict[str, Path]:
    """Resolve until every file has its sum; broken ones are removed before the next attempt."""
    sums, wrong = release.sums, dict[str, str]()
    for _ in range(ATTEMPTS):
        found = {file.name: file for file in resolve(workshop)}
        wrong = {name: fault for name, sum_ in sums.items() if (fault := _fault(found.get(name, workshop), sum_))}
        if not wrong:
            return {name: found[name] for name in sums}
        _remove(workshop, wrong)
    listed = ", ".join(f"{name} ({fault})" for name, fault in sorted(wrong.items())[:5])
    raise WrongFiles(
        f"{len(wrong)} of {len(sums)} files of {release.what} are not those that Wiredesk was released with: {listed}. "
        f"They were not used. Look at what stands between this machine and Maven Central, then run the command again."
    )


def _remove(workshop: Path, names: Iterable[str]) -> None:
    shutil.rmtree(workshop / "environments", ignore_errors=True)
    for name in names:
        for file in workshop.rglob(name):
            file.unlink()


def _install(fetched: Mapping[str, Path], folder: Path, sums: Sums) -> None:
    """Put the files in place as a whole: another process sees either nothing or everything."""
    fresh = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", dir=folder.parent))
    fresh.chmod(0o755)  # of a temporary folder only its owner could read
    for name, file in fetched.items():
        shutil.copyfile(file, fresh / name)
    if folder.exists() and faults(folder, sums):
        shutil.rmtree(folder)
    try:
        fresh.rename(folder)
    except OSError:
        shutil.rmtree(fresh)
        if faults(folder, sums):
            raise
