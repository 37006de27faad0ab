"""What readers are shown of an article: bytes of JSON, made once a revision. Restricted notes are in none of it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from pydantic_core import to_jsonable_python
from wiredesk_core.article import Article
from wiredesk_core.item import Item
from wiredesk_core.lifecycle import Ruling
from wiredesk_core.messages import Changed, Tombstone
from wiredesk_core.moments import iso
from wiredesk_core.ports import Highlight, VersionEntry
from wiredesk_core.stored import Stored

VIEW = 1
"""Raised when the same revision is shown otherwise than before: part of every ETag."""

HIDDEN = {"restricted_notes"}
ON_REQUEST = ("embedding",)
"""Members that are shown only where `fields=` names them: large, and of use to few."""
ADDED = ("published_at", "indexed_at")
_BARE: Mapping[str, Any] = {
    name: None if field.is_required() else to_jsonable_python(field.get_default(call_default_factory=True))
    for name, field in Article.model_fields.items()
}
"""Members that a revision of an older day lacks."""
FIELDS = (*ADDED, *Article.model_fields, *(f"item.{name}" for name in Item.model_fields if name not in HIDDEN))
"""What `fields=` may name."""


class Views:
    """JSON of articles, remembered up to a number of bytes: a revision never changes, so its bytes do not."""

    def __init__(self, *, most_bytes: int = 16 * 1024 * 1024) -> None:
        self._room = most_bytes
        self._kept: OrderedDict[tuple[str, int, datetime], bytes] = OrderedDict()

    def article(self, changed: Changed) -> bytes:
        """The article of a revision that has one."""
        name = (changed.item_id, changed.revision, changed.changed_at)
        body = self._kept.get(name)
        if body is not None:
            self._kept.move_to_end(name)
            return body
        body = article_json(changed)
        self._keep(name, body)
        return body

    def chosen(self, changed: Changed, fields: Sequence[str]) -> bytes:
        """Only these members of the article, or all of them but those on request when none are named."""
        body = self.article(changed)
        return selected(body, fields, _article_of(changed)) if fields else body

    def _keep(self, name: tuple[str, int, datetime], body: bytes) -> None:
        self._kept[name] = body
        self._room -= len(body)
        while self._room < 0:
            _, dropped = self._kept.popitem(last=False)
            self._room += len(dropped)


def article_json(changed: Changed) -> bytes:
    """The whole article, with the two dates that readers poll by."""
    article = _article_of(changed)
    hidden: dict[str, Any] = {"item": HIDDEN, **dict.fromkeys(ON_REQUEST, True)}
    return spliced(article.model_dump_json(exclude=hidden).encode(), _dates(changed))


def stored_json(stored: Stored) -> bytes:
    """The same bytes as `article_json`, from a revision that nobody has read whole: for many at a time."""
    changed, article = stored.outline, {**_BARE, **stored.members["article"]}
    article["item"] = _article_of(changed).item.model_dump(mode="json", exclude=HIDDEN)
    return orjson.dumps(_dates(changed) | {name: article[name] for name in article if name not in ON_REQUEST})


def _dates(changed: Changed) -> dict[str, str]:
    return {"published_at": iso(published_at(changed)), "indexed_at": iso(changed.changed_at)}


def published_at(changed: Changed) -> datetime:
    """When the provider made this version; without a date of its own, when it was first served so."""
    item = _article_of(changed).item
    return item.version_created or item.first_created or changed.changed_at


def spliced(body: bytes, members: Mapping[str, Any]) -> bytes:
    """A JSON object with further members put in front, without reading it."""
    return orjson.dumps(members)[:-1] + b"," + body[1:]


def selected(body: bytes, fields: Sequence[str], article: Article) -> bytes:
    """Only these members of an article; `item.headline` names one of the item's. Its names and revision always stay."""
    whole = orjson.loads(body) | {name: getattr(article, name) for name in ON_REQUEST if name in fields}
    kept = {name: whole[name] for name in ("uri", "item_id", "revision")}
    for field in fields:
        outer, _, inner = field.partition(".")
        if not inner:
            kept[outer] = whole[outer]
        elif "item" not in fields:
            kept.setdefault(outer, {})[inner] = whole[outer][inner]
    return orjson.dumps(kept)


def etag_of(changed: Changed, form: str) -> str:
    """Strong, from the revision alone: the same for every key."""
    return f'"{changed.item_id}.{changed.revision}.{form}.{VIEW}"'


def matches(header: str | None, etag: str) -> bool:
    """Whether If-None-Match names this ETag (weak comparison, as RFC 9110 asks)."""
    if header is None:
        return False
    named = {tag.strip().removeprefix("W/") for tag in header.split(",")}
    return "*" in named or etag.removeprefix("W/") in named


def tombstone_view(tombstone: Tombstone) -> dict[str, Any]:
    """All that is told of a killed item."""
    return tombstone.model_dump(mode="json")


def highlights_view(highlights: Sequence[Highlight]) -> list[dict[str, Any]]:
    """Matching stretches with positions; no markup, so there is nothing to escape."""
    return [{"field": h.field, "text": h.text, "matches": [list(match) for match in h.matches]} for h in highlights]


def version_view(entry: VersionEntry, *, dead: bool, silent: bool) -> dict[str, Any]:
    """One line of a version list, with its item unless that was killed."""
    return {
        "version": entry.version,
        "version_created": entry.version_created and iso(entry.version_created),
        "received_at": iso(entry.received_at),
        "receipt_id": entry.receipt_id,
        "wire_sha256": entry.wire_sha256,
        "killed": dead,
        "silent_correction": silent,
        "item": None if dead else entry.item.model_dump(mode="json", exclude=HIDDEN),
    }


def ruling_view(ruling: Ruling) -> dict[str, Any]:
    """An operator's decision; who made it stays in the archive."""
    return {"verdict": ruling.verdict, "ruled_at": iso(ruling.ruled_at), "reason": ruling.reason}


def text_view(article: Article) -> str:
    """The article as plain text: headline, byline, dateline, story."""
    item = article.item
    head = [line for line in (item.headline, item.subheadline, item.byline) if line]
    dateline = item.dateline.text if item.dateline else ""
    story = f"{dateline} – {article.text}" if dateline and dateline not in article.text[:200] else article.text
    return "\n\n".join(part for part in ("\n".join(head), story) if part) + "\n"


def _article_of(changed: Changed) -> Article:
    assert changed.article is not None, "only revisions with an article are shown"
    return changed.article
