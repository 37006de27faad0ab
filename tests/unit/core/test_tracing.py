"""One trace a story: contexts go along with records, spans hang together, and nothing waits for whoever collects them."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from wiredesk_core.agents.runner import Runner
from wiredesk_core.agents.stage import Done, Outcome, Record, Rejected
from wiredesk_core.blobs.memory import MemoryBlobs
from wiredesk_core.broker.memory import MemoryPublisher
from wiredesk_core.clock import FixedClock
from wiredesk_core.messages import Outgoing
from wiredesk_core.tracing import (
    TRACEPARENT,
    HandingOn,
    Spans,
    Tracing,
    entering,
    new_traceparent,
    open_tracing,
    trace_id,
)

NOW = datetime(2026, 3, 1, 20, tzinfo=UTC)
TRACE = f"00-{'a' * 32}-{'b' * 16}-01"


class Reading:
    """Copies each record, and puts those aside that say so."""

    name = "parse"

    async def handle(self, records: Sequence[Record]) -> Sequence[Outcome]:
        return [
            Rejected("no_format", "no words") if record.value == b"broken" else Done((Outgoing("copies", b"k", b"v"),))
            for record in records
        ]

    async def settle(self, records: Sequence[Record], outcomes: Sequence[Outcome]) -> None:
        """Nothing is kept."""


def record(offset: int, value: bytes = b"v", **headers: bytes) -> Record:
    return Record("wire.received", 3, offset, b"r", value, {"receipt_id": b"r-1", **headers}, NOW)


async def run(tracing: Tracing, *records: Record) -> MemoryPublisher:
    publisher = MemoryPublisher()
    await Runner(Reading(), publisher, MemoryBlobs(), FixedClock(NOW), tracing=tracing).run(records)
    return publisher


@pytest.fixture
def kept() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def spans(kept: InMemorySpanExporter) -> Spans:
    return Spans("ingest", SimpleSpanProcessor(kept))


async def test_without_a_collector_a_context_is_handed_on_as_it_came() -> None:
    publisher = await run(HandingOn(), record(1, traceparent=TRACE.encode()), record(2))
    first, second = publisher.on("copies")
    assert first.headers["traceparent"] == TRACE.encode()
    assert "traceparent" not in second.headers


def test_a_new_trace_begins_with_a_context_that_others_can_read() -> None:
    assert TRACEPARENT.fullmatch(new_traceparent())
    assert HandingOn().push("harbour", "r-1", TRACE).context == TRACE
    assert TRACEPARENT.fullmatch(HandingOn().push("harbour", "r-1").context)
    assert isinstance(open_tracing("ingest", "", 1.0), HandingOn)


async def test_a_story_is_one_trace_from_its_push_on(spans: Spans, kept: InMemorySpanExporter) -> None:
    with entering(spans, [("harbour", "r-1", TRACE)]) as (context,):
        assert trace_id({"traceparent": context.encode()}) == "a" * 32
    publisher = await run(spans, record(1, traceparent=context.encode()))
    (copy,) = publisher.on("copies")
    await run(spans, record(2, traceparent=copy.headers["traceparent"]))
    story = [span for span in kept.get_finished_spans() if f"{id_of(span):032x}" == "a" * 32]
    assert [span.name for span in story] == ["push", "parse process", "parse process"]
    push, parse, later = story
    assert parse.parent is not None
    assert later.parent is not None
    assert (parse.parent.span_id, later.parent.span_id) == (span_id(push), span_id(parse))
    assert trace_id(copy.headers) == "a" * 32


async def test_a_batch_is_one_span_with_a_link_to_each_records_trace(spans: Spans, kept: InMemorySpanExporter) -> None:
    await run(spans, record(1, traceparent=TRACE.encode()), record(2, b"broken"), record(3, traceparent=b"nonsense"))
    (batch,) = [span for span in kept.get_finished_spans() if span.name == "parse batch"]
    assert [f"{link.context.trace_id:032x}" for link in batch.links] == ["a" * 32]
    told = [span.attributes or {} for span in kept.get_finished_spans() if span.name == "parse process"]
    assert [one["wiredesk.outcome"] for one in told] == ["done", "quarantined", "done"]
    assert [one["messaging.kafka.offset"] for one in told] == [1, 2, 3]
    assert {one["messaging.destination.name"] for one in told} == {"wire.received"}
    assert (batch.attributes or {})["messaging.batch.message_count"] == 3


def test_a_push_that_is_not_taken_says_so(spans: Spans, kept: InMemorySpanExporter) -> None:
    with pytest.raises(ZeroDivisionError), entering(spans, [("harbour", "r-1", "")]):
        raise ZeroDivisionError
    (push,) = kept.get_finished_spans()
    assert (push.attributes or {})["wiredesk.outcome"] == "not taken"
    assert (push.attributes or {})["wiredesk.receipt_id"] == "r-1"


def test_a_collector_that_hangs_keeps_no_service_from_stopping() -> None:
    hanging = threading.Event()

    class Hanging(SpanExporter):
        def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
            assert spans
            hanging.wait(60)
            return SpanExportResult.SUCCESS

    tracing = Spans("ingest", BatchSpanProcessor(Hanging()))
    with entering(tracing, [("harbour", "r-1", "")]):
        pass
    began = time.monotonic()
    tracing.close()
    assert time.monotonic() - began < 30
    hanging.set()


async def test_a_collector_that_is_away_costs_nothing_but_the_spans() -> None:
    away = OTLPSpanExporter(endpoint="http://127.0.0.1:1/v1/traces", timeout=0.2)
    tracing = Spans("ingest", BatchSpanProcessor(away))
    publisher = await run(tracing, record(1, traceparent=TRACE.encode()))
    assert len(publisher.on("copies")) == 1
    tracing.close()


def id_of(span: ReadableSpan) -> int:
    context = span.get_span_context()
    assert context is not None
    return context.trace_id


def span_id(span: ReadableSpan) -> int:
    context = span.get_span_context()
    assert context is not None
    return context.span_id
