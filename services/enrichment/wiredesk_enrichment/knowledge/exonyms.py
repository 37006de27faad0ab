"""Compile `exonyms.tsv`: `python -m wiredesk_enrichment.knowledge.exonyms`, with the PyPI package babel at hand.

What German, French, Spanish, Italian, Dutch and Portuguese call countries and capitals, by the Unicode CLDR.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

from babel import Locale

HERE = Path(__file__).parent
LANGUAGES = ("de", "fr", "es", "it", "nl", "pt")
SHORTEST = 4
"""Letters; shorter names are words and initials as well."""

BIG_CITY = 300_000
"""Inhabitants; the names of smaller capitals are too often something else."""
_UNSURE_NAMES = (
    "Georgia Jersey Dominica Guernsey Granada Grenada Montserrat Norfolk Sofia Santiago Lima Victoria Wellington Kingston "
    "Georgetown Saint-Martin Saint-Barthélemy Sint-Maarten Martinique Martinica Mayotte Reunión Riunione Anguilla "
    "Guadalupe Guadalupa Dakar Monrovia"
)
UNSURE = frozenset(_UNSURE_NAMES.split())
"""Names that also are a person's, a town's or a rally's there."""
MORE = {
    "de": {"Q30": "USA|Vereinigten Staaten", "Q145": "Großbritannien|Vereinigten Königreich", "Q213": "Tschechische Republik",
           "Q1008": "Elfenbeinküste", "Q184": "Weißrussland", "Q956": "Peking", "Q987": "Neu-Delhi", "Q1899": "Kiew|Kyjiw",
           "Q61": "Washington"},
    "fr": {"Q145": "Grande-Bretagne", "Q213": "République tchèque", "Q184": "Biélorussie", "Q956": "Pékin",
           "Q987": "New Delhi", "Q1899": "Kiev|Kyiv", "Q61": "Washington"},
    "es": {"Q30": "EE.UU.|EE. UU.", "Q145": "Gran Bretaña", "Q213": "República Checa", "Q1008": "Costa de Marfil",
           "Q184": "Bielorrusia", "Q956": "Pekín", "Q987": "Nueva Delhi", "Q1899": "Kiev", "Q61": "Washington"},
    "it": {"Q30": "Usa|USA", "Q145": "Gran Bretagna", "Q213": "Repubblica Ceca", "Q956": "Pechino", "Q987": "Nuova Delhi",
           "Q1899": "Kiev", "Q61": "Washington"},
    "nl": {"Q30": "VS", "Q145": "Groot-Brittannië", "Q184": "Wit-Rusland", "Q956": "Peking", "Q987": "New Delhi",
           "Q1899": "Kiev|Kyiv", "Q61": "Washington"},
    "pt": {"Q30": "EUA", "Q145": "Grã-Bretanha", "Q213": "República Tcheca|República Checa", "Q184": "Bielorrússia",
           "Q956": "Pequim", "Q987": "Nova Délhi|Nova Deli", "Q1899": "Kiev", "Q61": "Washington"},
}  # fmt: skip
"""What newspapers write and CLDR does not."""


def main() -> None:
    """Write the table beside this file."""
    lines = ["language\tqid\tname", *("\t".join(row) for code in LANGUAGES for row in sorted(set(_names(code))))]
    (HERE / "exonyms.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _names(code: str) -> Iterator[tuple[str, str, str]]:
    """Language, id, name; a name that a country has is no city's."""
    countries = {name: qid for qid, name in _countries(code)}
    cities = {name: qid for qid, name in _capitals(code)}
    more = {name: qid for qid, names in MORE[code].items() for name in names.split("|")}
    for name, qid in (cities | countries | more).items():
        if name not in UNSURE:
            yield code, qid, name


def _countries(code: str) -> Iterator[tuple[str, str]]:
    names = Locale(code).territories
    for country in _rows("countries.tsv"):
        for name in _parts(str(names.get(country["iso2"], ""))):
            yield country["qid"], name


def _capitals(code: str) -> Iterator[tuple[str, str]]:
    big = {
        (row["country"], row["name"]): row["qid"]
        for row in _rows("places.tsv")
        if row["capital"] and int(row["population"]) >= BIG_CITY
    }
    zones = Locale(code).time_zones
    cities = {zone.rpartition("/")[2].replace("_", " "): told.get("city") for zone, told in zones.items()}
    for country in _rows("countries.tsv"):
        capital = big.get((country["iso3"], country["capital"]))
        if capital:
            yield capital, str(cities.get(country["capital"]) or country["capital"])


def _parts(name: str) -> Iterator[str]:
    """A country's name without what CLDR adds to tell it apart; none where only that addition names it."""
    plain = re.sub(r"\s*\(.*\)$", "", name)
    is_told_apart = " - " in plain or "-Kinshasa" in plain or "-Brazzaville" in plain or "," in plain
    if len(plain) >= SHORTEST and not is_told_apart:
        yield plain
        if "’" in plain:
            yield plain.replace("’", "'")


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)


if __name__ == "__main__":
    main()
