"""A service refuses to start on the pure-Python halves of its libraries."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

ASK = "from wiredesk_core.agents.faust_app import assert_compiled; assert_compiled()"


@pytest.mark.parametrize(
    ("switch", "named"), [("NO_CYTHON", "faust-streaming"), ("AIOKAFKA_NO_EXTENSIONS", "aiokafka")]
)
def test_without_compiled_parts_the_start_is_refused_with_how_to_mend_it(switch: str, named: str) -> None:
    asked = subprocess.run(
        [sys.executable, "-c", ASK], env={**os.environ, switch: "1"}, capture_output=True, text=True, check=False
    )
    assert asked.returncode != 0
    assert f"{named} runs without its compiled parts" in asked.stderr


def test_with_them_it_is_not() -> None:
    assert subprocess.run([sys.executable, "-c", ASK], check=False).returncode == 0
