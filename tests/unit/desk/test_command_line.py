"""The command line as a user meets it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner
from wiredesk.__main__ import COMMANDS, app, main

WIRE = "Oslo\n\nBy A. Writer\n\nOSLO — The mayor said on Monday that the bridge opens in May.\n"


@pytest.fixture
def wire(tmp_path: Path) -> Path:
    path = tmp_path / "story.txt"
    path.write_text(WIRE, "utf-8")
    return path


def run(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, list(arguments))
    return done.exit_code, done.stdout, done.stderr


def test_every_command_has_a_line_of_help() -> None:
    code, out, _ = run("--help")

    assert code == 0
    assert all(f" {command.__name__} " in out for command in COMMANDS)


def test_parse_writes_a_line_an_item_and_nothing_else_to_stdout(wire: Path) -> None:
    code, out, _ = run("parse", str(wire), str(wire), "--provider", "north")

    lines = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [line["file"] for line in lines] == [str(wire), str(wire)]
    assert lines[0]["format"] == "plain_text"
    assert lines[0]["item"]["provider"] == "north"


def test_parse_ends_with_3_when_something_is_quarantined(tmp_path: Path, wire: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text('{"uri": "urn:1", "headline": "cut', "utf-8")

    code, out, _ = run("parse", str(broken), str(wire))

    first, second = (json.loads(line) for line in out.splitlines())
    assert code == 3
    assert first["quarantine"]["code"] == "json_broken"
    assert second["item"]["headline"] == "Oslo"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["parse", "nothing.txt"], "wiredesk: nothing.txt cannot be read: No such file or directory.\n"),
        (["search", "x", "--data", "no-desk"], "wiredesk: No desk runs on no-desk: start one with `wiredesk up`"),
        (["push", "nothing", "--provider", "p"], "wiredesk: There is no file or folder nothing.\n"),
        (["demo", "--samples", "nowhere"], "wiredesk: There are no sample wires in nowhere"),
    ],
)
def test_a_mistake_is_one_clear_line_and_no_traceback(
    arguments: list[str], told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["wiredesk", *arguments])

    with pytest.raises(SystemExit) as ended:
        main()

    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert told in said
    assert "Traceback" not in said


def test_status_without_a_desk_says_how_to_start_one(tmp_path: Path) -> None:
    code, _, err = run("status", "--data", str(tmp_path))

    assert code == 1
    assert "start it with `wiredesk up`" in err


def test_the_light_commands_import_nothing_heavy() -> None:
    program = "import sys, wiredesk.__main__; print(*sys.modules)"

    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True).stdout.split()

    assert not {"spacy", "faust", "aiokafka", "fastapi", "tantivy", "jgo"} & set(loaded)
