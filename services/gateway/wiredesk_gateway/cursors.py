"""Opaque cursors: what a page ended with, signed, so that callers can neither read meaning into them nor make them."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

import orjson
from wiredesk_core.failures import Misconfigured, Refused

MAC_BYTES = 16
SHORTEST_KEY = 16
LONGEST_CURSOR = 4096


class CursorSeal:
    """Signs cursors of one purpose; the same on every gateway with the same signing key."""

    def __init__(self, signing_key: bytes, purpose: str) -> None:
        if len(signing_key) < SHORTEST_KEY:
            raise Misconfigured(f"the signing key has {len(signing_key)} bytes; at least {SHORTEST_KEY} are needed")
        self._key = hmac.digest(signing_key, f"wiredesk cursor {purpose}".encode(), "sha256")

    def seal(self, content: Mapping[str, Any]) -> str:
        """The cursor that stands for this content."""
        payload = orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
        return _encode(self._mac(payload) + payload)

    def open(self, cursor: str) -> dict[str, Any]:
        """What `seal` was given. Raises Refused(400) for anything that it did not make."""
        data = _decode(cursor)
        mac, payload = data[:MAC_BYTES], data[MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(payload)):
            raise _bad()
        content: dict[str, Any] = orjson.loads(payload)
        return content

    def _mac(self, payload: bytes) -> bytes:
        return hmac.digest(self._key, payload, "sha256")[:MAC_BYTES]


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
