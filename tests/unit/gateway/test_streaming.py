"""Event streams over real sockets, where clients go away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
from wiredesk_core.testing import make_item
from wiredesk_core.web.serving import listen, serve
from wiredesk_gateway.testing import Newsroom


async def opened(port: int) -> None:
    """Returns once somebody listens."""
    async with asyncio.timeout(5):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except ConnectionRefusedError:
                await asyncio.sleep(0.01)
            else:
                writer.close()
                return


@pytest.fixture
async def far(newsroom: Newsroom) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a served gateway, whose key may have one stream open."""
    newsroom.limits = replace(newsroom.limits, streams_per_key=1, stalled=0.5)
    bound = listen("127.0.0.1", 0)
    serving = asyncio.create_task(serve(newsroom.app(), bound, newsroom.stopping, grace=2))
    headers = {"authorization": f"Bearer {await newsroom.token('items:read')}"}
    url = f"http://127.0.0.1:{bound.getsockname()[1]}"
    await opened(bound.getsockname()[1])
    async with httpx.AsyncClient(base_url=url, headers=headers, trust_env=False, timeout=5) as client:
        yield client
        newsroom.stopping.set()
        async with asyncio.timeout(5):
            await serving


async def events(answer: httpx.Response, number: int) -> list[str]:
    """The names of the next events."""
    names: list[str] = []
    async for line in answer.aiter_lines():
        if line.startswith("event: "):
            names.append(line.removeprefix("event: "))
        if len(names) == number:
            return names
    return names


async def test_news_arrive_while_the_stream_is_open(newsroom: Newsroom, far: httpx.AsyncClient) -> None:
    async with far.stream("GET", "/v1/changes/stream") as answer:
        assert answer.status_code == 200
        await newsroom.serve()
        await newsroom.serve(make_item(version="2"))
        assert await events(answer, 2) == ["created", "updated"]


async def test_a_client_that_goes_away_gives_its_place_back(newsroom: Newsroom, far: httpx.AsyncClient) -> None:
    await newsroom.serve()
    async with far.stream("GET", "/v1/changes/stream") as answer:
        assert await events(answer, 1) == ["created"]
        assert (await far.get("/v1/changes/stream")).status_code == 429
    async with asyncio.timeout(5):
        while True:
            async with far.stream("GET", "/v1/changes/stream") as again:
                if again.status_code == 200:
                    break
            await asyncio.sleep(0.02)


async def test_open_streams_do_not_hold_up_the_end(newsroom: Newsroom, far: httpx.AsyncClient) -> None:
    await newsroom.serve()
    async with far.stream("GET", "/v1/changes/stream") as answer:
        asyncio.get_running_loop().call_later(0.1, newsroom.stopping.set)
        async with asyncio.timeout(5):
            assert set(await events(answer, 99)) == {"created", "position"}


async def test_a_reader_who_takes_nothing_is_let_go(newsroom: Newsroom, far: httpx.AsyncClient) -> None:
    for number in range(40):
        await newsroom.serve(make_item(uri=f"urn:example:{number}", body_html="ferry " * 80_000))
    reader, writer = await asyncio.open_connection(far.base_url.host, far.base_url.port)
    writer.write(
        f"GET /v1/changes/stream HTTP/1.1\r\nHost: x\r\nAuthorization: {far.headers['authorization']}\r\n\r\n".encode()
    )
    assert (await reader.readline()).startswith(b"HTTP/1.1 200")
    assert (await far.get("/v1/changes/stream")).status_code == 429
    async with asyncio.timeout(20):
        while True:
            async with far.stream("GET", "/v1/changes/stream") as again:
                if again.status_code == 200:
                    break
            await asyncio.sleep(0.05)
    writer.close()
