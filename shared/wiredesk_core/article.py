"""The article: an item and the layers that enrichment added to it, as internal apps read it.

Offsets are half-open code-point indices into `text` (for `removed` and `credits`: into `item.body_text`).
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

from pydantic import Field

from wiredesk_core.item import Frozen, Item


class LayerStatus(StrEnum):
    """Where a layer stands; `skipped` always has a reason, `failed` never loses the story."""

    pending = "pending"
    done = "done"
    failed = "failed"
    skipped = "skipped"


class Layer(Frozen):
    """How one enricher fared on one version: its own version, the model it used, the time it took."""

    version: int = 0
    model: str | None = None
    status: LayerStatus = LayerStatus.pending
    took_ms: float | None = None
    reason: str | None = None


class Span(Frozen):
    """A stretch of text: half-open code-point offsets."""

    start: int = Field(ge=0)
    end: int = Field(ge=0)


class Removed(Span):
    """A stretch of `item.body_text` that is not story: kept there, left out of `text`."""

    reason: str
    score: float = 1.0


class Language(Frozen):
    """BCP 47 code of the main language of the text, or of a block."""

    code: str
    confidence: float


class Block(Span):
    """A paragraph or heading of `text`; `language` only where it is not the story's, and long enough to tell."""

    kind: str
    language: Language | None = None


class Mention(Span):
    """Where the text names an entity."""

    text: str
    score: float = 1.0


class Entity(Frozen):
    """One real-world thing in this story; `id` is a Wikidata QID, or `local:…` where no link is certain."""

    id: str
    type: str
    name: str
    salience: float
    score: float = 1.0
    stands_for: str | None = None
    """Of a capital used for a government, or of a nationality that means a country's people: the country's id."""
    mentions: tuple[Mention, ...]


class Place(Frozen):
    """A linked place: ISO 3166 alpha-3 of its country, GeoNames id, degrees north and east where they are known."""

    id: str
    name: str
    country: str | None = None
    geonames: str | None = None
    lat: float | None = None
    lon: float | None = None
    salience: float
    score: float = 1.0


class Keyphrase(Frozen):
    """A phrase that says what the story is about, best first."""

    text: str
    score: float


class Speaker(Span):
    """Who speaks: the words that name him there, a pronoun as well, and the entity that they stand for."""

    text: str
    entity_id: str | None = None
    name: str | None = None


class Cue(Span):
    """The word that tells of speech."""

    text: str


class Quote(Span):
    """Words that somebody said: between quote marks (offsets without the marks), or told by the reporter."""

    text: str
    speaker: Speaker | None = None
    cue: Cue | None = None
    score: float = 1.0


class Attribution(Span):
    """Where the story has a fact from: `role` is outlet, source or unnamed, `how` told, interview, reported, according."""

    text: str
    role: str
    how: str
    entity_id: str | None = None
    score: float = 1.0


class Credit(Span):
    """Whom the copy itself names for its making, where the wire has no field: offsets into `item.body_text`.

    Roles: byline, editing, dateline, agency, source, copyright.
    """

    text: str
    role: str
    score: float = 1.0


class DateMention(Span):
    """A date expression and what it means.

    `value` is a TIMEX3 value (`2022-05-26`, `2022-W21`, `2022-Q2`, `199X`, `2022-05-26TNI`, `2006/2009`), `grain` how
    exact it is; `first` and `last` are its days, inclusive, left out where the words do not settle them.
    """

    text: str
    value: str
    grain: str
    first: date | None = None
    last: date | None = None
    score: float = 1.0


class Flaw(Span):
    """A place where the copy itself is broken, or (machine_spun) the whole text where such places are many.

    Codes: torn_sentence, stray_punctuation, repeated_words, repeated_paragraph, truncated, garbled_characters,
    leftover_markup, machine_spun.
    """

    code: str
    score: float = 1.0


class Topic(Frozen):
    """An IPTC Media Topic of the story; `stated` is false for those above the ones that the wire gives."""

    code: str
    name: str
    score: float = 1.0
    stated: bool = True


class SummarySentence(Span):
    """A sentence of the story that tells it in short."""

    text: str
    score: float = 1.0


class Article(Frozen):
    """An item as served: the item itself, what was added, and how far the adding has come."""

    uri: str
    item_id: str
    revision: int
    item: Item
    layers: dict[str, Layer] = Field(default_factory=dict)
    text: str = ""
    removed: tuple[Removed, ...] = ()
    blocks: tuple[Block, ...] = ()
    language: Language | None = None
    entities: tuple[Entity, ...] = ()
    places: tuple[Place, ...] = ()
    keyphrases: tuple[Keyphrase, ...] = ()
    summary: tuple[SummarySentence, ...] = ()
    quality: tuple[Flaw, ...] = ()
    topics: tuple[Topic, ...] = ()
    quotes: tuple[Quote, ...] = ()
    statements: tuple[Quote, ...] = ()
    """Indirect speech. Apart from `quotes`, so that nobody takes a paraphrase for somebody's own words."""
    dates: tuple[DateMention, ...] = ()
    attribution: tuple[Attribution, ...] = ()
    credits: tuple[Credit, ...] = ()
    fingerprint: str | None = None
    embedding: str | None = None


LAYERS = (
    "cleaning",
    "language",
    "blocks",
    "entities",
    "places",
    "keyphrases",
    "summary",
    "quality",
    "topics",
    "quotes",
    "dates",
    "attribution",
    "credits",
    "fingerprint",
    "embedding",
)
"""The layers of an article, in the order in which they are made."""

PENDING = {name: Layer() for name in LAYERS}
"""The layers of an item that enrichment has not reached yet."""

VALUES = frozenset(Article.model_fields) - {"uri", "item_id", "revision", "item", "layers"}
"""The names that enrichers may set on an article."""


def assemble(item: Item, item_id: str, revision: int, layers: dict[str, Layer], values: dict[str, Any]) -> Article:
    """The article of an item: layer values at top level; before any cleaning the text is the body as it came."""
    known = {name: value for name, value in values.items() if name in VALUES}
    known.setdefault("text", item.body_text)
    return Article.model_validate(
        {"uri": item.uri, "item_id": item_id, "revision": revision, "item": item, "layers": layers, **known}
    )
