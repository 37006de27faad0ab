from __future__ import annotations

import re
from importlib import resources

from wiredesk_enrichment import knowledge as package
from wiredesk_enrichment.knowledge import UNSURE, Knowledge

TABLES = ("facts.tsv", "countries.tsv", "places.tsv", "us_officials.tsv", "words.tsv")


def test_the_tables_stay_small_and_are_named_in_the_readme() -> None:
    folder = resources.files(package)
    readme = folder.joinpath("README.md").read_text(encoding="utf-8")
    sizes = {table: len(folder.joinpath(table).read_bytes()) for table in TABLES}
    assert sum(sizes.values()) < 1_500_000
    assert max(sizes.values()) < 1_000_000
    assert all(table in readme for table in TABLES)


def test_every_fact_has_an_id_a_known_kind_and_a_place_where_it_was_checked() -> None:
    _, *rows = resources.files(package).joinpath("facts.tsv").read_text(encoding="utf-8").splitlines()
    for row in rows:
        qid, kind, name, _names, _country, spotted, checked = row.split("\t")
        assert re.fullmatch(r"Q[1-9]\d*", qid), row
        assert kind in ("PER", "ORG", "LOC"), row
        assert name, row
        assert spotted in ("", "1"), row
        assert checked, row


def test_one_id_is_one_thing_among_the_facts() -> None:
    _, *rows = resources.files(package).joinpath("facts.tsv").read_text(encoding="utf-8").splitlines()
    ids = [row.split("\t")[0] for row in rows]
    assert len(ids) == len(set(ids))


def test_names_that_are_spotted_anywhere_are_plain(knowledge: Knowledge) -> None:
    assert not knowledge.spotted & UNSURE
    assert all(sum(thing.certain for thing in knowledge.named(name)) == 1 for name in knowledge.spotted)


def test_a_word_that_the_table_lacks_is_the_rarest(knowledge: Knowledge) -> None:
    assert knowledge.rarity("the") < knowledge.rarity("Harbour") < knowledge.rarity("velmora")
    assert "n" in knowledge.parts("workers")
