"""The bare programs of the benchmarks stay bare, so that a figure beside them means something."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[2] / "bench"
BASELINES = sorted((BENCH / "baselines").glob("*.py"))
LONGEST = 40


def test_there_is_a_baseline_for_each_thing_measured_side_by_side() -> None:
    assert [path.name for path in BASELINES] == ["bare_gateway.py", "copy_loop.py", "enrich_loop.py"]


@pytest.mark.parametrize("path", BASELINES, ids=lambda path: str(path.name))
def test_a_baseline_is_at_most_forty_lines(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= LONGEST


def test_no_benchmark_asserts_on_seconds() -> None:
    timed = {"seconds", "rate", "ratio", "took", "elapsed"}
    asserted = [
        f"{path.name}:{node.lineno}"
        for path in BENCH.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Assert)
        and timed & {name.id for name in ast.walk(node.test) if isinstance(name, ast.Name)}
    ]
    assert asserted == []
