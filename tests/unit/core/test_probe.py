"""The health check of a container."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor

import pytest
from wiredesk.kafka import free_port
from wiredesk_core.probe import probe, status_of


@pytest.mark.parametrize(("ready", "code"), [(200, 0), (503, 1), (0, 1), (404, 1)])
def test_only_a_ready_service_passes(ready: int, code: int) -> None:
    assert probe(1, lambda _port, _path: ready) == code


@pytest.mark.parametrize(("alive", "ended"), [(200, 0), (503, 1), (0, 0)])
def test_a_stuck_service_is_ended_and_one_that_is_away_is_not(alive: int, ended: int) -> None:
    ends: list[None] = []
    probe(1, lambda _port, path: alive if path == "/healthz" else 503, lambda: ends.append(None))
    assert len(ends) == ended


def test_nobody_listening_is_no_status() -> None:
    assert status_of(free_port(), "/readyz") == 0


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200),
        (b"HTTP/1.1 503 Service Unavailable\r\n\r\nstuck", 503),
        (b"SSH-2.0-OpenSSH_10.0\r\n", 0),
        (b"HTTP/1.1\r\n", 0),
        (b"", 0),
    ],
)
def test_the_status_line_of_whoever_listens_is_read(answer: bytes, status: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor(1) as thread:
        asked = thread.submit(answer_once, server, answer)
        assert status_of(server.getsockname()[1], "/readyz") == status
        assert asked.result(5).startswith(b"GET /readyz HTTP/1.0\r\n")


def answer_once(server: socket.socket, answer: bytes) -> bytes:
    """What the first caller asks."""
    caller, _ = server.accept()
    with caller:
        asked = caller.recv(4096)
        caller.sendall(answer)
        return asked
