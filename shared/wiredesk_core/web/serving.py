"""Uvicorn inside a loop that somebody else runs: no signal handlers of its own, stops when told, with a deadline."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Generator

import uvicorn
from starlette.types import ASGIApp

from wiredesk_core.failures import Misconfigured
from wiredesk_core.web.attending import attended

GRACE_SECONDS = 8
"""How long requests under way may take to finish; the rest is cut."""

UNTAKEN_SECONDS = 60
"""How long what was sent may wait for a caller to take it; then the connection is cut."""

STALLED_SECONDS = 30.0
"""How long a caller may bring his request no further; twice that at most, since it is looked at now and then."""


class _QuietServer(uvicorn.Server):
    """Leaves the signals to the process that it is a part of."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


def listen(host: str, port: int) -> socket.socket:
    """A socket bound before anything else starts; port 0 takes a free one. Raises Misconfigured when it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux; connections inherit it from the socket that they come to
        bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNTAKEN_SECONDS * 1000)
    try:
        bound.bind((host, port))
    except OSError as failure:
        bound.close()
        raise Misconfigured(
            f"cannot listen on {host}:{port}: {failure.strerror or failure}; is it in use?"
        ) from failure
    bound.setblocking(False)
    return bound


async def serve(
    app: ASGIApp,
    bound: socket.socket,
    stop: asyncio.Event,
    *,
    grace: int = GRACE_SECONDS,
    stalled: float = STALLED_SECONDS,
) -> None:
    """Serve until `stop` is set and what was under way is done, or `grace` seconds are over.

    Endless answers (event streams) have to watch the same event. Raises RuntimeError when the app cannot start.
    """
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=grace,
        timeout_keep_alive=30,
        http=attended(stalled),
        ws="none",
    )
    server = _QuietServer(config)
    watch = asyncio.create_task(_stop_when(stop, server))
    try:
        await server.serve(sockets=[bound])
    except SystemExit as failure:
        raise RuntimeError("the HTTP app did not start: see the log") from failure
    finally:
        watch.cancel()


def stop_on_signals(stop: asyncio.Event) -> None:
    """Set `stop` on SIGTERM and SIGINT."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)


async def _stop_when(stop: asyncio.Event, server: uvicorn.Server) -> None:
    await stop.wait()
    server.should_exit = True
