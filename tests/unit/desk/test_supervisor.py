"""The supervisor over tiny children: it starts them in order, starts again what dies, leaves nothing behind."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from wiredesk.supervision import Policy
from wiredesk.supervisor import Child, GaveUp, Run, Stops, Supervisor

PATIENCE = 10.0
QUICK = Policy(first_pause=0.02, longest_pause=0.1, deaths_before_ready=3)
SHORT = Stops(between=0.3, stage=0.6, last_stage=0.6)

SERVES = "import time; print('hello', flush=True); time.sleep(60)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('hello', flush=True); time.sleep(60)"
)
DIES = "import sys; sys.exit('no such luck')"
BREEDS = (
    "import subprocess, sys, time;"
    "child = subprocess.Popen([sys.executable, '-I', '-S', '-c', 'import time; time.sleep(60)']);"
    "print(child.pid, flush=True); time.sleep(60)"
)


def child(folder: Path, name: str, program: str = SERVES) -> Child:
    log = folder / f"{name}.log"

    async def has_spoken() -> bool:
        return log.exists() and log.stat().st_size > 0

    return Child(name, (sys.executable, "-I", "-S", "-c", program), dict(os.environ), log, has_spoken)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():
            await asyncio.sleep(0.01)


def alive(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status != "Z"


class Desk:
    """A supervisor under test: running in a task, with what it said and whom it started."""

    def __init__(self, *stages: list[Child], policy: Policy = QUICK) -> None:
        self.said: list[str] = []
        self.pids: dict[str, list[int]] = {}
        self.ready = asyncio.Event()
        self.stop = asyncio.Event()
        self.supervisor = Supervisor(stages, self.said.append, changed=self._note, policy=policy, stops=SHORT)
        self.task = asyncio.create_task(self.supervisor.run(self.stop, self._on_ready))

    async def _on_ready(self) -> None:
        self.ready.set()

    def _note(self, _runs: object) -> None:
        for run in self.supervisor.runs:
            pids = self.pids.setdefault(run.child.name, [])
            if run.pid and run.pid not in pids:
                pids.append(run.pid)

    def run_of(self, name: str) -> Run:
        return next(run for run in self.supervisor.runs if run.child.name == name)

    async def until_ready(self) -> None:
        async with asyncio.timeout(PATIENCE):
            await self.ready.wait()

    async def end(self) -> None:
        self.stop.set()
        async with asyncio.timeout(PATIENCE):
            await self.task

    @property
    def all_pids(self) -> list[int]:
        return [pid for pids in self.pids.values() for pid in pids]


async def test_stages_start_in_order_and_stop_in_reverse(tmp_path: Path) -> None:
    happened: list[str] = []

    def noting(name: str) -> Child:
        plain = child(tmp_path, name)

        async def note() -> None:
            happened.append(f"{name} is up")

        return Child(plain.name, plain.command, plain.environ, plain.log, plain.ready, note)

    desk = Desk([noting("kafka")], [noting("gateway")])
    await desk.until_ready()
    assert happened == ["kafka is up", "gateway is up"]

    await desk.end()
    assert not any(map(alive, desk.all_pids))
    assert {run.state for run in desk.supervisor.runs} == {"stopped"}
    assert desk.said == []


async def test_a_child_that_dies_is_started_again_and_that_is_said(tmp_path: Path) -> None:
    desk = Desk([child(tmp_path, "indexing")])
    await desk.until_ready()
    first = desk.pids["indexing"][0]

    os.kill(first, signal.SIGKILL)
    await until(lambda: len(desk.pids["indexing"]) == 2 and desk.run_of("indexing").state == "ready")

    assert desk.said[0].startswith("indexing ended by signal SIGKILL (log: ")
    assert desk.said[0].endswith("). Starting it again in 0.02 s.")
    assert desk.said[1] == "indexing is ready again."
    await desk.end()
    assert not any(map(alive, desk.all_pids))


async def test_a_child_that_never_becomes_ready_ends_the_desk_with_its_last_words(tmp_path: Path) -> None:
    async def never() -> bool:
        return False

    healthy = child(tmp_path, "kafka")
    broken = child(tmp_path, "gateway", DIES)
    desk = Desk([healthy], [Child(broken.name, broken.command, broken.environ, broken.log, never)])

    async with asyncio.timeout(PATIENCE):
        with pytest.raises(GaveUp, match=r"gateway ended with status 1 .* It said: “.*no such luck.*3 times"):
            await desk.task
    assert not any(map(alive, desk.all_pids))


async def test_a_stubborn_child_is_killed_when_its_time_is_over(tmp_path: Path) -> None:
    desk = Desk([child(tmp_path, "kafka")], [child(tmp_path, "stubborn", STUBBORN), child(tmp_path, "gateway")])
    await desk.until_ready()

    began = time.monotonic()
    await desk.end()

    assert time.monotonic() - began < 3
    assert not any(map(alive, desk.all_pids))
    assert desk.said == ["stubborn did not stop within 0.6 s and was killed; nothing is lost by it."]


async def test_processes_that_a_child_started_end_with_it(tmp_path: Path) -> None:
    desk = Desk([child(tmp_path, "enrichment", BREEDS)])
    await desk.until_ready()
    grandchild = int((tmp_path / "enrichment.log").read_text("ascii"))
    assert alive(grandchild)

    await desk.end()

    await until(lambda: not alive(grandchild))


async def test_a_stop_while_starting_leaves_nothing_behind(tmp_path: Path) -> None:
    async def never() -> bool:
        return False

    slow = child(tmp_path, "slow")
    desk = Desk([Child(slow.name, slow.command, slow.environ, slow.log, never)])
    await until(lambda: bool(desk.all_pids))

    await desk.end()

    assert not any(map(alive, desk.all_pids))
    assert not desk.ready.is_set()


async def test_a_failure_between_two_stages_stops_everything_and_is_told(tmp_path: Path) -> None:
    async def refuse() -> None:
        raise RuntimeError("topics differ")

    plain = child(tmp_path, "kafka")
    desk = Desk([Child(plain.name, plain.command, plain.environ, plain.log, plain.ready, refuse)])

    async with asyncio.timeout(PATIENCE):
        with pytest.raises(RuntimeError, match="topics differ"):
            await desk.task
    assert not any(map(alive, desk.all_pids))


async def test_a_child_that_takes_long_to_become_ready_is_spoken_of(tmp_path: Path) -> None:
    answers: list[bool] = []

    async def at_last() -> bool:
        answers.append(len(answers) > 5)
        return answers[-1]

    slow = child(tmp_path, "gateway")
    desk = Desk([Child(slow.name, slow.command, slow.environ, slow.log, at_last)], policy=Policy(worry_after=0.1))
    await desk.until_ready()

    assert re.match(r"gateway is not ready after \d s \(log: ", desk.said[0])
    assert len(desk.said) < len(answers)
    await desk.end()


SUPERVISES = """
import asyncio, os, pathlib, sys
from wiredesk.supervisor import Child, Supervisor
log = pathlib.Path(sys.argv[1])
async def ready(): return log.exists() and log.stat().st_size > 0
async def tell(): print(supervisor.runs[0].pid, flush=True)
command = (sys.executable, "-I", "-S", "-c", "import time; print('hello', flush=True); time.sleep(60)")
supervisor = Supervisor([[Child("child", command, dict(os.environ), log, ready)]], print)
async def main(): await supervisor.run(asyncio.Event(), tell)
asyncio.run(main())
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux ties a child to its parent's end")
async def test_no_child_outlives_a_supervisor_that_was_killed(tmp_path: Path) -> None:
    supervisor = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SUPERVISES, str(tmp_path / "child.log"), stdout=asyncio.subprocess.PIPE
    )
    assert supervisor.stdout is not None
    pid = int(await supervisor.stdout.readline())
    assert alive(pid)

    supervisor.kill()
    await supervisor.wait()

    await until(lambda: not alive(pid))
