"""One story is one trace, from its push to the index, through every service."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import ModuleType
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from wiredesk.testing import wait_for

pytestmark = [pytest.mark.broker, pytest.mark.models, pytest.mark.slow]

TRACE = "ab" * 16
STEPS = {"push", "parse process", "note process", "apply process", "enrich process", "layer process"}


class Collector:
    """Takes spans over OTLP/HTTP and keeps their names by trace."""

    def __init__(self) -> None:
        self.names: defaultdict[str, set[str]] = defaultdict(set)
        kept = self.names

        class Taking(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                request = ExportTraceServiceRequest()
                request.ParseFromString(self.rfile.read(int(self.headers["content-length"])))
                for resource in request.resource_spans:
                    for scope in resource.scope_spans:
                        for span in scope.spans:
                            kept[span.trace_id.hex()].add(span.name)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *arguments: Any) -> None:
                """Nothing is printed."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Taking)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def endpoint(self) -> str:
        """Where spans are taken."""
        return f"http://127.0.0.1:{self._server.server_port}/v1/traces"

    def close(self) -> None:
        """Take no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def collector() -> Iterator[Collector]:
    opened = Collector()
    yield opened
    opened.close()


def test_a_story_is_one_trace_through_every_service(start_desk: Any, wires: ModuleType, collector: Collector) -> None:
    desk = start_desk(environ={"WIREDESK_TRACES": collector.endpoint})
    story = next(made for made in wires.make_wires(seed=2, stories=5) if made.item and made.item.status == "usable")
    answer = desk.push("alpha", story.data, traceparent=f"00-{TRACE}-{'cd' * 8}-01")
    assert answer.status_code == 202
    wait_for(lambda: collector.names[TRACE] >= STEPS, f"{STEPS} in one trace", 60)
    assert collector.names[TRACE] == STEPS
