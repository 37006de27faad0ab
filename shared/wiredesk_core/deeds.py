"""Deeds: who changed, tried or read what. Each entry of an audit carries the hash of the one before it. Pure."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal, Protocol

import orjson
from pydantic import AfterValidator

from wiredesk_core.item import Frozen, Moment

FIRST = "0" * 64
"""What the first entry of a store carries for the hash before it."""
LONGEST = 500

Outcome = Literal["allowed", "refused", "failed"]
"""allowed: written before the change was made. failed: an allowed change that came to nothing after all."""


def _tame(text: str) -> str:
    """One line of bounded length that every store can keep and every terminal can show."""
    whole = text.encode("utf-8", "replace").decode()
    return "".join(" " if unicodedata.category(letter).startswith("C") else letter for letter in whole)[:LONGEST]


Line = Annotated[str, AfterValidator(_tame)]


class Deed(Frozen):
    """What somebody did or tried: never a secret, a token or a text.

    actor: the key's id; `signature:PROVIDER` for a signed push. name: what the key is called.
    subject: an item, receipt, key or quarantine id, or a route. reason: in the actor's words, or the refusal's code.
    """

    at: Moment
    actor: Line
    name: Line = ""
    service: Line
    action: Line
    subject: Line = ""
    outcome: Outcome = "allowed"
    request_id: Line = ""
    reason: Line = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A deed in its place: the hash covers its number, the deed and the hash of the entry before."""

    number: int
    deed: Deed
    hash: str

    def told(self) -> Mapping[str, Any]:
        """As it is shown and exported; `entry_of` reads it back."""
        return {"number": self.number, **self.deed.model_dump(mode="json"), "hash": self.hash}


def entry_of(told: Mapping[str, Any]) -> Entry:
    """An entry from what `told` gave. Raises ValueError or KeyError for anything else."""
    return Entry(int(told["number"]), Deed.model_validate(told), str(told["hash"]))


def seal(former: Entry | None, deeds: Iterable[Deed]) -> tuple[Entry, ...]:
    """The entries that follow `former` (None: they are the first)."""
    number, link = (0, FIRST) if former is None else (former.number, former.hash)
    entries = []
    for deed in deeds:
        number, link = number + 1, _hash(link, number + 1, deed)
        entries.append(Entry(number, deed, link))
    return tuple(entries)


def first_broken(entries: Iterable[Entry], former: Entry | None = None) -> Entry | None:
    """The first entry that does not follow from the one before it: changed, inserted, or behind one that is gone.

    Entries without gaps, oldest first. What was cut off the end leaves no trace here: compare the newest hash noted elsewhere.
    """
    for entry in entries:
        if seal(former, [entry.deed]) != (entry,):
            return entry
        former = entry
    return None


def _hash(former: str, number: int, deed: Deed) -> str:
    told = deed.model_dump(mode="json", exclude_defaults=True)  # so that a member added later changes no older hash
    said = orjson.dumps([former, number, told], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(said).hexdigest()


@dataclass(frozen=True, slots=True)
class AuditQuestion:
    """Which entries; filters join with AND. `since` is inclusive, `until` is not."""

    since: datetime | None = None
    until: datetime | None = None
    actor: str | None = None
    action: str | None = None

    def wants(self, deed: Deed) -> bool:
        """Whether the deed is one of those asked for."""
        return (
            (self.since is None or deed.at >= self.since)
            and (self.until is None or deed.at < self.until)
            and self.actor in (None, deed.actor)
            and self.action in (None, deed.action)
        )


WHOLE_AUDIT = AuditQuestion()


class Audit(Protocol):
    """An append-only account of deeds: nothing in it is ever changed or taken out."""

    async def append(self, deeds: Sequence[Deed]) -> tuple[Entry, ...]:
        """Keep deeds in this order behind all that is there, all or none; durable when it returns."""
        ...

    async def read(self, asked: AuditQuestion = WHOLE_AUDIT, *, after: int = 0, limit: int = 100) -> tuple[Entry, ...]:
        """Entries with a number above `after`, oldest first."""
        ...
