"""/healthz: the process lives and moves. /readyz: what it needs answers. /metrics: Prometheus."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

import orjson
from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import Response

from wiredesk_core.telemetry import log

Check = Callable[[], Awaitable[object]]
"""Does one small thing with what the service needs; any exception means that it cannot be used now."""

Stuck = Callable[[float], str | None]
"""Why a service should be ended although its process lives, given monotonic seconds; None while it moves."""

CHECK_SECONDS = 2.0


def health_routes(
    checks: Mapping[str, Check], *, stuck: Stuck = lambda _now: None, deadline: float = CHECK_SECONDS
) -> APIRouter:
    """The three routes. They need no key and tell nothing but names and states; reasons go to the log."""
    router = APIRouter(tags=["health"])

    @router.get("/healthz", summary="The process is alive, and moves what waits", response_class=Response)
    async def healthz() -> Response:
        why = stuck(time.monotonic())
        if why is not None:
            log(__name__).error("stuck", why=why)
            return _json(503, {"status": "stuck"})
        return _json(200, {"status": "alive"})

    @router.get("/readyz", summary="What this service needs answers", response_class=Response)
    async def readyz() -> Response:
        states = await examine(checks, deadline)
        ready = all(state == "ok" for state in states.values())
        return _json(200 if ready else 503, {"status": "ready" if ready else "not ready", "checks": states})

    @router.get("/metrics", summary="Figures for Prometheus", response_class=Response)
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return router


async def examine(checks: Mapping[str, Check], deadline: float) -> dict[str, str]:
    """How each named check went: ok, slow or failed. All run at once."""
    states = await asyncio.gather(*(_examine_one(name, check, deadline) for name, check in checks.items()))
    return dict(zip(checks, states, strict=True))


async def _examine_one(name: str, check: Check, deadline: float) -> str:
    try:
        async with asyncio.timeout(deadline):
            await check()
    except TimeoutError:
        return "slow"
    except Exception as failure:
        log(__name__).warning("not ready", check=name, why=repr(failure))
        return "failed"
    return "ok"


def _json(status: int, body: Mapping[str, object]) -> Response:
    return Response(orjson.dumps(body), status, {"cache-control": "no-store"}, media_type="application/json")
