"""What an index keeps of an article: the words it is found by, the values it is filtered and counted by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from wiredesk_core.article import Article
from wiredesk_core.index.words import tidy
from wiredesk_core.item import language_of
from wiredesk_core.ports import IndexGone, IndexPut

FACETS = ("provider", "language", "type", "entity")
"""Values that can be counted."""

BOOSTS = {"headline": 3.0, "slugline": 2.0, "byline": 1.0, "keyphrases": 1.5, "text": 1.0}
"""Searched fields, and how much a word in each weighs."""

STEMMED = ("headline", "text")
"""Fields that are searched by English stems too."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """One article in the index. `order` and `indexed_at` in microseconds since 1970."""

    item_id: str
    revision: int
    uri: str
    provider: str
    type: str
    languages: tuple[str, ...]
    """The language's code and its codes without region ("en-gb", "en"), the shortest last; empty when unknown."""
    said_language: str | None
    """The item's own word, without region."""
    genre: str | None
    entities: dict[str, str]
    """Names by id."""
    searched: dict[str, tuple[str, ...]]
    """Texts by name of the searched field."""
    order: int
    indexed_at: int

    @property
    def language(self) -> str | None:
        """The language without script and region: what is counted."""
        return self.languages[-1] if self.languages else None

    @property
    def english(self) -> bool:
        """Whether English stems apply."""
        return self.language == "en"


def entry_of(put: IndexPut) -> Entry:
    """The entry of an article. Without any date of its own it is ordered by the moment it was indexed."""
    article, item = put.article, put.article.item
    published = item.version_created or item.first_created or put.indexed_at
    return Entry(
        item_id=article.item_id,
        revision=article.revision,
        uri=article.uri,
        provider=item.provider,
        type=item.type.value,
        languages=language_codes(article.language.code if article.language else item.language),
        said_language=language_of(item),
        genre=item.genre or None,
        entities={entity.id: entity.name for entity in article.entities},
        searched=_searched(article),
        order=microseconds(published),
        indexed_at=microseconds(put.indexed_at),
    )


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970, exactly."""
    return (moment - _EPOCH) // _MICROSECOND


def language_codes(code: str | None) -> tuple[str, ...]:
    """A BCP 47 code in lower case and all its shorter forms: "pt-BR" gives ("pt-br", "pt")."""
    parts = (code or "").strip().lower().replace("_", "-").split("-")
    return tuple("-".join(parts[:size]) for size in range(len(parts), 0, -1) if parts[0])


def newest_changes(changes: Iterable[IndexPut | IndexGone]) -> dict[str, IndexPut | IndexGone]:
    """One change an item: the highest revision, and of equal ones the last, as if each were made by itself."""
    newest: dict[str, IndexPut | IndexGone] = {}
    for change in changes:
        item_id, revision = identity(change)
        if item_id not in newest or revision >= identity(newest[item_id])[1]:
            newest[item_id] = change
    return newest


def identity(change: IndexPut | IndexGone) -> tuple[str, int]:
    """Which item a change is about, and under which revision."""
    if isinstance(change, IndexGone):
        return change.item_id, change.revision
    return change.article.item_id, change.article.revision


def _searched(article: Article) -> dict[str, tuple[str, ...]]:
    item = article.item
    texts = {
        "headline": (item.headline, item.subheadline),
        "slugline": (item.slugline,),
        "byline": (item.byline,),
        "keyphrases": tuple(phrase.text for phrase in article.keyphrases),
        "text": (article.text,),
    }
    return {field: tuple(tidy(value) for value in values) for field, values in texts.items()}
