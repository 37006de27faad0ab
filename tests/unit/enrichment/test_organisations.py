"""Which names of an index of map features become knowledge."""

from __future__ import annotations

from typing import Any

import pytest
from wiredesk_enrichment.knowledge.organisations import organisations, regions

WORDS = {"velmora": (200, ""), "orchard": (118, "n"), "first": (60, "a"), "bank": (80, "n"), "department": (90, "n")}


def kept(*items: dict[str, Any], taken: tuple[str, ...] = (), **told: str) -> dict[str, str]:
    """Names by id of the organisations kept, of items and of what Wikidata tells of each id."""
    index = {"brands/x": {"items": list(items)}}
    wikidata = {qid: dict(zip(("label", "description"), text.split("|"), strict=True)) for qid, text in told.items()}
    return {qid: names for qid, _, names, _ in organisations(index, wikidata, WORDS, taken)}


def sites(items: list[dict[str, Any]], **told: tuple[str, str, str]) -> dict[str, str]:
    """Addresses by id of the organisations kept; told gives label, description and official website."""
    wikidata = {
        qid: {"label": label, "description": description, "officialWebsites": [site]}
        for qid, (label, description, site) in told.items()
    }
    return {
        qid: found for qid, _, _, found in organisations({"brands/x": {"items": items}}, wikidata, WORDS, ()) if found
    }


def item(qid: str, name: str, *places: str, tag: str = "brand") -> dict[str, Any]:
    tags = {tag: name, f"{tag}:wikidata": qid}
    return {"displayName": name, "locationSet": {"include": list(places)}, "tags": tags}


def test_a_widely_known_company_is_kept_by_its_names() -> None:
    made = kept(item("Q1", "Velmora", "001"), Q1="Velmora Group|Norwegian shipping company")
    assert made == {"Q1": "Velmora|Velmora Group"}


@pytest.mark.parametrize(
    ("name", "description"),
    [
        ("Velmora", "town in Norway"),
        ("Velmora", "school district in Ohio"),
        ("Velmora", "bus network of Sandholm"),
        ("Orchard", "Norwegian shipping company"),
        ("First Bank", "Norwegian bank"),
        ("Department", "government agency"),
        ("Вельмора", "Norwegian shipping company"),
        ("Velmora", ""),
    ],
)
def test_places_networks_and_plain_words_are_left_out(name: str, description: str) -> None:
    assert kept(item("Q1", name, "001"), Q1=f"{name}|{description}") == {}


def test_a_corner_shop_is_not_known_widely_and_a_public_body_is() -> None:
    shop, police = item("Q1", "Velmora Bread", "no-03.geojson"), item("Q2", "Velmora Police", "no-03.geojson")
    assert kept(shop, police, Q1="Velmora Bread|chain of bakeries", Q2="Velmora Police|police force") == {
        "Q2": "Velmora Police"
    }


def test_a_name_of_two_things_is_the_one_that_is_called_so() -> None:
    first, second = item("Q1", "Velmora", "001"), item("Q2", "Velmora", "001")
    assert kept(first, second, Q1="Velmora|company", Q2="Velmora Cafés|company") == {
        "Q1": "Velmora",
        "Q2": "Velmora Cafés",
    }
    assert "Velmora" not in kept(first, second, Q1="Velmora A|company", Q2="Velmora B|company").values()


def test_a_name_that_shares_nothing_with_the_label_is_another_things() -> None:
    made = kept(item("Q1", "Gull Tyres Ltd", "001"), Q1="Velmora Group|company")
    assert made == {"Q1": "Velmora Group"}


def test_an_address_is_kept_where_it_says_more_of_the_name_or_the_initials() -> None:
    group = item("Q1", "Velmora", "001")
    assert sites([group], Q1=("Velmora", "shipping company", "https://www.velmora-line.com/")) == {"Q1": "velmoraline"}
    initials = ("National Offshore Oil Velmora Company", "oil company", "http://noovc.com.no")
    assert sites([item("Q1", initials[0], "001")], Q1=initials) == {"Q1": "noovc"}


@pytest.mark.parametrize("site", ["https://velmora.com", "https://orchards.com", "https://velmora-line.com/shops"])
def test_an_address_that_says_no_more_or_something_else_is_left_out(site: str) -> None:
    assert sites([item("Q1", "Velmora", "001")], Q1=("Velmora", "shipping company", site)) == {}


def test_an_address_of_two_is_nobodys() -> None:
    both = {
        "Q1": ("Velmora", "company", "https://velmoraline.com"),
        "Q2": ("Velmora B", "company", "https://velmoraline.com"),
    }
    assert sites([item("Q1", "Velmora", "001"), item("Q2", "Velmora B", "001")], **both) == {}


def test_what_other_tables_have_is_left_to_them() -> None:
    made = item("Q1", "Velmora Group", "001")
    assert kept(made, taken=("Q1",), Q1="Velmora Group|company") == {}
    assert kept(made, taken=("Velmora Group",), Q1="Velmora Group|company") == {}


def test_regions_are_what_flags_are_flown_for() -> None:
    tags = {"flag:type": "regional", "subject": "Nordvika", "subject:wikidata": "Q5"}
    index = {"flags/x": {"items": [{"displayName": "x", "locationSet": {"include": ["no-18.geojson"]}, "tags": tags}]}}
    told = {"Q5": {"label": "North Vika", "description": "province of Norway"}}
    assert list(regions(index, told, ())) == [("Q5", "NO", "North Vika", "Nordvika|North Vika")]
    assert list(regions(index, {"Q5": {"label": "North Vika", "description": "fjord in Norway"}}, ())) == []
