"""Where a name begins and ends: initials and nicknames inside it, two places that ran together, the longer place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise

from wiredesk_enrichment.knowledge import Knowledge
from wiredesk_enrichment.naming.mentions import Mention, Sought, find_again, in_order

_SURNAME = r"[A-ZÀ-ÖØ-Þ][\w'’-]+"
_AFTER_INITIAL = re.compile(rf"\.?\s{_SURNAME}(?:\s(?:Jr|Sr)\.)?")
_ENDS_IN_INITIAL = re.compile(r"\s[A-Z]\.?$")
_NICKNAME = re.compile(rf"\s[\"“'‘]{_SURNAME}(?:\s(?:{_SURNAME}|the|of|el|la)){{0,3}}[\"”'’]\s{_SURNAME}")
_PARTICLE = re.compile(rf"\s(?:(?:al|el|ad|as|ash|ul|ur)-|(?:bin|ibn|bint)\s(?:[Aa]l[- ])?){_SURNAME}")
_IN_NICKNAME = re.compile(r"\s[\"“][^\"”]*$")


def mend_edges(text: str, mentions: Sequence[Mention], knowledge: Knowledge) -> list[Mention]:
    """The mentions with their ends set right; what an extended one now covers is gone."""
    mended = [_extended(text, part) for mention in mentions for part in _parted(mention, knowledge)]
    mended = [*mended, *_named_like_places(text, in_order(mended), knowledge)]
    longer = list(_longer_places(text, mended, knowledge))
    return in_order([*longer, *mended])


def _extended(text: str, mention: Mention) -> Mention:
    """A person's name goes on after an initial, a nickname in quotes and an Arabic article."""
    if mention.kind != "PER":
        return mention
    more = None
    if _ENDS_IN_INITIAL.search(mention.text):
        more = _AFTER_INITIAL.match(text, mention.end)
    begun = _IN_NICKNAME.search(mention.text)
    more = more or _NICKNAME.match(text, mention.start + begun.start() if begun else mention.end)
    more = more or _PARTICLE.match(text, mention.end)
    return _till(text, mention, more.end()) if more else mention


def _named_like_places(text: str, mentions: Sequence[Mention], knowledge: Knowledge) -> Iterator[Mention]:
    """Persons whose first name is a country's, which the model took for two: Israel Adesanya."""
    for first, last in pairwise(mentions):
        is_name = first.kind == "LOC" and last.kind == "PER" and text[first.end : last.start] == " "
        is_country = any(thing.certain and thing.kind == "LOC" for thing in knowledge.named(first.text))
        if is_name and is_country and not {" ", "."} & {*first.text, *last.text} and not first.text.isupper():
            yield replace(last, start=first.start, text=text[first.start : last.end])


def _till(text: str, mention: Mention, end: int) -> Mention:
    return replace(mention, end=end, text=text[mention.start : end])


def _parted(mention: Mention, knowledge: Knowledge) -> Iterator[Mention]:
    """The two places of "Sandholm, Norway": the second is a country's or a region's name."""
    first, comma, last = mention.text.rpartition(", ")
    is_known = any(thing.certain and thing.kind == "LOC" for thing in knowledge.named(last))
    if comma and is_known and mention.kind in ("LOC", "ORG"):
        middle = mention.start + len(first)
        yield replace(mention, end=middle, text=first)
        yield replace(mention, start=middle + len(comma), text=last, kind="LOC")
    else:
        yield mention


def _longer_places(text: str, mentions: Iterable[Mention], knowledge: Knowledge) -> Iterator[Mention]:
    """Known places whose names begin with one that was found: Frankfurt is Frankfurt am Main."""
    places = {mention.start: mention for mention in mentions if mention.kind == "LOC"}
    for known in find_again(text, (), _long_places(knowledge)):
        found = places.get(known.start)
        if found is not None and found.end < known.end:
            yield replace(known, score=found.score)


@cache
def _long_places(knowledge: Knowledge) -> Sought:
    named = (
        (name, things[0].kind) for name, things in knowledge.things.items() if " " in name and things[0].kind == "LOC"
    )
    return Sought(named)
