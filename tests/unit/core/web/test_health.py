from __future__ import annotations

import asyncio

import httpx
from wiredesk_core.web.app import web_app
from wiredesk_core.web.health import examine


async def fine() -> None:
    return


async def failing() -> None:
    raise RuntimeError("the password is swordfish")


async def stuck() -> None:
    await asyncio.Event().wait()


async def test_each_check_is_named_with_its_state() -> None:
    states = await examine({"a": fine, "b": failing, "c": stuck}, deadline=0.05)
    assert states == {"a": "ok", "b": "failed", "c": "slow"}


async def test_one_failing_check_makes_the_service_unready() -> None:
    app = web_app(service="test", title="Test", version="1", description="", checks={"a": fine, "b": failing})
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test.example") as client:
        answer = await client.get("/readyz")
        alive = await client.get("/healthz")
    assert (answer.status_code, answer.json()) == (503, {"status": "not ready", "checks": {"a": "ok", "b": "failed"}})
    assert alive.status_code == 200


async def test_a_service_that_moves_nothing_is_not_alive_and_says_no_more_than_that() -> None:
    why = "7 records wait"
    app = web_app(
        service="t", title="t", version="1", description="", checks={}, stuck=lambda now: why if now else None
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk") as client:
        answer = await client.get("/healthz")
    assert (answer.status_code, answer.json()) == (503, {"status": "stuck"})
