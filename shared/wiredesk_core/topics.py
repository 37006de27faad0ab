"""The map of Wiredesk: every topic, what it carries, who writes it and who reads it. One table, nothing elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

HOUR_MS = 3_600_000
BULK_PARTITIONS = 6
MAX_RECORD_BYTES = 4 * 1024 * 1024
"""Largest record a topic takes; larger values go to Blobs with a claim check."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A row of the table. `retention_hours` None keeps records for ever."""

    name: str
    key: str
    carries: str
    partitions: int
    retention_hours: int | None
    compacted: bool
    producers: tuple[str, ...]
    consumers: tuple[str, ...]
    lane: Literal["live", "bulk"] = "live"
    """`bulk` carries what was on its way before; its readers give way to those of the live lane."""

    def group(self, service: str) -> str:
        """The consumer group in which a service reads this topic. Each lane has its own, so that neither waits for the other."""
        return service if self.lane == "live" else f"{service}.bulk"

    def config(self, replication: int = 1) -> dict[str, str]:
        """The broker's settings for this topic. From three copies on, two have to be written before a record counts."""
        retention = -1 if self.retention_hours is None else self.retention_hours * HOUR_MS
        return {
            "cleanup.policy": "compact" if self.compacted else "delete",
            "retention.ms": str(retention),
            "max.message.bytes": str(MAX_RECORD_BYTES),
            **({"min.insync.replicas": "2"} if replication >= 3 else {}),
        }


WIRE_RECEIVED = Topic(
    "wire.received", "receipt_id", "raw bytes as they came", 12, None, False, ("ingest",), ("ingest",)
)
ITEM_ACCEPTED = Topic(
    "item.accepted", "item_id", "VersionAccepted | CancelMarked | Withdrawn | DeskRuled", 12, 24 * 7, False,
    ("ingest",), ("enrichment", "indexing"),
)  # fmt: skip
ITEM_ENRICHED = Topic(
    "item.enriched", "item_id", "Enriched", 12, 24 * 7, False, ("enrichment",), ("indexing",)
)  # fmt: skip
ITEM_CHANGED = Topic(
    "item.changed", "item_id", "Changed", 12, 24 * 30, False, ("indexing",), ("gateway",)
)  # fmt: skip
WIRE_QUARANTINED = Topic(
    "wire.quarantined", "receipt_id", "the record as it came, why in its headers | ShelfDecision", 12, None, False,
    ("ingest", "enrichment", "indexing"), ("indexing",),
)  # fmt: skip
RECEIPT_NOTED = Topic(
    "receipt.noted", "receipt_id", "ReceiptNote", 12, 24 * 7, False, ("ingest",), ("indexing",)
)  # fmt: skip


def _twin(topic: Topic, producers: tuple[str, ...], consumers: tuple[str, ...]) -> Topic:
    return replace(
        topic, name=f"{topic.name}.bulk", partitions=BULK_PARTITIONS, retention_hours=24 * 7, producers=producers,
        consumers=consumers, lane="bulk",
    )  # fmt: skip


WIRE_RECEIVED_BULK = _twin(WIRE_RECEIVED, ("ingest",), ("ingest",))
ITEM_ACCEPTED_BULK = replace(
    _twin(ITEM_ACCEPTED, ("ingest",), ("indexing",)), carries=f"{ITEM_ACCEPTED.carries} | Reparsed"
)
ITEM_ENRICHED_BULK = _twin(ITEM_ENRICHED, ("enrichment", "ingest"), ("indexing",))
LAYERS_WANTED = Topic(
    "layers.wanted", "item_id", "VersionAccepted", BULK_PARTITIONS, 24 * 7, False, ("indexing", "ingest"),
    ("enrichment",), "bulk",
)  # fmt: skip

TOPICS = (
    WIRE_RECEIVED,
    ITEM_ACCEPTED,
    ITEM_ENRICHED,
    ITEM_CHANGED,
    WIRE_QUARANTINED,
    RECEIPT_NOTED,
    WIRE_RECEIVED_BULK,
    ITEM_ACCEPTED_BULK,
    LAYERS_WANTED,
    ITEM_ENRICHED_BULK,
)


_BY_NAME = {topic.name: topic for topic in TOPICS}


def lane_of_replays(name: str) -> Topic | None:
    """The topic on which records that were on topic `name` before come again; None for a topic not in the table."""
    return _BY_NAME.get(f"{name}.bulk") or _BY_NAME.get(name)


def in_lane_of(source: str, name: str) -> str:
    """The topic for what follows from a record of `source`: on the bulk lane the twin of `name`, where it has one."""
    known = _BY_NAME.get(source)
    is_bulk = known is not None and known.lane == "bulk"
    return f"{name}.bulk" if is_bulk and f"{name}.bulk" in _BY_NAME else name


INBOUND = "wire.inbound."
"""What the names of the topics begin with that upstreams write themselves; the provider's name follows."""


def inbound_topic(provider: str) -> Topic:
    """A provider's own topic: its records are raw bytes as it sends them, its producer is a user of its name."""
    carries = "raw bytes that an upstream produces itself"
    return Topic(f"{INBOUND}{provider}", "any", carries, 3, 24 * 7, False, (provider,), ("ingest",))


def provider_of(topic: str) -> str:
    """The provider whose inbound topic it is."""
    return topic.removeprefix(INBOUND)


def topics_of(service: str) -> tuple[Topic, ...]:
    """What a service writes or reads."""
    return tuple(topic for topic in TOPICS if service in {*topic.producers, *topic.consumers})
