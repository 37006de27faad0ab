"""Changes to write into an index under test."""

from __future__ import annotations

from datetime import UTC, datetime

from wiredesk_core.article import Article, Entity, Keyphrase, Language
from wiredesk_core.item import Item
from wiredesk_core.ports import Collection, IndexPut

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def put(
    item_id: str,
    *,
    text: str = "",
    revision: int = 1,
    collection: Collection = "open",
    published: datetime | None = NOON,
    indexed_at: datetime = NOON,
    provider: str = "harbour",
    language: str | None = "en",
    said_language: str | None = None,
    entities: tuple[tuple[str, str], ...] = (),
    keyphrases: tuple[str, ...] = (),
    **fields: str,
) -> IndexPut:
    """A small article for the index; `language` was found, `said_language` and `fields` are the item's; entities are (id, name)."""
    item = Item.model_validate(
        {
            "uri": f"urn:test:{item_id}",
            "provider": provider,
            "version_created": published,
            "body_text": text,
            "language": said_language,
            **fields,
        }
    )
    article = Article(
        uri=item.uri,
        item_id=item_id,
        revision=revision,
        item=item,
        text=text,
        language=Language(code=language, confidence=1.0) if language else None,
        entities=tuple(Entity(id=i, type="place", name=n, salience=0.5, mentions=()) for i, n in entities),
        keyphrases=tuple(Keyphrase(text=phrase, score=1.0) for phrase in keyphrases),
    )
    return IndexPut(collection, article, indexed_at)
