"""A publisher for tests and dry runs: keeps what it is given, fails when told to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from wiredesk_core.messages import Outgoing
from wiredesk_core.ports import NotPublished


@dataclass(slots=True)
class MemoryPublisher:
    """Records in the order in which they became durable. `refuse` picks those that the broker does not confirm."""

    records: list[Outgoing] = field(default_factory=list)
    refuse: Callable[[Outgoing], bool] | None = None

    async def publish(self, records: Sequence[Outgoing]) -> None:
        """Keep all records that are not refused, and nothing that would overtake a refused one of its key."""
        unsent = held_back(records, [self.refuse is not None and self.refuse(r) for r in records])
        refused = set(map(id, unsent))
        self.records += [record for record in records if id(record) not in refused]
        if unsent:
            raise NotPublished(unsent, "refused")

    def on(self, topic: str) -> list[Outgoing]:
        """What was published on one topic."""
        return [record for record in self.records if record.topic == topic]


def held_back(records: Sequence[Outgoing], failed: Sequence[bool]) -> list[Outgoing]:
    """The records to send (again): those that failed and, of their keys, all that came after them.

    A later record that was confirmed is sent again after the failed one, so that the last word of a key is last.
    """
    broken: set[tuple[str, bytes]] = set()
    unsent = []
    for record, bad in zip(records, failed, strict=True):
        lane = record.topic, record.key
        if bad:
            broken.add(lane)
        if lane in broken:
            unsent.append(record)
    return unsent
