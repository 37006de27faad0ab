"""Weekdays: "on Monday", "late last Friday", "Tuesday of next week"."""

from __future__ import annotations

import re
from datetime import date, timedelta

from wiredesk_enrichment.dating.calendar import day
from wiredesk_enrichment.dating.months import MONTH
from wiredesk_enrichment.dating.scene import BY_REFERENCE, BY_TENSE, Found, Scene
from wiredesk_enrichment.dating.tense import Direction

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEK = 7

_QUALIFIED = re.compile(
    r"(?:\b(?P<part>[Ee]arly|[Ll]ate|[Ll]ater|[Ee]arlier)\s+(?:on\s+)?)?"
    r"(?:\b(?P<which>[Tt]his\s+(?:past|coming)|(?:the\s+)?(?:past|coming|previous)|[Ll]ast|[Tt]his|[Nn]ext)\s+)?$"
)
_OF_WEEK = re.compile(r"\s+(?:of\s+)?(?P<which>last|this|next)\s+week\b")
_REPEATED = re.compile(r"\b(?:[Ee]very|[Ee]ach|[Aa]ny|[Aa]|alternate|other)\s+(?:\w+\s+)?$")
_COUNTED = re.compile(
    r"\b(?:[Ff]irst|[Ss]econd|[Tt]hird|[Ff]ourth|final|\d(?:st|nd|rd|th)|weeks?\s+(?:from|after|before|ago|ago\s+on))\s+$"
)
"""Of a month or so many weeks off: not the nearest."""
_NAMED = re.compile(r"\b(?:Black|Good|Ash|Bloody|Super|Cyber|Palm|Giving|Shrove|Maundy|Whit|Easter|Sheffield|Bowl)\s+$")
_TITLE = re.compile(
    r"s\b|\s+the\s+\d+th\b|\s+(?:prayers?|Times|Mail|Mirror|Telegraph|Express|Post|Herald|Sun|People|Night Live|Night Football)\b|-\w|"
    rf"\.?,?\s+(?:the\s+)?(?:{MONTH}\.?\s+\d{{1,2}}|\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{MONTH})(?!\d)"
)
_POINTING = re.compile(r"\b(?:on|from|by|until|before|starting|beginning|through|this|due|is|are)\s+$")


def find_weekday(scene: Scene, at: re.Match[str]) -> Found | None:
    """The day meant: the nearest past one, the same day included, unless the sentence looks ahead."""
    now = scene.now
    if now is None or _TITLE.match(scene.text, at.end()) or scene.left(at.start(), _NAMED, 14):
        return None
    if scene.left(at.start(), _REPEATED, 20) or scene.left(at.start(), _COUNTED, 20):
        return None
    number = DAYS.index(at.group())
    qualified = scene.left(at.start(), _QUALIFIED, 40)
    begun = qualified.start() if qualified else at.start()
    which = qualified["which"].lower().split()[-1] if qualified and qualified["which"] else None
    if of_week := _OF_WEEK.match(scene.text, at.end()):
        monday = now - timedelta(now.weekday() - WEEK * {"last": -1, "this": 0, "next": 1}[of_week["which"]])
        return Found(begun, of_week.end(), day(monday + timedelta(number)))
    if which:
        return Found(begun, at.end(), day(_which_day(scene, begun, at.end(), number, which)), BY_REFERENCE)
    return Found(begun, at.end(), day(_by_tense(scene, now, begun, at.end(), number)), BY_TENSE)


def _which_day(scene: Scene, begun: int, end: int, number: int, which: str) -> date:
    now = scene.now or date.min
    if which in ("last", "past", "previous"):
        return now - timedelta((now.weekday() - number - 1) % WEEK + 1)
    if which in ("next", "coming"):
        return now + timedelta((number - now.weekday() - 1) % WEEK + 1)
    is_over = number < now.weekday() and scene.direction(begun, end) is Direction.future
    return now + timedelta((number - now.weekday()) % WEEK) if is_over else now + timedelta(number - now.weekday())


def _by_tense(scene: Scene, now: date, begun: int, end: int, number: int) -> date:
    way = scene.direction(begun, end)
    if way is Direction.unknown and scene.left(begun, _POINTING, 14):
        way = Direction.future  # no verb of the sentence looks back
    if way is Direction.future:
        return now + timedelta((number - now.weekday()) % WEEK)
    return now - timedelta((now.weekday() - number) % WEEK)
