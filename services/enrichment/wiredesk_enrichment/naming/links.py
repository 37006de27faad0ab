"""Links: which thing in the world a name stands for, where that is certain enough. No link beats a wrong one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from wiredesk_enrichment.knowledge import Knowledge, Thing

BIG_CITY = 150_000
"""Inhabitants; a smaller place is linked only where the story names its country or region."""
FAR_BIGGER = 5
"""A city so many times bigger than its namesakes is meant unless the story says otherwise."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a story names: the countries (ISO 3166 alpha-3), and all names as written and as tables have them."""

    countries: frozenset[str]
    names: frozenset[str]


def surroundings(names: Collection[str], knowledge: Knowledge) -> Surroundings:
    """The countries and names that tell which of several namesakes is meant."""
    certain = [[thing for thing in _named(name, knowledge) if thing.certain] for name in names]
    told = [things[0] for things in certain if len(things) == 1 and things[0].country]
    usual = (thing.name.removesuffix(" State") for thing in told)
    return Surroundings(frozenset(thing.country for thing in told), frozenset((*names, *usual)))


def _named(name: str, knowledge: Knowledge) -> tuple[Thing, ...]:
    """Everything of that name, or of the short form that has lost its full stop: Calif."""
    return knowledge.named(name) or knowledge.named(f"{name}.")


def link(name: str, kind: str, around: Surroundings, knowledge: Knowledge) -> Thing | None:
    """The thing of that name and kind, or None where the name alone does not settle it."""
    things = knowledge.named(name)
    if things and things[0].own:
        return things[0]
    certain = [thing for thing in things if thing.certain]
    if kind == "ORG" and _is_anybodys(name, things, knowledge):
        return None
    if len(certain) == 1 and _agrees(certain[0], kind, name, knowledge):
        return certain[0]
    if len(certain) > 1:
        near = [thing for thing in certain if thing.country in around.countries]
        return near[0] if len(near) == 1 and near[0].kind == kind else None
    if kind == "PER" and not things:
        return knowledge.surnames.get(name)
    if kind == "ORG" and not things:
        return knowledge.at_site(name)
    places = tuple(thing for thing in things if thing.kind == "LOC" and not thing.certain)
    return _place(places, around) if kind == "LOC" else None


def _is_anybodys(name: str, things: tuple[Thing, ...], knowledge: Knowledge) -> bool:
    """Whether a ministry's name could be that of any country: the table has only one country's."""
    is_told = any(thing.country for thing in things) or any(
        word in knowledge.demonyms or knowledge.named(word) for word in name.split()
    )
    return name.startswith("Ministry of ") and not is_told


def is_region(region: Thing | str, knowledge: Knowledge) -> bool:
    """Whether a thing or a name is that of a state, province or the like in which places of the tables lie."""
    return _usual(region) in _regions(knowledge)


def _usual(region: Thing | str) -> str:
    return (region if isinstance(region, str) else region.name).removesuffix(" State")


def in_region(place: Thing, region: Thing | str, name: str, knowledge: Knowledge) -> Thing | None:
    """The place of that name in the region or country that the story puts after it: "Decatur, Ga." is not in Alabama."""
    if not place.region:
        return place
    told = _usual(region)
    namesakes = (*knowledge.named(name), *knowledge.named(place.name))
    if isinstance(region, Thing) and region in _countries(knowledge):
        fitting = [place] if place.country == region.country else [o for o in namesakes if o.country == region.country]
    elif told in _regions(knowledge):
        fitting = [place] if place.region == told else [other for other in namesakes if other.region == told]
    else:
        fitting = [place]
    return fitting[0] if fitting else None


@cache
def _countries(knowledge: Knowledge) -> frozenset[Thing]:
    return frozenset(knowledge.capitals.values())


@cache
def _regions(knowledge: Knowledge) -> frozenset[str]:
    return frozenset(thing.region for things in knowledge.things.values() for thing in things)


def _agrees(thing: Thing, kind: str, name: str, knowledge: Knowledge) -> bool:
    """The model calls it the same kind, or the name is so plain that the model is overruled."""
    return thing.kind == kind or (name in knowledge.spotted and kind != "NORP")


def _place(places: tuple[Thing, ...], around: Surroundings) -> Thing | None:
    """The city meant: the one whose region or country the story names, else the only big one."""
    if not places:
        return None
    in_region = [place for place in places if place.region in around.names]
    if len(in_region) == 1:
        return in_region[0]
    in_country = [place for place in places if place.country in around.countries]
    if len(places) == 1 and in_country:
        return places[0]
    first, *others = sorted(places, key=lambda place: -place.population)
    is_far_bigger = all(first.population >= FAR_BIGGER * other.population for other in others)
    return first if first.population >= BIG_CITY and is_far_bigger else None
