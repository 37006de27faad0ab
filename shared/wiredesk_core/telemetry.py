"""Logs and metrics: JSON lines on standard error, Prometheus metrics whose names are written down once."""

from __future__ import annotations

import contextlib
import logging
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import structlog
import structlog.tracebacks
from prometheus_client import Counter, Gauge, Histogram

CounterName = Literal[
    "wiredesk_records_total",
    "wiredesk_quarantined_total",
    "wiredesk_retries_total",
    "wiredesk_dispositions_total",
    "wiredesk_wires_total",
    "wiredesk_http_requests_total",
    "wiredesk_push_refused_total",
    "wiredesk_provider_pauses_total",
    "wiredesk_pool_chunks_total",
    "wiredesk_feed_polls_total",
    "wiredesk_callers_refused_total",
    "wiredesk_audit_lost_total",
    "wiredesk_usage_lost_total",
]
HistogramName = Literal[
    "wiredesk_batch_seconds",
    "wiredesk_batch_records",
    "wiredesk_receipt_to_search_seconds",
    "wiredesk_http_seconds",
    "wiredesk_store_seconds",
]
GaugeName = Literal[
    "wiredesk_last_ack_timestamp_seconds",
    "wiredesk_outbox_unsent",
    "wiredesk_lag_records",
    "wiredesk_lag_reading_timestamp_seconds",
    "wiredesk_waiting_records",
    "wiredesk_stuck",
    "wiredesk_disk_free_ratio",
    "wiredesk_pool_busy",
    "wiredesk_pool_workers",
    "wiredesk_feed_last_success_timestamp_seconds",
    "wiredesk_feed_next_poll_timestamp_seconds",
    "wiredesk_feed_errors_in_a_row",
    "wiredesk_provider_silent",
    "wiredesk_provider_last_wire_timestamp_seconds",
]
MetricName = CounterName | HistogramName | GaugeName

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)
RECORDS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)


@dataclass(frozen=True, slots=True)
class Metric:
    """What a metric tells, and what it is told apart by. Labels take few values: never an id of a story."""

    help: str
    labels: tuple[str, ...] = ()
    buckets: Sequence[float] = SECONDS


METRICS: dict[str, Metric] = {
    "wiredesk_records_total": Metric("Records handled, by outcome (done, quarantined)", ("stage", "outcome")),
    "wiredesk_quarantined_total": Metric("Records put aside, by reason", ("stage", "code")),
    "wiredesk_retries_total": Metric("Attempts repeated because something outside did not answer", ("stage",)),
    "wiredesk_dispositions_total": Metric("Items by what became of them", ("disposition",)),
    "wiredesk_wires_total": Metric("Wires taken in, by way (push, folder, poll, inbound)", ("provider", "way")),
    "wiredesk_http_requests_total": Metric("Requests answered", ("service", "status")),
    "wiredesk_push_refused_total": Metric("Pushes that were told to come back later or not at all", ("code",)),
    "wiredesk_provider_pauses_total": Metric("Pauses of providers that sent only what cannot be read", ("provider",)),
    "wiredesk_pool_chunks_total": Metric(
        "Chunks given to worker processes, by outcome (done, hung, crashed)", ("outcome",)
    ),
    "wiredesk_feed_polls_total": Metric(
        "Questions to feeds, by outcome (news, unchanged, failed)", ("provider", "feed", "outcome")
    ),
    "wiredesk_callers_refused_total": Metric("Requests of callers who may not do so (401, 403)", ("service", "code")),
    "wiredesk_audit_lost_total": Metric("Audit entries of refusals and reads that no store took in time"),
    "wiredesk_usage_lost_total": Metric(
        "Requests and pushes that usage does not count because the registry did not answer"
    ),
    "wiredesk_batch_seconds": Metric("Seconds one batch took from arrival to acknowledgement", ("stage",)),
    "wiredesk_batch_records": Metric("Records a batch", ("stage",), RECORDS),
    "wiredesk_receipt_to_search_seconds": Metric("Seconds from a wire's receipt to its being searchable", ("stage",)),
    "wiredesk_http_seconds": Metric("Seconds a request took", ("service",)),
    "wiredesk_store_seconds": Metric("Seconds of one write (archive, index, broker)", ("store",)),
    "wiredesk_last_ack_timestamp_seconds": Metric("Unix time of the last acknowledged batch", ("stage",)),
    "wiredesk_outbox_unsent": Metric("Revisions written but not yet announced, as the last look found"),
    "wiredesk_lag_records": Metric("Records that a group has not acknowledged", ("group", "topic", "partition")),
    "wiredesk_lag_reading_timestamp_seconds": Metric("Unix time of the last reading of the lag"),
    "wiredesk_waiting_records": Metric("Records of this replica's own partitions that wait", ("service",)),
    "wiredesk_stuck": Metric("1 while records wait and nothing is acknowledged", ("service",)),
    "wiredesk_disk_free_ratio": Metric("Free share of the disk below a store", ("store",)),
    "wiredesk_pool_busy": Metric("Chunks that worker processes hold"),
    "wiredesk_pool_workers": Metric("Worker processes of this replica"),
    "wiredesk_feed_last_success_timestamp_seconds": Metric(
        "Unix time of the last answer of a feed that was understood; 0 for never", ("provider", "feed")
    ),
    "wiredesk_feed_next_poll_timestamp_seconds": Metric(
        "Unix time of the next question to a feed", ("provider", "feed")
    ),
    "wiredesk_provider_silent": Metric("1 while a provider is silent against its own custom", ("provider",)),
    "wiredesk_provider_last_wire_timestamp_seconds": Metric("Unix time of a provider's last wire", ("provider",)),
    "wiredesk_feed_errors_in_a_row": Metric(
        "Questions to a feed that failed since the last success", ("provider", "feed")
    ),
}
"""Every metric there is."""

_COUNTERS = {name: Counter(name, METRICS[name].help, METRICS[name].labels) for name in get_args(CounterName)}
_HISTOGRAMS = {
    name: Histogram(name, METRICS[name].help, METRICS[name].labels, buckets=METRICS[name].buckets)
    for name in get_args(HistogramName)
}
_GAUGES = {name: Gauge(name, METRICS[name].help, METRICS[name].labels) for name in get_args(GaugeName)}


def count(name: CounterName, by: float = 1, **labels: str) -> None:
    """Raise a counter."""
    metric = _COUNTERS[name]
    (metric.labels(**labels) if labels else metric).inc(by)


def observe(name: HistogramName, value: float, **labels: str) -> None:
    """Add one observation."""
    metric = _HISTOGRAMS[name]
    (metric.labels(**labels) if labels else metric).observe(value)


def gauge(name: GaugeName, value: float, **labels: str) -> None:
    """Set a gauge."""
    metric = _GAUGES[name]
    (metric.labels(**labels) if labels else metric).set(value)


@contextlib.contextmanager
def timed(store: Literal["archive", "index", "broker"]) -> Iterator[None]:
    """Observe how long one write to a store takes, also when it fails."""
    started = time.perf_counter()
    try:
        yield
    finally:
        observe("wiredesk_store_seconds", time.perf_counter() - started, store=store)


def configure_logging(service: str, level: str = "info") -> None:
    """One JSON object a line on standard error, from our own code and from every library alike.

    Tracebacks without the values of variables: requests with their keys are among them, and words under embargo.
    """
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False)),
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.EventRenamer("message"),
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)


def log(name: str) -> Any:
    """A bound logger; `name` is the module that speaks."""
    return structlog.stdlib.get_logger(name)
