"""Persons: a full name settles what its surname means in the same story."""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from wiredesk_enrichment.knowledge import Knowledge
from wiredesk_enrichment.naming.mentions import Mention, Sought, Taken, find_again, in_order

COMMON = 115
"""A word less rare than this (Price, Young, Will) is looked for as a surname only where its capital tells."""
_MID_SENTENCE = re.compile(r"[a-z],? $")
_CAPITAL = re.compile(r"\s[A-Z]")
_ARABIC = re.compile(r"(?:al|el|ad|as|ash|ul|ur)-[A-Z]")
SUFFIXES = frozenset({"Jr", "Jr.", "Sr", "Sr.", "II", "III", "IV"})


_TITLED = re.compile(
    r"\b(?:Mr|Mrs|Ms|Mx|Dr|Prof)\.?[^\S\n]+"
    r"(?!(?:President|Speaker|Chairman|Chair|Justice|Minister|Prime|Secretary|Chancellor|Mayor|Ambassador|Governor|Magazine)\b)"
    r"(?P<name>[^\W\d_a-zß-ÿ][\w’'-]*\w(?:[^\S\n]+[^\W\d_a-zß-ÿ][\w’'-]*\w){0,2})"
)


def named_by_title(text: str, mentions: Sequence[Mention]) -> list[Mention]:
    """The mentions, and the persons that a title gives away, also where the model saw none or another thing: "Ms Okafor"."""
    titled = {hit.start("name"): _without_possessive(hit["name"]) for hit in _TITLED.finditer(text)}
    known = {mention.text for mention in mentions if mention.start in titled}
    told = [replace(m, kind="PER") if m.text in known and m.kind in ("ORG", "LOC", "MISC") else m for m in mentions]
    taken = Taken(told)
    new = (Mention(start, start + len(name), name, "PER") for start, name in titled.items())
    return in_order([*told, *(mention for mention in new if taken.is_free(mention.start, mention.end))])


def _without_possessive(name: str) -> str:
    return re.sub(r"['’]s$|['’]$", "", name)


def surname_of(name: str) -> str:
    """The last part of a full name; empty for a name of one part."""
    parts = [part for part in name.split() if part not in SUFFIXES]
    last = parts[-1].rstrip(",") if len(parts) > 1 else ""
    is_name = last[:1].isupper() or _ARABIC.match(last) is not None
    return last if is_name and len(last) > 2 else ""


def spread_surnames(text: str, mentions: Sequence[Mention], knowledge: Knowledge) -> list[Mention]:
    """Parts of the names of persons are persons too; surnames also where the model saw none."""
    persons = {mention.text: mention.start for mention in reversed(mentions) if mention.kind == "PER"}
    introduced = {surname_of(name): start for name, start in sorted(persons.items(), key=lambda one: -one[1])}
    surnames = introduced.keys() - {""} - knowledge.spotted
    surnames |= {name[0].upper() + name[1:] for name in surnames}  # "El-Masri" begins a sentence
    first_names = {name.split()[0] for name in persons if " " in name} - knowledge.spotted
    told = [
        mention
        if _is_place_before(mention, introduced.get(mention.text, 0), knowledge)
        else _told(mention, surnames, first_names)
        for mention in mentions
    ]
    rare = [surname for surname in surnames if knowledge.rarity(surname) >= COMMON]
    found = find_again(text, told, Sought((surname, "PER") for surname in rare))
    common = find_again(text, (), Sought((surname, "PER") for surname in surnames.difference(rare)))
    taken = Taken(found)
    return in_order([*found, *(m for m in common if taken.is_free(m.start, m.end) and _is_told_by_capital(text, m))])


def _is_place_before(mention: Mention, introduced: int, knowledge: Knowledge) -> bool:
    """Whether a known place is named before the story has introduced the person whose surname it also is."""
    is_place = mention.kind == "LOC" and any(thing.kind == "LOC" for thing in knowledge.named(mention.text))
    return is_place and mention.start < introduced


def _is_told_by_capital(text: str, mention: Mention) -> bool:
    """Whether a word stands in mid-sentence and by itself, so that its capital makes it a name."""
    return _MID_SENTENCE.search(text[: mention.start][-3:]) is not None and not _CAPITAL.match(text, mention.end)


def _told(mention: Mention, surnames: AbstractSet[str], first_names: AbstractSet[str]) -> Mention:
    """A person where the name is a known person's: the last part is not doubted, the first only for no place."""
    if mention.text in surnames or (mention.text in first_names and mention.kind != "LOC"):
        return replace(mention, kind="PER")
    return mention


def full_names(mentions: Sequence[Mention]) -> dict[str, str]:
    """For every way in which a person is named, the full name that it stands for in this story.

    A surname that two persons share, and a first name, stand for the one named in full first.
    """
    names = [mention.text for mention in mentions if mention.kind == "PER"]
    stands_for: dict[str, str] = {}
    for name in sorted(dict.fromkeys(names), key=lambda name: -len(name.split())):
        if name in stands_for:
            continue
        stands_for[name] = next((full for full in _fuller(name, names) if full in stands_for), name)
    return stands_for


def _fuller(name: str, names: Sequence[str]) -> list[str]:
    """The names in the story that contain all parts of this one and more."""
    parts = name.split()
    return [full for full in names if len(full.split()) > len(parts) and _is_part(parts, full.split())]


def _is_part(parts: list[str], full: list[str]) -> bool:
    """First name, last name, first and last without what is between, or the last ones: "García Márquez"."""
    if len(parts) == 1:
        return parts[0] in (full[0], surname := surname_of(" ".join(full))) or (
            "-" in surname and parts[0].casefold() == surname.casefold()
        )
    return parts == full[-len(parts) :] or (parts[0] == full[0] and parts[-1] == full[-1])
