from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

import pytest
from wiredesk_core.failures import Misconfigured
from wiredesk_enrichment import knowledge as package
from wiredesk_enrichment.knowledge import UNSURE, Knowledge, load_knowledge
from wiredesk_enrichment.knowledge.build import countries
from wiredesk_enrichment.knowledge.tables import KINDS

TABLES = (
    "facts.tsv", "teams.tsv", "countries.tsv", "regions.tsv", "places.tsv", "us_officials.tsv", "organisations.tsv",
    "words.tsv", "mediatopics.tsv",
)  # fmt: skip


def test_the_tables_stay_small_and_are_named_in_the_readme() -> None:
    folder = resources.files(package)
    readme = folder.joinpath("README.md").read_text(encoding="utf-8")
    sizes = {table: len(folder.joinpath(table).read_bytes()) for table in TABLES}
    assert sum(sizes.values()) < 2_000_000
    assert max(sizes.values()) < 1_000_000
    assert all(table in readme for table in TABLES)


def test_every_fact_has_an_id_a_known_kind_and_a_place_where_it_was_checked() -> None:
    _, *rows = resources.files(package).joinpath("facts.tsv").read_text(encoding="utf-8").splitlines()
    for row in rows:
        qid, kind, name, _names, _country, spotted, checked = row.split("\t")
        assert re.fullmatch(r"Q[1-9]\d*", qid), row
        assert kind in KINDS, row
        assert name, row
        assert spotted in ("", "1"), row
        assert checked, row


def test_every_team_has_an_id_a_game_and_a_place_where_it_was_checked() -> None:
    _, *rows = resources.files(package).joinpath("teams.tsv").read_text(encoding="utf-8").splitlines()
    for row in rows:
        qid, sport, _town, name, _names, checked = row.split("\t")
        assert re.fullmatch(r"Q[1-9]\d*", qid), row
        assert all((sport, name, checked)), row


def test_one_id_is_one_thing_among_the_facts_and_teams() -> None:
    tables = [
        resources.files(package).joinpath(name).read_text(encoding="utf-8") for name in ("facts.tsv", "teams.tsv")
    ]
    ids = [row.split("\t")[0] for table in tables for row in table.splitlines()[1:]]
    assert len(ids) == len(set(ids))


def test_names_that_are_spotted_anywhere_are_plain(knowledge: Knowledge) -> None:
    assert not knowledge.spotted & UNSURE
    assert all(sum(thing.certain for thing in knowledge.named(name)) == 1 for name in knowledge.spotted)


def test_a_word_that_the_table_lacks_is_the_rarest(knowledge: Knowledge) -> None:
    assert knowledge.rarity("the") < knowledge.rarity("Harbour") < knowledge.rarity("velmora")
    assert "n" in knowledge.parts("workers")


def test_an_officials_first_name_has_its_short_forms(knowledge: Knowledge) -> None:
    assert {thing.name for thing in knowledge.named("Dick Cheney")} == {"Richard Cheney"}


def test_a_capital_knows_its_country(knowledge: Knowledge) -> None:
    assert {knowledge.capitals[qid].name for qid in ("Q649", "Q61", "Q18808")} == {
        "Russia", "United States", "North Korea",
    }  # fmt: skip


def test_namibia_whose_code_is_na_is_a_country_like_any_other(knowledge: Knowledge) -> None:
    (country,) = {thing for thing in knowledge.named("Namibia") if thing.kind == "LOC"}
    assert (country.qid, country.country) == ("Q1030", "NAM")
    assert knowledge.capitals["Q3935"] == knowledge.demonyms["Namibian"] == knowledge.abroad["fr"]["Namibie"] == country


def test_the_table_of_countries_has_each_country_of_its_source() -> None:
    row = {"name": "Namibia", "official_name": "Namibia", "capital": "Windhoek", "iso2": "NA", "iso3": "NAM"}
    built = countries([row | {"geonames": "3355338", "wikidata": ""}], {"Namibia": "Q1030"})
    assert list(built) == [("Q1030", "3355338", "NA", "NAM", "Windhoek", "Namibia", "Namibia")]


def test_every_topic_but_the_seventeen_at_the_top_stands_under_another(knowledge: Knowledge) -> None:
    above = [topic.broader for topic in knowledge.topics.values()]
    assert above.count("") == 17
    assert set(above) - {""} <= knowledge.topics.keys()


OWN = "qid\tkind\tname\tnames\tcountry\tspotted\tkept by\n"


def test_an_operators_own_names_go_before_the_packaged_ones(tmp_path: Path) -> None:
    own = tmp_path / "ours.tsv"
    own.write_text(
        OWN + "local:our-harbour\tORG\tSandholm Harbour\tBoston|The Harbour\tNOR\t1\tAnn\n", encoding="utf-8"
    )
    knowledge = load_knowledge(own)
    assert knowledge.named("Boston")[0].qid == "local:our-harbour"
    assert {"Sandholm Harbour", "Boston"} <= knowledge.spotted


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("qid\tname\n", "line 1: no column kind, names, country, spotted"),
        (OWN + "Q1\tORG\tA\t\t\t\t\nseven\tORG\tB\t\t\t\t\n", "line 3"),
        (OWN + "Q1\tTHING\tA\t\t\t\t\n", "line 2"),
        (OWN + "Q1\n", "line 2"),
    ],
)
def test_an_own_file_that_cannot_be_used_says_where_and_why(text: str, told: str, tmp_path: Path) -> None:
    own = tmp_path / "ours.tsv"
    own.write_text(text, encoding="utf-8")
    with pytest.raises(Misconfigured, match=told):
        load_knowledge(own)


def test_an_own_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="cannot be read"):
        load_knowledge(tmp_path / "nowhere.tsv")
