"""What a NITF document goes by: its id, the key of its story, its version. Never a random name.

A doc-id names the document; one that is the story's key with a counter after it names a version only. A du-key is the
provider's for a time and then free again, so alone it names a story of one day, unless it looks unique by itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from wiredesk_core.item import Cancel, ParseWarning

from wiredesk_ingest.formats.agency_names import KILLED_WITHIN, message_uri, story_key
from wiredesk_ingest.formats.plain_text import content_uri
from wiredesk_ingest.formats.vocabulary import distinct

UNIQUE = re.compile(r"\d{6}|[0-9a-f]{8}-[0-9a-f]{4}|^\w+:\S+:", re.IGNORECASE)
"""Keys that hold a date, a long number, a UUID or are URIs: nobody gives such a key to another story."""
COUNTER = re.compile(r"[\W_]+[vV]?(\d{1,6})")
META_IDS = ("guid", "uri", "urn", "doc-id", "docid", "documentid", "dc.identifier", "identifier", "itemid", "item-id",
            "story-id", "storyid", "article-id", "articleid", "id")  # fmt: skip
"""Names of meta elements that give a document's id."""


@dataclass(frozen=True, slots=True)
class Names:
    """What the wire says. day: when the story was first filed, or None. said: all its words, should nothing name it."""

    scope: str
    sender: str
    ids: tuple[str, ...]
    key: str
    key_version: str
    meta: Mapping[str, str]
    day: datetime | None
    said: str

    @property
    def doc_id(self) -> str:
        """The first of its ids."""
        return next(iter(self.ids), "")

    @property
    def uri(self) -> str:
        """The document's own name."""
        if self.doc_id:
            return self.key if self._counted() else self.doc_id
        return self._story(0) or self._meta_id() or self._numbered() or content_uri(self.said)

    @property
    def version(self) -> str:
        """Its version, as the story's key says it, else as its id counts."""
        return self.key_version or self._counted()

    @property
    def aliases(self) -> tuple[str, ...]:
        """Its other names."""
        names = (*self.ids, self.key, self._story(0), self._meta_id() if self.doc_id else "", self._numbered())
        return tuple(name for name in distinct(list(names)) if name != self.uri)

    @property
    def warnings(self) -> tuple[ParseWarning, ...]:
        """How it had to be named where its id is missing."""
        if self.doc_id:
            return ()
        if self.key and self._story(0):
            return (ParseWarning(code="uri_from_story_key", detail=f"no doc-id; named by its key {self.key[:80]!r}"),)
        if self._meta_id() or self._numbered():
            return (ParseWarning(code="uri_from_meta", detail="no doc-id and no du-key; named by its meta elements"),)
        detail = "no doc-id, du-key or other id; named by its content, so updates cannot be matched"
        return (ParseWarning(code="uri_from_content", detail=detail),)

    def killed_story(self) -> tuple[Cancel, ...]:
        """All that goes by the story's key, for a kill that names no document."""
        return tuple(Cancel(id=name) for name in distinct([self._story(back) for back in KILLED_WITHIN]))

    def _counted(self) -> str:
        """The counter in an id that is the story's key and a number."""
        counter = COUNTER.fullmatch(self.doc_id.removeprefix(self.key)) if self._is_unique() else None
        return counter[1] if counter and self.doc_id.startswith(self.key) else ""

    def _is_unique(self) -> bool:
        return UNIQUE.search(self.key) is not None

    def _story(self, back: int) -> str:
        if not self.key or self._is_unique():
            return self.key
        if self.day is None:
            return ""
        return story_key(self.scope, self.sender or "nitf", self.key, self.day - timedelta(days=back))

    def _meta_id(self) -> str:
        return next((self.meta[name] for name in META_IDS if self.meta.get(name)), "")

    def _numbered(self) -> str:
        """By the number of ANPA's header, which some gateways keep in meta elements."""
        number = self.meta.get("anpa-sequence", "")
        if not number or self.day is None:
            return ""
        service = f"{self.meta.get('anpa-service', '')}{self.meta.get('anpa-category', '')}"
        return message_uri(self.scope, service or "anpa", number, self.day)
