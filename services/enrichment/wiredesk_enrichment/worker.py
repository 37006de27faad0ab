"""A process of the pool: bytes in, bytes out, so that nothing but JSON crosses between processes."""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import Any

import orjson
from wiredesk_core.item import Item

from wiredesk_enrichment.chain import Chain, Enrichment
from wiredesk_enrichment.memory import Memory
from wiredesk_enrichment.models import load_models

NICE = 10
"""Below the services that serve: a kill or a flash never waits for a language model's CPU."""

# The one module global of the service: a pool's initializer has no other place to leave what it loaded.
_chain: Chain | None = None


def prepare(spacy_model: str = "", knowledge: str = "", embedding: str = "", memory_mb: int = 0) -> None:
    """Initializer of a pooled process: load the models once, step back in priority.

    Empty = the default language model, no names of one's own, no embeddings. `memory_mb` is the room for what may hold
    for copies.
    """
    global _chain  # noqa: PLW0603  (see above)
    os.nice(NICE)
    memory = Memory(memory_mb * 1024 * 1024)
    models = load_models(spacy_model or None, _path(knowledge), _path(embedding), memory)
    _chain = Chain(models, memory=memory)
    gc.freeze()  # the collector need not look at half a million objects that stay, again and again


def _path(setting: str) -> Path | None:
    return Path(setting) if setting else None


def work(payloads: list[bytes]) -> list[bytes]:
    """Enrich a batch of items (JSON) in a prepared process: their enrichments (JSON), in order."""
    if _chain is None:
        raise RuntimeError("prepare() has not run in this process")
    items = [Item.model_validate_json(payload) for payload in payloads]
    return [orjson.dumps(as_json(enrichment)) for enrichment in _chain.enrich_all(items)]


def as_json(enrichment: Enrichment) -> dict[str, Any]:
    """An enrichment as plain JSON values: `layers` and `values`, the fields of the Enriched message."""
    layers = {name: layer.model_dump(mode="json") for name, layer in enrichment.layers.items()}
    return {"layers": layers, "values": enrichment.values}
