"""Whether a sentence looks back or ahead at the place where a date stands: the nearest verb tells."""

from __future__ import annotations

import re
from enum import Enum, auto


class Direction(Enum):
    """Which way from the day of writing."""

    past = auto()
    future = auto()
    unknown = auto()


REACH = 240
"""Characters on each side among which the verb is looked for."""

_PAST_FORMS = (
    "was were had did went came became began broke brought built bought caught chose cut drew drove ate fell felt fought "
    "found flew forgot gave got grew heard held hid hit hurt kept knew laid led left lent let lost made meant met paid "
    "put quit ran rang read rose said sang sank sat saw sent set shook shot shut slept slid sold sought spent split "
    "spoke spread stood stole struck swam swept swore told took taught tore thought threw understood won wore wrote "
    "withdrew overcame underwent arose beat bet blew cast dealt dug fed fled froze hung overtook rode sprang stuck "
    "swung woke"
)
_PARTICIPLES = (
    "been become begun broken brought built bought caught chosen done drawn driven fallen fought found flown given gone "
    "grown heard held hidden hit kept known laid led left lost made met paid put run seen sent set shot shut sold spent "
    "spoken spread stolen struck sworn taken taught told thrown torn won written withdrawn held beaten cast fed shown"
)
_PLANNING = r"(?:plan|hope|aim|intend|expect|want|vow|promise|prepare|pledge|agree|propose|threaten|decide|need|ask)(?:s|d|ned|ed|ning|ing)?"
_SCHEDULED = (
    r"(?:expected|due|scheduled|set|slated|planned|supposed|likely|unlikely|poised|about|ready|going|meant|bound)"
)
_TIMETABLE = (
    r"(?:opens?|starts?|begins?|ends?|closes?|meets?|votes?|goes|go|resumes?|returns?|hosts?|faces?|(?<!took )(?<!taken )holds?|leaves?|arrives?|"
    r"expires?|airs?|premieres?|takes? effect|comes? into force|kicks? off|runs? out|flies|plays?|visits?|changes?|takes? place)"
)
_EVIDENCE = re.compile(
    rf"\b(?P<ahead>will|won['’]t|shall|would|may|might|could|should|must|{_PLANNING} to|"
    rf"(?:(?:is|are|was|were|be|been)\s+(?:\w+\s+)?)?{_SCHEDULED} (?:to|for|on|by|in|next|at|from|this)|(?:is|are|was|were) to|"
    rf"(?:is|are|am|['’]re) \w+ing|ahead of|until|upcoming|if|unless|(?:has|have|had) to|{_TIMETABLE})\b|"
    rf"['’](?P<short>ll)\b|"
    rf"\b(?P<back>has|have|['’]ve|{'|'.join(_PAST_FORMS.split())}|(?!(?:need|speed|feed|seed|exceed|proceed|succeed|"
    rf"indeed|hundred|red|bed|united|embed)\b)[a-z]{{2,}}ed|since|ago)\b"
)
_NOT_FINITE = re.compile(r"\b(?:be|being|will|would|may|might|could|should|must|can|to|not)\s+(?:\w+ly\s+)?$")
_PERFECT = re.compile(rf"\s+(?:have|has)\s+(?:\w+ly\s+)?(?:\w+ed|{'|'.join(_PARTICIPLES.split())})\b")
_SAME_IN_PRESENT = frozenset(
    ["beat", "bet", "cast", "cut", "hit", "hurt", "let", "put", "quit", "read", "run", "set", "shut", "split", "spread"]
)
_OWNED = re.compile(r"['’]s?\s+\w+")
"""A noun: "Sunday's vote" is no voting."""
_IS_PARTICIPLE = frozenset(_PARTICIPLES.split())
_STOPS = re.compile(r"""[.!?]["'”’]?\s|[;\n]|\s[–—]\s|: """)


def direction(text: str, start: int, end: int) -> Direction:
    """Which way the sentence looks where text[start:end] stands: by the verb before it, else by the first after it."""
    before = _sentence_before(text, start)
    for found in reversed(list(_EVIDENCE.finditer(text, before, start))):
        told = _told(text, found)
        if told is not Direction.unknown:
            return told
    after = _STOPS.search(text, end, end + REACH)
    owned = _OWNED.match(text, end)
    begun = owned.end() if owned else end
    for found in _EVIDENCE.finditer(text, begun, after.start() if after else min(len(text), end + REACH)):
        told = _told(text, found)
        if told is not Direction.unknown:
            return told
    return Direction.unknown


def _sentence_before(text: str, start: int) -> int:
    begun = max(0, start - REACH)
    for stop in _STOPS.finditer(text, begun, start):
        if not _is_abbreviation(text, stop.start()):
            begun = stop.end()
    return begun


def _is_abbreviation(text: str, stop: int) -> bool:
    """Whether the stop belongs to a word such as "Dec." or "U.S."."""
    word = re.search(r"[\w.]*$", text[max(0, stop - 8) : stop])
    return text[stop] == "." and word is not None and (len(word.group()) <= 3 or "." in word.group())


def _told(text: str, found: re.Match[str]) -> Direction:
    if found["back"] is None:
        is_over = found["ahead"] in _MODALS and _PERFECT.match(text, found.end()) is not None
        return Direction.past if is_over and found["ahead"] != "will" else Direction.future
    word = found["back"]
    is_open = word.endswith("ed") or word in _IS_PARTICIPLE or word in _SAME_IN_PRESENT
    if is_open and _NOT_FINITE.search(text[max(0, found.start() - 24) : found.start()]):
        return Direction.unknown  # "will be named", "may shut": the word before it counts
    return Direction.past


_MODALS = frozenset({"will", "would", "may", "might", "could", "should", "must"})
