"""Compile the knowledge files: `python -m wiredesk_enrichment.knowledge.build --facts DIR`, and what else is at hand.

DIR of --facts holds countries.tsv, places.tsv and us_officials.tsv; DIR of --lookups is the `data` folder of the
package spacy-lookups-data (only the word table needs it); DIR of --names is the `dist` folder of the npm package
name-suggestion-index (only the organisations need it); FILE of --topics has IPTC's Media Topics as JSON. README.md
beside this file names the sources.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import math
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from wiredesk_enrichment.knowledge.organisations import organisations, regions

ALIKE, OF_REGION = 0.6, 0.8
"""From where on a name is another spelling of the city's, or of the region's: shares of letters in the same order."""
HERE = Path(__file__).parent
LEAST_POPULATION = 5_000
WORDS = 30_000
Row = tuple[str, ...]


def main() -> None:
    """Read the sources, write the tables beside this file."""
    asked = _arguments()
    facts: Path = asked.facts
    _write(
        "countries.tsv",
        ("qid", "geonames", "iso2", "iso3", "capital", "name", "names"),
        countries(_rows(facts / "countries.tsv"), _ids("facts.tsv")),
    )
    _write(
        "places.tsv",
        ("qid", "geonames", "country", "region", "population", "lat", "lon", "capital", "name", "names"),
        _places(_rows(facts / "places.tsv")),
    )
    _write("us_officials.tsv", ("qid", "name", "names"), _officials(_rows(facts / "us_officials.tsv")))
    if asked.lookups:
        _write("words.tsv", ("word", "rarity", "parts"), _words(asked.lookups))
    if asked.names:
        _write("regions.tsv", ("qid", "iso2", "name", "names"), _regions(asked.names))
        _write("organisations.tsv", ("qid", "name", "names", "sites"), _organisations(asked.names))
    if asked.topics:
        _write("mediatopics.tsv", ("code", "broader", "name"), _topics(asked.topics))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--facts", type=Path, required=True)
    parser.add_argument("--lookups", type=Path)
    parser.add_argument("--names", type=Path)
    parser.add_argument("--topics", type=Path)
    return parser.parse_args()


def countries(rows: Iterable[dict[str, str]], ids: Mapping[str, str]) -> Iterator[Row]:
    """Every country of the source; where that has lost its id (Namibia's code NA reads as "not available"), by ids."""
    for row in rows:
        if qid := row["wikidata"] or ids.get(row["name"]):
            plain = row["official_name"].split(" (")[0].split(",")[0]
            names = _names(row["name"], plain)
            yield qid, row["geonames"], row["iso2"], row["iso3"], row["capital"], row["name"], names


def _places(rows: Iterable[dict[str, str]]) -> Iterator[Row]:
    for row in rows:
        capital = row["class"].startswith("Admin-0")
        population = int(float(row["population"] or 0))
        if row["wikidata"].startswith("Q") and (capital or population >= LEAST_POPULATION):
            others = [name for name in (row["name"], *row["altname"].split("|")) if _is_the_citys(name, row)]
            names = _names(row["name_en"] or row["name"], *others)
            yield (
                row["wikidata"], row["geonames"], row["country_a3"], row["admin1"], str(population),
                row["lat"], row["lon"], "1" if capital else "", row["name_en"] or row["name"], names,
            )  # fmt: skip


def _is_the_citys(name: str, row: Mapping[str, str]) -> bool:
    """Whether another name is one of the city: not of its region, as Penang is not George Town and Hatay not Antioch."""
    if name != row["name"] and ("," in name or len(name) <= 3):
        return False
    city, region = row["name_en"] or row["name"], row["admin1"]
    return name in city or _likeness(name, city) >= ALIKE or _likeness(name, region, *region.split()) < OF_REGION


def _likeness(name: str, *others: str) -> float:
    return max(SequenceMatcher(None, name.lower(), other.lower()).ratio() for other in others)


def _officials(rows: Iterable[dict[str, str]]) -> Iterator[Row]:
    for row in rows:
        if row["wikidata"]:
            short = f"{row['first']} {row['last']}"
            yield row["wikidata"], row["name"], _names(row["name"], short)


def _words(lookups: Path) -> Iterator[Row]:
    """The commonest words: rarity = -10 ln(share of running words), parts = n, v, a, r as a dictionary has them."""
    shares: dict[str, float] = defaultdict(float)
    for word, log_share in _gunzipped(lookups / "en_lexeme_prob.json.gz").items():
        if word.isalpha() and word.isascii() and len(word) > 1:
            shares[word.lower()] += math.exp(log_share)
    lemmas = {
        code: frozenset(_gunzipped(lookups / "en_lemma_index.json.gz")[part])
        for code, part in (("n", "noun"), ("v", "verb"), ("a", "adj"), ("r", "adv"))
    }
    commonest = sorted(shares, key=lambda word: (-shares[word], word))[:WORDS]
    for word in commonest:
        yield word, str(round(-10 * math.log(shares[word]))), _parts(word, lemmas)


def _parts(word: str, lemmas: dict[str, frozenset[str]]) -> str:
    forms = {"n": _nouns(word), "v": _verbs(word), "a": (word,), "r": (word,)}
    return "".join(code for code, words in lemmas.items() if any(form in words for form in forms[code]))


def _nouns(word: str) -> tuple[str, ...]:
    endings = (("ies", "y"), ("ves", "f"), ("es", ""), ("s", ""), ("men", "man"))
    return word, *(word.removesuffix(old) + new for old, new in endings if word.endswith(old))


def _verbs(word: str) -> tuple[str, ...]:
    endings = (("ies", "y"), ("es", ""), ("s", ""), ("ied", "y"), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"))
    stems = [word.removesuffix(old) + new for old, new in endings if word.endswith(old)]
    doubled = [stem[:-1] for stem in stems if len(stem) > 3 and stem[-1] == stem[-2]]
    return word, *stems, *doubled


def _topics(path: Path) -> Iterator[Row]:
    for topic in json.loads(path.read_text(encoding="utf-8"))["topics"]:
        if not topic["code"].startswith("medtop:9"):  # not IPTC's
            yield topic["code"], topic["broader"] or "", topic["name"]


def _regions(dist: Path) -> Iterator[Row]:
    """Those of the Name Suggestion Index that no other table has."""
    return regions(*_index_of_names(dist), _taken("facts.tsv", "countries.tsv", "places.tsv"))


def _organisations(dist: Path) -> Iterator[Row]:
    """Those of the Name Suggestion Index that no other table has."""
    words = {row["word"]: (int(row["rarity"]), row["parts"]) for row in _rows(HERE / "words.tsv")}
    taken = _taken("facts.tsv", "countries.tsv", "places.tsv", "us_officials.tsv", "teams.tsv", "regions.tsv")
    return organisations(*_index_of_names(dist), words, taken)


def _index_of_names(dist: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The index, and what Wikidata calls its items."""
    index = json.loads((dist / "json" / "nsi.min.json").read_text(encoding="utf-8"))["nsi"]
    return index, json.loads((dist / "wikidata" / "wikidata.min.json").read_text(encoding="utf-8"))["wikidata"]


def _taken(*tables: str) -> frozenset[str]:
    """The ids and names of tables that are there already."""
    rows = [row for table in tables for row in _rows(HERE / table)]
    return frozenset(word for row in rows for word in (row["qid"], row["name"], *row["names"].split("|")))


def _ids(table: str) -> dict[str, str]:
    return {row["name"]: row["qid"] for row in _rows(HERE / table)}


def _names(*names: str) -> str:
    """Each name once, with a plain-letter twin where it has accents."""
    stripped = [name.strip() for name in names]
    twins = [_plain(name) for name in stripped]
    return "|".join(dict.fromkeys(name for name in (*stripped, *twins) if name))


def _plain(name: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)


def _gunzipped(path: Path) -> dict[str, Any]:
    with gzip.open(path, "rt", encoding="utf-8") as text:
        loaded: dict[str, Any] = json.load(text)
    return loaded


def _write(name: str, header: Row, rows: Iterable[Row]) -> None:
    lines = ["\t".join(row) for row in (header, *rows)]
    (HERE / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
