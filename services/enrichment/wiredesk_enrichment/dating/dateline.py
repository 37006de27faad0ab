"""The day on which a story was written: its dateline's, else its version's."""

from __future__ import annotations

import re
from datetime import date

from wiredesk_core.item import Item

from wiredesk_enrichment.dating.calendar import day_in
from wiredesk_enrichment.dating.months import MONTH, NUMBERS, nearest_year
from wiredesk_enrichment.dating.tense import Direction

STALE = 31
"""Days; a dateline that is further from its version is not taken for the day of writing."""
HEAD = 160
_CALENDAR = range(1000, 9000)

_PRINTED = re.compile(
    rf"\A[^\n]{{0,100}}?\b(?:(?P<month>{MONTH})\.? (?P<day>\d{{1,2}})|(?P<day2>\d{{1,2}}) (?P<month2>{MONTH}))\.?(?:,? \d{{4}})?\)?"
    r"(?: ?[(/][^()\n/]{1,40}[)/])?\s*(?:—|–|--|-)\s"
)


def written_on(item: Item, text: str) -> date | None:
    """The day that relative dates are told from; None where the item has no date at all."""
    moment = item.version_created or item.first_created
    dated = item.dateline.date if item.dateline else None
    if moment is None:
        return _sane(dated.date()) if dated else None
    version = moment.date()
    printed = dated.date() if dated else _printed(text, version)
    return _sane(printed if printed and abs((version - printed).days) <= STALE else version)


def _printed(text: str, version: date) -> date | None:
    """The date in the dateline at the head of the text: "OSLO, May 26 (Altapress) - "."""
    found = _PRINTED.match(text, 0, HEAD)
    if found is None:
        return None
    number, of_day = NUMBERS[(found["month"] or found["month2"])[:3]], int(found["day"] or found["day2"])
    of_year = nearest_year(version, number, of_day, Direction.unknown) if version.year in _CALENDAR else None
    return day_in(of_year, number, of_day) if of_year else None


def _sane(of: date) -> date | None:
    """Days at the ends of the calendar are placeholders, and nothing can be told from them."""
    return of if of.year in _CALENDAR else None
