"""Bytes to text. Bytes that read as UTF-8 are UTF-8, whatever a declaration says; only masses of broken ones are refused."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from wiredesk_core.failures import Unreadable
from wiredesk_core.item import ParseWarning

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
MARKS = {name: tuple(mark for mark, charset in BOMS if charset == name) for name in ("utf-16", "utf-32")}
DECLARATION = re.compile(
    rb"""(?:<\?xml[^>]*\bencoding|<meta\b[^>]*\bcharset)\s*=\s*["']?\s*([A-Za-z0-9._:-]+)""", re.IGNORECASE
)
HEAD_BYTES = 2048
LATIN = frozenset({"iso8859-1", "ascii", "iso8859-15"})
"""Names under which senders mean Windows-1252, which has the same letters and adds the quotes they use."""
LATIN_9 = {0xA4: "€", 0xA6: "Š", 0xA8: "š", 0xB4: "Ž", 0xB8: "ž", 0xBC: "Œ", 0xBD: "œ", 0xBE: "Ÿ"}
"""Where ISO 8859-15 differs from ISO 8859-1."""
WIDER = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
}
"""What senders mean by a name: its charset with the characters that their systems add (WHATWG Encoding, section 4.2)."""
SHIFTED = ("iso2022", "hz")
"""Charsets whose text is all ASCII bytes, so that they look like UTF-8 and only the declaration tells."""
NOT_IN_WINDOWS = (b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d")
"""Bytes that stand for nothing in Windows-1252."""
MOST_BROKEN = 300_000
"""Characters that a charset does not know; each takes a sixth of a microsecond."""
CHUNK = 1024 * 1024
CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff\ud800-\udfff]")
"""Characters that no story holds and that XML or the stores refuse."""
BEYOND_ASCII = re.compile("[\x80-\x84\x86-\x9f\ufffe\uffff\ud800-\udfff]+")
"""Those of them that take more than a byte in UTF-8."""
DROPPED = bytes(code for code in range(0x80) if CONTROLS.match(chr(code)) and not 0x1C <= code <= 0x1F)
DROPPED_LATIN = bytes(code for code in range(0x80, 0xA0) if CONTROLS.match(chr(code)))
LONG = 2048
CONTROLS_IN_UTF8 = (
    re.compile(rb"\xc2[\x80-\x84\x86-\x9f]"),
    re.compile(rb"\xed[\xa0-\xbf]"),
    re.compile(rb"\xef\xbf[\xbe\xbf]"),
)
ASCII_CONTROLS = bytes(code for code in range(0x80) if CONTROLS.match(chr(code)))
BLANKED = bytes.maketrans(b"\x1c\x1d\x1e\x1f", b"    ")
"""Separators of records and fields."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a wire, the charset it was read in, and what had to be guessed."""

    text: str
    charset: str
    warnings: tuple[ParseWarning, ...] = ()


def decode(data: bytes, content_type: str = "") -> Decoded:
    """The text of these bytes: byte order mark, then UTF-8, then what is declared, then Windows-1252.

    Raises Unreadable: not_text.
    """
    for mark, charset in BOMS:
        if data.startswith(mark):
            return Decoded(_replaced(data.removeprefix(mark) if charset == "utf-8" else data, charset), charset)
    unmarked = _utf16_without_mark(data)
    if unmarked:
        return Decoded(_replaced(data, unmarked), unmarked)
    declared = declared_charset(data, content_type)
    if declared and declared.startswith(SHIFTED):
        return _declared(data, declared)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return _not_utf8(data, declared)
    if declared in (None, "utf-8", "ascii") or text.isascii():
        return Decoded(text, "utf-8")
    return Decoded(text, "utf-8", (ParseWarning(code="charset_lie", detail=f"declared {declared}, is utf-8"),))


def declared_charset(data: bytes, content_type: str = "") -> str | None:
    """The charset that the document itself declares, else its content type; Python's name for it, None if unknown."""
    inside = DECLARATION.search(data[:HEAD_BYTES])
    outside = re.search(r"charset\s*=\s*\"?([A-Za-z0-9._:-]+)", content_type)
    for name in (inside and inside[1].decode("ascii"), outside and outside[1]):
        if name and (known := _known(name)):
            return known
    return None


def without_controls(text: str) -> str:
    """The text without characters that no story holds; almost always the same text.

    The separators of records and fields become blanks, so that what they parted does not run together.
    """
    if not _has_controls(text):
        return text
    # Bytes go through a table in a twentieth of the time that a pattern takes where there are millions of them.
    try:
        return text.encode("latin-1").translate(BLANKED, DROPPED + DROPPED_LATIN).decode("latin-1")
    except UnicodeEncodeError:
        return BEYOND_ASCII.sub("", text).encode().translate(BLANKED, DROPPED).decode()


def _has_controls(text: str) -> bool:
    if len(text) < LONG:
        return CONTROLS.search(text) is not None
    # A table and patterns that begin with one sign take half the time of a pattern that looks for many.
    data = text.encode("utf-8", "surrogatepass")
    return len(data.translate(None, ASCII_CONTROLS)) < len(data) or (
        not text.isascii() and any(pattern.search(data) for pattern in CONTROLS_IN_UTF8)
    )


def _known(name: str) -> str | None:
    try:
        codec = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    # Codecs such as base64 or zip are no charsets: a wire must not be able to ask for them.
    return codec.name if getattr(codec, "_is_text_encoding", True) and codec.name not in _NO_CHARSETS else None


def _utf16_without_mark(data: bytes) -> str | None:
    """UTF-16 that starts with ASCII shows as every other byte zero."""
    head = data[:64]
    if len(head) < 4 or len(head) % 2:
        return None
    if not any(head[::2]) and all(head[1::2]):
        return "utf-16-be"
    return "utf-16-le" if not any(head[1::2]) and all(head[::2]) else None


def _not_utf8(data: bytes, declared: str | None) -> Decoded:
    """Not UTF-8 throughout: mostly UTF-8 with damage, or another charset."""
    mended = data.decode("utf-8", "replace")
    damaged = mended.count("\ufffd")
    # Pairs and triples that UTF-8 allows hardly ever stand in other charsets.
    if damaged <= len(mended) - len(mended.encode("ascii", "ignore")) - damaged:
        return Decoded(mended, "utf-8", (ParseWarning(code="bytes_replaced", detail=f"{damaged} broken characters"),))
    if declared and declared != "utf-8" and declared not in LATIN:
        return _declared(data, declared)
    windows = not any(byte in data for byte in NOT_IN_WINDOWS)
    said = declared in LATIN
    warning = ParseWarning(code="charset_guessed", detail=f"declared {declared or 'nothing'}, read as windows-1252")
    text = data.decode("cp1252" if windows else "latin-1")
    if declared == "iso8859-15":
        return Decoded(text.translate(LATIN_9), declared)
    return Decoded(text, "windows-1252", () if said else (warning,))


def _declared(data: bytes, declared: str) -> Decoded:
    declared = WIDER.get(declared, declared)
    text = _replaced(data, declared)
    damaged = text.count("\ufffd")
    warning = ParseWarning(code="bytes_replaced", detail=f"{damaged} broken characters in {declared}")
    return Decoded(text, declared, (warning,) if damaged else ())


def _replaced(data: bytes, charset: str) -> str:
    """The text with a sign for each broken character. Raises Unreadable, not_text, for masses of them."""
    if not data.startswith(MARKS.get(charset, (b"",))):
        # Without its mark the decoder that works piece by piece takes neither order for granted.
        charset = f"{charset}-le"
    decoder, parts, broken = codecs.getincrementaldecoder(charset)("replace"), list[str](), 0
    for start in range(0, len(data) or 1, CHUNK):
        parts.append(decoder.decode(data[start : start + CHUNK], start + CHUNK >= len(data)))
        broken += parts[-1].count("\ufffd")
        if broken > MOST_BROKEN:
            raise Unreadable("not_text", f"more than {MOST_BROKEN} characters are none in {charset}: declare another")
    return "".join(parts)


_NO_CHARSETS = frozenset(
    {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "utf-7", "mbcs", "oem"}
)
