"""Letters of ITU-T T.61 (ISO 6937), as old line systems still send them: the accent first, then its letter.

Read as Windows-1252, such a `Müller` comes out as `MÈuller`; nothing in the wire says so but the letters themselves.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

ACCENTS = dict(
    zip(
        "ÁÂÃÄÅÆÇÈÊËÍÎÏ",
        "\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u0327\u030b\u0328\u030c",
        strict=True,
    )
)
"""What 0xC1 to 0xCF are in Windows-1252, and the accents that they are in T.61."""
LETTERS = str.maketrans("áéêèíìðñùúûüõö", "ÆØŒŁÞŦĸæøœßþħı")
"""T.61's single letters from 0xE1 on, likewise."""
ACCENT = re.compile(f"[{''.join(ACCENTS)}].?", re.DOTALL)
WITHIN_A_WORD = re.compile(f"[A-Za-z][{''.join(ACCENTS)}][a-z]")


def is_t61(text: str) -> bool:
    """Whether a text read as Windows-1252 is T.61: accents in the midst of words, each before a letter that takes it."""
    if not WITHIN_A_WORD.search(text):
        return False
    return all(_composed(pair) is not None for pair in set(ACCENT.findall(text)))


def from_t61(text: str) -> str:
    """The text with each accent on its letter."""
    return ACCENT.sub(lambda found: _composed(found[0]) or found[0], text.translate(LETTERS))


@lru_cache(maxsize=1024)
def _composed(pair: str) -> str | None:
    """One letter of an accent and its letter; None where they make none."""
    accent, letter = pair[0], pair[1:]
    composed = unicodedata.normalize("NFC", letter + ACCENTS[accent])
    return composed if letter and len(composed) == 1 else None
