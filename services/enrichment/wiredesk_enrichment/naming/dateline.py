"""Datelines: "REYKJAVIK, Iceland (Northwire) —" at the head of a story names a place, and no name goes past its dash."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from wiredesk_enrichment.naming.mentions import Mention

HEAD = 120
"""Characters of a story in which a dateline has to end."""

_CITY = r"(?P<city>[A-ZÀ-ÖØ-Þ][A-ZÀ-ÖØ-Þ.'’-]+(?: [A-ZÀ-ÖØ-Þ][A-ZÀ-ÖØ-Þ.'’-]+){0,3})"
_REGION = r"(?:, (?P<region>[A-ZÀ-Þ][\w.'’-]*(?: [A-ZÀ-Þ][\w.'’-]*){0,2}))?"
_DATE = r"(?:,? \(?[A-Z][a-z]{2,8}\.? \d{1,2}(?:, \d{4})?\)?)?"
_DATELINE = re.compile(rf"\s*{_CITY}{_REGION}{_DATE}(?: ?\([^()\n]{{1,40}}\))?\s*(?:—|–|--?)\s")


@dataclass(frozen=True, slots=True)
class Dateline:
    """Where the place stands, and where the dateline ends: half-open offsets into the text."""

    start: int
    end: int
    over: int
    city: str

    @property
    def plain(self) -> str:
        """The place's name as running text has it."""
        return re.sub(r"[^\W\d_]+", lambda word: word.group().capitalize(), self.city)


def find_dateline(text: str) -> Dateline | None:
    """The dateline of a story whose first words are a place in capitals and a dash."""
    found = _DATELINE.match(text, 0, HEAD)
    return Dateline(found.start("city"), found.end("city"), found.end(), found["city"]) if found else None


def heed_dateline(text: str, mentions: Sequence[Mention]) -> list[Mention]:
    """The mentions, with the dateline's city as a place and no name across the dash.

    A name of the story that is the city's name in ordinary letters is a place as well.
    """
    dateline = find_dateline(text)
    if dateline is None:
        return list(mentions)
    behind = [_behind(mention, dateline) for mention in mentions if mention.end > dateline.end]
    kept = [_placed(mention, dateline) for mention in behind if mention is not None]
    return [Mention(dateline.start, dateline.end, dateline.city, "LOC"), *kept]


def _behind(mention: Mention, dateline: Dateline) -> Mention | None:
    """What of a mention stands behind the city, or behind the dash where it goes across that."""
    start = dateline.over if mention.start < dateline.over < mention.end else max(mention.start, dateline.end)
    text = mention.text[start - mention.start :]
    bare = text.lstrip(" ,(—–-")
    if not bare[:1].isupper():
        return None
    start += len(text) - len(bare)
    return replace(mention, start=start, text=bare)


def _placed(mention: Mention, dateline: Dateline) -> Mention:
    return replace(mention, kind="LOC") if mention.text == dateline.plain else mention
