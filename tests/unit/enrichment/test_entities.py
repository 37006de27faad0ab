from __future__ import annotations

from typing import Any

import pytest
from wiredesk_enrichment.enrichers.entities import entities_of, local_id, settle
from wiredesk_enrichment.knowledge import Knowledge
from wiredesk_enrichment.story import Name


def entities(text: str, knowledge: Knowledge, **labels: str) -> dict[str, dict[str, Any]]:
    """Entities by name, with every occurrence of a labelled name (spaces as underscores) as the model's finding."""
    names = []
    for name, label in labels.items():
        surface = name.replace("_", " ")
        at = text.find(surface)
        while at >= 0:
            names.append(Name(at, at + len(surface), label))
            at = text.find(surface, at + 1)
    mentions = settle(text, sorted(names, key=lambda name: name.start), knowledge)
    return {entity["name"]: entity for entity in entities_of(mentions, text, "", knowledge)}


def texts(entity: dict[str, Any]) -> list[str]:
    return [mention["text"] for mention in entity["mentions"]]


@pytest.mark.parametrize(
    ("alias", "qid"),
    [
        ("DPRK", "Q423"), ("North Korea", "Q423"), ("South Korea", "Q884"), ("ROK", "Q884"), ("UAE", "Q878"),
        ("USSR", "Q15180"), ("Britain", "Q145"), ("UK", "Q145"), ("Holland", "Q55"), ("US", "Q30"), ("U.S.", "Q30"),
        ("Russia", "Q159"), ("Burma", "Q836"), ("EU", "Q458"), ("UN", "Q1065"), ("NATO", "Q7184"),
    ],
)  # fmt: skip
def test_countries_and_unions_are_known_by_all_their_names(alias: str, qid: str, knowledge: Knowledge) -> None:
    (entity,) = entities(f"Envoys from the {alias} left the hall.", knowledge).values()
    assert (entity["id"], texts(entity)) == (qid, [alias])


@pytest.mark.parametrize(("city", "qid"), [("Pyongyang", "Q18808"), ("Moscow", "Q649"), ("Washington", "Q61")])
def test_a_capital_keeps_its_own_id(city: str, qid: str, knowledge: Knowledge) -> None:
    assert entities(f"Talks in {city} went on.", knowledge, **{city: "GPE"}).popitem()[1]["id"] == qid


@pytest.mark.parametrize(
    ("text", "stands_for"),
    [
        ("Moscow said that it would not.", "Q159"),
        ("Since then Moscow has repeatedly warned them.", "Q159"),
        ("Moscow has warned them.", "Q159"),
        ("They fear Moscow’s invasion of the islands.", "Q159"),
        ("They put pressure on Moscow again.", "Q159"),
        ("Snow fell in Moscow.", None),
        ("A man from Moscow said that it was cold.", None),
        ("Moscow’s parks were full.", None),
    ],
)
def test_a_capital_that_acts_stands_for_its_government(text: str, stands_for: str | None, knowledge: Knowledge) -> None:
    found = entities(text, knowledge, Moscow="GPE")["Moscow"]
    assert (found["id"], found.get("stands_for")) == ("Q649", stands_for)


def test_one_country_is_one_entity_whatever_it_is_called(knowledge: Knowledge) -> None:
    found = entities("North Korea said no. The DPRK has said so before.", knowledge, DPRK="ORG", North_Korea="GPE")
    assert texts(found["North Korea"]) == ["North Korea", "DPRK"]
    assert found["North Korea"]["type"] == "LOC"


def test_a_surname_is_the_person_and_is_found_where_the_model_saw_none(knowledge: Knowledge) -> None:
    text = "Mara Lindqvist spoke first. Lindqvist’s view is not new. Nobody answered Lindqvist."
    (entity,) = entities(text, knowledge, Mara_Lindqvist="PERSON").values()
    assert texts(entity) == ["Mara Lindqvist", "Lindqvist", "Lindqvist"]


def test_the_majority_decides_what_a_name_is(knowledge: Knowledge) -> None:
    text = "Velmora rose. Velmora fell. Velmora slept."
    names = [Name(0, 7, "ORG"), Name(14, 21, "PERSON"), Name(28, 35, "ORG")]
    mentions = settle(text, names, knowledge)
    assert {mention.kind for mention in mentions} == {"ORG"}


def test_articles_possessives_and_titles_are_not_part_of_a_name(knowledge: Knowledge) -> None:
    text = "the Harbour Authority's head met President Mara Lindqvist."
    names = [Name(0, 23, "ORG"), Name(33, 57, "PERSON")]
    assert [mention.text for mention in settle(text, names, knowledge)] == ["Harbour Authority", "Mara Lindqvist"]


def test_a_city_that_ran_into_a_person_stands_by_itself(knowledge: Knowledge) -> None:
    found = entities("The envoy to Moscow Ivan Sorin left.", knowledge, Moscow_Ivan_Sorin="PERSON")
    assert found["Moscow"]["id"] == "Q649"
    assert found["Ivan Sorin"]["type"] == "PER"


def test_an_acronym_joins_the_name_in_full(knowledge: Knowledge) -> None:
    text = "The Sandholm Port Authority (SPA) met. The SPA will meet again."
    found = entities(text, knowledge, Sandholm_Port_Authority="ORG", SPA="ORG")
    assert texts(found["Sandholm Port Authority"]) == ["Sandholm Port Authority", "SPA", "SPA"]


def test_no_link_where_a_name_could_be_two_things(knowledge: Knowledge) -> None:
    alone = entities("Snow fell in Georgia.", knowledge, Georgia="GPE")["Georgia"]
    assert alone["id"].startswith("local:")
    near = entities("Snow fell in Georgia, and in Ohio and Utah.", knowledge, Georgia="GPE", Ohio="GPE", Utah="GPE")
    assert near["Georgia"]["id"] == "Q1428"


def test_a_city_is_told_from_its_namesake_by_the_region(knowledge: Knowledge) -> None:
    plain = entities("Rain is due in Portland.", knowledge, Portland="GPE")["Portland"]
    told = entities("Rain is due in Portland, Maine.", knowledge, Portland="GPE", Maine="GPE")["Portland"]
    assert (plain["id"], told["id"]) == ("Q6106", "Q49201")


@pytest.mark.parametrize(
    ("text", "qid"),
    [
        ("Rain is due in Portland, Ore., by noon.", "Q6106"),
        ("Rain is due in Portland, Maine, by noon.", "Q49201"),
        ("Rain is due in Decatur, Ga., by noon.", None),  # the table has those of Illinois and Alabama
        ("Rain is due in Paris, Tenn., by noon.", None),
    ],
)
def test_a_place_lies_in_the_region_that_stands_right_after_it(
    text: str, qid: str | None, knowledge: Knowledge
) -> None:
    city, state = text.removeprefix("Rain is due in ").split(",")[:2]
    found = entities(text, knowledge, **{city: "GPE", state.strip(" ."): "GPE"})
    told = [entity for entity in found.values() if city in texts(entity)]
    assert [entity["id"] if qid else entity["id"].partition(":")[0] for entity in told] == [qid or "local"]


@pytest.mark.parametrize(
    ("short", "name"), [("Calif", "California"), ("Ga", "Georgia"), ("N.C.", "North Carolina"), ("Miss", "Mississippi")]
)
def test_a_states_short_form_is_the_state(short: str, name: str, knowledge: Knowledge) -> None:
    text = f"It rained in Ashdown, {short.removesuffix('.')}., all day."
    assert name in entities(text, knowledge, **{short: "GPE"})


def test_an_organisation_is_known_by_the_address_that_says_its_name(knowledge: Knowledge) -> None:
    found = entities("CNOOC and Dish Network signed.", knowledge, CNOOC="ORG", Dish_Network="ORG")
    assert {entity["id"] for entity in found.values()} == {"Q795354", "Q1199757"}


@pytest.mark.parametrize(
    "text", ["Boston coach Ann Shaw left.", "Boston beat the visitors by three runs.", "Shares of Boston Widgets rose."]
)
def test_a_team_or_a_longer_name_is_not_linked_to_its_city(text: str, knowledge: Knowledge) -> None:
    assert entities(text, knowledge, Boston="GPE")["Boston"]["id"].startswith("local:")


def test_a_common_word_does_not_make_a_story_sport(knowledge: Knowledge) -> None:
    assert entities("Peru sent help. Volunteers set up beds.", knowledge, Peru="GPE")["Peru"]["id"] == "Q419"


def test_an_ambiguous_country_name_is_not_found_by_itself(knowledge: Knowledge) -> None:
    assert entities("Jordan scored and Chad clapped.", knowledge) == {}


def test_sure_signs_outweigh_the_model(knowledge: Knowledge) -> None:
    text = "They met in Sandholm by Lake Road, not at Brigadier General level, before the Battle of Moe."
    found = entities(text, knowledge, Sandholm="PERSON", Lake_Road="ORG", Brigadier_General="ORG", Battle_of_Moe="FAC")
    assert {name: entity["type"] for name, entity in found.items()} == {
        "Sandholm": "LOC", "Lake Road": "LOC", "Battle of Moe": "EVENT",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "label", "kind"),
    [
        ("Rain fell on the town of Velmora.", "PERSON", "LOC"),
        ("Velmora, a fishing village in the north, was cut off.", "ORG", "LOC"),
        ("The carmaker Velmora said so.", "PERSON", "ORG"),
        ("Velmora, a maker of boats, was sold.", "GPE", "ORG"),
        ("They sang in Velmora. Then Velmora slept.", "PERSON", "LOC"),
        ("He slept through the Velmora.", "PERSON", "MISC"),
        ("Fans of the Velmoras cheered.", "PERSON", "ORG"),
        ("Aides of the Velmora administration left.", "PERSON", "PER"),
    ],
)
def test_the_words_beside_a_name_tell_what_it_is(text: str, label: str, kind: str, knowledge: Knowledge) -> None:
    name = "Velmoras" if "Velmoras" in text else "Velmora"
    assert entities(text, knowledge, **{name: label})[name]["type"] == kind


def test_a_word_that_the_story_also_writes_small_is_no_name(knowledge: Knowledge) -> None:
    found = entities("Symposium opens. The symposium ends on Friday.", knowledge, Symposium="ORG")
    assert found["Symposium"]["type"] == "MISC"


def test_a_common_word_is_a_surname_where_its_capital_tells(knowledge: Knowledge) -> None:
    text = "Ann Price spoke. Price matters to her, she said, and Price left. They met at Price House."
    assert texts(entities(text, knowledge, Ann_Price="PERSON")["Ann Price"]) == ["Ann Price", "Price"]


def test_an_odd_surname_is_the_widely_known_persons_and_another_bearer_is_nobody_known(knowledge: Knowledge) -> None:
    alone = entities("A ball that Maradona kicked was sold.", knowledge, Maradona="PERSON")
    assert alone["Diego Maradona"]["id"] == "Q17515"
    other = entities("Pia Maradona sang. Maradona is 12.", knowledge, Pia_Maradona="PERSON", Maradona="PERSON")
    assert [entity["id"].startswith("local:") for entity in other.values()] == [True]


def test_local_ids_are_the_same_in_every_story() -> None:
    assert local_id("PER", "Mara Lindqvist") == local_id("PER", "MARA  LINDQVIST")
    assert local_id("PER", "Mara Lindqvist") != local_id("ORG", "Mara Lindqvist")


def test_what_is_named_early_and_often_comes_first(knowledge: Knowledge) -> None:
    text = "France won. France sang. France slept. Far away, and much later, Peru woke."
    found = entities(text, knowledge, France="GPE", Peru="GPE")
    assert list(found) == ["France", "Peru"]
    assert all(0 < entity["salience"] <= 1 for entity in found.values())


@pytest.mark.parametrize("label", [None, "ORG", "GPE"])
def test_a_title_makes_a_person_of_whatever_the_model_saw(label: str | None, knowledge: Knowledge) -> None:
    labels = {"Okafor": label} if label else {}
    found = entities("Ms Okafor’s plan is late. The mayor asked Mr President and Ms Okafor.", knowledge, **labels)
    assert {name: (entity["type"], texts(entity)) for name, entity in found.items()} == {
        "Okafor": ("PER", ["Okafor", "Okafor"])
    }


def test_a_company_without_its_form_is_the_same_company(knowledge: Knowledge) -> None:
    text = "Shares of Velmora Ltd fell. Velmora’s chief left."
    found = entities(text, knowledge, Velmora_Ltd="ORG", Velmora="GPE")
    assert [(entity["type"], texts(entity)) for entity in found.values()] == [("ORG", ["Velmora Ltd", "Velmora"])]


@pytest.mark.parametrize("region", ["Penang", "Hatay", "Sakarya", "West Yorkshire"])
def test_a_region_is_not_its_city(region: str, knowledge: Knowledge) -> None:
    (entity,) = entities(f"It rained in {region} on Monday.", knowledge, **{region.replace(" ", "_"): "GPE"}).values()
    assert entity["id"].startswith("local:")


def test_a_nationality_is_none_of_the_bodies_that_the_model_takes_it_for(knowledge: Knowledge) -> None:
    found = entities("The Ugandan opposition leader left.", knowledge, Ugandan="ORG")
    assert found["Ugandan"]["type"] == "NORP"


@pytest.mark.parametrize(("seen", "name"), [("Velmora 3-1", "Velmora"), ("D-N.Y.", "N.Y."), ("― Velmora", "Velmora")])
def test_scores_and_parties_are_no_part_of_a_name(seen: str, name: str, knowledge: Knowledge) -> None:
    found = entities(f"They met {seen} on Monday.", knowledge, **{seen.replace(" ", "_"): "ORG"})
    assert [texts(entity) for entity in found.values()] == [[name]]


@pytest.mark.parametrize(
    ("text", "label", "kind"),
    [
        ("Sandholm Radio was told.", "PERSON", "ORG"),
        ("Ivar Tangen, a father of three, left.", "ORG", "PER"),
    ],
)
def test_a_head_or_kin_beside_it_tells_what_a_name_is(text: str, label: str, kind: str, knowledge: Knowledge) -> None:
    name = " ".join(text.split()[:2]).rstrip(",")
    assert entities(text, knowledge, **{name.replace(" ", "_"): label})[name]["type"] == kind


def test_a_name_in_an_address_is_no_word_written_small(knowledge: Knowledge) -> None:
    text = "It rained in Sandholm on Monday: https://sandholm.example/plan says so."
    assert entities(text, knowledge, Sandholm="GPE")["Sandholm"]["type"] == "LOC"


def test_a_water_is_not_the_company_of_its_name(knowledge: Knowledge) -> None:
    text = "Shares of Amazon fell. Boats on the Amazon river were stuck."
    names = [Name(at, at + 6, "ORG") for at in (10, 36)]
    found = entities_of(settle(text, names, knowledge), text, "", knowledge)
    assert {e["id"].partition(":")[0]: texts(e) for e in found} == {"Q3884": ["Amazon"], "local": ["Amazon"]}


def test_a_country_before_a_surname_is_a_first_name(knowledge: Knowledge) -> None:
    found = entities("Israel Okafor won. Okafor slept.", knowledge, Israel="GPE", Okafor="PERSON")
    assert {name: texts(entity) for name, entity in found.items()} == {"Israel Okafor": ["Israel Okafor", "Okafor"]}


def test_a_place_named_before_the_person_of_that_surname_is_the_place(knowledge: Knowledge) -> None:
    text = "Washington slept. Later Ann Washington sang, and Washington left."
    found = entities(text, knowledge, Washington="GPE", Ann_Washington="PERSON")
    assert {entity["id"].partition(":")[0]: texts(entity) for entity in found.values()} == {
        "Q61": ["Washington"], "local": ["Ann Washington", "Washington"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "seen", "named"),
    [
        ("Abdel Karim el-Masri spoke. El-Masri left.", ["Abdel Karim", "El-Masri"], ["Abdel Karim el-Masri", "El-Masri"]),
        ("Omar bin Rashid Haddad spoke.", ["Omar"], ["Omar bin Rashid"]),
        ("Ana Luz García Prado spoke. García Prado left.", ["Ana Luz García Prado", "García Prado"], ["Ana Luz García Prado", "García Prado"]),
    ],
)  # fmt: skip
def test_names_of_several_parts_are_whole_and_one_person(
    text: str, seen: list[str], named: list[str], knowledge: Knowledge
) -> None:
    names = [Name(text.rindex(name), text.rindex(name) + len(name), "PERSON") for name in seen]
    names[0] = Name(0, len(seen[0]), "PERSON")
    (entity,) = entities_of(settle(text, names, knowledge), text, "", knowledge)
    assert texts(entity) == named


def test_letters_in_brackets_behind_a_body_are_its_short_name_in_any_language(knowledge: Knowledge) -> None:
    text = "The Rural Workers Front (FTR) met. The FTR will meet again."
    found = entities(text, knowledge, Rural_Workers_Front="ORG", FTR="ORG")
    assert texts(found["Rural Workers Front"]) == ["Rural Workers Front", "FTR", "FTR"]


@pytest.mark.parametrize("label", ["PERSON", "ORG", "NORP"])
def test_a_name_of_places_alone_is_a_place_behind_in(label: str, knowledge: Knowledge) -> None:
    found = entities("It rained in São Paulo. São Paulo slept.", knowledge, São_Paulo=label)
    assert [(entity["id"], entity["type"]) for entity in found.values()] == [("Q174", "LOC")]


def test_the_agency_of_a_dateline_is_no_place(knowledge: Knowledge) -> None:
    found = entities("OSLO (Wirepool) — It rained.", knowledge, OSLO="GPE", Wirepool="GPE")
    assert found["Wirepool"]["type"] == "ORG"


def test_a_ministry_that_any_country_has_is_not_the_one_of_the_table(knowledge: Knowledge) -> None:
    text = "The Ministry of Defence said so. The Ministry of Justice of Spain did not."
    found = entities(text, knowledge, Ministry_of_Defence="ORG", Ministry_of_Justice_of_Spain="ORG")
    assert [entity["id"].partition(":")[0] for entity in found.values()] == ["local", "Q3181035"]


def test_an_arabic_surname_is_the_same_where_it_begins_a_sentence(knowledge: Knowledge) -> None:
    text = "Abdel Karim el-Masri spoke. El-Masri left."
    found = entities(text, knowledge, **{"Abdel_Karim_el-Masri": "PERSON", "El-Masri": "ORG"})
    assert {name: texts(entity) for name, entity in found.items()} == {
        "Abdel Karim el-Masri": ["Abdel Karim el-Masri", "El-Masri"]
    }
