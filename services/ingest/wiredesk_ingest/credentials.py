"""Secrets by reference: a providers file names where one is kept, an environment variable or a file, never the secret."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from wiredesk_core.failures import Misconfigured

REFERENCE = re.compile(r"(?P<where>env|file):(?P<name>[A-Za-z0-9_][A-Za-z0-9_.-]{0,99})")


def is_reference(text: str) -> bool:
    """Whether a text names where a secret is kept."""
    return REFERENCE.fullmatch(text) is not None


def read_secret(reference: str, environ: Mapping[str, str], folder: Path) -> str:
    """The secret that a reference names, without the white space around it; nothing for no reference.

    Raises Misconfigured when it is not there: whoever asks would otherwise be turned away, or let in, without it.
    """
    if not reference:
        return ""
    found = REFERENCE.fullmatch(reference)
    if found is None:
        raise Misconfigured(f"{reference!r}: write 'env:NAME' or 'file:NAME'")
    secret = environ.get(found["name"], "") if found["where"] == "env" else _of_file(folder / found["name"])
    if not secret.strip():
        raise Misconfigured(
            f"{reference} holds no secret: set it for ingest, or take the key out of the providers file"
        )
    return secret.strip()


def _of_file(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise Misconfigured(f"the secret {path} cannot be read: {error.strerror}") from error
