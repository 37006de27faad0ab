"""A sketch of the text, alike for texts that are alike: finds copies without comparing words.

MinHash of three-word shingles by one permutation (Li, Owen and Zhang 2012): the shingles' hashes are dealt into 128
bins, each bin keeps its smallest, of which the low 8 bits are stored (b-bit minwise hashing, Li and König 2010).
Written as `m1:` and 171 characters of URL-safe base64. Compare two with `resemblance`; different prefixes
cannot be compared.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from hashlib import blake2b

from wiredesk_enrichment.story import Enricher, Models, Skipped, Story, Values

PREFIX = "m1:"
BINS = 128
SHINGLE = 3
_WORD = re.compile(r"\w+")
_CHANCE = 1 / 256
"""How often two unlike bins agree: 8 bits are kept of each."""


def sketch(story: Story, _models: Models) -> Values:
    """The fingerprint of the cleaned text; case, punctuation and white space do not count."""
    words = _WORD.findall(story.text.casefold())
    if not words:
        raise Skipped("the text has no words")
    return {"fingerprint": fingerprint_of(words)}


def fingerprint_of(words: list[str]) -> str:
    """The fingerprint of words in their order."""
    shingles = {" ".join(words[at : at + SHINGLE]) for at in range(max(1, len(words) - SHINGLE + 1))}
    lowest: list[int | None] = [None] * BINS
    for value in map(_hash, shingles):
        place, rest = value % BINS, value // BINS
        kept = lowest[place]
        if kept is None or rest < kept:
            lowest[place] = rest
    return PREFIX + urlsafe_b64encode(bytes(_filled(lowest))).decode("ascii").rstrip("=")


def resemblance(one: str, other: str) -> float:
    """Estimated Jaccard similarity of the two texts' shingles, 0 to 1 (standard error about 0.04)."""
    if not (one.startswith(PREFIX) and other.startswith(PREFIX)):
        raise ValueError(f"only fingerprints that begin with {PREFIX!r} can be compared")
    pairs = zip(_bins(one), _bins(other), strict=True)
    agreeing = sum(a == b for a, b in pairs) / BINS
    return max(0.0, (agreeing - _CHANCE) / (1 - _CHANCE))


def _hash(shingle: str) -> int:
    return int.from_bytes(blake2b(shingle.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def _filled(lowest: list[int | None]) -> Iterable[int]:
    """Low bytes of all bins; an empty bin borrows from the next full one, marked by how far away that was."""
    for place in range(BINS):
        away = next(step for step in range(BINS) if lowest[(place + step) % BINS] is not None)
        kept = lowest[(place + away) % BINS] or 0
        yield (kept + away * 0x9D) % 256


def _bins(fingerprint: str) -> bytes:
    encoded = fingerprint.removeprefix(PREFIX)
    return urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))


FINGERPRINT = Enricher("fingerprint", 1, frozenset({"cleaning"}), sketch, uses=frozenset({"text"}))
