"""Places told by the region behind them: in a story of Paris, Texas, the name means that town wherever it stands."""

from __future__ import annotations

import re
from collections.abc import Sequence

from wiredesk_enrichment.knowledge import Knowledge, Thing
from wiredesk_enrichment.naming.links import in_region, is_region
from wiredesk_enrichment.naming.mentions import Mention

_Following = tuple[Mention, Thing | None]
BIG = 100_000
"""Inhabitants; a village has fewer."""
_LAST_OF_ALL = re.compile(r"\.?(?:,\s+(?!(?:and|or)\b)[a-z]|\s*[.;:)\n(—–]|$)")
"""Behind the region of "in Rome, New York, nobody laughs"; a list ("in Rome, New York and Tokyo") goes on."""
_VILLAGE = re.compile(r"\b(?:village|hamlet|settlement|township|ranch|farm)\s+(?:of|called|named|known\s+as)\s+$")


def with_regions(
    mentions: Sequence[Mention], things: Sequence[Thing | None], text: str, knowledge: Knowledge
) -> list[Thing | None]:
    """The things, with the place that lies in the region named right after it where that tells of several.

    What a name is first told to be it stays, where the story does not use it for another place before.
    """
    told: list[Thing | None] = []
    stays: dict[Thing, Thing | None] = {}
    behind = [*zip(mentions[1:], things[1:], strict=True), None][: len(mentions)]
    for mention, thing, following in zip(mentions, things, behind, strict=True):
        if thing is None:
            told.append(None)
            continue
        meant = _village(mention, thing, text) and _in_its_region(mention, thing, following, text, knowledge)
        first = stays.setdefault(thing, meant)
        told.append(first if meant == thing else meant)
    return [
        _state(mention.text, knowledge) if at and _is_state_behind(mentions, things, at, text, knowledge) else thing
        for at, (mention, thing) in enumerate(zip(mentions, told, strict=True))
    ]


def _is_state_behind(
    mentions: Sequence[Mention], things: Sequence[Thing | None], at: int, text: str, knowledge: Knowledge
) -> bool:
    """Whether a name that a state shares with its city stands behind a place: "Rome, New York"."""
    place, name, city = things[at - 1], mentions[at], things[at]
    is_behind = (
        text[mentions[at - 1].end : name.start].strip() == "," and _LAST_OF_ALL.match(text, name.end) is not None
    )
    is_city = city is not None and bool(city.region) and is_region(name.text, knowledge)
    return is_behind and is_city and place is not None and place.kind == "LOC"


def _state(name: str, knowledge: Knowledge) -> Thing | None:
    named = [*knowledge.named(name), *knowledge.named(f"{name} State")]
    return next((thing for thing in named if thing.kind == "LOC" and thing.certain and not thing.population), None)


def _village(mention: Mention, thing: Thing, text: str) -> Thing | None:
    """The thing, unless it is a city and the name a village's."""
    is_city = thing.kind == "LOC" and not (thing.region and thing.population < BIG)
    is_of_village = _VILLAGE.search(text, max(0, mention.start - 40), mention.start) is not None
    return None if is_city and is_of_village else thing


def _in_its_region(
    mention: Mention, thing: Thing, following: _Following | None, text: str, knowledge: Knowledge
) -> Thing | None:
    if thing.kind != "LOC" or following is None or text[mention.end : following[0].start].strip() != ",":
        return thing
    name, region = following
    if region is None:
        return thing
    is_last = _LAST_OF_ALL.match(text, name.end) is not None
    if not is_region(region, knowledge) and is_region(name.text, knowledge):
        return in_region(thing, name.text, mention.text, knowledge) if is_last else thing
    if not thing.region:
        is_elsewhere = is_region(region, knowledge) and region.country != thing.country
        return None if is_elsewhere and is_last else thing
    return in_region(thing, region, mention.text, knowledge)
