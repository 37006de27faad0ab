"""Runs the desk's processes: starts them in order, starts again what dies, stops all of them in time.

Each child has a session of its own, so Ctrl-C at the terminal reaches the supervisor alone, and is tethered, so it
cannot outlive the supervisor however that ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
import signal
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from wiredesk_core.failures import Failure

from wiredesk.logs import last_words, open_log
from wiredesk.supervision import GiveUp, History, Policy, after_death, became_ready
from wiredesk.tether import tethered

PROBE_SECONDS = 0.2
State = Literal["waiting", "starting", "ready", "stopped"]


class GaveUp(Failure):
    """A child died again and again before it was ever ready."""


async def _nothing() -> None:
    return


@dataclass(frozen=True, slots=True)
class Child:
    """A process to keep alive. `ready` is asked until it says yes; `then` runs once before the next stage starts."""

    name: str
    command: Sequence[str]
    environ: Mapping[str, str]
    log: Path
    ready: Callable[[], Awaitable[bool]]
    then: Callable[[], Awaitable[None]] = _nothing


@dataclass(frozen=True, slots=True)
class Stops:
    """Seconds for the stop: a pause between one TERM and the next, the whole of a stage, then KILL."""

    between: float = 1.0
    stage: float = 6.0
    last_stage: float = 2.5


@dataclass(slots=True)
class Run:
    """A child as it is right now."""

    child: Child
    state: State = "waiting"
    history: History = field(default_factory=History)
    process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        return self.process.pid if self.process and self.process.returncode is None else None


class Supervisor:
    """Keeps stages of children running; a stage starts once all of the one before it are ready.

    `say` gets one line whenever something noteworthy happens; `changed` is called when a child's state changes.
    """

    def __init__(
        self,
        stages: Sequence[Sequence[Child]],
        say: Callable[[str], None],
        *,
        changed: Callable[[Sequence[Run]], None] = lambda _runs: None,
        policy: Policy = Policy(),  # noqa: B008 - frozen value
        stops: Stops = Stops(),
    ) -> None:
        self._stages = [[Run(child) for child in stage] for stage in stages]
        self._say = say
        self._changed = changed
        self._policy = policy
        self._stops = stops
        self._keepers: list[asyncio.Task[None]] = []

    @property
    def runs(self) -> list[Run]:
        """All children in their order."""
        return [run for stage in self._stages for run in stage]

    async def run(self, stop: asyncio.Event, on_ready: Callable[[], Awaitable[None]] = _nothing) -> None:
        """Start everything, call `on_ready`, keep it running until `stop` is set, then stop everything.

        Raises GaveUp when a child never becomes ready, and whatever `then` or `on_ready` raise; all is stopped first.
        """
        work = asyncio.create_task(self._work(on_ready))
        stopped = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({work, stopped}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (work, stopped, *self._keepers):
                task.cancel()
            await asyncio.gather(work, stopped, *self._keepers, return_exceptions=True)
            await self._stop_all()
        if work.done() and not work.cancelled():
            work.result()

    async def _work(self, on_ready: Callable[[], Awaitable[None]]) -> None:
        for stage in self._stages:
            self._keepers += [asyncio.create_task(self._keep(run)) for run in stage]
            await self._unless_given_up(_all_ready(stage))
            for run in stage:
                await run.child.then()
        await on_ready()
        await self._unless_given_up(asyncio.sleep(math.inf))

    async def _unless_given_up(self, wanted: Coroutine[Any, Any, None]) -> None:
        """Wait for something, or raise the reason why a keeper has ended before it."""
        waiting = asyncio.create_task(wanted)
        await asyncio.wait({waiting, *self._keepers}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        for keeper in self._keepers:
            if keeper.done():
                keeper.result()

    async def _keep(self, run: Run) -> None:
        """Start a child, and again whenever it dies."""
        while True:
            began = time.monotonic()
            status = await self._one_life(run)
            run.history, decision = after_death(run.history, time.monotonic() - began, self._policy)
            words = _words(run.child.log) if status >= 0 else ""  # a killed process had no say
            told = f"{run.child.name} ended {_manner(status)} (log: {run.child.log}). {words}"
            if isinstance(decision, GiveUp):
                raise GaveUp(f"{told}It ended {decision.deaths} times before it was ready.")
            self._say(f"{told}Starting it again in {decision.pause:g} s.")
            self._enter(run, "waiting")
            await asyncio.sleep(decision.pause)

    async def _one_life(self, run: Run) -> int:
        """From start to end; gives the exit status."""
        with open_log(run.child.log) as log:
            run.process = await asyncio.create_subprocess_exec(
                *tethered(list(run.child.command)),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=dict(run.child.environ),
                start_new_session=True,
            )
        self._enter(run, "starting")
        probing = asyncio.create_task(self._probe(run))
        try:
            return await run.process.wait()
        finally:
            probing.cancel()
            if run.process.returncode is not None:
                _signal_group(run.process.pid, signal.SIGKILL)  # what it left behind

    async def _probe(self, run: Run) -> None:
        began, told = time.monotonic(), 1
        while not await run.child.ready():
            await asyncio.sleep(PROBE_SECONDS)
            if time.monotonic() - began > told * self._policy.worry_after:
                told *= 2
                took = time.monotonic() - began
                self._say(
                    f"{run.child.name} is not ready after {took:.0f} s (log: {run.child.log}). {_words(run.child.log)}"
                )
        if run.history.restarts:
            self._say(f"{run.child.name} is ready again.")
        run.history = became_ready(run.history)
        self._enter(run, "ready")

    def _enter(self, run: Run, state: State) -> None:
        run.state = state
        self._changed(self.runs)

    async def _stop_all(self) -> None:
        for number, stage in reversed(list(enumerate(self._stages))):
            await self._stop_stage(stage, self._stops.stage if number else self._stops.last_stage)

    async def _stop_stage(self, stage: Sequence[Run], seconds: float) -> None:
        """TERM to one after the other, last first; whoever is left when the time is over is killed."""
        deadline = time.monotonic() + seconds
        alive = [run for run in reversed(stage) if run.pid]
        for run in alive:
            run.process.terminate() if run.process else None
            await _ended([run], min(self._stops.between, deadline - time.monotonic()))
        await _ended(alive, deadline - time.monotonic())
        for run in alive:
            if run.pid:
                self._say(f"{run.child.name} did not stop within {seconds:g} s and was killed; nothing is lost by it.")
            if run.process:
                _signal_group(run.process.pid, signal.SIGKILL)
                await run.process.wait()
        for run in stage:
            self._enter(run, "stopped")


async def _all_ready(runs: Sequence[Run]) -> None:
    while any(run.state != "ready" for run in runs):
        await asyncio.sleep(PROBE_SECONDS)


async def _ended(runs: Sequence[Run], seconds: float) -> None:
    """Wait until all have ended, for at most so long."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(max(0.0, seconds)):
            await asyncio.gather(*(run.process.wait() for run in runs if run.process))


def _signal_group(leader: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)


def _manner(status: int) -> str:
    if status < 0:
        return f"by signal {signal.Signals(-status).name}"
    return f"with status {status}"


def _words(log: Path) -> str:
    said = last_words(log)
    return f"It said: “{said}”. " if said else ""
