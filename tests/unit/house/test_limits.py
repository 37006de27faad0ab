"""Limits of the house: small files, collaborators passed in rather than patched, and nothing that ties the tree to one machine."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
LONGEST_FILE = 400
LARGEST_FILE = 1_000_000
# Written in pieces, so that this file does not find itself.
REGISTRIES = (
    "py" + "pi.org",
    "python" + "hosted",
    "registry.npm" + "js",
    "maven." + "org",
    "maven.apache." + "org/maven2",
    "crates" + ".io",
    "deb" + "ian.org",
)
MACHINE = re.compile(r"(?<![\w./-])/(?:" + "|".join(("work", "ro" + "ot", "farm", "tmp/lab")) + r")/[A-Za-z.]")
PATCHES = re.compile(r"(?<![\w.])(?:mock\.)?" + "pat" + r"ch\(|unittest" + r"\.mock")


def tracked() -> list[Path]:
    """Every file that belongs to the project."""
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("needs the git checkout to know which files belong to the project")
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def texts() -> list[tuple[str, str]]:
    """Name and text of every file that is text."""
    return [(str(path.relative_to(ROOT)), path.read_bytes().decode(errors="replace")) for path in tracked()]


def python() -> list[tuple[str, str]]:
    """Name and text of every Python file."""
    return [(name, text) for name, text in texts() if name.endswith(".py")]


def test_no_python_file_is_longer_than_400_lines() -> None:
    assert [name for name, text in python() if len(text.splitlines()) > LONGEST_FILE] == []


def test_no_file_is_larger_than_a_megabyte() -> None:
    assert [str(path) for path in tracked() if path.stat().st_size > LARGEST_FILE] == []


def test_nothing_is_patched_because_collaborators_are_passed_in() -> None:
    assert [name for name, text in python() if PATCHES.search(text)] == []


def test_no_registry_is_named() -> None:
    assert [name for name, text in texts() if any(host in text for host in REGISTRIES)] == []


def test_no_path_of_a_machine_is_named() -> None:
    found = [(name, hit.group()) for name, text in texts() if (hit := MACHINE.search(text))]
    assert found == []


def test_test_files_need_no_packages() -> None:
    """Under --import-mode=importlib a package file would only let tests import each other."""
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def test_a_conftest_holds_fixtures_only() -> None:
    asserting = [
        name for name, text in python() if name.endswith("conftest.py") and re.search(r"^def test_", text, re.MULTILINE)
    ]
    assert asserting == []


def test_every_member_is_private_and_typed() -> None:
    members = [ROOT / "shared", *(path.parent for path in ROOT.glob("services/*/pyproject.toml"))]
    assert [str(m) for m in members if "Private :: Do Not Upload" not in (m / "pyproject.toml").read_text()] == []
    assert [str(m) for m in members if not list(m.glob("*/py.typed"))] == []
