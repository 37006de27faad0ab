"""How an entry lies in a Tantivy index."""

from __future__ import annotations

from typing import Any

import orjson
from tantivy import Document, Index, Schema, SchemaBuilder

from wiredesk_core.index.entry import BOOSTS, STEMMED, Entry
from wiredesk_core.index.words import english_analyzer, plain_analyzer, spaced

TIE_BYTES = 8


def build_schema() -> Schema:
    """Fields by use: exact values, counted values, searched words, numbers to sort by, and what a hit shows."""
    builder = SchemaBuilder()
    builder.add_text_field("item_id", stored=True, fast=True, tokenizer_name="raw", index_option="basic")
    for name in ("provider", "type", "language", "entity"):
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    for name in ("language_code", "said_language", "genre"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in BOOSTS:
        builder.add_text_field(name, tokenizer_name="wiredesk_plain", index_option="position")
    for name in STEMMED:
        builder.add_text_field(stemmed(name), tokenizer_name="wiredesk_english", index_option="freq")
    builder.add_integer_field("order", indexed=True, fast=True)
    builder.add_unsigned_field("tie", indexed=True, fast=True)
    for name in ("revision", "indexed_at"):
        builder.add_integer_field(name, fast=True)
    builder.add_bytes_field("shown", stored=True)
    return builder.build()


def stemmed(field: str) -> str:
    """The field that holds another's English stems."""
    return f"{field}_english"


SCHEMA = build_schema()


def register_analyzers(index: Index) -> None:
    """Tell an opened index how to cut words: Tantivy does not remember it."""
    index.register_tokenizer("wiredesk_plain", plain_analyzer())
    index.register_tokenizer("wiredesk_english", english_analyzer())


def tie_of(item_id: str) -> int:
    """The first letters of an id as a number that sorts alike: ranges work on numbers only."""
    return int.from_bytes(item_id.encode()[:TIE_BYTES].ljust(TIE_BYTES, b"\0"), "big")


def document_of(entry: Entry) -> Document:
    """The document of an entry."""
    document = Document()
    for name, value in _exact_values(entry):
        document.add_text(name, value)
    for field, texts in entry.searched.items():
        for text in filter(None, map(spaced, texts)):
            document.add_text(field, text)
            if entry.english and field in STEMMED:
                document.add_text(stemmed(field), text)
    for name in ("order", "revision", "indexed_at"):
        document.add_integer(name, getattr(entry, name))
    document.add_unsigned("tie", tie_of(entry.item_id))
    document.add_bytes("shown", orjson.dumps(_shown(entry)))
    return document


def shown_of(document: Document) -> dict[str, Any]:
    """What a hit shows: `headline`, `text`, `english`, and `names` of entities by id."""
    shown: dict[str, Any] = orjson.loads(document["shown"][0])
    return shown


def _exact_values(entry: Entry) -> list[tuple[str, str]]:
    return [
        ("item_id", entry.item_id),
        ("provider", entry.provider),
        ("type", entry.type),
        *((("language", entry.language),) if entry.language else ()),
        *(("language_code", code) for code in entry.languages),
        *((("said_language", entry.said_language),) if entry.said_language else ()),
        *((("genre", entry.genre),) if entry.genre else ()),
        *(("entity", entity_id) for entity_id in entry.entities),
    ]


def _shown(entry: Entry) -> dict[str, Any]:
    headline, text = (next(iter(entry.searched[field]), "") for field in ("headline", "text"))
    return {"headline": headline, "text": text, "english": entry.english, "names": entry.entities}
