"""What an agent is made of: records in, an outcome each, in the same order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar

from pydantic import ValidationError

from wiredesk_core.messages import Headers, Outgoing


@dataclass(frozen=True, slots=True)
class Record:
    """One record as the broker delivered it, nothing decoded."""

    topic: str
    partition: int
    offset: int
    key: bytes
    value: bytes
    headers: Headers
    at: datetime

    @property
    def receipt_id(self) -> str:
        """The receipt that this record belongs to, as its producer wrote it."""
        return self.headers.get("receipt_id", self.key).decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Done:
    """A record was handled; these records follow from it."""

    outputs: tuple[Outgoing, ...] = ()


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record can never be handled: it goes to quarantine with all its bytes, `outputs` beside it.

    `unexpected` marks a fault of ours rather than of the record; too many in a row stop the service.
    """

    code: str
    detail: str
    provider: str = ""
    unexpected: bool = False
    attempts: int = 1
    outputs: tuple[Outgoing, ...] = field(default=())


Outcome = Done | Rejected
Message = TypeVar("Message")


class Stage(Protocol):
    """One step of the pipeline."""

    name: str

    async def handle(self, records: Sequence[Record]) -> Sequence[Outcome]:
        """An outcome for each record, in order. Must be safe to repeat.

        Raises Transient when something outside does not answer: the whole batch is tried again. Any other
        exception makes the runner try each record alone, so that only the one that causes it is put aside.
        """
        ...

    async def settle(self, records: Sequence[Record], outcomes: Sequence[Outcome]) -> None:
        """Called when all outputs are durable and before the records are acknowledged. Must be safe to repeat."""
        ...


def read_or_reject(record: Record, read: Callable[[bytes], Message]) -> Message | Rejected:
    """A record's message, or its rejection saying which field is wrong."""
    try:
        return read(record.value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "the whole message"
        return Rejected("message_unreadable", f"{where}: {first['msg']}")
