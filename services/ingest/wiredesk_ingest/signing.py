"""Signed pushes, as Standard Webhooks 1.0 has them: HMAC-SHA256 over `id.timestamp.body`, within five minutes.

The body counts as it was sent, packed or not, and is followed while it arrives. A signed id is the push's Idempotency-Key:
sent again, by its sender or by somebody who overheard it, it is the same push under the same receipts and changes nothing.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from wiredesk_core.failures import Misconfigured, Refused

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
WINDOW = timedelta(minutes=5)
LONGEST_ID = 200
MOST_SIGNATURES = 10
VERSION = "v1,"
SECRET_PREFIX = "whsec_"  # noqa: S105  # how the standard marks a secret
SHORTEST_SECRET = 24
"""Bytes; the standard's own bound."""


@dataclass(frozen=True, slots=True)
class Seal:
    """A signature that is being checked: what it says, and a running hash for each secret that may have made it."""

    message_id: str
    signatures: tuple[bytes, ...]
    running: tuple[hmac.HMAC, ...]

    async def watch(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """The body's chunks, each one hashed as it passes."""
        async for chunk in chunks:
            for mac in self.running:
                mac.update(chunk)
            yield chunk

    def check(self) -> None:
        """Once the body has passed. Raises Refused(401) unless one of the secrets made one of the signatures."""
        made = [mac.digest() for mac in self.running]
        # All are compared, so that the time it takes tells nothing.
        right = [hmac.compare_digest(mine, theirs) for mine in made for theirs in self.signatures]
        if not any(right):
            raise Refused(401, "signature_wrong", "The signature is not that of this body by a key of this provider.")


def is_signed(headers: Mapping[str, str]) -> bool:
    """Whether a request claims to be signed."""
    return SIGNATURE in headers


def seal_of(headers: Mapping[str, str], secrets: Sequence[bytes], now: datetime) -> Seal:
    """The seal of a request's headers. Raises Refused(401) for what is missing, malformed, too old or from the future."""
    if not secrets:
        raise Refused(401, "not_signed_here", "This provider has no signing keys: push with an API key.")
    message_id, timestamp = headers.get(ID, ""), headers.get(TIMESTAMP, "")
    if not 0 < len(message_id) <= LONGEST_ID or not message_id.isascii() or not message_id.isprintable():
        raise Refused(401, "signature_malformed", f"{ID} has to have 1 to {LONGEST_ID} printable characters.")
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 12):
        raise Refused(401, "signature_malformed", f"{TIMESTAMP} has to be the Unix time in whole seconds.")
    if abs(now.timestamp() - int(timestamp)) > WINDOW.total_seconds():
        raise Refused(401, "signature_stale", f"{TIMESTAMP} is more than 5 minutes off: sign at the time of sending.")
    begun = f"{message_id}.{timestamp}.".encode()
    running = tuple(hmac.new(secret, begun, "sha256") for secret in secrets)
    return Seal(message_id, _signatures(headers.get(SIGNATURE, "")), running)


def secret_bytes(secret: str, reference: str) -> bytes:
    """The bytes of a secret: base64 after `whsec_`, else the text itself. Raises Misconfigured for a weak one."""
    try:
        encoded = secret.startswith(SECRET_PREFIX)
        found = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True) if encoded else secret.encode()
    except (binascii.Error, ValueError) as error:
        raise Misconfigured(f"{reference}: what follows {SECRET_PREFIX} is not base64") from error
    if len(found) < SHORTEST_SECRET:
        raise Misconfigured(
            f"{reference}: a signing key has at least {SHORTEST_SECRET} bytes; this one has {len(found)}"
        )
    return found


def _signatures(header: str) -> tuple[bytes, ...]:
    """The signatures of version 1 in a header; what is none of ours is passed over."""
    found = []
    for word in header.split()[:MOST_SIGNATURES]:
        if word.startswith(VERSION):
            try:
                found.append(base64.b64decode(word.removeprefix(VERSION), validate=True))
            except (binascii.Error, ValueError):
                continue
    return tuple(found)
