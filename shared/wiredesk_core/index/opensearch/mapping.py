"""How an entry lies in an OpenSearch index.

Words are cut, folded and stemmed before they are sent (see `words`), so that every index finds the same; OpenSearch
only splits them at the spaces. An item has a document in each collection: its entry in one, a tombstone in the other.
A deleted document would guard against late writes for a minute only; a tombstone guards for ever.
"""

from __future__ import annotations

from typing import Any

from wiredesk_core.index.entry import BOOSTS, STEMMED, Entry, entry_of
from wiredesk_core.index.words import stems_of, words_of
from wiredesk_core.ports import Collection, IndexPut

COLLECTIONS: tuple[Collection, ...] = ("open", "sealed")
SCHEMA_VERSION = 2
"""In the name of the index behind an alias; another mapping means another index, filled beside this one."""

EXACT = ("item_id", "provider", "type", "language", "language_code", "said_language", "genre", "entity")
KEYWORD = {"type": "keyword"}
WORDS = {"type": "text", "analyzer": "whitespace", "index_options": "positions"}
STEMS = {"type": "text", "analyzer": "whitespace", "index_options": "freqs", "norms": True}
NUMBER = {"type": "long"}


def index_body() -> dict[str, Any]:
    """Settings and mapping of a new index. Nothing that the mapping does not name is taken."""
    return {
        "settings": {
            "number_of_shards": 1,
            "auto_expand_replicas": "0-1",
            "refresh_interval": "5s",  # writers refresh by themselves when they are done
        },
        "mappings": {
            "dynamic": "strict",
            "properties": {
                "live": {"type": "boolean"},
                **dict.fromkeys(EXACT, KEYWORD),
                **dict.fromkeys(BOOSTS, WORDS),
                **{stemmed(field): STEMS for field in STEMMED},
                **dict.fromkeys(("order", "revision", "indexed_at"), NUMBER),
                "shown": {"type": "object", "enabled": False},
            },
        },
    }


def stemmed(field: str) -> str:
    """The field that holds another's English stems."""
    return f"{field}_english"


def document_of(put: IndexPut) -> dict[str, Any]:
    """The document of an article."""
    entry = entry_of(put)
    words = {field: [" ".join(words_of(text)) for text in texts] for field, texts in entry.searched.items()}
    stems = {
        stemmed(field): [" ".join(stems_of(text)) for text in entry.searched[field]]
        for field in (STEMMED if entry.english else ())
    }
    return {
        "live": True,
        "item_id": entry.item_id,
        "revision": entry.revision,
        "provider": entry.provider,
        "type": entry.type,
        "language": entry.language,
        "language_code": list(entry.languages),
        "said_language": entry.said_language,
        "genre": entry.genre,
        "entity": list(entry.entities),
        "order": entry.order,
        "indexed_at": entry.indexed_at,
        "shown": _shown(entry),
        **words,
        **stems,
    }


def tombstone(item_id: str, revision: int) -> dict[str, Any]:
    """The document of an item that is not in a collection (any more): found by no search, in no statistic of words."""
    return {"live": False, "item_id": item_id, "revision": revision}


def _shown(entry: Entry) -> dict[str, Any]:
    headline, text = (next(iter(entry.searched[field]), "") for field in ("headline", "text"))
    return {"headline": headline, "text": text, "english": entry.english, "names": entry.entities}
