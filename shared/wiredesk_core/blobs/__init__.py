"""Where large bytes live. `BLOBS` maps a URL's scheme to the adapter that keeps them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from wiredesk_core.failures import Misconfigured
from wiredesk_core.ports import Blobs
from wiredesk_core.settings import split_url


def _memory(_: str) -> Blobs:
    from wiredesk_core.blobs.memory import MemoryBlobs  # noqa: PLC0415  # only what is used is loaded

    return MemoryBlobs()


def _folder(path: str) -> Blobs:
    from wiredesk_core.blobs.folder import FolderBlobs  # noqa: PLC0415  # see above

    named = path.removeprefix("//")
    if not named:
        raise Misconfigured("the URL of the blobs names no folder: write folder:PATH")
    return FolderBlobs(Path(named))


BLOBS: dict[str, Callable[[str], Blobs]] = {"memory": _memory, "folder": _folder}


def open_blobs(url: str) -> Blobs:
    """The Blobs at `memory:` or `folder:PATH`. Several processes may share a folder; there is nothing to close."""
    scheme, rest = split_url(url)
    if scheme not in BLOBS:
        raise Misconfigured(f"no blobs go by {url!r}: it is one of {', '.join(f'{name}:' for name in BLOBS)}")
    return BLOBS[scheme](rest)
