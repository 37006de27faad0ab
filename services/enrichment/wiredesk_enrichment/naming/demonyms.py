"""A nationality stands for its country where the country's people or government is meant: "Russian officials", "the Danes"."""

from __future__ import annotations

import re
from collections.abc import Iterable

from wiredesk_enrichment.knowledge import Knowledge, Thing
from wiredesk_enrichment.naming.mentions import Mention

_STATE = (
    r"(?:ambassadors?|army|authorities|authority|cabinet|chancellor|citizens?|coast guard|consulate|courts?|customs|delegation|"
    r"diplomats?|embassy|envoys?|forces|government|intelligence|king|lawmakers?|leaders?|leadership|military|ministers?|ministry|"
    r"nationals?|navy|negotiators?|officials?|parliament|people|police|president|prime minister|prosecutors?|public|queen|"
    r"regime|regulators?|senate|soldiers?|state|troops|voters?|warships?)"
)
_OF_THE_STATE = re.compile(rf"\s+(?:(?!(?:and|or)\b)[a-z-]+\s+){{0,2}}{_STATE}\b", re.IGNORECASE)
_THE = re.compile(r"\b[Tt]he\s$")
_ACT = re.compile(
    r"\s+(?:(?:have|had|will|would|also|never|\w+ly)\s+){0,2}(?:are|were|have|had|said|say|want|fear|told|voted|vote)\b"
)


def country_meant(name: str, text: str, mentions: Iterable[Mention], knowledge: Knowledge) -> Thing | None:
    """The country whose people or government a nationality means, in one of the mentions at least.

    Not so for a language, a dish or a descent: "Russian novels", "speaks Dutch", "Italian food".
    """
    country = knowledge.demonyms.get(name)
    is_meant = country is not None and any(_is_people(text, mention) for mention in mentions)
    return country if is_meant else None


def _is_people(text: str, mention: Mention) -> bool:
    if _OF_THE_STATE.match(text, mention.end):
        return True
    is_plural = mention.text.endswith("s") and mention.text != "Swiss"
    is_many = _THE.search(text[: mention.start][-5:]) is not None and _ACT.match(text, mention.end) is not None
    return is_plural or is_many
