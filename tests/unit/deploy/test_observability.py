"""Alerts and dashboards are code: they name metrics that exist, and each alert is tried."""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from wiredesk_core.telemetry import METRICS

SUFFIXES = ("_bucket", "_sum", "_count")


@pytest.fixture
def folder(repository: Path) -> Path:
    return repository / "deploy/observability"


@pytest.fixture
def dashboards(folder: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("dashboards", folder / "dashboards.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def rules(folder: Path) -> list[dict[str, Any]]:
    groups = yaml.safe_load((folder / "alerts.yml").read_text("utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def unknown_metrics(query: str) -> set[str]:
    named = set(re.findall(r"\bwiredesk_\w+", query))
    whole = {name.removesuffix(suffix) for name in named for suffix in SUFFIXES if name.endswith(suffix)}
    return {name for name in named if name not in METRICS and not name.endswith(SUFFIXES)} | (whole - set(METRICS))


def test_alerts_ask_for_metrics_that_exist_and_say_what_to_do(folder: Path) -> None:
    for rule in rules(folder):
        assert not unknown_metrics(rule["expr"]), rule["alert"]
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert set(rule["annotations"]) == {"summary", "action"}


def test_every_alert_is_let_fire_and_kept_silent_in_a_test(folder: Path) -> None:
    cases = yaml.safe_load((folder / "alerts_test.yml").read_text("utf-8"))["tests"]
    tried = [case for test in cases for case in test["alert_rule_test"]]
    names = {rule["alert"] for rule in rules(folder)}
    assert {case["alertname"] for case in tried if case["exp_alerts"]} == names
    assert {case["alertname"] for case in tried if not case["exp_alerts"]} == names


def test_panels_ask_for_metrics_that_exist(dashboards: ModuleType) -> None:
    assert [query for query in dashboards.panel_queries() if unknown_metrics(query)] == []


def test_the_dashboards_are_what_their_table_says(dashboards: ModuleType) -> None:
    assert dashboards.main(["--check"]) == 0


def test_prometheus_lets_every_alert_fire(folder: Path) -> None:
    promtool = os.environ.get("WIREDESK_PROMTOOL")
    if not promtool:
        pytest.skip("WIREDESK_PROMTOOL names no promtool: `make test-compose` runs it in its container")
    command = shlex.split(promtool.replace("FOLDER", str(folder)))
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
