"""Writes the Grafana dashboards from one table of panels: python deploy/observability/dashboards.py [--check].

The JSON beside this file is for Grafana; this table is for people. Every panel is one question to Prometheus.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "dashboards"
COLUMNS, HEIGHT = 2, 8
WIDTH = 24 // COLUMNS


@dataclass(frozen=True, slots=True)
class Panel:
    """A curve or several: a PromQL question, and how each answer is named."""

    title: str
    query: str
    legend: str
    unit: str = "short"


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A page of panels."""

    uid: str
    title: str
    panels: tuple[Panel, ...]


def quantile(share: float, metric: str, by: str = "") -> str:
    """The question for a quantile of a histogram over the last minute."""
    kept = f"le, {by}" if by else "le"
    return f"histogram_quantile({share}, sum by ({kept}) (rate({metric}_bucket[1m])))"


WAITING = Dashboard(
    "wiredesk-waiting",
    "Where stories wait",
    (
        Panel("Records that wait, by group", "sum by (group, topic) (wiredesk_lag_records)", "{{group}} on {{topic}}"),
        Panel("Records that wait, by partition", "sum by (topic, partition) (wiredesk_lag_records)", "{{topic}}/{{partition}}"),
        Panel("Records handled", "sum by (stage) (rate(wiredesk_records_total[1m]))", "{{stage}}", "reqps"),
        Panel("Seconds a batch (p95)", quantile(0.95, "wiredesk_batch_seconds", "stage"), "{{stage}}", "s"),
        Panel("Receipt to search (p50)", quantile(0.5, "wiredesk_receipt_to_search_seconds", "stage"), "{{stage}}", "s"),
        Panel("Receipt to search (p99)", quantile(0.99, "wiredesk_receipt_to_search_seconds", "stage"), "{{stage}}", "s"),
        Panel("Seconds a write (p95)", quantile(0.95, "wiredesk_store_seconds", "store"), "{{store}}", "s"),
        Panel("Records a batch (mean)", "sum by (stage) (rate(wiredesk_batch_records_sum[1m])) / sum by (stage) (rate(wiredesk_batch_records_count[1m]))", "{{stage}}"),
        Panel("Seconds since the last acknowledgement", "time() - max by (stage) (wiredesk_last_ack_timestamp_seconds)", "{{stage}}", "s"),
        Panel("Worker processes", "sum by (job) (wiredesk_pool_workers)", "{{job}}"),
    ),
)  # fmt: skip

HEALTH = Dashboard(
    "wiredesk-health",
    "Health",
    (
        Panel("Replicas that answer", "sum by (job) (up)", "{{job}}"),
        Panel("Wires taken in", "sum by (provider) (rate(wiredesk_wires_total[1m]))", "{{provider}}", "reqps"),
        Panel("What became of items", "sum by (disposition) (wiredesk_dispositions_total)", "{{disposition}}"),
        Panel("Put aside", "sum by (stage, code) (wiredesk_quarantined_total)", "{{stage}}: {{code}}"),
        Panel("Requests", "sum by (service, status) (rate(wiredesk_http_requests_total[1m]))", "{{service}} {{status}}", "reqps"),
        Panel("Seconds a request (p95)", quantile(0.95, "wiredesk_http_seconds", "service"), "{{service}}", "s"),
        Panel("Chunks that worker processes did", "sum by (job, outcome) (rate(wiredesk_pool_chunks_total[1m]))", "{{job}} {{outcome}}", "reqps"),
        Panel("Free disk", "min by (store) (wiredesk_disk_free_ratio)", "{{store}}", "percentunit"),
        Panel("Memory", "sum by (job, instance) (process_resident_memory_bytes)", "{{job}} {{instance}}", "bytes"),
        Panel("Processor", "sum by (job, instance) (rate(process_cpu_seconds_total[1m]))", "{{job}} {{instance}}", "percentunit"),
    ),
)  # fmt: skip

SENDERS = Dashboard(
    "wiredesk-senders",
    "Who sends",
    (
        Panel("Wires, by provider", "sum by (provider, way) (rate(wiredesk_wires_total[5m]))", "{{provider}} by {{way}}", "reqps"),
        Panel("Silent against their custom", "max by (provider) (wiredesk_provider_silent)", "{{provider}}"),
        Panel("Seconds since the last wire", "time() - max by (provider) (wiredesk_provider_last_wire_timestamp_seconds)", "{{provider}}", "s"),
        Panel("Feeds: errors in a row", "max by (provider, feed) (wiredesk_feed_errors_in_a_row)", "{{provider}}/{{feed}}"),
        Panel("Feeds: questions", "sum by (provider, feed, outcome) (rate(wiredesk_feed_polls_total[5m]))", "{{provider}}/{{feed}} {{outcome}}", "reqps"),
        Panel("Feeds: seconds since the last success", "time() - (max by (provider, feed) (wiredesk_feed_last_success_timestamp_seconds) > 0)", "{{provider}}/{{feed}}", "s"),
    ),
)  # fmt: skip

DASHBOARDS = (WAITING, HEALTH, SENDERS)


def panel_queries() -> tuple[str, ...]:
    """Every question that the dashboards ask."""
    return tuple(panel.query for dashboard in DASHBOARDS for panel in dashboard.panels)


def dashboard_json(dashboard: Dashboard) -> dict[str, Any]:
    """A dashboard as Grafana provisions it."""
    return {
        "uid": dashboard.uid,
        "title": dashboard.title,
        "tags": ["wiredesk"],
        "schemaVersion": 41,
        "editable": False,
        "refresh": "5s",
        "time": {"from": "now-30m", "to": "now"},
        "panels": list(_panels(dashboard)),
    }


def _panels(dashboard: Dashboard) -> Iterator[dict[str, Any]]:
    for number, panel in enumerate(dashboard.panels):
        row, column = divmod(number, COLUMNS)
        yield {
            "id": number + 1,
            "type": "timeseries",
            "title": panel.title,
            "datasource": {"type": "prometheus", "uid": "wiredesk"},
            "gridPos": {"x": column * WIDTH, "y": row * HEIGHT, "w": WIDTH, "h": HEIGHT},
            "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
            "targets": [{"refId": "A", "expr": panel.query, "legendFormat": panel.legend}],
        }


def main(arguments: list[str]) -> int:
    """Write the files, or with --check only say whether they are as they would be written."""
    stale = 0
    for dashboard in DASHBOARDS:
        file = FOLDER / f"{dashboard.uid}.json"
        text = json.dumps(dashboard_json(dashboard), indent=1) + "\n"
        if "--check" not in arguments:
            file.write_text(text, "utf-8")
        elif not file.exists() or file.read_text("utf-8") != text:
            sys.stderr.write(f"{file.name} is not what the table says: run python deploy/observability/dashboards.py\n")
            stale = 1
    return stale


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
