"""A city or country may stand for its team ("England captain", "Boston beat Baltimore"): then it is not the place."""

from __future__ import annotations

import re

_SPORT = frozenset(
    {
        "baseball", "basketball", "batsman", "bowler", "captain", "championship", "championships", "coach", "cricket",
        "cup", "defeated", "doubles", "finals", "football", "game", "games", "goal", "goalkeeper", "goals", "golf",
        "hockey", "homer", "inning", "innings", "league", "match", "medal", "midfielder", "nba", "nfl", "olympic",
        "olympics", "pitcher", "player", "players", "playoff", "playoffs", "quarterback", "rugby", "scored", "season",
        "semifinal", "set", "soccer", "squad", "striker", "team", "teammates", "tennis", "test", "titles", "touchdown",
        "tournament", "wicket", "wickets",
    }
)  # fmt: skip
_SLIGHT = frozenset({"captain", "goal", "goals", "set", "test"})
"""Words of sport that stories of all kinds use: by themselves they are no hint."""
WORDS_A_HINT = 120
"""So many words of text may hold one sport word by chance."""

_WORD = re.compile(r"[a-z]+")
_ROLE = re.compile(
    r"\s*(?:['’]s?\s+)?(?:(?:head|assistant|star|former|test|rugby|football|cricket|national|wide|first|second|third)\s+){0,2}"
    r"(?:captain|skipper|coach|manager|star|striker|goalkeeper|quarterback|pitcher|midfielder|defender|winger|receiver|"
    r"linebacker|cornerback|baseman|shortstop|outfielder|goalie|goaltender|"
    r"batsman|bowler|fans|test|squad|side|team|teammates?)\b",
    re.IGNORECASE,
)
_CONTEST = re.compile(
    r"\s+(?:beat|beats|defeated|thrashed|edged|routed|drew with|lost to|won the (?:toss|match|game))\b"
)
_LOCATIVE = re.compile(
    r"\b(?:in|at|near|from|to|outside|around|across|through|into|toward|towards|inside|of|visited|visiting|left)\s+"
    r"(?:the\s+)?(?:\w+ern\s+|downtown\s+|central\s+)?$",
    re.IGNORECASE,
)
_AS_RIVAL = re.compile(
    r"\b(?:(?:los[ts]|los(?:e|es|ing)|loss(?:es)?|fell|falling|succumbed|beaten|defeats?|losers?)\s(?:[\w-]+\s){0,3}(?:to|at)|"
    r"(?:ahead|clear|short|front) of|(?:w[io]n|wins|winning|victory|dr[ae]w|draws|loss|played?|plays|match|game)\s(?:[\w-]+\s){0,2}at|"
    r"(?:loan|signed|joined|traded|transfer|transferred|move|moved|switch)\s(?:[\w-]+\s){0,3}(?:from|to)|left)\s$",
    re.IGNORECASE,
)
"""In sport, before the name of the other team or of a player's club."""
_REGION_FOLLOWS = re.compile(r"\s*,\s*[A-Z]")
_NAMED_AFTER = re.compile(
    r"\b(?:Party|University|Bank|Church|Museum|College|Institute|Museums|Archdiocese|Diocese)\s+of\s+(?:the\s+)?$"
)
_LONGER_NAME = re.compile(
    r" (?!(?:Mayor|Police|Gov|Governor|President|Prime|Premier|Sen|Senator|Rep|Attorney|State)\b)[A-Z][a-z]"
)


def is_sport(text: str) -> bool:
    """Whether the story reports on sport: more of its words than chance would have."""
    words = _WORD.findall(text.lower())
    hints = _SPORT.intersection(words)
    return len(hints) > len(words) // WORDS_A_HINT and not hints <= _SLIGHT


def is_plainly_a_place(text: str, start: int, end: int, *, sport: bool, before_name: bool) -> bool:
    """Whether text[start:end], the name of a place, means the place and not its team or a longer name.

    sport says that the story is about sport; before_name, that another name follows at once.
    """
    before, after = text[max(0, start - 30) : start], text[end : end + 60]
    if _ROLE.match(after) or _CONTEST.match(after) or _NAMED_AFTER.search(before):
        return False
    if _LONGER_NAME.match(after) and not before_name and not _is_title(text, start, end):
        return False
    if not sport or _REGION_FOLLOWS.match(after) is not None:
        return True
    return _LOCATIVE.search(before) is not None and _AS_RIVAL.search(text[max(0, start - 60) : start]) is None


def _is_title(text: str, start: int, end: int) -> bool:
    """Whether the line around a name is written with capitals throughout, so that they tell nothing."""
    begun = text.rfind("\n", 0, start) + 1
    ended = text.find("\n", end)
    others = f"{text[begun:start]} {text[end : ended if ended >= 0 else len(text)]}".split()
    words = [word for word in others if word[0].isalpha() and text[begun : begun + len(word)] != word]
    return sum(word[0].isupper() for word in words) * 2 > len(words)
