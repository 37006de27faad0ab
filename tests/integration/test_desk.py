"""The one-machine desk as its user meets it: up, a push, a killed service, Ctrl-C, and everything found again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytestmark = [pytest.mark.broker, pytest.mark.models, pytest.mark.slow]

PATIENCE = 120.0
STOP_SECONDS = 10.0
WIRE = "Bridge opens in Oslo\n\nOSLO — The mayor of Oslo said on Monday that the new bridge opens in May.\n"


def test_a_desk_survives_a_killed_service_and_finds_everything_at_the_next_up(tmp_path: Path) -> None:
    data, wire = tmp_path / "desk", tmp_path / "bridge.txt"
    wire.write_text(WIRE, "utf-8")

    with desk_up(data) as desk:
        second = wiredesk("up", data=data)
        assert second.returncode == 2
        assert f"already (pid {desk.pid})" in second.stderr

        pushed = wiredesk("push", str(wire), "--provider", "demo", data=data)
        assert pushed.returncode == 0, pushed.stderr
        assert "accepted" in pushed.stdout

        victim = pid_of("gateway", data)
        os.kill(victim, signal.SIGKILL)
        until(lambda: pid_of("gateway", data) not in (victim, 0))
        until(lambda: wiredesk("status", data=data).returncode == 0)
        pids = [pid_of(name, data) for name in ("kafka", "indexing", "enrichment", "ingest", "gateway")]

    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]
    with desk_up(data):
        found = wiredesk("search", "bridge", "--json", data=data)
        (item,) = json.loads(found.stdout)["items"]
        assert item["item"]["headline"] == "Bridge opens in Oslo"
        assert "Bridge opens in Oslo" in wiredesk("show", item["item_id"], data=data).stdout


@contextmanager
def desk_up(data: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A running desk; ended by Ctrl-C, which has to be done in time."""
    said = data.with_suffix(".said")
    command = [sys.executable, "-m", "wiredesk", "up", "--data", str(data), "--port", "0", "--ingest-port", "0"]
    with (
        said.open("wb") as output,
        subprocess.Popen([*command, "--workers", "1"], stdout=output, stderr=output) as desk,
    ):
        try:
            until(lambda: "The desk is up." in said.read_text("utf-8") or desk.poll() is not None)
            assert desk.poll() is None, said.read_text("utf-8")
            yield desk
            desk.send_signal(signal.SIGINT)
            assert desk.wait(STOP_SECONDS) == 0, said.read_text("utf-8")
        finally:
            desk.kill()


def wiredesk(*arguments: str, data: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "wiredesk", *arguments, "--data", str(data)]
    return subprocess.run(command, capture_output=True, check=False, text=True, timeout=PATIENCE)


def pid_of(name: str, data: Path) -> int:
    processes = json.loads((data / "up.json").read_text("utf-8"))["processes"]
    return next(process["pid"] or 0 for process in processes if process["name"] == name)


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)
