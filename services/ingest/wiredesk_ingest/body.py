"""Reading the body of a push: as large as allowed and not a byte more, unpacked while it arrives."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterable, Callable
from dataclasses import dataclass

from wiredesk_core.failures import Refused

GZIP = frozenset({"gzip", "x-gzip"})
DEFLATE = "deflate"
PLAIN = frozenset({"", "identity"})


@dataclass(frozen=True, slots=True)
class Limits:
    """What one push may hold. Sizes in bytes, after unpacking; `ratio` applies above one mebibyte."""

    body: int = 16 * 1024 * 1024
    batch: int = 10_000
    ratio: int = 200


async def read_body(chunks: AsyncIterable[bytes], encoding: str, limits: Limits) -> bytes:
    """The whole body, unpacked. Raises Refused: 400 empty or broken, 413 too large, 415 packed in an unknown way."""
    unpack = _unpacker(encoding, limits)
    parts: list[bytes] = []
    size = 0
    async for chunk in chunks:
        part = unpack(chunk)
        size += len(part)
        if size > limits.body:
            raise Refused(413, "body_too_large", f"A push may hold {limits.body} bytes; send larger wires in parts.")
        parts.append(part)
    parts.append(unpack(b""))
    body = b"".join(parts)
    if not body.strip():
        raise Refused(400, "empty_body", "The body is empty; send the wire as the body of the request.")
    return body


def _unpacker(encoding: str, limits: Limits) -> Callable[[bytes], bytes]:
    """What turns each chunk into its content; an empty chunk says that there are no more."""
    name = encoding.strip().lower()
    if name in PLAIN:
        return bytes
    if name in GZIP:
        return _Gunzip(limits)
    if name == DEFLATE:
        return _Inflate(limits)
    raise Refused(415, "unknown_encoding", f"Content-Encoding {encoding!r} is not taken; send gzip, or nothing.")


class _Gunzip:
    """Unpacks gzip, of several members too, with bounded memory: a bomb is refused before it goes off."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._taken = 0
        self._given = 0
        self._member = zlib.decompressobj(wbits=31)
        self._begun = False

    def __call__(self, chunk: bytes) -> bytes:
        if not chunk:
            self._check_complete()
            return b""
        self._taken += len(chunk)
        return b"".join(self._members(chunk))

    def _members(self, packed: bytes) -> list[bytes]:
        parts = []
        while packed:
            if self._member.eof:
                self._member = zlib.decompressobj(wbits=31)
            self._begun = True
            parts.append(self._inflate(packed))
            packed = self._member.unused_data.lstrip(b"\0")
        return parts

    def _inflate(self, packed: bytes) -> bytes:
        room = self._limits.body - self._given + 1
        try:
            part = self._member.decompress(packed, room)
        except zlib.error as error:
            raise Refused(400, "broken_gzip", f"The body says it is gzip and cannot be unpacked: {error}.") from error
        self._given += len(part)
        if self._given > self._limits.body:
            raise Refused(413, "gzip_bomb", f"Unpacked, the body is larger than the {self._limits.body} bytes allowed.")
        if self._is_bomb():
            raise Refused(413, "gzip_bomb", f"The body unpacks to more than {self._limits.ratio} times its size.")
        return part

    def _is_bomb(self) -> bool:
        return self._given > 1024 * 1024 and self._given > self._taken * self._limits.ratio

    def _check_complete(self) -> None:
        if self._begun and not self._member.eof:
            raise Refused(400, "broken_gzip", "The body says it is gzip and ends before the gzip stream does.")


class _Inflate(_Gunzip):
    """Unpacks deflate: zlib's framing, as the standard has it (RFC 9110, 8.4.1.2), or none, as some servers send it."""

    def __call__(self, chunk: bytes) -> bytes:
        if chunk and not self._begun:
            framed = chunk[0] & 0x0F == zlib.DEFLATED and (chunk[0] << 8 | (chunk[1:2] or b"\0")[0]) % 31 == 0
            self._member = zlib.decompressobj(wbits=15 if framed else -15)
        return super().__call__(chunk)
