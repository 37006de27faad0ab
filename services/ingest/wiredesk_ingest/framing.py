"""How wires travel to a parsing process and outcomes travel back: lengths first, then the bytes as they are."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from datetime import datetime

import orjson
from wiredesk_core.agents.stage import Done, Outcome, Rejected
from wiredesk_core.messages import Headers, Outgoing

_COUNT = struct.Struct("<I")


def frame(parts: Sequence[bytes]) -> bytes:
    """One byte string: how many parts, the length of each, then the parts."""
    lengths = struct.pack(f"<{len(parts)}Q", *map(len, parts))
    return b"".join((_COUNT.pack(len(parts)), lengths, *parts))


def unframe(data: bytes) -> list[bytes]:
    """The parts that `frame` was given."""
    (count,) = _COUNT.unpack_from(data)
    lengths = struct.unpack_from(f"<{count}Q", data, _COUNT.size)
    start = _COUNT.size + 8 * count
    parts = []
    for length in lengths:
        parts.append(data[start : start + length])
        start += length
    return parts


def pack_wire(headers: Headers, value: bytes, now: datetime) -> bytes:
    """A record on its way to a worker, with the moment that counts as "now" there."""
    return frame([now.isoformat().encode(), *_pairs(headers), value])


def unpack_wire(payload: bytes) -> tuple[Headers, bytes, datetime]:
    """What `pack_wire` was given."""
    now, *pairs, value = unframe(payload)
    return _mapping(pairs), value, datetime.fromisoformat(now.decode())


def pack_outcome(outcome: Outcome) -> bytes:
    """An outcome on its way back from a worker."""
    why = b"" if isinstance(outcome, Done) else orjson.dumps(_why(outcome))
    return frame([why, *(_pack_record(record) for record in outcome.outputs)])


def unpack_outcome(result: bytes) -> Outcome:
    """What `pack_outcome` was given."""
    why, *records = unframe(result)
    outputs = tuple(_unpack_record(record) for record in records)
    return Rejected(**orjson.loads(why), outputs=outputs) if why else Done(outputs)


def _why(rejected: Rejected) -> dict[str, str | bool | int]:
    return {
        "code": rejected.code,
        "detail": rejected.detail,
        "provider": rejected.provider,
        "unexpected": rejected.unexpected,
        "attempts": rejected.attempts,
    }


def _pack_record(record: Outgoing) -> bytes:
    return frame([record.topic.encode(), record.key, record.value, *_pairs(record.headers)])


def _unpack_record(data: bytes) -> Outgoing:
    topic, key, value, *pairs = unframe(data)
    return Outgoing(topic.decode(), key, value, _mapping(pairs))


def _pairs(headers: Mapping[str, bytes]) -> list[bytes]:
    return [part for name, value in headers.items() for part in (name.encode("utf-8", "surrogateescape"), value)]


def _mapping(pairs: Sequence[bytes]) -> dict[str, bytes]:
    names = (name.decode("utf-8", "surrogateescape") for name in pairs[::2])
    return dict(zip(names, pairs[1::2], strict=True))
