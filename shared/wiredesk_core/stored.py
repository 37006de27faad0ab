"""A revision as the archive keeps it, read only as far as somebody asks: reading all of an article is what costs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson

from wiredesk_core.messages import Changed

NAMES = ("uri", "item_id", "revision", "item")
"""The members of an article that its outline keeps."""


@dataclass(frozen=True)
class Stored:
    """The JSON of a `Changed`."""

    body: bytes

    def whole(self) -> Changed:
        """All of it."""
        return Changed.model_validate_json(self.body)

    @cached_property
    def members(self) -> dict[str, Any]:
        """All of it as plain values, unchecked: what was written here was checked then."""
        members: dict[str, Any] = orjson.loads(self.body)
        return members

    @cached_property
    def outline(self) -> Changed:
        """Enough to judge it by: its article holds the item and nothing that was added."""
        article = self.members.get("article")
        return Changed.model_validate({**self.members, "article": article and {name: article[name] for name in NAMES}})
