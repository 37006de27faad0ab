"""The life of a service that has agents: start, run until told to stop or something breaks, stop in order."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Sequence
from typing import Any

import uvloop
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError

from wiredesk_core.agents.faust_app import Agents, Lanes
from wiredesk_core.agents.runner import EXIT_UNDELIVERED, die
from wiredesk_core.broker.access import BrokerAccess, refusal_told
from wiredesk_core.failures import BrokerDown, Failure, Misconfigured
from wiredesk_core.telemetry import log

STOP_SECONDS = 9.0
"""A stop that takes longer ends the process: what is not acknowledged will be delivered again."""

EXIT_MISCONFIGURED = 78
"""Exit code (EX_CONFIG) of a service whose settings cannot work: starting it again will not help."""

BROKER_SECONDS = 60.0
"""How long a service waits for its broker at start."""

_log = log(__name__)


def carry_out(service: Coroutine[Any, Any, None]) -> None:
    """Run a service. A failure whose cause is known ends it with one line in the log, not with a traceback."""
    try:
        uvloop.run(service)
    except Failure as failure:
        _log.critical("ends", reason=str(failure))
        raise SystemExit(EXIT_MISCONFIGURED if isinstance(failure, Misconfigured) else EXIT_UNDELIVERED) from None


async def broker_answers(access: BrokerAccess, deadline: float = BROKER_SECONDS) -> None:
    """Returns once the broker can be reached. Raises BrokerDown after so many seconds."""
    give_up = time.monotonic() + deadline
    while True:
        client = AIOKafkaClient(**access.options())
        try:
            await client.bootstrap()
        except KafkaError as refused:
            await refusal_told(access)
            if time.monotonic() > give_up:
                raise BrokerDown(
                    f"no broker answers at {access.bootstrap}: is it running, is the address right?"
                ) from refused
            await asyncio.sleep(0.5)
        else:
            return
        finally:
            await client.close()


async def run_until_stopped(
    agents: Agents | Lanes, stop: asyncio.Event, beside: Sequence[Coroutine[Any, Any, None]]
) -> None:
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
