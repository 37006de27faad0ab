"""The health check of a container."""

from __future__ import annotations

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
