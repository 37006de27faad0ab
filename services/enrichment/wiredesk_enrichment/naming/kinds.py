"""What the name itself, or the word before it, says about its kind: sure signs that outweigh the model's label."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from wiredesk_enrichment.naming.mentions import Mention

_PLACE_HEADS = frozenset(
    {
        "Airport", "Avenue", "Basin", "Bay", "Beach", "Boulevard", "Bridge", "Canal", "Canyon", "Coast", "County",
        "Creek", "Desert", "Dock", "Forest", "Glacier", "Harbor", "Harbour", "Highway", "Hills", "Island", "Islands",
        "Junction", "Lake", "Mountain", "Mountains", "Parish", "Park", "Peninsula", "Plateau", "Pond", "Province",
        "Reservoir", "River", "Road", "Sea", "Square", "Strait", "Street", "Valley", "Village",
    }
)  # fmt: skip
_BODY_HEADS = frozenset(
    {
        "Agency", "Airlines", "Airways", "Army", "Association", "Authority", "Bank", "Brigade", "Bureau", "Club", "College",
        "Commission", "Committee", "Company", "Congress", "Corp", "Corp.", "Corporation", "Corps", "Council", "Department",
        "Division", "FC", "Federation", "Force", "Foundation", "Fund", "Group", "Inc", "Inc.", "Institute", "LLC",
        "League", "Ltd", "Ltd.", "Ministry", "Organisation", "Organization", "Orchestra", "Party", "PLC", "Police",
        "Records", "Recordings", "Regiment", "School", "Senate", "Society", "Squadron", "Union", "University",
    }
)  # fmt: skip
_EVENT = re.compile(
    r"^(?:(?:First |Second |Third )?(?:Battle|Siege|Treaty) of |World War\b)|"
    r"\b(?:Day|Campaign|Olympics|Games|World Cup|Championships?|War|Festival|Awards?)$"
)
_RANKS = re.compile(
    r"^(?:(?:Brigadier|Major|Lieutenant|Vice|Rear|Chief|Prime|Deputy|Foreign|Attorney|Secretary|First|General|Colonel|"
    r"Captain|Commander|Admiral|Sergeant|Minister|President|Executive|Officer|Lady|Judge|Mayor|Governor|Senator|DJ|CEO|"
    r"Of|of|the)\s?)+$"
)
_INSIDE = re.compile(r"\b(?:in|near|in nearby|outside)\s$")


def weigh_signs(text: str, mentions: Iterable[Mention]) -> Iterator[Mention]:
    """The mentions with their kind set right where a sure sign says so; bare ranks and offices name nobody."""
    for mention in mentions:
        if _RANKS.match(mention.text) is None:
            yield replace(mention, kind=_kind(text, mention))


def _kind(text: str, mention: Mention) -> str:
    """By the name's last word; a single word after "in" or "near" is no person."""
    *before, head = mention.text.split()
    if before and mention.kind in ("PER", "ORG", "LOC"):
        if _EVENT.search(mention.text):
            return "EVENT"
        if head in _PLACE_HEADS:
            return "LOC"
        if head in _BODY_HEADS:
            return "ORG"
    is_owner = text[mention.end : mention.end + 2] in ("'s", "’s")
    if mention.kind == "PER" and not before and not is_owner and _INSIDE.search(text[: mention.start][-20:]):
        return "LOC"
    return mention.kind
