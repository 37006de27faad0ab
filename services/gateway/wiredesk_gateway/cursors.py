"""Opaque cursors: where a page ended, sealed (AES-SIV, RFC 5297), so that callers can neither read nor make them.

A place in the change log, read, would tell how much happens that its reader may not see.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from wiredesk_core.failures import Misconfigured, Refused

SHORTEST_KEY = 16
LONGEST_CURSOR = 4096


class CursorSeal:
    """Seals cursors of one purpose. Any gateway with the same signing key opens them; equal content, equal cursor."""

    def __init__(self, signing_key: bytes, purpose: str) -> None:
        if len(signing_key) < SHORTEST_KEY:
            raise Misconfigured(f"the signing key has {len(signing_key)} bytes; at least {SHORTEST_KEY} are needed")
        self._cipher = AESSIV(hmac.digest(signing_key, f"wiredesk cursor {purpose}".encode(), "sha512"))

    def seal(self, content: Mapping[str, Any]) -> str:
        """The cursor that stands for this content."""
        return _encode(self._cipher.encrypt(orjson.dumps(content, option=orjson.OPT_SORT_KEYS), None))

    def open(self, cursor: str) -> dict[str, Any]:
        """What `seal` was given. Raises Refused(400) for anything that it did not make."""
        try:
            content: dict[str, Any] = orjson.loads(self._cipher.decrypt(_decode(cursor), None))
        except (InvalidTag, ValueError):
            raise _bad() from None
        return content


def fingerprint(question: Mapping[str, Any]) -> str:
    """A short hash of a query, to bind a cursor to it."""
    return hashlib.sha256(orjson.dumps(question, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decode(cursor: str) -> bytes:
    """Strict: one text for one value, so that no altered cursor passes."""
    try:
        if len(cursor) > LONGEST_CURSOR:
            raise _bad()
        data = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
    except (binascii.Error, ValueError):
        raise _bad() from None
    if _encode(data) != cursor:
        raise _bad()
    return data


def _bad() -> Refused:
    return Refused(400, "bad_cursor", "this cursor was not made here for this; start again without one")
