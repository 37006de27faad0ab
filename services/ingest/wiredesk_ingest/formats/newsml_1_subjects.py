"""What a NewsML 1.x news item is about: subject codes, topics, places, keywords, and what it is meant for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lxml import etree
from wiredesk_core.item import Party, Subject

from wiredesk_ingest.formats.markup import local, plain
from wiredesk_ingest.formats.newsml_1_parts import Component, fold, formal_name, language_said, properties_of
from wiredesk_ingest.formats.vocabulary import distinct, subject_of

IPTC_CODE = re.compile(r"\d{8}")
IPTC_SCHEME = "subj"
KEYWORDS = re.compile(r"(?:.*key ?words?|tags?|.*hashtags?|catchwords?|mots?cles?|descriptors?)")
"""Folded names of properties that hold keywords."""
IDENTIFIERS = re.compile(r"isin|ticker(?:symbol)?|ric|lei|sedol|cusip|wkn|cik")
"""Folded names of properties that name a company or a security by a code."""
PEOPLE = frozenset({"person", "people", "individual"})
ORGANISATIONS = frozenset({"company", "organisation", "organization", "party", "team", "institution"})
PLACES = frozenset({"location", "place", "country", "city", "geography", "geographicarea", "worldregion", "region"})
CITIES = ("city", "town", "place")
COUNTRIES = ("country", "countryname", "countrycode")
CODE = re.compile(r"[A-Z]{2,3}")


@dataclass(frozen=True, slots=True)
class Topic:
    """An entry of a TopicSet in the same document: its kinds (folded), code, scheme, and names by language."""

    kinds: frozenset[str]
    code: str
    scheme: str
    names: Mapping[str, str] = field(default_factory=dict)

    def name(self, language: str) -> str | None:
        """In this language, else in any."""
        return self.names.get(language) or next(iter(self.names.values()), None)


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics of a document, by the id that holds within it and by code."""

    by_id: Mapping[str, Topic]
    by_code: Mapping[str, Topic]


@dataclass(frozen=True, slots=True)
class About:
    """What an item is about, in the item's own fields."""

    subjects: tuple[Subject, ...]
    people: tuple[Party, ...]
    organisations: tuple[Party, ...]
    places: tuple[Party, ...]
    keywords: tuple[str, ...]
    categories: tuple[str, ...]


def topics_of(root: etree._Element) -> Topics:
    """All topics that the document itself describes; catalogs that lie elsewhere are never opened."""
    by_id: dict[str, Topic] = {}
    by_code: dict[str, Topic] = {}
    for element in root.iter(etree.Element):
        if local(element) == "topic":
            topic = _topic(element)
            by_id[f"#{element.get('Duid') or ''}"] = topic
            by_code.setdefault(topic.code, topic)
    return Topics(by_id, by_code)


def _topic(element: etree._Element) -> Topic:
    kinds = frozenset(fold(formal_name(e)) for e in element if local(e) == "topictype")
    code = next((e for e in element if local(e) == "formalname"), None)
    described = [e for e in element if local(e) == "description" and plain(e)]
    described.sort(key=lambda e: (e.get("Variant") or "Name").lower() != "name")
    names: dict[str, str] = {}
    for e in described:
        names.setdefault(language_said(e).partition("-")[0], plain(e))
    return Topic(kinds, plain(code), "" if code is None else code.get("Scheme") or "", names)


def about(components: Sequence[Component], topics: Topics, language: str) -> About:
    """What these components say, from the inner to the outer."""
    subjects = [s for c in components for e in c.metadata("subjectcode") for s in _codes(e, topics, language)]
    properties = [pair for component in components for pair in component.properties()]
    named = [topics.by_id[ref] for ref in _occurrences(components) if ref in topics.by_id]
    others = PEOPLE | ORGANISATIONS | PLACES
    return About(
        subjects=tuple(
            dict.fromkeys(
                [
                    *subjects,
                    *(s for topic in named if not topic.kinds & others for s in _as_subject(topic, language)),
                    *(
                        Subject(code=value, scheme=name.removesuffix("symbol"))
                        for name, value in properties
                        if IDENTIFIERS.fullmatch(name)
                    ),
                ]
            )
        ),
        people=_parties(named, PEOPLE, language),
        organisations=_parties(named, ORGANISATIONS, language),
        places=tuple(dict.fromkeys([*_places(components), *_parties(named, PLACES, language)])),
        keywords=_keywords(components, properties),
        categories=_categories(components),
    )


def _codes(element: etree._Element, topics: Topics, language: str) -> Iterator[Subject]:
    """The subjects of one SubjectCode, whose children say how fine they are."""
    for each in element if len(element) else (element,):
        code = (each.get("FormalName") or "").strip()
        topic = topics.by_code.get(code)
        scheme = (each.get("Scheme") or each.get("Vocabulary") or "").strip()
        found = subject_of(code, topic.name(language) if topic else plain(each) or None, _scheme(code, scheme))
        if found is not None:
            yield found


def _scheme(code: str, said: str) -> str | None:
    """Eight digits are the IPTC's subject codes, unless the wire says something else."""
    if IPTC_CODE.fullmatch(code) and (not said or "iptc" in said.lower() or said.startswith(("#", "urn:newsml:iptc"))):
        return IPTC_SCHEME
    return said or None


def _as_subject(topic: Topic, language: str) -> Iterator[Subject]:
    found = subject_of(topic.code, topic.name(language), _scheme(topic.code, topic.scheme))
    if found is not None:
        yield found


def _occurrences(components: Sequence[Component]) -> Iterator[str]:
    return ((e.get("Topic") or "").strip() for c in components for e in c.metadata("topicoccurrence"))


def _parties(topics: Sequence[Topic], kinds: frozenset[str], language: str) -> tuple[Party, ...]:
    found = ((topic.name(language) or topic.code, topic.code) for topic in topics if topic.kinds & kinds)
    return tuple(dict.fromkeys(Party(name=name, code=code or None) for name, code in found if name))


def _places(components: Sequence[Component]) -> Iterator[Party]:
    """The city and the country of each location, and those that stand in the metadata itself."""
    for component in components:
        for location in component.metadata("location"):
            yield from _place(dict(reversed([*properties_of(location), *_children(location)])))
        beside = [
            (fold(e.get("FormalName") or ""), (e.get("Value") or "").strip())
            for part in component.sections.get("descriptivemetadata", ())
            for e in part
            if local(e) == "property"
        ]
        yield from _place(dict(reversed(beside)))


def _children(location: etree._Element) -> Iterator[tuple[str, str]]:
    return ((local(e), formal_name(e)) for e in location if local(e) not in {"", "property"})


def _place(said: Mapping[str, str]) -> Iterator[Party]:
    city = next((said[name] for name in CITIES if said.get(name)), "")
    country = next((said[name] for name in COUNTRIES if said.get(name)), "")
    if city:
        yield Party(name=city)
    if country:
        yield Party(name=country, code=country if CODE.fullmatch(country) else None)


def city_of(components: Sequence[Component]) -> str | None:
    """The first city that the metadata names: where the story was written, as a rule."""
    locations = [e for c in components for e in c.metadata("location")]
    locations.sort(key=lambda e: (e.get("HowPresent") or "").lower() not in {"origin", "originatedfrom", "dateline"})
    said = [dict(reversed([*properties_of(e), *_children(e)])) for e in locations]
    said += [dict(component.properties()) for component in components]
    return next((place[name] for place in said for name in CITIES if place.get(name)), None)


def _keywords(components: Sequence[Component], properties: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    lines = [plain(line) for component in components for line in component.lines("keywordline")]
    values = [value for name, value in properties if KEYWORDS.fullmatch(name)]
    return distinct([word for text in (*lines, *values) for word in re.split(r"\s*[,;]\s*", text)])


def _categories(components: Sequence[Component]) -> tuple[str, ...]:
    """A provider's own categories beside its subject codes, and the audiences that the story is meant for."""
    codes = (e for c in components for part in c.metadata("subjectcode") for e in part)
    categories = [e.get("cat") or e.get("Category") or "" for e in codes]
    audiences = [formal_name(e) for c in components for e in c.metadata("ofinterestto")]
    return distinct([*categories, *audiences])
