"""Which game a story is about: the words of play that it uses, and the teams that it names."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable

from wiredesk_enrichment.knowledge import Thing

_WORDS = {
    "american football": (
        "nfl quarterback quarterbacks touchdown touchdowns receiver receivers linebacker linebackers cornerback "
        "cornerbacks lineman linemen punter interceptions fumble gridiron"
    ),
    "baseball": (
        "baseball mlb inning innings pitcher pitchers pitching homer homers homered bullpen shortstop baseman outfielder "
        "outfielders infielder dugout rbi rbis slugger slugged ballpark shutout righthander lefthander"
    ),
    "basketball": "nba basketball rebounds dunk dunked three-pointer three-pointers buzzer rebounder backcourt",
    "ice hockey": "nhl hockey puck goalie goalies goaltender goaltenders defenseman defensemen rink powerplay",
    "football": (
        "soccer striker strikers midfielder midfielders goalkeeper goalkeepers winger fullback uefa fifa bundesliga "
        "shootout equaliser equalizer"
    ),
    "cricket": "cricket cricketer cricketers wicket wickets batsman batsmen bowler bowlers twenty20 odi innings",
    "rugby": "rugby scrum scrums flyhalf scrumhalf tryline hooker prop lineout",
    "tennis": "tennis atp wta racket racquet doubles deuce",
    "another": "golf golfer swimmer sprinter marathon cyclist cycling boxing boxer nascar athletics gymnast skier",
}
_GAMES: dict[str, list[str]] = defaultdict(list)
for _game, _words in _WORDS.items():
    for _word in _words.split():
        _GAMES[_word].append(_game)
_PHRASES = (
    ("american football", re.compile(r"\b(?:[Ww]ide receiver|[Rr]unning back|[Tt]ight end|[Ff]ield goal|Super Bowl|AFC|NFC)\b")),
    ("baseball", re.compile(r"\b(?:[Hh]ome runs?|(?:right|left)-hander|(?:American|National) League|World Series|[Pp]erfect game)\b")),
    ("basketball", re.compile(r"\b(?:[Ff]ree throws?|[Pp]oint guard|[Ss]hooting guard|[Pp]ower forward)\b")),
    ("ice hockey", re.compile(r"\b(?:[Pp]ower[ -]play|Stanley Cup|[Bb]lue line)\b")),
    ("football", re.compile(r"\b(?:Premier League|Champions League|Europa League|Serie A|La Liga|Ligue 1|FA Cup|[Oo]wn goal|Euro 20\d\d)\b")),
    ("cricket", re.compile(r"\b(?:[Tt]est match|Ashes|one-day international)\b")),
    ("rugby", re.compile(r"\b(?:Six Nations|Tri-Nations|Rugby Championship|All Blacks|Springboks|Wallabies)\b")),
    ("tennis", re.compile(r"\b(?:Wimbledon|Davis Cup|Fed Cup|Roland Garros|(?:US|U\.S\.|French|Australian) Open)\b")),
)  # fmt: skip
_WORD = re.compile(r"[a-z]+(?:-[a-z]+)*\d*")


def game_of(text: str, teams: Iterable[Thing]) -> str:
    """The one game that a story's words and teams tell, as the table of teams calls it; empty where none or two do.

    teams are those that the story names beyond doubt.
    """
    votes = Counter(game for word in set(_WORD.findall(text.lower())) for game in _GAMES.get(word, ()))
    votes.update(game for game, phrase in _PHRASES if phrase.search(text))
    votes.update(team.sport for team in set(teams))
    if not votes:
        return ""
    (game, most), *others = votes.most_common(2)
    return game if all(count < most for _, count in others) else ""
