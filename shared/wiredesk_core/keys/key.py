"""A key: what its holder may do, and how far that reaches. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args

from pydantic import Field

from wiredesk_core.failures import Refused
from wiredesk_core.item import Frozen, Item, Moment, language_of

Scope = Literal[
    "items:read",
    "embargo:read",
    "wires:write",
    "quarantine:admin",
    "status:read",
    "audit:read",
    "desk:act",
    "purge:admin",
    "keys:admin",
]
ALL_SCOPES: tuple[Scope, ...] = get_args(Scope)
SCOPES: frozenset[str] = frozenset(ALL_SCOPES)

REACHES = ("providers", "genres", "languages", "types")
"""By what a key can be limited: an empty set means all. What an item does not say of itself, it does not have."""


class Key(Frozen):
    """A key without its secret. No providers means all of them; no scopes means that it opens nothing.

    genres, languages, types: a filter that every reading goes through, whatever is asked for.
    former_sha256 goes on opening until former_until: both secrets work while a rotation is carried to all clients.
    per_minute: requests that it may make; None = what the service allows by itself.
    """

    key_id: str
    name: str
    secret_sha256: str = Field(repr=False)
    former_sha256: str = Field(default="", repr=False)
    former_until: Moment | None = None
    scopes: frozenset[str] = frozenset()
    providers: frozenset[str] = frozenset()
    genres: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    per_minute: int | None = Field(default=None, ge=1)
    created: Moment
    expires: Moment | None = None

    def may(self, scope: Scope, provider: str | None = None) -> bool:
        """Whether the key has the scope, and the provider when one is named."""
        return scope in self.scopes and (provider is None or not self.providers or provider in self.providers)

    @property
    def is_filtered(self) -> bool:
        """Whether it is kept from some of the items of its providers."""
        return bool(self.genres or self.languages or self.types)

    def reaches(self, item: Item) -> bool:
        """Whether the item passes the key's own filter and is of one of its providers."""
        return (
            (not self.providers or item.provider in self.providers)
            and (not self.genres or item.genre in self.genres)
            and (not self.languages or language_of(item) in self.languages)
            and (not self.types or str(item.type) in self.types)
        )

    def kept(self) -> Mapping[str, Any]:
        """As the Registry keeps it: JSON values, sets in order."""
        told: dict[str, Any] = self.model_dump(mode="json")
        return {**told, **{name: sorted(getattr(self, name)) for name in ("scopes", *REACHES)}}

    def told(self) -> Mapping[str, Any]:
        """As it may be shown: nothing that a secret could be guessed or compared by."""
        return {name: value for name, value in self.kept().items() if not name.endswith("_sha256")}


def require_whole(key: Key, detail: str) -> None:
    """Raises Refused(403) with that detail for a key that is limited in any way: what is asked for tells of everybody."""
    if any(getattr(key, name) for name in REACHES):
        raise Refused(403, "beyond_reach", detail)


def require(key: Key, scope: Scope, provider: str | None = None) -> None:
    """Raises Refused(403) unless the key has the scope, and the provider when one is named."""
    if scope not in key.scopes:
        raise Refused(403, "scope_missing", f"this API key lacks the scope {scope}")
    if not key.may(scope, provider):
        raise Refused(403, "provider_not_allowed", "this API key is not meant for that provider")
