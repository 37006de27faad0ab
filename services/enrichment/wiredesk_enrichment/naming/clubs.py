"""Teams by what stories call them: "the Giants", "Carolina receiver Ann Shaw", "Italy coach". The game tells which."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from wiredesk_enrichment.knowledge import Knowledge, Thing
from wiredesk_enrichment.naming.mentions import Mention, Sought, find_again

_ROLE = re.compile(
    r"\s(?:(?:head|assistant|general|star|former|starting|backup|rookie|veteran|wide|running|first|second|third|left|right|tight|"
    r"point|shooting|relief)\s){0,2}"
    r"(?:captain|skipper|coach|manager|star|striker|goalkeeper|quarterback|pitcher|midfielder|defender|winger|forward|center|guard|"
    r"receiver|back|end|linebacker|cornerback|safety|kicker|punter|lineman|baseman|shortstop|catcher|outfielder|infielder|slugger|"
    r"reliever|closer|right-hander|left-hander|goalie|goaltender|defenseman|rookie|fans|players?|teammates?|owner|roster)\b"
)
_LEADER = re.compile(r"\s(?:head )?(coach|manager)\b")
_NAME_GOES_ON = re.compile(r"\s[A-Z][\w'’-]+\s+(?!(?:[A-Z]|said\b|says\b))")
_COLLEGE = re.compile(
    r"\b(?:NCAA|[Cc]ollege (?:football|basketball|baseball|hockey)|freshman|sophomore|Big (?:Ten|12|East)|Pac-1[02]|Heisman|"
    r"[Rr]edshirt|[Uu]ndergraduate|varsity|Crimson Tide|Wildcats|Bulldogs)\b"
)


def named_by_role(text: str, mentions: Sequence[Mention], knowledge: Knowledge) -> list[Mention]:
    """The mentions, and the teams that the words of a trade give away: "Dodgers manager", "Lightning star"."""
    found = find_again(text, mentions, _nicknames(knowledge))
    known = set(mentions)
    return [mention for mention in found if mention in known or _ROLE.match(text, mention.end)]


def is_college(text: str) -> bool:
    """Whether a story is about students' teams: they share their towns' names, and no table has them."""
    return _COLLEGE.search(text) is not None


def team_meant(text: str, mention: Mention, game: str, knowledge: Knowledge) -> Thing | None:
    """The one team that a town or a nickname means, in a story of that game; the trade beside it tells where the story does not."""
    called = _called(knowledge).get(mention.text, ())
    after = text[mention.end : mention.end + 40]
    if game:
        fitting = [team for team in called if team.sport == game]
    else:
        fitting = [team for team in called if _is_led_so(team, after)]
    is_whole = _NAME_GOES_ON.match(after) is None
    return fitting[0] if len(fitting) == 1 and is_whole else None


def _is_led_so(team: Thing, after: str) -> bool:
    """Whether the leader that follows is one that such teams have: baseball has managers, the other American games coaches."""
    if team.sport == "football":
        return _LEADER.match(after) is not None and "national" not in team.name
    leader = _LEADER.match(after)
    return leader is not None and (leader.group(1) == "manager") == (team.sport == "baseball")


def is_nickname(name: str, knowledge: Knowledge) -> bool:
    """Whether some team has that nickname."""
    return any(name == _nickname(team) for team in _called(knowledge).get(name, ()))


def _nickname(team: Thing) -> str:
    """What follows the town in a team's name; clubs and national teams have none.

    A team without a town in the table shares it with one that is not there.
    """
    if team.sport == "football":
        return ""
    return team.name.removeprefix(team.town).strip() if team.town else team.name.split()[-1]


def _teams(knowledge: Knowledge) -> Iterator[Thing]:
    yield from {thing.qid: thing for things in knowledge.things.values() for thing in things if thing.sport}.values()


@cache
def _called(knowledge: Knowledge) -> Mapping[str, tuple[Thing, ...]]:
    """Teams by town and by nickname."""
    called: dict[str, list[Thing]] = defaultdict(list)
    for team in _teams(knowledge):
        for name in {team.town, _nickname(team)} - {""}:
            called[name].append(team)
    return {name: tuple(teams) for name, teams in called.items()}


@cache
def _nicknames(knowledge: Knowledge) -> Sought:
    return Sought((nickname, "ORG") for team in _teams(knowledge) if len(nickname := _nickname(team)) > 4)
