"""The life of a service that has agents: start, run until told to stop or something breaks, stop in order."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any

from wiredesk_core.agents.faust_app import Agents
from wiredesk_core.agents.runner import die
from wiredesk_core.telemetry import log

STOP_SECONDS = 9.0
"""A stop that takes longer ends the process: what is not acknowledged will be delivered again."""

_log = log(__name__)


async def run_until_stopped(agents: Agents, stop: asyncio.Event, beside: Sequence[Coroutine[Any, Any, None]]) -> None:
    """Run agents, and tasks beside them that end once `stop` is set.

    A crash of Faust, or a task beside it that fails, ends the process at once: a graceful stop after a fault could
    commit what was not delivered.
    """
    tasks = [asyncio.create_task(task) for task in beside]
    await agents.start()
    _log.info("started")
    crashed = asyncio.create_task(agents.crashed())
    stopping = asyncio.create_task(stop.wait())
    done, _ = await asyncio.wait([crashed, stopping, *tasks], return_when=asyncio.FIRST_COMPLETED)
    if stopping not in done:
        die(_why(crashed, [task for task in tasks if task.done()]))
    _log.info("stopping")
    crashed.cancel()
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await asyncio.gather(*tasks, agents.stop())
    except TimeoutError:
        die(f"did not stop within {STOP_SECONDS:g} s")
    _log.info("stopped")


def _why(crashed: asyncio.Task[BaseException | None], ended: Sequence[asyncio.Task[None]]) -> str:
    if crashed.done():
        return f"the consumer crashed: {crashed.result()!r}"
    return f"a task ended before its time: {[task.exception() for task in ended]!r}"
