"""Teams by their town, their nickname and the trade beside them; the story's game tells which of several."""

from __future__ import annotations

import pytest
from wiredesk_enrichment.enrichers.entities import entities_of, settle
from wiredesk_enrichment.knowledge import Knowledge
from wiredesk_enrichment.naming.games import game_of
from wiredesk_enrichment.story import Name


def link(text: str, name: str, label: str, knowledge: Knowledge) -> str:
    """The id of a name that the model gave that label; of one that it saw not, where the label is empty."""
    at = text.index(name)
    names = [Name(at, at + len(name), label)] if label else []
    for entity in entities_of(settle(text, names, knowledge), text, "", knowledge):
        if any(mention["start"] == at for mention in entity["mentions"]):
            return str(entity["id"])
    return ""


@pytest.mark.parametrize(
    ("text", "name", "qid"),
    [
        ("Seattle pitcher Ann Shaw threw six innings.", "Seattle", "Q466586"),
        ("Seattle receiver Ann Shaw caught two touchdowns.", "Seattle", "Q221878"),
        ("The striker rejoined Italy on Monday, and Italy coach Ann Shaw was glad.", "Italy coach", "Q676899"),
        ("Marseille coach Ann Shaw said it was too late.", "Marseille", "Q132885"),
    ],
)
def test_a_town_or_country_means_the_team_of_the_storys_game(
    text: str, name: str, qid: str, knowledge: Knowledge
) -> None:
    bare = name.removesuffix(" coach")
    text = text if name == bare else text.replace("rejoined Italy", "rejoined the squad")
    assert link(text, bare, "GPE", knowledge) == qid


@pytest.mark.parametrize(
    "text",
    [
        "Seattle coach Ann Shaw said it was late.",  # of which game?
        "Boise coach Ann Shaw praised the touchdowns.",  # no team of the table
        "Seattle coach Ann Shaw said her freshman quarterback scored three touchdowns.",  # students
        "Chicago Harriers coach Ann Shaw praised her goalie.",  # another team of the town
        "Australia coach Ann Shaw named two bowlers and a batsman.",  # no team of that game in the table
    ],
)
def test_no_team_where_it_is_not_certain_which(text: str, knowledge: Knowledge) -> None:
    assert link(text, text.split(maxsplit=1)[0], "GPE", knowledge).startswith("local:")


def test_a_trade_gives_away_a_team_that_the_model_did_not_see(knowledge: Knowledge) -> None:
    assert link("It is late, Dodgers manager Ann Shaw said.", "Dodgers", "", knowledge) == "Q334634"
    assert link("Lightning struck the roof.", "Lightning", "", knowledge) == ""


def test_a_nickname_of_two_teams_is_told_by_the_game_or_by_its_leader(knowledge: Knowledge) -> None:
    assert link("The Giants won with a home run in the ninth inning.", "Giants", "ORG", knowledge) == "Q308966"
    assert link("The Giants won with a late touchdown.", "Giants", "ORG", knowledge) == "Q190618"
    assert link("It is late, Giants manager Ann Shaw said.", "Giants", "ORG", knowledge) == "Q308966"
    assert link("The Giants won again.", "Giants", "ORG", knowledge).startswith("local:")


def test_the_game_is_the_one_that_most_words_and_teams_tell(knowledge: Knowledge) -> None:
    (yankees,) = knowledge.named("New York Yankees")
    assert game_of("They won again.", [yankees]) == "baseball"
    assert game_of("The goalie stopped the puck.", []) == "ice hockey"
    assert game_of("The council met.", []) == ""
    assert game_of("A quarterback and a goalie met.", []) == ""


@pytest.mark.parametrize(
    "text",
    [
        "The striker scored as they lost 2-0 to Croatia in the match.",
        "The goalkeeper keeps them two points ahead of Croatia in the league.",
        "The striker joined the league on loan from Croatia.",
    ],
)
def test_a_rival_in_sport_is_not_linked_to_its_place(text: str, knowledge: Knowledge) -> None:
    assert link(text, "Croatia", "GPE", knowledge) != "Q224"


def test_where_a_match_is_played_is_a_place(knowledge: Knowledge) -> None:
    assert link("The striker scored in Croatia in the league match.", "Croatia", "GPE", knowledge) == "Q224"
