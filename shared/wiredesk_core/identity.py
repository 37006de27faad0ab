"""Names that never change: item ids, wire hashes, receipt numbers."""

from __future__ import annotations

import base64
import hashlib
import secrets
from datetime import datetime

ITEM_ID_LENGTH = 26


def item_id_of(scope: str, uri: str) -> str:
    """Short stable id of an item, safe in paths and keys.

    scope is the provider's name, unless its profile says that it carries another's items.
    Two providers that use the same uri for different things therefore never collide.
    """
    digest = hashlib.sha256(f"{scope}\n{uri}".encode()).digest()
    return base64.b32encode(digest).decode("ascii").lower()[:ITEM_ID_LENGTH]


def sha256_of(data: bytes) -> str:
    """Hex SHA-256 of bytes as received: the identity of a wire."""
    return hashlib.sha256(data).hexdigest()


def new_receipt_id(now: datetime) -> str:
    """A time-ordered receipt number (UUID version 7, RFC 9562 section 5.7) as 32 hex digits with dashes."""
    milliseconds = int(now.timestamp() * 1000) & (1 << 48) - 1
    value = milliseconds << 80 | 0x7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62 | secrets.randbits(62)
    return _dashed(f"{value:032x}")


def receipt_id_for(provider: str, idempotency_key: str) -> str:
    """The same receipt number for the same key of the same provider, however often it is pushed."""
    return _dashed(hashlib.sha256(f"{provider}\n{idempotency_key}".encode()).hexdigest()[:32])


def _dashed(digits: str) -> str:
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
