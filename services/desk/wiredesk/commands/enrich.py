"""`wiredesk enrich`: items to articles, with no broker."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from wiredesk.console import put
from wiredesk.places import cache_folder


def enrich(
    keep_text: Annotated[bool, typer.Option("--keep-text", help="No cleaning: text is body_text exactly.")] = False,
    model: Annotated[Path | None, typer.Option(help="Folder of another spaCy model.")] = None,
    knowledge: Annotated[Path | None, typer.Option(help="TSV of names and ids of your own.")] = None,
    embedding: Annotated[
        Path | None, typer.Option(help="Folder of an embedding model; that of `wiredesk up`, once it has been fetched.")
    ] = None,
) -> None:
    """Read items (NDJSON) from standard input and write articles, a line an article, in the same order."""
    from wiredesk_enrichment.chain import Chain
    from wiredesk_enrichment.embedding_model import fetched
    from wiredesk_enrichment.models import load_models
    from wiredesk_enrichment.ndjson import enrich_ndjson

    chain = Chain(load_models(model, knowledge, embedding or fetched(cache_folder(os.environ))))
    for article in enrich_ndjson(sys.stdin, chain, keep_text=keep_text):
        put(article)
