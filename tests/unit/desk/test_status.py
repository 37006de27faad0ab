"""How the lag goes from one look to the next."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from wiredesk.commands.status import look_from_afar, status_text, with_trend


@pytest.mark.parametrize(
    ("before", "waiting", "told"),
    [
        (10, 10, "10"),
        (None, 7, "7"),
        (10, 30, "30  grows by 20/s"),
        (30, 20, "20  gone in 2 s"),
        (5, 0, "0  gone in 0 s"),
        (3, "Kafka did not answer", "Kafka did not answer"),
    ],
)
def test_a_lag_says_whether_it_grows_or_when_it_will_be_gone(before: Any, waiting: Any, told: str) -> None:
    assert with_trend({"indexing: item.accepted": waiting}, {"indexing: item.accepted": before}) == {
        "indexing: item.accepted": told
    }


@pytest.fixture
def desk_doors() -> Iterator[str]:
    """Both doors of a desk elsewhere, behind one address."""
    told = {
        "items": {"open": 7},
        "lag": {"indexing: item.accepted": {"waiting": 3, "per_second": 1.0}},
        "refuses": ["backlog"],
    }

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = self.headers["authorization"] == "Bearer wd_1_s" and self.path == "/v1/status"
            self.send_response(200 if known else 401)
            self.end_headers()
            self.wfile.write(json.dumps(told if known else {"detail": "not known here"}).encode())

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


async def test_a_desk_elsewhere_is_told_by_its_two_doors(desk_doors: str) -> None:
    told = await look_from_afar(desk_doors, desk_doors, "wd_1_s")
    assert told["lag"] == {"indexing: item.accepted": 3}
    assert all(process["ready"] for process in told["processes"])
    assert "Ingest refuses pushes: backlog" in status_text(told)


async def test_a_door_that_does_not_open_is_not_ready_and_says_why(desk_doors: str) -> None:
    told = await look_from_afar(desk_doors, None, "wd_1_wrong")
    assert [process["ready"] for process in told["processes"]] == [False]
    assert "not known here" in status_text(told)


def test_feeds_and_providers_are_told_with_what_ails_them() -> None:
    told = {
        "gateway": "g", "ingest": "i", "broker": "b", "pid": 1, "processes": [], "counts": {}, "lag": {},
        "feeds": {"northwire/main": {"last_success": None, "next_poll": "soon", "errors": 3, "why": "answered with 500"}},
        "providers": {"northwire": {"last_wire": None, "silent": True}, "kestrel": {"last_wire": "at noon", "silent": False}},
    }  # fmt: skip
    text = status_text(told)
    assert "answered with 500" in text
    assert "never" in text
    assert text.count("SILENT") == 1
