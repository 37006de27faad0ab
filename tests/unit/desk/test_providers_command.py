"""`wiredesk providers check` says everything at once, and what each rule does."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner
from wiredesk.__main__ import app

WRONG = '[a]\nlanguage = 1\n[b]\nkill_lines = [".*"]\ncolour = "red"\n'
RIGHT = '[fjordwire]\ncredit = "Fjordwire"\nboilerplate = [".*"]\n'


def check(tmp_path: Path, toml: str, *arguments: str) -> tuple[int, str]:
    file = tmp_path / "providers.toml"
    file.write_text(toml, encoding="utf-8")
    ran = CliRunner().invoke(app, ["providers", "check", str(file), *arguments])
    return ran.exit_code, ran.stdout


def test_every_mistake_has_its_line_and_the_exit_code_is_1(tmp_path: Path) -> None:
    code, said = check(tmp_path, WRONG)

    assert code == 1
    assert "line 2: [a] language: write a text" in said
    assert "line 5: [b] colour: there is no such key" in said


def test_what_is_odd_is_no_mistake(tmp_path: Path) -> None:
    code, said = check(tmp_path, RIGHT)

    assert code == 0
    assert "odd    line 3: [fjordwire] boilerplate" in said


def test_sample_wires_show_what_each_rule_does(tmp_path: Path) -> None:
    wires = tmp_path / "wires" / "fjordwire"
    wires.mkdir(parents=True)
    (wires / "a.txt").write_text("A headline\n\nA text.", encoding="utf-8")
    code, said = check(tmp_path, RIGHT, "--wires", str(tmp_path / "wires"), "--json")

    assert code == 0
    rules = {rule["key"]: rule for rule in json.loads(said)["rules"]["fjordwire"]}
    assert rules["credit"]["changed"] == rules["boilerplate"]["changed"] == 1
