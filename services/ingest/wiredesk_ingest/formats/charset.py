"""Bytes to text. Bytes that read as UTF-8 are UTF-8, whatever a declaration says; nothing is ever refused here."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from wiredesk_core.item import ParseWarning

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
DECLARATION = re.compile(
    rb"""(?:<\?xml[^>]*\bencoding|<meta\b[^>]*\bcharset)\s*=\s*["']?\s*([A-Za-z0-9._:-]+)""", re.IGNORECASE
)
HEAD_BYTES = 2048
LATIN = frozenset({"iso8859-1", "ascii", "iso8859-15"})
"""Names under which senders mean Windows-1252, which has the same letters and adds the quotes they use."""
SHIFTED = ("iso2022", "hz")
"""Charsets whose text is all ASCII bytes, so that they look like UTF-8 and only the declaration tells."""
CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff\ud800-\udfff]")
"""Characters that no story holds and that XML or the stores refuse."""
SEPARATORS = re.compile("[\x1c-\x1f]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a wire, the charset it was read in, and what had to be guessed."""

    text: str
    charset: str
    warnings: tuple[ParseWarning, ...] = ()


def decode(data: bytes, content_type: str = "") -> Decoded:
    """The text of these bytes: byte order mark, then UTF-8, then what is declared, then Windows-1252."""
    for mark, charset in BOMS:
        if data.startswith(mark):
            return Decoded(data.removeprefix(mark).decode("utf-8", "replace") if charset == "utf-8"
                           else data.decode(charset, "replace"), charset)  # fmt: skip
    unmarked = _utf16_without_mark(data)
    if unmarked:
        return Decoded(data.decode(unmarked, "replace"), unmarked)
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
    return CONTROLS.sub("", SEPARATORS.sub(" ", text)) if CONTROLS.search(text) else text


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
    if damaged <= sum(character > "\x7f" for character in mended) - damaged:
        return Decoded(mended, "utf-8", (ParseWarning(code="bytes_replaced", detail=f"{damaged} broken characters"),))
    if declared and declared != "utf-8" and declared not in LATIN:
        return _declared(data, declared)
    text = data.decode("cp1252", "replace") if "\ufffd" not in data.decode("cp1252", "replace") else None
    said = declared in LATIN
    warning = ParseWarning(code="charset_guessed", detail=f"declared {declared or 'nothing'}, read as windows-1252")
    return Decoded(text if text is not None else data.decode("latin-1"), "windows-1252", () if said else (warning,))


def _declared(data: bytes, declared: str) -> Decoded:
    text = data.decode(declared, "replace")
    damaged = text.count("\ufffd")
    warning = ParseWarning(code="bytes_replaced", detail=f"{damaged} broken characters in {declared}")
    return Decoded(text, declared, (warning,) if damaged else ())


_NO_CHARSETS = frozenset(
    {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "utf-7", "mbcs", "oem"}
)
