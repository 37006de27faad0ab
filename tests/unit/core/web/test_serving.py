from __future__ import annotations

import asyncio
import signal
import socket

import httpx
import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from wiredesk_core.failures import Misconfigured
from wiredesk_core.web.serving import listen, serve


def app_with(began: asyncio.Event, go_on: asyncio.Event) -> FastAPI:
    app = FastAPI()

    async def slow(_: Request) -> Response:
        began.set()
        await go_on.wait()
        return PlainTextResponse("done")

    app.add_route("/slow", slow)
    return app


async def test_a_request_under_way_is_finished_before_the_end() -> None:
    began, go_on, stop = asyncio.Event(), asyncio.Event(), asyncio.Event()
    bound = listen("127.0.0.1", 0)
    url = f"http://127.0.0.1:{bound.getsockname()[1]}/slow"
    before = signal.getsignal(signal.SIGTERM)
    serving = asyncio.create_task(serve(app_with(began, go_on), bound, stop))
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = asyncio.create_task(client.get(url))
        await began.wait()
        assert signal.getsignal(signal.SIGTERM) is before
        stop.set()
        await asyncio.sleep(0)
        assert not serving.done()
        go_on.set()
        assert (await answer).text == "done"
    async with asyncio.timeout(5):
        await serving


async def test_what_takes_too_long_is_cut() -> None:
    began, stop = asyncio.Event(), asyncio.Event()
    bound = listen("127.0.0.1", 0)
    url = f"http://127.0.0.1:{bound.getsockname()[1]}/slow"
    serving = asyncio.create_task(serve(app_with(began, asyncio.Event()), bound, stop, grace=0))
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = asyncio.create_task(client.get(url))
        await began.wait()
        stop.set()
        async with asyncio.timeout(5):
            await serving
        with pytest.raises(httpx.HTTPError):
            (await answer).raise_for_status()


def test_a_port_that_is_taken_is_said_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Misconfigured, match=str(port)):
            listen("127.0.0.1", port)
