"""What the name itself, or the word before it, says about its kind: sure signs that outweigh the model's label."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
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
SIGNS = _PLACE_HEADS | _BODY_HEADS
_EVENT = re.compile(
    r"^(?:(?:First |Second |Third )?(?:Battle|Siege|Treaty) of |World War\b)|"
    r"\b(?:Day|Campaign|Olympics|Games|World Cup|Championships?|War|Festival|Awards?)$"
)
_RANKS = re.compile(
    r"^(?:(?:Brigadier|Major|Lieutenant|Vice|Rear|Chief|Prime|Deputy|Foreign|Attorney|Secretary|First|General|Colonel|"
    r"Captain|Commander|Admiral|Sergeant|Minister|President|Executive|Officer|Lady|Judge|Mayor|Governor|Senator|DJ|CEO|"
    r"Of|of|the)\s?)+$"
)
_TRADES = (
    r"(?:activist|actor|actress|adviser|advisor|ambassador|analyst|artist|attorney|author|chairman|chairwoman|chancellor|"
    r"coach|commander|correspondent|critic|director|diplomat|doctor|economist|editor|engineer|expert|farmer|governor|"
    r"historian|journalist|judge|lawmaker|lawyer|leader|manager|mayor|minister|musician|novelist|officer|official|player|"
    r"poet|politician|president|professor|prosecutor|psychologist|researcher|resident|scholar|scientist|secretary|senator|"
    r"singer|spokesman|spokesperson|spokeswoman|student|surgeon|teacher|veteran|writer)"
)
_PERSON_FOLLOWS = re.compile(
    rf"\s?,\s+(?:who\b|whose\b|\d\d\s?,|(?:an?|the|its|their|another)\s+(?:[\w'’-]+\s+){{0,4}}{_TRADES}\b)"
)
_PERSON_BEFORE = re.compile(rf"\b{_TRADES}(?:,\s|\s)$")
_INSIDE = re.compile(r"\b(?:in|near|in nearby|outside)\s$")


def weigh_signs(text: str, mentions: Sequence[Mention]) -> Iterator[Mention]:
    """The mentions with their kind set right where a sure sign says so; bare ranks and offices name nobody."""
    persons = {mention.text for mention in mentions if _is_told_person(text, mention)}
    for mention in mentions:
        if mention.text in persons:
            yield replace(mention, kind="PER")
        elif _RANKS.match(mention.text) is None:
            yield replace(mention, kind=_kind(text, mention))


def _is_told_person(text: str, mention: Mention) -> bool:
    """Whether the words around a name of two to four parts tell a person: "…, a former diplomat", "minister …"."""
    words = mention.text.split()
    if mention.kind in ("PER", "EVENT") or not 2 <= len(words) <= 4 or {words[0], words[-1]} & SIGNS:
        return False
    if not all(word[0].isupper() for word in words):
        return False
    before, after = text[max(0, mention.start - 30) : mention.start], text[mention.end : mention.end + 80]
    return _PERSON_FOLLOWS.match(after) is not None or _PERSON_BEFORE.search(before) is not None


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
