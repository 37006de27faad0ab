"""What knowledge is made of: things in the world, the names that they have, and words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

RAREST = 200
"""Rarity of a word that the table does not have."""


def squeezed(name: str) -> str:
    """A name as addresses have it: small letters and digits alone."""
    return re.sub(r"[^a-z0-9]", "", name.lower().replace("&", "and"))


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a place is: GeoNames id, and degrees north and east where they are known."""

    geonames: str = ""
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True, slots=True)
class Thing:
    """A thing in the world: Wikidata id, its usual name, what it is (kind as entities have it)."""

    qid: str
    name: str
    kind: str
    country: str = ""
    """ISO 3166 alpha-3."""
    region: str = ""
    population: int = 0
    certain: bool = True
    """False where the name alone does not settle it, as with all cities."""
    sport: str = ""
    """Of a team: the game that it plays."""
    town: str = ""
    """Of a team: the town, region or country that it may be called by."""
    spot: Spot | None = None
    """Of a place."""
    own: bool = False
    """From the operator's file: it goes before all else of that name."""


@dataclass(frozen=True, slots=True)
class Word:
    """How rare a word is (-10 ln of its share of running words) and which parts of speech it can be (n, v, a, r)."""

    rarity: int
    parts: str


@dataclass(frozen=True, slots=True)
class Topic:
    """An IPTC Media Topic: its English name, and the code of the one above it (empty at the top)."""

    name: str
    broader: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Knowledge:
    """Names to things, and words to how common they are. Names are compared as they are written."""

    things: Mapping[str, tuple[Thing, ...]]
    spotted: frozenset[str]
    """Names so plain that they are recognised wherever they stand."""
    words: Mapping[str, Word]
    capitals: Mapping[str, Thing]
    """Capitals' ids to their countries."""
    surnames: Mapping[str, Thing]
    """Odd surnames of the widely known, who are meant where a story names nobody else so."""
    topics: Mapping[str, Topic]
    """IPTC Media Topics by code (`medtop:04000000`)."""
    topics_by_name: Mapping[str, tuple[str, ...]]
    """Codes of the Media Topics of a name, without case."""

    abroad: Mapping[str, Mapping[str, Thing]]
    """Countries and capitals by what other languages (ISO 639-1) call them."""
    demonyms: Mapping[str, Thing]
    """Countries by the adjectives and nouns for their people."""
    sites: Mapping[str, Thing]
    """Organisations by their addresses, which say their name: `gandermountain`, `cnooc`."""

    def named(self, name: str) -> tuple[Thing, ...]:
        """Everything of that name, the best known first."""
        return self.things.get(name, ())

    def at_site(self, name: str) -> Thing | None:
        """The organisation whose address says that name of several words, or those initials."""
        site = squeezed(name)
        return self.sites.get(site) if " " in name or (name.isupper() and site == name.lower()) else None

    def rarity(self, word: str) -> int:
        """-10 ln of a word's share of running words, by its small-letter form."""
        known = self.words.get(word.lower())
        return known.rarity if known else RAREST

    def parts(self, word: str) -> str:
        """Parts of speech that a word can be; empty when it is not known."""
        known = self.words.get(word.lower())
        return known.parts if known else ""
