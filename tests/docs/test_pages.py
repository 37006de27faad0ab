"""The documentation is true: its links lead somewhere, its pages say what the code says."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from wiredesk_enrichment.enrichers import ENRICHERS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
ADRS = sorted((ROOT / "docs/adr").glob("*.md"))
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
ADR_PARTS = ["Context", "Decision", "Consequences", "Alternatives"]
LONGEST_ADR = 60


def name_of(path: Path) -> str:
    """A page's name in a test's name."""
    return str(path.relative_to(ROOT))


def recipes() -> dict[str, str]:
    """Every target of the Makefile with what its help line says; empty where it says nothing."""
    makefile = (ROOT / "Makefile").read_text()
    return dict(re.findall(r"^([a-z][a-z-]*):[^=\n]*?(?:## (.*))?$", makefile, re.MULTILINE))


def test_the_readme_is_at_most_a_hundred_lines() -> None:
    assert len(README.splitlines()) <= 100


def test_the_readme_begins_with_its_two_commands() -> None:
    blocks = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    assert blocks[0].split("\n")[:2] == ["make demo", "make test"]


def test_the_readme_has_one_picture() -> None:
    assert README.count("```mermaid") == 1


def test_every_make_target_says_what_it_does() -> None:
    assert [target for target, said in recipes().items() if not said] == []


def test_every_make_target_named_in_the_docs_exists() -> None:
    named = {
        target
        for page in PAGES
        for target in re.findall(r"`?make ([a-z][a-z-]+)[` \n]", page.read_text())
        if f"`make {target}" in page.read_text()
    }
    assert named - recipes().keys() == set()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_to_files_that_exist(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("adr", ADRS, ids=name_of)
def test_a_decision_has_all_its_parts_on_one_page(adr: Path) -> None:
    text = adr.read_text()
    assert re.findall(r"^## (\w+)$", text, re.MULTILINE) == ADR_PARTS
    assert len(text.splitlines()) <= LONGEST_ADR


@pytest.mark.parametrize("adr", ADRS, ids=name_of)
def test_a_decision_names_what_keeps_it(adr: Path) -> None:
    checked_by = re.search(
        r"^Status: \w+ · Area: \w+ · Date: \d{4}-\d\d-\d\d · Checked by: (\S+)$", adr.read_text(), re.MULTILINE
    )
    assert checked_by, "the second line has to name status, area, date and what checks the decision"
    assert (ROOT / checked_by.group(1)).exists()


@pytest.mark.parametrize("adr", ADRS, ids=name_of)
def test_a_decision_rests_on_a_figure(adr: Path) -> None:
    context = adr.read_text().split("## Context", 1)[1].split("## Decision", 1)[0]
    assert re.search(r"\d|\b(?:two|three|four|six|seven|twelve|hundred)\b", context)


def test_decisions_are_numbered_without_a_gap() -> None:
    assert [int(adr.name[:4]) for adr in ADRS] == list(range(1, len(ADRS) + 1))


def test_the_reference_says_what_the_code_says() -> None:
    checked = subprocess.run(
        [sys.executable, ROOT / "docs/generate.py", "--check"], capture_output=True, text=True, check=False
    )
    assert (checked.returncode, checked.stderr) == (0, "")


def test_what_is_known_of_enrichers_is_kept_for_all_of_them_and_no_others() -> None:
    kept = tomllib.loads((ROOT / "docs/quality.toml").read_text())
    assert list(kept) == [enricher.name for enricher in ENRICHERS]
    dates = [measured["date"] for told in kept.values() for measured in told["measured"]]
    assert all(re.fullmatch(r"20\d\d-\d\d-\d\d", date) for date in dates)
