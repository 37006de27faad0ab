"""Callers who do not send on are let go; those who send slowly, wait, take their time or rest are not."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from wiredesk_core.web.attending import LARGEST_HEAD, LEAST_BYTES
from wiredesk_core.web.serving import listen, serve

STALLED = 0.1
MUCH = 400 * LARGEST_HEAD
"""Bytes; far more than sockets on both sides hold back."""
LINE = b"host: x\r\nconnection: close\r\n"
Talk = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def lengths(request: Request) -> Response:
    """Answers after some time of its own with how long the body was."""
    await asyncio.sleep(float(request.query_params.get("before", "0")))
    size = len(await request.body())
    await asyncio.sleep(float(request.query_params.get("after", "0")))
    return PlainTextResponse(str(size))


async def much(_: Request) -> Response:
    return PlainTextResponse(b"a" * MUCH)


async def refused(_: Request) -> Response:
    """Answers without reading."""
    return PlainTextResponse("no", 401)


@asynccontextmanager
async def talking(stalled: float = STALLED) -> AsyncIterator[Talk]:
    """A connection to a server that lets go of who sends nothing for so many seconds."""
    stop, bound = asyncio.Event(), listen("127.0.0.1", 0)
    routes = [Route("/", lengths, methods=["GET", "POST"]), Route("/much", much)]
    app = Starlette(routes=[*routes, Route("/refused", refused, methods=["POST"])])
    serving = asyncio.create_task(serve(app, bound, stop, stalled=stalled))
    reader, writer = await connected(*bound.getsockname())
    try:
        yield reader, writer
    finally:
        writer.close()
        stop.set()
        async with asyncio.timeout(20):
            await serving


async def connected(host: str, port: int) -> Talk:
    """A connection, as soon as the server listens."""
    async with asyncio.timeout(20):
        while True:
            with contextlib.suppress(ConnectionRefusedError):
                return await asyncio.open_connection(host, port, limit=LARGEST_HEAD)
            await asyncio.sleep(0.01)


async def assert_let_go(talk: Talk, trickle: Callable[[asyncio.StreamWriter], Awaitable[None]]) -> None:
    """The connection ends, though somebody goes on trickling."""
    reader, writer = talk

    async def go_on() -> None:
        while True:
            await trickle(writer)
            await asyncio.sleep(STALLED / 5)

    trickling = asyncio.create_task(go_on())
    try:
        async with asyncio.timeout(20):
            with contextlib.suppress(ConnectionError):
                while await reader.read(1000):
                    pass
    finally:
        trickling.cancel()
        await asyncio.gather(trickling, return_exceptions=True)


def sending(data: bytes) -> Callable[[asyncio.StreamWriter], Awaitable[None]]:
    async def trickle(writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()

    return trickle


CHUNKED = b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("begin", "on"),
    [
        (b"", b""),
        (b"GET / HTTP/1.1\r\nhost: x\r\nx-long: ", b"a"),
        (b"", b"\r\n"),
        (b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n", b"a"),
        (b"POST /refused HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n", b"a"),
        (CHUNKED, b"1\r\na\r\n"),
        (CHUNKED + b"0\r\n", b"x: a\r\n"),
        (b"GET / HTTP/1.1\r\nhost: x\r\n\r\n", b"\r\n"),
        (b"GET / HTTP/1.1\r\nhost: x\r\n\r\nGET / HTTP/1.1\r\nx-long: ", b"a"),
    ],
    ids=[
        "nothing", "a head byte by byte", "empty lines", "a body byte by byte", "a body after its refusal",
        "chunks byte by byte", "trailers one by one", "empty lines after an answer", "a second head byte by byte",
    ],
)  # fmt: skip
async def test_who_never_finishes_a_request_is_let_go(begin: bytes, on: bytes) -> None:
    async with talking() as talk:
        talk[1].write(begin)
        await assert_let_go(talk, sending(on))


@pytest.mark.parametrize(
    ("begin", "on"),
    [
        (b"GET / HTTP/1.1\r\nhost: x\r\n", b"x-more: " + b"a" * 8000 + b"\r\n"),
        (b"GET / HTTP/1.1\r\nhost: x\r\nx-long: ", b"a" * 8000),
        (b"GET /", b"a" * 8000),
        (b"", b"\r\n" * 4000),
        (CHUNKED + b"0\r\n", b"x-more: " + b"a" * 8000 + b"\r\n"),
        (CHUNKED + b"1;", b"a" * 8000),
    ],
    ids=["headers", "one header", "a path", "empty lines", "trailers", "what goes with a chunk"],
)
async def test_what_has_no_end_is_cut_before_it_fills_memory(begin: bytes, on: bytes) -> None:
    async with talking(stalled=60) as (_, writer):
        writer.write(begin)
        sent = 0
        with contextlib.suppress(ConnectionError):
            while sent < MUCH:
                writer.write(on)
                await writer.drain()
                sent += len(on)
        assert sent < MUCH


@pytest.mark.parametrize(("size", "status"), [(LARGEST_HEAD - 1000, b"200"), (LARGEST_HEAD + 1, b"400")])
async def test_a_head_counts_by_its_bytes_however_they_come(size: int, status: bytes) -> None:
    async with talking(stalled=60) as (reader, writer):
        writer.write(b"GET / HTTP/1.1\r\n" + LINE + b"x-long: " + b"a" * size + b"\r\n\r\n")
        assert (await reader.read()).split()[1] == status


async def test_a_slow_body_that_goes_on_is_taken_whole() -> None:
    async with talking(stalled=2) as (reader, writer):
        size = 12 * LEAST_BYTES
        writer.write(b"POST / HTTP/1.1\r\n" + LINE + b"content-length: %d\r\n\r\n" % size)
        for _ in range(12):
            writer.write(b"a" * LEAST_BYTES)
            await writer.drain()
            await asyncio.sleep(0.25)
        assert (await reader.read()).endswith(str(size).encode())


@pytest.mark.parametrize(
    "request_", [b"GET /?after=1 HTTP/1.1\r\n", b"POST /?before=1 HTTP/1.1\r\ncontent-length: 0\r\n"]
)
async def test_who_waits_long_for_an_answer_gets_it(request_: bytes) -> None:
    async with talking() as (reader, writer):
        writer.write(request_ + LINE + b"\r\n")
        assert (await reader.read()).endswith(b"\r\n\r\n0")


async def test_who_waits_for_leave_to_send_is_waited_for_in_turn() -> None:
    async with talking(stalled=0.3) as (reader, writer):
        writer.write(b"POST /?before=1 HTTP/1.1\r\nexpect: 100-continue\r\ncontent-length: 2\r\n" + LINE + b"\r\n")
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(b"ab")
        assert (await reader.read()).endswith(b"\r\n\r\n2")


async def test_a_body_that_the_service_is_too_busy_to_read_is_waited_for() -> None:
    async with talking() as (reader, writer):
        size = 8 * LARGEST_HEAD
        writer.write(b"POST /?before=1 HTTP/1.1\r\n" + LINE + b"content-length: %d\r\n\r\n" % size + b"a" * size)
        assert (await reader.read()).endswith(str(size).encode())


async def test_who_takes_an_answer_slowly_gets_all_of_it() -> None:
    async with talking() as (reader, writer):
        writer.write(b"GET /much HTTP/1.1\r\nhost: x\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")
        taken = 0
        while taken < MUCH // 2:
            taken += len(await reader.read(MUCH // 16))
            await asyncio.sleep(STALLED / 50)
        await asyncio.sleep(5 * STALLED)
        await reader.readexactly(MUCH - taken)


async def test_who_rests_between_two_requests_is_kept() -> None:
    async with talking() as (reader, writer):
        for _ in range(2):
            writer.write(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
            assert await reader.readexactly(1) == b"0"
            await asyncio.sleep(5 * STALLED)


async def test_requests_sent_together_are_all_answered() -> None:
    async with talking() as (reader, writer):
        writer.write(b"GET /?after=0.5 HTTP/1.1\r\nhost: x\r\n\r\n" * 3 + b"GET / HTTP/1.1\r\n" + LINE + b"\r\n")
        assert (await reader.read()).count(b"HTTP/1.1 200") == 4
