"""Names of messages that carry none: made of who sent them, under which number or slug, on which day."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from wiredesk_core.identity import sha256_of
from wiredesk_core.item import Cancel

KILLED_WITHIN = (0, 1)
"""Days back at which a kill looks for what it names: of its own day, and of the day before."""

Number = tuple[str, str]
"""A service and a number on it."""


@dataclass(frozen=True, slots=True)
class AgencyNames:
    """By what a message and its story can be called. Without a date nothing can be: numbers begin anew every day.

    sender: whose slugs these are. numbers: its own first, then those it has on other lines.
    """

    scope: str
    sender: str
    numbers: tuple[Number, ...]
    slug: str
    filed: datetime | None

    def uri(self) -> str:
        """The message's own name; "" when number or date is missing."""
        return self._numbered(self.numbers[0], 0) if self.numbers else ""

    def aliases(self) -> tuple[str, ...]:
        """Its numbers on other lines, and the key that all takes of its story share that day."""
        found = (*(self._numbered(number, 0) for number in self.numbers[1:]), self._story(0))
        return tuple(name for name in dict.fromkeys(found) if name and name != self.uri())

    def cancels(self, named: Iterable[Number]) -> tuple[Cancel, ...]:
        """What a kill reaches: the numbers that it names, else its whole story."""
        ids = [self._numbered(number, back) for number in named for back in KILLED_WITHIN]
        ids = ids or [self._story(back) for back in KILLED_WITHIN]
        return tuple(Cancel(id=name) for name in dict.fromkeys(ids) if name and name != self.uri())

    def _numbered(self, number: Number, back: int) -> str:
        return message_uri(self.scope, *number, self.filed - timedelta(days=back)) if self.filed else ""

    def _story(self, back: int) -> str:
        if not (self.filed and self.slug):
            return ""
        return story_key(self.scope, self.sender, self.slug, self.filed - timedelta(days=back))


def message_uri(scope: str, service: str, sequence: str, day: date) -> str:
    """The name of one message: the same wire gets the same one whenever it comes."""
    return f"urn:wire:{scope}:{_key(service)}:{_key(sequence)}:{day:%Y%m%d}"


def story_key(scope: str, sender: str, slug: str, day: date) -> str:
    """The name of a story on one day: what a kill that names no number calls it by."""
    return f"urn:wire:{scope}:{_key(sender)}:slug:{_key(slug)}:{day:%Y%m%d}"


def _key(words: str) -> str:
    return re.sub(r"[^\w]+", "-", words.lower()).strip("-_") or sha256_of(words.encode("utf-8", "replace"))[:12]
