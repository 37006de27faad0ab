"""What came of having wires read again: told by the changes that followed, once the bulk lane is empty."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from wiredesk_core.broker.access import BrokerAccess
from wiredesk_core.broker.lag import LagGauge
from wiredesk_core.broker.log import Kept, Places, TopicLog
from wiredesk_core.lifecycle import Standing
from wiredesk_core.messages import Changed, replay_of
from wiredesk_core.topics import ITEM_CHANGED, TOPICS, WIRE_QUARANTINED

from wiredesk.console import table

LOOK_SECONDS = 0.5
BULK = tuple(
    (topic.group(service), topic.name) for topic in TOPICS if topic.lane == "bulk" for service in topic.consumers
)
KINDS = {
    "new": "items that no reading had found before",
    "changed": "items served otherwise than before",
    "withdrawn": "items that their wire no longer holds",
    "put aside": "wires that today's parser cannot read; what was served stays",
}


@dataclass(frozen=True, slots=True)
class Outset:
    """Where the topics that tell of a run were before it."""

    changes: Places
    put_aside: Places


@dataclass(frozen=True, slots=True)
class Results:
    """How often each kind of thing happened."""

    counts: Mapping[str, int] = field(default_factory=dict)

    def text(self, meant: int) -> str:
        """For people."""
        rows = [("read again", str(meant), "wires")]
        rows += [(kind, str(self.counts.get(kind, 0)), told) for kind, told in KINDS.items()]
        return table(("Outcome", "Number", "Of"), rows)


async def outset(access: BrokerAccess) -> Outset:
    """Before a run."""
    changes, put_aside = await asyncio.gather(
        TopicLog(access, ITEM_CHANGED).ends(), TopicLog(access, WIRE_QUARANTINED).ends()
    )
    return Outset(changes, put_aside)


async def bulk_lane_empty(access: BrokerAccess, seconds: float, note: Callable[[int], None]) -> bool:
    """Whether all that waits on the bulk lane was worked on within so many seconds; `note` is told how much waits."""
    gauge = LagGauge(access)
    try:
        async with asyncio.timeout(seconds):
            while waiting := await _waiting(gauge):
                note(waiting)
                await asyncio.sleep(LOOK_SECONDS)
    except TimeoutError:
        return False
    finally:
        await gauge.close()
    return True


async def _waiting(gauge: LagGauge) -> int:
    """Records on the bulk lane; looked at twice, since a record may be between two topics at the first look."""
    for _ in range(2):
        reading = await gauge.read()
        if waiting := sum(reading.waiting(*pair) for pair in BULK):
            return waiting
        await asyncio.sleep(LOOK_SECONDS)
    return 0


async def results(access: BrokerAccess, before: Outset, rederived_at: datetime) -> Results:
    """What happened since the outset because of the run that was asked for at that moment."""
    counts: Counter[str] = Counter()
    for topic, begin in ((ITEM_CHANGED, before.changes), (WIRE_QUARANTINED, before.put_aside)):
        log = TopicLog(access, topic)
        async for batch in log.read(begin, await log.ends()):
            counts += Counter(kind for record in batch if (kind := kind_of(record, rederived_at)))
    return Results(counts)


def kind_of(record: Kept, rederived_at: datetime) -> str | None:
    """What a record of `item.changed` or `wire.quarantined` tells of a run; None for what has another cause."""
    if record.topic == WIRE_QUARANTINED.name:
        replay = replay_of(record.headers)
        return "put aside" if replay is not None and replay.rederived_at == rederived_at else None
    changed = Changed.model_validate_json(record.value)
    if changed.cause != "replay":
        return None
    if changed.standing is Standing.absent:
        return "withdrawn"
    return "new" if changed.former_standing is Standing.absent else "changed"
