"""One trace a story, from its push to the index: W3C trace context in the records' headers, spans when asked for.

The context is always handed on; it costs a header. Spans are made only where an OTLP endpoint is set. They are made
here and not by an instrumentation of Kafka or Faust: of a batch Faust would never end them, and two injectors would
write two contexts. A batch is one span with a link to each record's trace; the work on a record is a span of its trace.
"""

from __future__ import annotations

import contextlib
import re
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor

HEADER = "traceparent"
TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
QUEUE = 4096
"""Spans that wait to be sent; what is more than that is dropped, never waited for."""
FLUSH_SECONDS = 2.0
"""How long a stop waits for the last spans to be sent."""


@dataclass(frozen=True, slots=True)
class Worked:
    """One record that a stage works on: where it lay, and its headers."""

    topic: str
    partition: int
    offset: int
    headers: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Step:
    """A batch under way. `carry` is the context for what follows from each record; `end` is told what became of it."""

    carry: tuple[bytes | None, ...]
    end: Callable[[Sequence[str]], None]


@dataclass(frozen=True, slots=True)
class Entry:
    """A wire on its way in: the context that goes along with it, and whom to tell what became of the push."""

    context: str
    end: Callable[[str], None]


class Tracing(Protocol):
    """Makes spans, or only hands contexts on."""

    def push(self, provider: str, receipt_id: str, given: str = "") -> Entry:
        """A wire comes in; its context is a child of the pusher's, if that gave one."""
        ...

    def begin(self, stage: str, records: Sequence[Worked]) -> Step:
        """A batch begins."""
        ...

    def close(self) -> None:
        """Send what waits, for a moment at most."""
        ...


class HandingOn:
    """No spans: each record's own context goes on to what follows from it."""

    def push(self, provider: str, receipt_id: str, given: str = "") -> Entry:  # noqa: ARG002  # nothing is noted of it
        """See Tracing."""
        return Entry(given or new_traceparent(), _ignore)

    def begin(self, stage: str, records: Sequence[Worked]) -> Step:  # noqa: ARG002  # see above
        """See Tracing."""
        return Step(tuple(record.headers.get(HEADER) for record in records), _ignore)

    def close(self) -> None:
        """Nothing waits."""


class Spans:
    """Spans by the OpenTelemetry SDK; attributes after its conventions for messaging."""

    def __init__(self, service: str, processor: SpanProcessor, ratio: float = 1.0) -> None:
        """`ratio` of the traces that begin here are kept; those that began elsewhere are kept as it was decided there."""
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415  # only where spans are made
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased  # noqa: PLC0415

        self._provider = TracerProvider(
            resource=Resource.create({"service.name": f"wiredesk-{service}"}),
            sampler=ParentBased(TraceIdRatioBased(ratio)),
            shutdown_on_exit=False,
        )
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("wiredesk")

    def push(self, provider: str, receipt_id: str, given: str = "") -> Entry:
        """See Tracing."""
        from opentelemetry.trace import SpanKind  # noqa: PLC0415  # see above

        parent = _context({HEADER: given.encode()} if given else {})
        span = self._tracer.start_span(
            "push", parent, SpanKind.SERVER, {"wiredesk.provider": provider, "wiredesk.receipt_id": receipt_id}
        )

        def end(outcome: str) -> None:
            span.set_attribute("wiredesk.outcome", outcome)
            span.end()

        return Entry(_header(span), end)

    def begin(self, stage: str, records: Sequence[Worked]) -> Step:
        """See Tracing."""
        from opentelemetry.trace import Link, SpanKind, get_current_span  # noqa: PLC0415  # see above

        contexts = [_context(record.headers) for record in records]
        known = (get_current_span(context).get_span_context() for context in contexts)
        common = {"messaging.system": "kafka", "messaging.operation.name": stage, "messaging.operation.type": "process"}
        batch = self._tracer.start_span(
            f"{stage} batch",
            _context({}),
            SpanKind.CONSUMER,
            {**common, "messaging.batch.message_count": len(records)},
            links=[Link(context) for context in known if context.is_valid],
        )
        spans = [
            self._tracer.start_span(
                f"{stage} process", context, SpanKind.CONSUMER, {**common, **_attributes(record)},
                links=[Link(batch.get_span_context())],
            )
            for record, context in zip(records, contexts, strict=True)
        ]  # fmt: skip

        def end(outcomes: Sequence[str]) -> None:
            for span, outcome in zip(spans, outcomes, strict=True):
                span.set_attribute("wiredesk.outcome", outcome)
                span.end()
            batch.end()

        return Step(tuple(_header(span).encode() for span in spans), end)

    def close(self) -> None:
        """See Tracing."""
        # The SDK's own deadline is not kept while a collector hangs, and a stop must not wait for one.
        sending = threading.Thread(target=self._provider.shutdown, daemon=True)
        sending.start()
        sending.join(FLUSH_SECONDS)


def open_tracing(service: str, endpoint: str, ratio: float) -> Tracing:
    """Spans to an OTLP/HTTP endpoint; without one contexts are only handed on."""
    if not endpoint:
        return HandingOn()
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415  # see above
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    exporter = OTLPSpanExporter(endpoint=endpoint, timeout=5)
    return Spans(service, BatchSpanProcessor(exporter, max_queue_size=QUEUE, schedule_delay_millis=1000), ratio)


@contextlib.contextmanager
def entering(tracing: Tracing, wires: Sequence[tuple[str, str, str]]) -> Iterator[list[str]]:
    """Wires (provider, receipt, given context) on their way in, with a context each; ends when they are taken or not."""
    entries = [tracing.push(*wire) for wire in wires]
    outcome = "not taken"
    try:
        yield [entry.context for entry in entries]
        outcome = "taken"
    finally:
        for entry in entries:
            entry.end(outcome)


def new_traceparent() -> str:
    """The context of a trace that begins here; flagged as sampled, so that whoever makes spans later keeps it."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


def trace_id(headers: Mapping[str, bytes]) -> str:
    """The trace that a record belongs to; empty when it belongs to none."""
    parts = headers.get(HEADER, b"").decode("ascii", "replace").split("-")
    return parts[1] if len(parts) == 4 else ""


def _ignore(outcome: object) -> None:
    """There are no spans to end."""


def _context(headers: Mapping[str, bytes]) -> Any:
    from opentelemetry.context import Context  # noqa: PLC0415  # see Spans
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415

    carrier = {HEADER: headers[HEADER].decode("ascii", "replace")} if HEADER in headers else {}
    return TraceContextTextMapPropagator().extract(carrier, Context())


def _header(span: Any) -> str:
    context = span.get_span_context()
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{int(context.trace_flags):02x}"


def _attributes(record: Worked) -> dict[str, Any]:
    told = {
        "messaging.destination.name": record.topic,
        "messaging.destination.partition.id": str(record.partition),
        "messaging.kafka.offset": record.offset,
    }
    for header in ("receipt_id", "provider"):
        if header in record.headers:
            told[f"wiredesk.{header}"] = record.headers[header].decode("utf-8", "replace")
    return told
