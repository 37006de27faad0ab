"""What the name itself, or the word before it, says about its kind: sure signs that outweigh the model's label."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from wiredesk_enrichment.knowledge import Knowledge
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
        "Agency", "Airlines", "Airways", "Army", "Association", "Authority", "Bank", "Brigade", "Broadcasting", "Bureau", "Club", "College",
        "Commission", "Committee", "Company", "Congress", "Corp", "Corp.", "Corporation", "Corps", "Council", "Department",
        "Division", "FC", "Federation", "Force", "Foundation", "Fund", "Gazette", "Group", "Inc", "Inc.", "Institute", "LLC",
        "League", "Ltd", "Ltd.", "Ministry", "Organisation", "Organization", "Orchestra", "Party", "PLC", "Police",
        "News", "Radio", "Records", "Recordings", "Regiment", "School", "Senate", "Society", "Squadron", "Television", "Times", "Tribune", "TV", "Union", "University",
    }
)  # fmt: skip
SIGNS = _PLACE_HEADS | _BODY_HEADS
_BUILDINGS = frozenset(
    {
        "Arena", "Bar", "Building", "Cafe", "Castle", "Cathedral", "Cemetery", "Center", "Centre", "Chapel", "Church", "Court",
        "Farm", "Field", "Garden", "Gardens", "Gate", "Gym", "Hall", "Hospital", "Hotel", "House", "Inn", "Library", "Mall",
        "Market", "Memorial", "Mill", "Mosque", "Museum", "Palace", "Playfield", "Plaza", "Prison", "Restaurant", "Stadium",
        "Station", "Temple", "Terminal", "Theater", "Theatre", "Tower", "Towers", "Town", "Trail", "Zoo",
    }
)  # fmt: skip
"""A name that ends so is no person's; what the model calls it otherwise is left alone."""
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
_KIN = (
    r"(?:an?|the|his|her)\s+(?:[a-z-]+\s+){0,2}(?:brother|daughter|father|grandfather|grandmother|husband|mother|sister|son|widow|"
    r"widower|wife)"
)
_PERSON_FOLLOWS = re.compile(
    rf"\s?,\s+(?:who\b|whose\b|\d\d\s?,|(?:an?|the|its|their|another)\s+(?:[\w'’-]+\s+){{0,4}}{_TRADES}\b|{_KIN}\b)"
)
_PERSON_BEFORE = re.compile(rf"\b{_TRADES}(?:,\s|\s)$")
_INSIDE = re.compile(r"\b(?:in|near|in nearby|outside)\s$")
_PLACE = (
    r"(?:city|town|village|hamlet|parish|suburb|capital|island|port|province|county|municipality|district|borough|commune|"
    r"settlement|resort|peninsula|river|lake|mountain|valley|neighbou?rhood)"
)
_BODY = (
    r"(?:band|company|firm|club|team|airline|bank|agency|newspaper|magazine|charity|chain|party|union|retailer|carmaker|"
    r"manufacturer|maker|insurer|broadcaster|university|orchestra|regulator|start-?up|producer|operator|supplier|"
    r"consultancy|think tank|magazine|network|subsidiary|organi[sz]ation)"
)
_PLACE_BEFORE = re.compile(rf"\b{_PLACE} of $")
_PLACE_AFTER = re.compile(
    rf"(?:, | is | was )(?:an?|the) (?:[\w'’-]+ ){{0,3}}{_PLACE}\b(?! of)|, (?:an?|the) {_PLACE} (?:in|on|near)\b"
)
_BODY_BEFORE = re.compile(rf"\b(?:[Tt]he|[Aa]n?|of|by|for|with|rock|pop|jazz|his|her|its|their) (?:\w+ )?{_BODY} $")
_BODY_AFTER = re.compile(rf"(?:, | is | was )(?:an?|the) (?:[\w'’-]+ ){{0,3}}{_BODY}\b(?!['’])")
_SMALL = re.compile(r"(?<![\w'’/@.-])[a-z]{3,}(?![\w'’/@-]|\.\w)")
_OF_MANY = re.compile(r"\b[Tt]he\s$")
_NEXT_WORD = re.compile(r"\s?([a-z]+)")


def weigh_signs(text: str, mentions: Sequence[Mention], knowledge: Knowledge) -> Iterator[Mention]:
    """The mentions with their kind set right where a sure sign says so; bare ranks and offices name nobody."""
    persons = {mention.text for mention in mentions if _is_told_person(text, mention)}
    parts = {
        part for mention in mentions if mention.kind == "PER" and " " in mention.text for part in mention.text.split()
    }
    said = {m.text: "LOC" for m in mentions if m.text not in parts and _is_inside(text, m, knowledge)}
    said |= {m.text: kind for m in mentions if (kind := _called(text, m))}
    small = _small_words(text)
    for mention in mentions:
        if mention.text in persons:
            yield replace(mention, kind="PER")
        elif mention.text.lower() in small and mention.kind != "NORP" and not knowledge.named(mention.text):
            yield replace(mention, kind="MISC")
        elif _RANKS.match(mention.text) is None:
            told = replace(mention, kind=said.get(mention.text) or _kind(mention))
            if mention.text in knowledge.demonyms and told.kind in ("ORG", "LOC") and not knowledge.named(mention.text):
                told = replace(told, kind="NORP")
            alone = told.kind == "PER" and " " not in told.text and told.text not in parts
            yield _doubted(text, told, knowledge) if alone else told


def _small_words(text: str) -> frozenset[str]:
    """The words that a story writes small somewhere: with a capital they are no names."""
    return frozenset(_SMALL.findall(text))


def _doubted(text: str, mention: Mention, knowledge: Knowledge) -> Mention:
    """A single word as a person, of whom the story has no fuller name: with "the" before it, it is none."""
    following = _NEXT_WORD.match(text, mention.end)
    is_attribute = following is not None and "n" in knowledge.parts(following.group(1))
    if _OF_MANY.search(text[: mention.start][-5:]) and not is_attribute:
        return replace(mention, kind="ORG" if mention.text.endswith("s") else "MISC")
    return mention


def _is_told_person(text: str, mention: Mention) -> bool:
    """Whether the words around a name of two to four parts tell a person: "…, a former diplomat", "minister …"."""
    words = mention.text.split()
    if mention.kind in ("PER", "EVENT") or not 2 <= len(words) <= 4 or {words[0], words[-1]} & SIGNS:
        return False
    if not all(word[0].isupper() for word in words):
        return False
    before, after = text[max(0, mention.start - 30) : mention.start], text[mention.end : mention.end + 80]
    return _PERSON_FOLLOWS.match(after) is not None or _PERSON_BEFORE.search(before) is not None


def _kind(mention: Mention) -> str:
    """By the name's last word."""
    *before, head = mention.text.split()
    if before and mention.kind in ("PER", "ORG", "LOC"):
        if _EVENT.search(mention.text):
            return "EVENT"
        if head in _PLACE_HEADS:
            return "LOC"
        if head in _BODY_HEADS:
            return "ORG"
        if head in _BUILDINGS and mention.kind == "PER":
            return "LOC"
    return mention.kind


def _called(text: str, mention: Mention) -> str | None:
    """What the words beside a name call it: "the town of Sandholm", "the band Velmora", "Velmora, a maker of boats"."""
    if mention.kind not in ("PER", "ORG", "LOC"):
        return None
    before, after = text[max(0, mention.start - 40) : mention.start], text[mention.end : mention.end + 90]
    if _PLACE_BEFORE.search(before) or _PLACE_AFTER.match(after):
        return "LOC"
    return "ORG" if _BODY_BEFORE.search(before) or _BODY_AFTER.match(after) else None


def _is_inside(text: str, mention: Mention, knowledge: Knowledge) -> bool:
    """Whether a single word that is called a person, or the name of places alone, stands after "in" or "near"."""
    is_owner = text[mention.end : mention.end + 2] in ("'s", "’s")
    things = knowledge.named(mention.text)
    is_places = bool(things) and all(thing.kind == "LOC" for thing in things)
    is_one_word = mention.kind == "PER" and " " not in mention.text
    return (
        (is_one_word or (is_places and mention.kind != "LOC"))
        and not is_owner
        and _INSIDE.search(text[: mention.start][-20:]) is not None
    )
