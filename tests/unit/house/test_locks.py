"""The locks: exact, hashed, and silent about where packages come from."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
LOCKS = sorted([ROOT / "requirements-dev.lock", *ROOT.glob("services/*/*.lock")])
PIN = re.compile(
    r"^(?P<name>[a-z0-9][a-z0-9-]*)==(?P<version>[^ ]+)(?: ; (?P<marker>.*?))?(?P<hashes>(?: --hash=sha256:[0-9a-f]{64})+)$"
)


def pins(lock: Path) -> list[str]:
    """The lock's entries, one logical line each."""
    return [re.sub(r"\s+", " ", entry) for entry in lock.read_text().replace("\\\n", " ").splitlines()]


def test_every_service_has_its_lock() -> None:
    services = {path.parent for path in ROOT.glob("services/*/pyproject.toml")}
    assert {path.parent for path in ROOT.glob("services/*/requirements.lock")} == services


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: str(lock.relative_to(ROOT)))
def test_every_line_is_one_exact_version_with_hashes(lock: Path) -> None:
    assert [line for line in pins(lock) if not PIN.match(line)] == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: str(lock.relative_to(ROOT)))
def test_no_lock_says_where_packages_come_from(lock: Path) -> None:
    text = lock.read_text()
    assert [word for word in ("://", "--index", "--find-links", "--extra-index", " @ ") if word in text] == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: str(lock.relative_to(ROOT)))
def test_no_version_is_a_place_holder_that_outbids_all_others(lock: Path) -> None:
    assert [line for line in pins(lock) if re.search(r"==\d*999", line)] == []


def test_no_member_of_the_house_is_in_a_lock() -> None:
    assert [lock.name for lock in LOCKS if "wiredesk" in lock.read_text()] == []


def test_services_take_the_very_versions_of_the_development_lock() -> None:
    known = {pin[: pin.index(" --hash")] for pin in pins(ROOT / "requirements-dev.lock")}
    for lock in ROOT.glob("services/*/requirements.lock"):
        assert {pin[: pin.index(" --hash")] for pin in pins(lock)} <= known
