"""What a line says of a story's making."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Credit:
    """Half-open offsets of a name in the body, what its bearer did for the story, how sure that is."""

    start: int
    end: int
    role: str
    score: float
