"""What the chain knows of the world: names with Wikidata ids, and how common words are. README.md has the sources."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import resources

RAREST = 200
"""Rarity of a word that the table does not have."""


@dataclass(frozen=True, slots=True)
class Thing:
    """A thing in the world: Wikidata id, its usual name, what it is (kind as entities have it)."""

    qid: str
    name: str
    kind: str
    country: str = ""
    region: str = ""
    population: int = 0
    certain: bool = True
    """False where the name alone does not settle it, as with all cities."""


@dataclass(frozen=True, slots=True)
class Word:
    """How rare a word is (-10 ln of its share of running words) and which parts of speech it can be (n, v, a, r)."""

    rarity: int
    parts: str


@dataclass(frozen=True, slots=True, eq=False)
class Knowledge:
    """Names to things, and words to how common they are. Names are compared as they are written."""

    things: dict[str, tuple[Thing, ...]]
    spotted: frozenset[str]
    """Names so plain that they are recognised wherever they stand."""
    words: dict[str, Word]

    def named(self, name: str) -> tuple[Thing, ...]:
        """Everything of that name, the best known first."""
        return self.things.get(name, ())

    def rarity(self, word: str) -> int:
        """-10 ln of a word's share of running words, by its small-letter form."""
        known = self.words.get(word.lower())
        return known.rarity if known else RAREST

    def parts(self, word: str) -> str:
        """Parts of speech that a word can be; empty when it is not known."""
        known = self.words.get(word.lower())
        return known.parts if known else ""


def load_knowledge() -> Knowledge:
    """The tables that come with the package."""
    things: dict[str, list[Thing]] = defaultdict(list)
    spotted: set[str] = set()
    countries = list(_rows("countries.tsv"))
    codes = {row["qid"]: row["iso3"] for row in countries}
    for row in _rows("facts.tsv"):
        names = row["names"].split("|")
        thing = Thing(row["qid"], row["name"], row["kind"], country=row["country"] or codes.get(row["qid"], ""))
        _add(things, thing, (row["name"], *names))
        if row["spotted"]:
            spotted.update(name for name in (row["name"], *names) if name)
    settled = frozenset(things)
    for row in countries:
        country = Thing(row["qid"], row["name"], "LOC", country=row["iso3"])
        names = [name for name in row["names"].split("|") if name not in settled]
        _add(things, country, names)
        spotted.update(name for name in names if name not in UNSURE)
    _add_people(things)
    _add_places(things, settled)
    return Knowledge({name: tuple(found) for name, found in things.items()}, frozenset(spotted - UNSURE), _words())


_UNSURE_NAMES = (
    "Georgia Jordan Chad Turkey Guinea Jersey Dominica Niger Mali Cuba Togo Samoa Micronesia Reunion Réunion Congo "
    "Ireland Palestine Montserrat Guernsey Pitcairn Anguilla Martinique"
)
UNSURE = frozenset(_UNSURE_NAMES.split())
"""Country names that are also something else: the reader has to see a place there first."""


def _add_people(things: dict[str, list[Thing]]) -> None:
    for row in _rows("us_officials.tsv"):
        _add(things, Thing(row["qid"], row["name"], "PER", country="USA"), row["names"].split("|"))


def _add_places(things: dict[str, list[Thing]], settled: frozenset[str]) -> None:
    """Cities, biggest first; a capital outranks its namesakes. A name that the facts settle stays settled."""
    rows = sorted(_rows("places.tsv"), key=lambda row: (not row["capital"], -int(row["population"])))
    for row in rows:
        place = Thing(
            row["qid"], row["name"], "LOC", country=row["country"], region=row["region"],
            population=int(row["population"]), certain=False,
        )  # fmt: skip
        _add(things, place, (name for name in row["names"].split("|") if name not in settled))


def _add(things: dict[str, list[Thing]], thing: Thing, names: Iterable[str]) -> None:
    for name in dict.fromkeys(names):
        if name and all(known.qid != thing.qid for known in things[name]):
            things[name].append(thing)


def _words() -> dict[str, Word]:
    return {row["word"]: Word(int(row["rarity"]), row["parts"]) for row in _rows("words.tsv")}


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = resources.files(__name__).joinpath(name).read_text(encoding="utf-8")
    return csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
