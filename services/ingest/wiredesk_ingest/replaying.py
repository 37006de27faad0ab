"""Having wires read again: from `wire.received`, where all of them are kept, onto the bulk lane."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from wiredesk_core.broker.log import Kept, TopicLog
from wiredesk_core.messages import REPLAY_HEADER, Outgoing, Replay
from wiredesk_core.ports import Publisher
from wiredesk_core.topics import WIRE_RECEIVED_BULK

Advance = Callable[[int, str], None]
"""Told how many records were looked at, and a word about the last."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which wires: of one provider, received from `since` on and before `until`."""

    provider: str
    since: datetime
    until: datetime | None = None

    def means(self, record: Kept) -> bool:
        """Whether a record is one of them."""
        return record.headers.get("provider") == self.provider.encode() and (
            self.until is None or record.at < self.until
        )


@dataclass(frozen=True, slots=True)
class Tally:
    """How far it has come. `reached`: by partition, when the last record that was looked at came."""

    looked_at: int = 0
    meant: int = 0
    reached: dict[int, datetime] = field(default_factory=dict)

    def with_batch(self, batch: Sequence[Kept], meant: int) -> Tally:
        """The tally after one more batch."""
        reached = self.reached | {record.partition: record.at for record in batch}
        return replace(self, looked_at=self.looked_at + len(batch), meant=self.meant + meant, reached=reached)


async def read_again(
    batches: AsyncIterator[Sequence[Kept]],
    asked: Asked,
    publisher: Publisher | None,
    rederived_at: datetime,
    advance: Advance,
) -> AsyncIterator[Tally]:
    """Put the wires that are meant on the bulk lane; a tally after each batch, once it is durable. No publisher: count only."""
    tally = Tally()
    async for batch in batches:
        records = [again(record, rederived_at) for record in batch if asked.means(record)]
        if publisher is not None and records:
            await publisher.publish(records)
        tally = tally.with_batch(batch, len(records))
        advance(len(batch), batch[-1].at.isoformat(timespec="seconds"))
        yield tally


def again(record: Kept, rederived_at: datetime) -> Outgoing:
    """A wire for the bulk lane: as it came, and asked to be read again. If it cannot be, it has its old place on the shelf."""
    place = f"{record.topic}-{record.partition}-{record.offset}"
    replay = Replay(quarantine_id=place, rederived_at=rederived_at)
    headers = {**record.headers, REPLAY_HEADER: replay.model_dump_json().encode()}
    return Outgoing(WIRE_RECEIVED_BULK.name, record.key, record.value, headers)


async def span(log: TopicLog, since: datetime) -> tuple[dict[int, int], dict[int, int]]:
    """Where to begin and where to end, in each partition: what comes from now on is read by today's parsers anyway."""
    return dict(await log.since(since)), dict(await log.ends())


def records_in(begin: dict[int, int], end: dict[int, int]) -> int:
    """How many records lie between two places."""
    return sum(max(0, end[partition] - begin.get(partition, 0)) for partition in end)


def goes_on_at(tally: Tally, partitions: Iterable[int]) -> datetime | None:
    """From when on a run that was cut short has to begin again; None: from its beginning."""
    reached = [tally.reached.get(partition) for partition in partitions]
    return min((at for at in reached if at is not None), default=None) if all(reached) else None
