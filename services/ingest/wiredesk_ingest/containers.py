"""Wires that hold wires: ZIP, gzip, JSON a line, XML documents one after the other.

Nothing is written anywhere and no name is used as a path. What grows without measure is refused before it has grown.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from pathlib import PurePosixPath

from wiredesk_core.failures import Unreadable

from wiredesk_ingest.reception import lines_one_by_one
from wiredesk_ingest.wire import Wire

ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
GZIP_START = b"\x1f\x8b"
ROOT = re.compile(rb"<([A-Za-z_][\w:.-]*)")
NEXT = re.compile(rb"</([A-Za-z_][\w:.-]*)\s*>\s*(?=(?:\xef\xbb\xbf)?<\?xml\s)")
"""An end tag with a declaration after it; where the tag is the root's, another document starts there."""
DOCUMENT_PARTS = frozenset({"[Content_Types].xml", "mimetype", "META-INF/MANIFEST.MF"})
"""Members of ZIP files that are documents or programs, not bundles of wires."""
SYSTEM_FILES = re.compile(r"(?:^|/)(?:__MACOSX/|\._|\.DS_Store$|Thumbs\.db$)")
PLAIN_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
ENCRYPTED = 1
MOST_DECLARATIONS = 10_000
"""Of XML in one wire; what has more is refused for its tags."""
MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What a container may hold. size in bytes, after unpacking; ratio applies above one mebibyte."""

    size: int = 64 * 1024 * 1024
    members: int = 1000
    ratio: int = 200
    depth: int = 3


LIMITS = Limits()
Unpack = Callable[[Wire, Limits], Iterator[Wire]]


def members_of(wire: Wire, depth: int = 0, limits: Limits = LIMITS) -> tuple[Wire, ...] | None:
    """The wires in a wire, in order; None when it is none of these containers.

    Raises Unreadable: container_bomb, container_broken, container_encrypted, container_empty, not_text.
    """
    unpack = _unpacker(wire.data)
    if unpack is None:
        return None
    if depth >= limits.depth:
        raise Unreadable("container_bomb", f"containers nested deeper than {limits.depth}: send the wires themselves")
    found: list[Wire] = []
    for member in unpack(wire, limits):
        if len(found) == limits.members:
            raise Unreadable("container_bomb", f"more than {limits.members} wires in one: send them in parts")
        found.append(member)
    if not found:
        raise Unreadable("container_empty", "there is no file in it: send the wires themselves")
    return tuple(found)


def _unpacker(data: bytes) -> Unpack | None:
    if data.startswith(ZIP_STARTS):
        return _zipped
    if data.startswith(GZIP_START):
        return _gzipped
    if data.startswith(b"{"):
        return _lines if _has_an_object_a_line(data) else None
    declared = data.count(b"<?xml")
    return _documents if 1 < declared <= MOST_DECLARATIONS and len(_edges(data)) > 2 else None


def _has_an_object_a_line(data: bytes) -> bool:
    """Whether every line is a JSON object; in one object over many lines, one of the first is not."""
    if b"}\n" not in data and b"}\r\n" not in data:
        return False
    lines = list(islice(lines_one_by_one(data), LIMITS.members + 1))
    return len(lines) > 1 and all(line.startswith(b"{") and line.endswith(b"}") for line in lines)


def _lines(wire: Wire, _: Limits) -> Iterator[Wire]:
    return (replace(wire, data=line) for line in lines_one_by_one(wire.data))


def _documents(wire: Wire, _: Limits) -> Iterator[Wire]:
    """Each document with its own declaration, so that its charset is its own too."""
    return (replace(wire, data=wire.data[start:end]) for start, end in pairwise(_edges(wire.data)))


def _edges(data: bytes) -> list[int]:
    """Where documents start, and the end of the last. A declaration within a document starts none."""
    edges, root = [0], ROOT.search(data)
    for end in NEXT.finditer(data):
        if root and end[1] == root[1]:
            edges.append(end.end())
            root = ROOT.search(data, end.end())
    return [*edges, len(data)]


def _gzipped(wire: Wire, limits: Limits) -> Iterator[Wire]:
    """The content of all gzip members together, as gzip itself sees it."""
    parts: list[bytes] = []
    packed, size = wire.data, 0
    while packed.startswith(GZIP_START):
        if len(parts) == limits.members:
            raise Unreadable("container_bomb", f"more than {limits.members} gzip members: pack it as one")
        member = zlib.decompressobj(wbits=31)
        try:
            parts.append(member.decompress(packed, _room(wire, size, limits) + 1))
        except zlib.error as error:
            raise Unreadable("container_broken", f"gzip cannot be unpacked: {error}: send it whole") from error
        size += len(parts[-1])
        _refuse_bomb(wire, size, limits)
        if not member.eof:
            raise Unreadable("container_broken", "gzip ends before its end: send it whole")
        packed = member.unused_data.lstrip(b"\0")
    yield replace(wire, data=b"".join(parts), content_type="", filename=(wire.filename or "").removesuffix(".gz"))


def _zipped(wire: Wire, limits: Limits) -> Iterator[Wire]:
    try:
        with zipfile.ZipFile(io.BytesIO(wire.data)) as archive:
            yield from _files(archive, wire, limits)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError) as error:
        raise Unreadable("container_broken", f"ZIP cannot be unpacked: {error}: send it whole") from error


def _files(archive: zipfile.ZipFile, wire: Wire, limits: Limits) -> Iterator[Wire]:
    entries = [entry for entry in archive.infolist() if not entry.is_dir() and not SYSTEM_FILES.search(entry.filename)]
    if any(entry.filename in DOCUMENT_PARTS for entry in entries):
        raise Unreadable("not_text", "this is a document or a program packed as ZIP: send its text")
    size = 0
    for entry in entries:
        if entry.flag_bits & ENCRYPTED:
            raise Unreadable("container_encrypted", "a file in the ZIP is encrypted: send it without a password")
        if entry.compress_type not in PLAIN_METHODS:
            raise Unreadable("container_broken", "a file in the ZIP is packed in an unusual way: use deflate")
        with archive.open(entry) as packed:
            data = packed.read(_room(wire, size, limits) + 1)
        size += len(data)
        _refuse_bomb(wire, size, limits)
        # For people and for sniffing; a name from outside is never a path.
        yield replace(wire, data=data, content_type="", filename=PurePosixPath(entry.filename).name)


def _room(wire: Wire, size: int, limits: Limits) -> int:
    """How many bytes may still come out."""
    return max(min(limits.size, max(MEBIBYTE, len(wire.data) * limits.ratio)) - size, 0)


def _refuse_bomb(wire: Wire, size: int, limits: Limits) -> None:
    if size > min(limits.size, max(MEBIBYTE, len(wire.data) * limits.ratio)):
        raise Unreadable(
            "container_bomb",
            f"unpacks to more than {limits.size} bytes or {limits.ratio} times its size: send the wires in parts",
        )
