"""Logs and metrics: JSON lines on standard error, Prometheus metrics whose names are written down once."""

from __future__ import annotations

import logging
import sys
from typing import Any, Literal, get_args

import structlog
from prometheus_client import Counter, Gauge, Histogram

CounterName = Literal[
    # Records handled by an agent; labels stage, outcome (done, quarantined).
    "wiredesk_records_total",
    # Records put aside; labels stage, code.
    "wiredesk_quarantined_total",
    # Attempts repeated because something outside did not answer; label stage.
    "wiredesk_retries_total",
    # Items by what became of them; label disposition.
    "wiredesk_dispositions_total",
    # Wires taken in; labels provider, way (push, folder).
    "wiredesk_wires_total",
    # Requests answered; labels service, status.
    "wiredesk_http_requests_total",
]
HistogramName = Literal[
    # Seconds one batch took from arrival to acknowledgement; label stage.
    "wiredesk_batch_seconds",
    # Records a batch; label stage.
    "wiredesk_batch_records",
    # Seconds from a wire's receipt to its being searchable; label stage.
    "wiredesk_receipt_to_search_seconds",
    # Seconds a request took; label service.
    "wiredesk_http_seconds",
]
GaugeName = Literal[
    # Unix time of the last acknowledged batch; label stage.
    "wiredesk_last_ack_timestamp_seconds",
    # Revisions written but not yet announced.
    "wiredesk_outbox_unsent",
]

_LABELS: dict[str, tuple[str, ...]] = {
    "wiredesk_records_total": ("stage", "outcome"),
    "wiredesk_quarantined_total": ("stage", "code"),
    "wiredesk_retries_total": ("stage",),
    "wiredesk_dispositions_total": ("disposition",),
    "wiredesk_wires_total": ("provider", "way"),
    "wiredesk_http_requests_total": ("service", "status"),
    "wiredesk_batch_seconds": ("stage",),
    "wiredesk_batch_records": ("stage",),
    "wiredesk_receipt_to_search_seconds": ("stage",),
    "wiredesk_http_seconds": ("service",),
    "wiredesk_last_ack_timestamp_seconds": ("stage",),
    "wiredesk_outbox_unsent": (),
}

_COUNTERS = {name: Counter(name, name, _LABELS[name]) for name in get_args(CounterName)}
_HISTOGRAMS = {name: Histogram(name, name, _LABELS[name]) for name in get_args(HistogramName)}
_GAUGES = {name: Gauge(name, name, _LABELS[name]) for name in get_args(GaugeName)}


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


def configure_logging(service: str, level: str = "info") -> None:
    """One JSON object a line on standard error, from our own code and from every library alike."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.dict_tracebacks,
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
