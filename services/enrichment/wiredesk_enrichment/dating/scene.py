"""What a date expression is read against: the text around it, the day of writing, and the dates before it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from wiredesk_enrichment.dating.calendar import When
from wiredesk_enrichment.dating.tense import Direction, direction

NEAR = 250
"""Characters within which "a year earlier" may lean on another date."""

SAID_IN_FULL, BY_REFERENCE, BY_TENSE, BY_NEIGHBOUR = 0.95, 0.9, 0.8, 0.7
"""Scores: a year stands there; only the day of writing is needed; the verb decides; another date decides."""


@dataclass(frozen=True, slots=True)
class Found:
    """A date expression: half-open offsets into the text, and what it means."""

    start: int
    end: int
    when: When
    score: float = BY_REFERENCE


@dataclass(frozen=True, slots=True)
class Scene:
    """The text with what is known when an expression in it is read."""

    text: str
    now: date | None = None
    is_sport: bool = False
    day_first: bool | None = None
    """Order of numeric dates such as 5/6/2022; None where nobody can tell."""
    before: Sequence[Found] = field(default=())
    """The expressions read so far, in text order."""

    def left(self, start: int, pattern: re.Pattern[str], reach: int = 60) -> re.Match[str] | None:
        """What stands right before, and nothing between, not even a new line: the pattern has to end with $."""
        found = pattern.search(self.text, max(0, start - reach), start)
        return found if found and found.end() == start else None

    def direction(self, start: int, end: int) -> Direction:
        """Which way the sentence looks there."""
        return direction(self.text, start, end)

    def anchor(self, start: int, grains: frozenset[str]) -> When | None:
        """The nearest date before, of one of these grains, that an expression may lean on."""
        for found in reversed(self.before):
            if start - found.end > NEAR or "\n\n" in self.text[found.end : start]:
                return None
            if found.when.grain in grains and found.when.first:
                return found.when
        return None
