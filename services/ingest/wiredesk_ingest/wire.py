"""A wire: the bytes as the provider sent them, and what came with them."""

from __future__ import annotations

from dataclasses import dataclass

from wiredesk_core.identity import sha256_of

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
