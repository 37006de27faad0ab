"""The map of Wiredesk: every topic, what it carries, who writes it and who reads it. One table, nothing elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

HOUR_MS = 3_600_000
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

TOPICS = (WIRE_RECEIVED, ITEM_ACCEPTED, ITEM_ENRICHED, ITEM_CHANGED, WIRE_QUARANTINED, RECEIPT_NOTED)


_BY_NAME = {topic.name: topic for topic in TOPICS}


def lane_of_replays(name: str) -> Topic | None:
    """The topic on which records that were on topic `name` before come again; None for a topic not in the table."""
    return _BY_NAME.get(name)


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
