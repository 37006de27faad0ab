"""A wire: the bytes as the provider sent them, and what came with them."""

from __future__ import annotations

from dataclasses import dataclass

from wiredesk_core.identity import sha256_of
from wiredesk_core.item import Raw

from wiredesk_ingest.providers import Profile


@dataclass(frozen=True, slots=True)
class Wire:
    """One payload of one provider. `content_type` and `filename` are claims, the bytes decide."""

    data: bytes
    provider: Profile
    content_type: str = ""
    filename: str | None = None

    @property
    def sha256(self) -> str:
        """The identity of these bytes."""
        return sha256_of(self.data)


def part_of(data: bytes) -> Raw:
    """What an item knows of its own part of a wire that holds several; intake adds the wire's format and charset.

    The same part is the same version in whatever wire it comes: a feed polled again brings nothing new.
    """
    return Raw(sha256=sha256_of(data), format="", size=len(data))
