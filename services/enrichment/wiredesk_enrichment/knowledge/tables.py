"""Read the knowledge tables: those of the package, and an operator's own."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

from wiredesk_core.failures import Misconfigured

from wiredesk_enrichment.knowledge.things import Knowledge, Spot, Thing, Topic, Word

OWN_COLUMNS = ("qid", "kind", "name", "names", "country", "spotted")
"""Of an operator's file; further columns are for its keeper."""
KINDS = ("PER", "ORG", "LOC", "EVENT")

ODD = 130
"""Rarity of a surname that has come into the table of words by one who is widely known: Merkel, but not Cameron."""
_UNSURE_NAMES = (
    "Georgia Jordan Chad Turkey Guinea Jersey Dominica Niger Mali Cuba Togo Samoa Micronesia Reunion Réunion Congo "
    "Ireland Palestine Montserrat Guernsey Pitcairn Anguilla Martinique"
)
UNSURE = frozenset(_UNSURE_NAMES.split())
"""Country names that are also something else: the reader has to see a place there first."""

SHORT_FORMS = {
    "Andrew": ("Andy",), "Benjamin": ("Ben",), "Charles": ("Chuck", "Charlie"), "Christopher": ("Chris",),
    "Daniel": ("Dan",), "David": ("Dave",), "Donald": ("Don",), "Edward": ("Ed",), "Gregory": ("Greg",),
    "James": ("Jim", "Jimmy"), "Jeffrey": ("Jeff",), "Joseph": ("Joe",), "Joshua": ("Josh",), "Kenneth": ("Ken",),
    "Lawrence": ("Larry",), "Matthew": ("Matt",), "Michael": ("Mike",), "Nicholas": ("Nick",), "Patrick": ("Pat",),
    "Richard": ("Rick", "Dick"), "Robert": ("Bob", "Rob"), "Ronald": ("Ron",), "Samuel": ("Sam",), "Steven": ("Steve",),
    "Stephen": ("Steve",), "Thomas": ("Tom",), "Timothy": ("Tim",), "William": ("Bill",),
}  # fmt: skip
"""First names, and what those who bear them are often called."""


@dataclass(slots=True)
class _Shelf:
    """Things by their names, while the tables are read."""

    things: dict[str, list[Thing]] = field(default_factory=lambda: defaultdict(list))
    spotted: set[str] = field(default_factory=set)

    def add(self, thing: Thing, names: Iterable[str], *, spotted: bool = False) -> None:
        """Put a thing under each of the names."""
        for name in dict.fromkeys(names):
            if name and all(known.qid != thing.qid for known in self.things[name]):
                self.things[name].append(thing)
                if spotted:
                    self.spotted.add(name)


def load_knowledge(own: Path | None = None) -> Knowledge:
    """The tables that come with the package, and the operator's own file: what that names goes before all else.

    Raises Misconfigured, with the line, where that file cannot be read.
    """
    shelf = _Shelf()
    countries = list(_rows("countries.tsv"))
    codes = {row["qid"]: row["iso3"] for row in countries}
    if own is not None:
        _add_own(shelf, own)
    spots = {row["qid"]: Spot(row["geonames"]) for row in countries} | {
        row["qid"]: _spot(row) for row in _rows("places.tsv")
    }
    known = []
    for row in _rows("facts.tsv"):
        country_code = row["country"] or codes.get(row["qid"], "")
        thing = Thing(row["qid"], row["name"], row["kind"], country=country_code, spot=spots.get(row["qid"]))
        shelf.add(thing, (row["name"], *row["names"].split("|")), spotted=bool(row["spotted"]))
        known.append(thing)
    _add_regions(shelf, {row["iso2"]: row["iso3"] for row in countries})
    settled = frozenset(shelf.things)
    for row in countries:
        country = Thing(row["qid"], row["name"], "LOC", country=row["iso3"], spot=Spot(row["geonames"]))
        names = [name for name in row["names"].split("|") if name not in settled]
        shelf.add(country, names, spotted=True)
    _add_people(shelf)
    _add_teams(shelf)
    sites = _add_organisations(shelf)
    _add_places(shelf, settled)
    topics = {row["code"]: Topic(row["name"], row["broader"]) for row in _rows("mediatopics.tsv")}
    by_qid = {thing.qid: thing for things in shelf.things.values() for thing in things}
    words = {row["word"]: Word(int(row["rarity"]), row["parts"]) for row in _rows("words.tsv")}
    return Knowledge(
        {name: tuple(found) for name, found in shelf.things.items()},
        frozenset(shelf.spotted - UNSURE),
        words,
        dict(_capitals(shelf, by_qid, countries)),
        _surnames(known, words),
        topics,
        _by_name(topics),
        _abroad(by_qid),
        _demonyms(by_qid, codes),
        sites,
    )


def _add_own(shelf: _Shelf, path: Path) -> None:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as unread:
        raise Misconfigured(f"the knowledge file {path} cannot be read: {unread}") from unread
    rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    missing = [column for column in OWN_COLUMNS if column not in (rows.fieldnames or ())]
    if missing:
        raise Misconfigured(
            f"{path}, line 1: no column {', '.join(missing)}; it begins with {chr(9).join(OWN_COLUMNS)}"
        )
    for number, row in enumerate(rows, start=2):
        if not re.fullmatch(r"Q[1-9]\d*|local:[a-z0-9-]+", row["qid"]) or row["kind"] not in KINDS or not row["name"]:
            raise Misconfigured(
                f"{path}, line {number}: a row has an id (Q42 or local:our-mayor), a kind ({', '.join(KINDS)}) and a name"
            )
        thing = Thing(row["qid"], row["name"], row["kind"], country=row["country"] or "", own=True)
        names = (row["name"], *(row["names"] or "").split("|"))
        shelf.add(thing, names, spotted=bool(row["spotted"]))


def _add_regions(shelf: _Shelf, codes: dict[str, str]) -> None:
    for row in _rows("regions.tsv"):
        thing = Thing(row["qid"], row["name"], "LOC", country=codes.get(row["iso2"], ""))
        shelf.add(thing, row["names"].split("|"))


def _add_people(shelf: _Shelf) -> None:
    for row in _rows("us_officials.tsv"):
        names = row["names"].split("|")
        short = [called for name in names for called in short_forms(name)]
        shelf.add(Thing(row["qid"], row["name"], "PER", country="USA"), (*names, *short))


def short_forms(name: str) -> Iterator[str]:
    """A person's name with the short forms of the first name: William Orde is also Bill Orde."""
    first, _, rest = name.partition(" ")
    yield from (f"{called} {rest}" for called in SHORT_FORMS.get(first, ()) if rest)


def _add_teams(shelf: _Shelf) -> None:
    """Full names are recognised wherever they stand; nicknames and towns only where a team can be meant."""
    for row in _rows("teams.tsv"):
        team = Thing(row["qid"], row["name"], "ORG", sport=row["sport"], town=row["town"])
        names = (row["name"], *row["names"].split("|"))
        shelf.add(team, [name for name in names if " " in name], spotted=True)
        shelf.add(team, names)


def _add_organisations(shelf: _Shelf) -> dict[str, Thing]:
    """The organisations under their names; those by their addresses are given back."""
    sites: dict[str, Thing] = {}
    for row in _rows("organisations.tsv"):
        thing = Thing(row["qid"], row["name"], "ORG")
        shelf.add(thing, row["names"].split("|"))
        sites.update((site, thing) for site in row["sites"].split("|") if site)
    return sites


def _add_places(shelf: _Shelf, settled: frozenset[str]) -> None:
    """Cities, biggest first; a capital outranks its namesakes. A name that the facts settle stays settled."""
    rows = sorted(_rows("places.tsv"), key=lambda row: (not row["capital"], -int(row["population"])))
    for row in rows:
        place = Thing(
            row["qid"], row["name"], "LOC", country=row["country"], region=row["region"],
            population=int(row["population"]), certain=False,
            spot=_spot(row),
        )  # fmt: skip
        shelf.add(place, (name for name in row["names"].split("|") if name not in settled))


def _spot(row: Mapping[str, str]) -> Spot:
    return Spot(row["geonames"], float(row["lat"]), float(row["lon"]))


def _abroad(by_qid: Mapping[str, Thing]) -> dict[str, dict[str, Thing]]:
    """Countries and capitals by language and name."""
    named: dict[str, dict[str, Thing]] = defaultdict(dict)
    for row in _rows("exonyms.tsv"):
        if row["qid"] in by_qid:
            named[row["language"]][row["name"]] = by_qid[row["qid"]]
    return dict(named)


def _demonyms(by_qid: Mapping[str, Thing], codes: Mapping[str, str]) -> dict[str, Thing]:
    """Countries by their demonyms, those in one word and those in several."""
    ids = {code: qid for qid, code in codes.items()}
    rows = ((ids.get(row["iso3"], ""), row["names"]) for row in _rows("demonyms.tsv"))
    return {name: by_qid[qid] for qid, names in rows if qid in by_qid for name in names.split("|")}


def _capitals(
    shelf: _Shelf, by_qid: Mapping[str, Thing], countries: Iterable[dict[str, str]]
) -> Iterator[tuple[str, Thing]]:
    """The capital's id, and the country whose government it may stand for."""
    for row in countries:
        capital = next((t for t in shelf.things.get(row["capital"], ()) if t.country == row["iso3"]), None)
        if capital is not None and row["qid"] in by_qid:
            yield capital.qid, by_qid[row["qid"]]


def _surnames(known: Iterable[Thing], words: Mapping[str, Word]) -> dict[str, Thing]:
    """Surnames that are no words and that only one widely known person bears."""
    bearers: dict[str, set[Thing]] = defaultdict(set)
    for thing in known:
        if thing.kind == "PER":
            bearers[thing.name.split()[-1]].add(thing)
    return {
        surname: next(iter(persons))
        for surname, persons in bearers.items()
        if len(persons) == 1 and surname.isalpha() and _is_odd(words.get(surname.lower()))
    }


def _is_odd(surname: Word | None) -> bool:
    """Whether a word is none of the language and so rare that one bearer alone may have brought it into the table."""
    return surname is None or (not surname.parts and surname.rarity >= ODD)


def _by_name(topics: Mapping[str, Topic]) -> dict[str, tuple[str, ...]]:
    named: dict[str, tuple[str, ...]] = {}
    for code, topic in topics.items():
        named[topic.name.casefold()] = (*named.get(topic.name.casefold(), ()), code)
    return named


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = resources.files(__package__ or "").joinpath(name).read_text(encoding="utf-8")
    head, *rows = csv.reader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return (dict(zip(head, row, strict=True)) for row in rows)
