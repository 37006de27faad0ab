"""Each difference from what customers' own readers make of the sample files is explained on the page about wires.

The sample files belong to agencies and stand beside the project, not in it; without them there is nothing to compare.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
PAGE = ROOT / "docs/wires.md"
MISS = re.compile(
    r"FIELD (?P<file>.+) (?:eq|in|not_in|startswith|endswith|regex|is_none) (?P<item>\d+)\.(?P<field>\w+) want "
)
CALLED = {
    "headline": "headline",
    "slugline": "slugline",
    "byline": "by-line",
    "urgency": "urgency",
    "guid": "id",
    "uri": "id",
    "version": "version",
    "versioncreated": "version created",
    "firstcreated": "first created",
    "language": "language",
    "abstract": "summary",
    "description_text": "summary",
    "body_html": "body",
    "ednote": "note to editors",
    "anpa_take_key": "take",
}
"""The scorer's fields as the page calls them."""
Row = tuple[frozenset[str], tuple[str, ...]]

pytestmark = pytest.mark.skipif(
    not (SHARED / "tools/score/wires").is_file(), reason="the agencies' sample files are not beside the project"
)


@cache
def missed() -> tuple[tuple[str, str], ...]:
    """(field, file without its ending) of each expectation that the parsers do not meet."""
    command = [sys.executable, str(SHARED / "tools/score/wires"), str(SHARED / "data/wires"), "--verbose"]
    environ = {**os.environ, "WIREDESK": str(Path(sys.executable).with_name("wiredesk"))}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
    found = (MISS.match(line) for line in done.stdout.splitlines() if line.startswith("FIELD "))
    return tuple((CALLED[each["field"]], _stem(each["file"])) for each in found if each)


def _stem(file: str) -> str:
    name = PurePosixPath(file)
    return name.stem if name.suffix in {".xml", ".json", ".txt", ".tst"} else name.name


@cache
def explained() -> tuple[Row, ...]:
    """The fields and the patterns of file names of each row of the page's table."""
    table = PAGE.read_text("utf-8").partition("## Where customers' readers say otherwise")[2]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| ")][1:]
    return tuple((_fields(row[0]), tuple(re.findall(r"`([^`]+)`", row[1]))) for row in rows if len(row) == 4)


def _fields(cell: str) -> frozenset[str]:
    return frozenset(field.strip() for field in cell.split(","))


def _covers(row: Row, field: str, file: str) -> bool:
    return field in row[0] and any(fnmatchcase(file, pattern.replace("…", "*")) for pattern in row[1])


def test_every_difference_is_explained() -> None:
    unexplained = [miss for miss in missed() if not any(_covers(row, *miss) for row in explained())]
    assert unexplained == []


def test_nothing_is_explained_that_is_no_difference() -> None:
    told = [(field, pattern) for fields, patterns in explained() for field in fields for pattern in patterns]
    idle = [(f, p) for f, p in told if not any(_covers((frozenset([f]), (p,)), *miss) for miss in missed())]
    assert idle == []


def test_the_count_that_the_page_gives_is_that_of_the_scorer() -> None:
    assert f"; {len(missed())} of them are not" in PAGE.read_text("utf-8")
