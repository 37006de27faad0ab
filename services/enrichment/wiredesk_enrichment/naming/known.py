"""Names that knowledge has: where they stand in full, a model's half of one is made whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from wiredesk_enrichment.knowledge import Knowledge, Thing
from wiredesk_enrichment.naming.mentions import Mention, Sought, find_again, in_order

KNOWN_SCORE = 0.9
FULL_WORDS = 2
"""A name of so many words is taken as the thing's, wherever it stands and nothing longer does."""

LONGEST_SHORT = 5
"""Letters of a word that may be a short form which has lost its full stop: Calif."""


def make_whole(text: str, mentions: Sequence[Mention], knowledge: Knowledge) -> list[Mention]:
    """The mentions, with known names of several words whole: "Los Angeles" Lakers becomes Los Angeles Lakers.

    A known name inside a longer mention is part of another name, and stays that.
    """
    found = find_again(text, (), _full_names(knowledge))
    whole = [name for name in found if not any(_holds(mention, name) for mention in mentions)]
    kept = [mention for mention in mentions if not any(_overlap(mention, name) for name in whole)]
    return in_order([*kept, *whole])


def _holds(mention: Mention, name: Mention) -> bool:
    return mention.start <= name.start and name.end <= mention.end


def _overlap(one: Mention, other: Mention) -> bool:
    return one.start < other.end and other.start < one.end


@cache
def _full_names(knowledge: Knowledge) -> Sought:
    """Names of several words that mean one organisation, person or event."""
    return Sought((name, things[0].kind) for name, things in knowledge.things.items() if _is_full(name, things))


def _is_full(name: str, things: Sequence[Thing]) -> bool:
    words = name.split()
    is_one = len(things) == 1 and things[0].certain and things[0].kind != "LOC"
    return is_one and len(words) >= FULL_WORDS and words[0][0].isupper()


@cache
def plain_names(knowledge: Knowledge) -> Sought:
    """The names that are recognised wherever they stand, by themselves too."""
    return Sought((name, knowledge.named(name)[0].kind) for name in (*knowledge.spotted, *_nicknames(knowledge)))


def _nicknames(knowledge: Knowledge) -> Iterator[str]:
    """Teams' nicknames that are no words of the language: Dodgers, but not Dolphins."""
    for name, things in knowledge.things.items():
        is_team = len(things) == 1 and bool(things[0].sport)
        if is_team and " " not in name and name.endswith("s") and not knowledge.parts(name):
            yield name


def spellings(name: str) -> Iterable[str]:
    """A name, and other ways to write it: without a company's form, with its country as others have it."""
    yield name
    bare = name
    while (head := bare.rpartition(" "))[0] and head[2].strip(".,") in _FORMS:
        bare = head[0].rstrip(",")
        yield bare
    for short in _AMERICAN:
        if name.startswith(short):
            yield from (other + name.removeprefix(short) for other in _AMERICAN if other != short)
    if ". " in name:
        yield name.replace(". ", ".", 1)
    if name.isalpha() and len(name) <= LONGEST_SHORT:
        yield f"{name}."
    yield name.replace(" & ", " and ") if " & " in name else name.replace(" and ", " & ")


def short_forms(mentions: Iterable[Mention]) -> dict[str, str]:
    """What a story calls companies whose full names it has as well: Acme, of Acme Corp. Persons' names stay theirs."""
    named = [*mentions]
    persons = {part for mention in named if mention.kind == "PER" for part in mention.text.split()}
    full: dict[str, str] = {}
    for mention in named:
        head, _, form = mention.text.rpartition(" ")
        if mention.kind == "ORG" and form.strip(".,") in _FORMS and head.rstrip(",") not in persons:
            full.setdefault(head.rstrip(","), mention.text)
    return {mention.text: full[mention.text] for mention in named if mention.text in full}


_FORMS = frozenset(
    {"Inc", "Corp", "Corporation", "Co", "Company", "Ltd", "Limited", "PLC", "plc", "LLC", "AG", "SA", "NV", "SE"}
)
_AMERICAN = ("U.S. ", "US ", "United States ")
