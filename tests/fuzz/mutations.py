"""Wires gone wrong: golden wires flipped, cut, spliced, repeated and soaked, each drawn from a seed and so found again."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from pathlib import Path

GOLDEN = Path(__file__).parents[1] / "golden/wire"
LARGEST = 32_768
"""Bytes of an ordinary input; one in a thousand grows to GROWN."""
GROWN = 524_288
PIECE = re.compile(rb"<[^<>]{0,80}>|[^\s<>]+|\s+")
NUMBER = re.compile(rb"\d+")
NUMBERS = (b"0", b"-1", b"99999999999999999999", b"9" * 400, b"1e999", b"00", b"31", b"2024-13-45T99:99:99Z")
SOUP = (
    *(b"&amp;", b"&#0;", b"&#x1F600;", b"&nothing;", b"&eacute;", b"&#55296;", b"&lt;p&gt;", b"&", b"%", b";"),
    *(
        b"<",
        b">",
        b"</",
        b"/>",
        b"<!--",
        b"-->",
        b"<![CDATA[",
        b"]]>",
        b"<?x ",
        b"?>",
        b"<!DOCTYPE x [",
        b"<!ENTITY a 'b'>",
    ),
    *(b'"', b"'", b"{", b"}", b"[", b"]", b",", b":", b"\\", b"\\u0000", b"\\ud800", b"null", b"true", b"1e5"),
    *(
        b"\x00",
        b"\x01",
        b"\x02",
        b"\x03",
        b"\x04",
        b"\x1f",
        b"\x1e",
        b"\r",
        b"\n",
        b"\r\n\r\n",
        b"\t",
        b"    ",
        b"\x0c",
        b"^",
    ),
    *(
        b"\xff",
        b"\xfe\xff",
        b"\xc3",
        b"\xed\xa0\x80",
        b"\xef\xbb\xbf",
        b"\xe2\x80\xa8",
        b"\x1b$B",
        b"=?utf-8?q?",
        b"?=",
    ),
    *(
        b"KILL",
        b"EMBARGOED",
        b"CORRECTION",
        b"--x",
        b"From ",
        b"Content-Type: multipart/mixed; boundary=x\n",
        b"NNNN",
        b"ZCZC ",
    ),
)
CHARSETS = (
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
    "utf-8-sig",
    "iso8859-1",
    "cp1252",
    "koi8-r",
    "shift_jis",
    "cp037",
)
NAMED = (b"utf-16", b"utf-7", b"hz", b"iso-2022-jp", b"base64", b"zip", b"idna", b"cp037", b"nobody-knows", b"")
OPENED = (
    *(b"<div>", b"<p>", b"<b>", b"<table><tr><td>", b"<block>", b"<ul><li>", b"<section>", b"<nitf><body>"),
    *(b'{"a":', b"[", b'{"associations":{"x":', b"&lt;div&gt;"),
)

Mutation = Callable[[random.Random, bytes, Sequence[bytes]], bytes]


def wires_of(name: str, golden: Path = GOLDEN) -> list[bytes]:
    """The golden wires of a format."""
    return [path.read_bytes() for path in sorted((golden / name).glob("*.in"))]


def mutated(name: str, seed: int, wires: Sequence[bytes]) -> bytes:
    """The input of this seed for the format `name`, made of its golden wires: the same bytes every time."""
    chance = random.Random(f"{name}:{seed}")
    data = chance.choice(wires)
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 5))):
        data = chance.choice(MUTATIONS)(chance, data, wires)[:LARGEST]
    return _grown(chance, data) if chance.randrange(1000) == 0 else data


def _flipped(chance: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """Some bits of some bytes turned over."""
    flipped = bytearray(data)
    for _time in range(chance.choice((1, 1, 3, 20)) if data else 0):
        flipped[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(flipped)


def _cut(chance: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """Broken off at either end, or with a hole."""
    start, end = _stretch(chance, data)
    return chance.choice((data[:start], data[start:], data[:start] + data[end:]))


def _spliced(chance: random.Random, data: bytes, wires: Sequence[bytes]) -> bytes:
    """With a stretch of another wire in place of one of its own."""
    other = chance.choice(wires)
    start, end = _stretch(chance, data)
    return data[:start] + other[slice(*_stretch(chance, other))] + data[end:]


def _repeated(chance: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """With a stretch said again and again."""
    start, end = _stretch(chance, data)
    return data[:end] + data[start:end] * chance.choice((1, 2, 5, 50)) + data[end:]


def _nested(chance: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """With something opened far too often and never closed."""
    at = _place(chance, data)
    return data[:at] + chance.choice(OPENED) * chance.choice((3, 90, 260, 1000)) + data[at:]


def _soaked(chance: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """With signs that mean something to somebody, anywhere."""
    for _time in range(chance.choice((1, 2, 5, 30))):
        at = _place(chance, data)
        data = data[:at] + chance.choice(SOUP) + data[at:]
    return data


def _renumbered(chance: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """With a number that is none of a story's."""
    found = list(NUMBER.finditer(data))
    if not found:
        return data
    number = chance.choice(found)
    return data[: number.start()] + chance.choice(NUMBERS) + data[number.end() :]


def _shuffled(chance: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """With two of its pieces, tags or words, in each other's place."""
    pieces = PIECE.findall(data)
    if len(pieces) > 1:
        one, other = chance.randrange(len(pieces)), chance.randrange(len(pieces))
        pieces[one], pieces[other] = pieces[other], pieces[one]
    return b"".join(pieces)


def _respelt(chance: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """In another charset than before, or with the name of another one."""
    if chance.random() < 0.5:
        return re.sub(rb"(?i)(?<=(?:coding|harset)=)[\"']?[\w-]+", lambda _: chance.choice(NAMED), data)
    return data.decode("utf-8", "replace").encode(chance.choice(CHARSETS), "replace")


def _grown(chance: random.Random, data: bytes) -> bytes:
    """With a short stretch repeated until the wire is as large as no story is."""
    start, end = _stretch(chance, data)
    piece = data[start : min(end, start + chance.choice((1, 3, 10, 40, 200)))] or b" "
    return data[:start] + piece * ((GROWN - len(data)) // len(piece)) + data[start:]


def _stretch(chance: random.Random, data: bytes) -> tuple[int, int]:
    start = _place(chance, data)
    return start, min(len(data), start + chance.choice((1, 10, 100, 1000)))


def _place(chance: random.Random, data: bytes) -> int:
    """Anywhere, or right behind a tag, a word or a blank."""
    at = chance.randrange(len(data) + 1)
    piece = PIECE.match(data, at) if chance.random() < 0.5 else None
    return piece.end() if piece else at


MUTATIONS: tuple[Mutation, ...] = (
    _flipped,
    _cut,
    _spliced,
    _repeated,
    _nested,
    _soaked,
    _renumbered,
    _shuffled,
    _respelt,
)
