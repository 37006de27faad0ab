"""Which organisations and regions of the Name Suggestion Index are known by names that mean nothing else.

Used by build.py alone. The index (npm `name-suggestion-index`, BSD-3-Clause) lists what map features are named
after: companies, agencies, services, but also school districts, bus networks and corner shops.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from wiredesk_enrichment.knowledge.things import squeezed

DICTIONARY = 110
"""A name of several words has one at least as rare as this (knowledge.Word.rarity)."""
PLAINER = 95
"""The same, where the name is also what Wikidata calls the thing: but Education Department is many a country's."""
COUNTRIES = 3
"""Named for so many countries, or for the world, is known widely."""

_NAME = re.compile(r"[A-Z0-9][\w&.'’+!/ -]*")
_BEFORE_PLACE = re.compile(
    r"\s(?:of|in|on|for|by|based|serving|owned|located|from|at|with|that|which|operating|headquartered)\s|[,;(]"
)
_NOT_A_BODY = re.compile(
    r"\b(?:flag|districts?|trust|schools?|municipal|municipality|city|town|village|borough|county|commune|comune|"
    r"prefecture|states?|province|region|island|country|settlement|ward|capital|parish|canton|bus|tram|tramway|metro|"
    r"bicycle|network|route|line|kindergartens?|landkreis|voivodeship|oblast|locality|suburb|neighbou?rhood|territory|"
    r"river|mountain|station|airport|bakery|utility|forest|park|monument|library|libraries|authority|product|name|film|"
    r"song|street|building|concession|credit union|reserve|refuge|area)\b",
    re.IGNORECASE,
)
_BODY = re.compile(r"\b(?:police|agency|department|ministry|company|bank|airline)\b", re.IGNORECASE)
_SHOPS = re.compile(
    r"\b(?:restaurants?|bakery|supermarkets?|pharmac\w+|convenience|hairdress\w+|grocery|café|cafe|pizza|pizzeria|"
    r"fast[ -]food|pubs?|coffee|retailer|furniture|shops?|stores?|clothing|beds?|optic\w*|car wash|gym|fitness|gas|petrol|"
    r"filling|estate|dealer|brand)\b",
    re.IGNORECASE,
)
_PUBLIC = re.compile(
    r"\b(?:police|agency|department|ministry|university|government|law enforcement|authority|service)\b", re.IGNORECASE
)
_REGION = re.compile(
    r"^(?:[\w-]+ )?(?:state|province|region|autonomous community|canton|prefecture|county|territory|republic)\b"
)
_WHOLE_COUNTRY = re.compile(r"[a-z]{2}|\d{3}")
_SITE = re.compile(r"https?://(?:www\.)?([a-z0-9-]+)\.(?:com?|org|net|edu|gov|[a-z]{2})(?:\.[a-z]{2})?/?")
SHORTEST_SITE = 5
"""Letters of an address by which an organisation is known."""
_TAGS = ("brand", "operator", "network")
_NAMING_TAGS = ("", ":en", ":short")
_AMERICAN = "United States "


@dataclass(slots=True)
class _Body:
    """What the index says of one Wikidata item."""

    label: str
    description: str
    places: set[str] = field(default_factory=set)
    sites: frozenset[str] = frozenset()
    """Its official addresses, without "www." and ".com"."""

    @property
    def is_wide(self) -> bool:
        """Found in the whole world or in several countries."""
        return "001" in self.places or len(self._countries) >= COUNTRIES

    @property
    def is_known(self) -> bool:
        """Wide, of a whole country and no mere shop, or a public body."""
        is_national = bool(self._countries) and _SHOPS.search(self.description) is None
        return self.is_wide or is_national or _PUBLIC.search(self.description) is not None

    @property
    def is_body(self) -> bool:
        """Whether the description begins with something that acts, and not with a place or a thing."""
        head = _BEFORE_PLACE.split(self.description, maxsplit=1)[0]
        return _NOT_A_BODY.search(head) is None or _BODY.search(head) is not None

    @property
    def _countries(self) -> list[str]:
        return [place for place in self.places if _WHOLE_COUNTRY.fullmatch(place)]


def organisations(
    index: Mapping[str, Any], wikidata: Mapping[str, Any], words: Mapping[str, tuple[int, str]], taken: Collection[str]
) -> Iterator[tuple[str, str, str, str]]:
    """(qid, label, names, addresses, both parted by "|") of each organisation that is kept, by qid.

    index and wikidata are `nsi` and `wikidata` of the package's files; words gives rarity and parts of speech;
    taken are ids and names that other tables settle.
    """
    bodies, named = _gathered(index, wikidata)
    kept: dict[str, list[str]] = defaultdict(list)
    for name, qids in named.items():
        qid = _meant(name, qids, bodies)
        if qid and qid not in taken and name not in taken and _is_plain(name, bodies[qid], words):
            kept[qid].append(name)
    sites = {qid: found for qid, found in _own_sites(bodies, words).items() if qid not in taken}
    for qid in sorted({*kept, *sites}, key=lambda qid: int(qid[1:])):
        yield qid, bodies[qid].label, "|".join(sorted(kept.get(qid, ()))), "|".join(sorted(sites.get(qid, ())))


def _own_sites(bodies: Mapping[str, _Body], words: Mapping[str, tuple[int, str]]) -> dict[str, list[str]]:
    """The addresses of bodies that only one has and that say more than one word of its name, or its initials."""
    owners: dict[str, set[str]] = defaultdict(set)
    for qid, body in bodies.items():
        for site in body.sites:
            owners[site].add(qid)
    own: dict[str, list[str]] = defaultdict(list)
    for site, qids in owners.items():
        qid = next(iter(qids))
        if len(qids) == 1 and _is_told(bodies[qid], words) and _says_name(site, bodies[qid].label):
            own[qid].append(site)
    return own


def _is_told(body: _Body, words: Mapping[str, tuple[int, str]]) -> bool:
    """A body that is known, or has an odd word in its name."""
    return bool(body.description) and body.is_body and (body.is_known or _rarest(body.label, words) >= DICTIONARY)


def _says_name(site: str, label: str) -> bool:
    first = squeezed(label.split(maxsplit=1)[0])
    initials = "".join(word[0] for word in label.split() if word[0].isupper()).lower()
    is_longer = len(site) > len(first) > 3 and site.startswith(first)
    return len(site) >= SHORTEST_SITE and (is_longer or site == initials)


def regions(
    index: Mapping[str, Any], wikidata: Mapping[str, Any], taken: Collection[str]
) -> Iterator[tuple[str, str, str, str]]:
    """(qid, country as ISO 3166 alpha-2, label, names) of states, provinces and the like, as flags are known for them."""
    found: dict[str, tuple[str, str, set[str]]] = {}
    for group in index.values():
        for item in group["items"]:
            tags, within = item["tags"], str(item["locationSet"].get("include", ("",))[0])
            qid = tags.get("subject:wikidata", "")
            told = wikidata.get(qid, {})
            if tags.get("flag:type") == "regional" and _REGION.search(told.get("description") or ""):
                country = within[:2] if within[:2].isalpha() else ""
                found[qid] = (country.upper(), told["label"], {told["label"], tags.get("subject", "")})
    for qid, (country, label, names) in sorted(found.items(), key=lambda one: int(one[0][1:])):
        plain = sorted(name for name in names if _NAME.fullmatch(name) and name not in taken)
        if qid not in taken and plain:
            yield qid, country, label, "|".join(plain)


def _gathered(index: Mapping[str, Any], wikidata: Mapping[str, Any]) -> tuple[dict[str, _Body], dict[str, set[str]]]:
    bodies: dict[str, _Body] = {}
    named: dict[str, set[str]] = defaultdict(set)
    for group in index.values():
        for item in group["items"]:
            for tag in _TAGS:
                qid = item["tags"].get(f"{tag}:wikidata", "")
                told = wikidata.get(qid, {})
                if not told.get("label"):
                    continue
                body = bodies.setdefault(qid, _Body(told["label"], told.get("description") or "", sites=_sites(told)))
                body.places.update(str(place) for place in item["locationSet"].get("include", ()))
                for name in _known_as(body.label, (item["displayName"], *_names(item["tags"], tag))):
                    named[name].add(qid)
    return bodies, named


def _sites(told: Mapping[str, Any]) -> frozenset[str]:
    found = (_SITE.fullmatch(address) for address in told.get("officialWebsites", ()))
    return frozenset(site[1].replace("-", "") for site in found if site)


def _known_as(label: str, names: Iterable[str]) -> Iterator[str]:
    """The label, and what shares a word with it: other names are often those of a part or a predecessor."""
    yield label
    if label.startswith(_AMERICAN):
        yield from (label.replace(_AMERICAN, short, 1) for short in ("U.S. ", "US "))
    words = set(label.casefold().split())
    yield from (name for name in names if words & set(name.casefold().split()))


def _names(tags: Mapping[str, str], tag: str) -> Iterator[str]:
    keys = [tag + ending for ending in _NAMING_TAGS]
    if tag == "brand":
        keys += ["name", "name:en", "short_name", "official_name"]
    yield from (tags[key] for key in keys if tags.get(key))


def _meant(name: str, qids: Collection[str], bodies: Mapping[str, _Body]) -> str | None:
    """The one thing of that name, or the one of several that Wikidata calls by it."""
    if len(qids) == 1:
        return next(iter(qids))
    called = [qid for qid in qids if bodies[qid].label == name]
    return called[0] if len(called) == 1 else None


def _is_plain(name: str, body: _Body, words: Mapping[str, tuple[int, str]]) -> bool:
    """Whether a name found in running text, as one of an organisation, can only be this one's."""
    is_latin = all(ord(letter) < 0x250 for letter in name)
    if not (_NAME.fullmatch(name) and is_latin and body.description and body.is_body and body.is_known):
        return False
    rare = _rarest(name, words)
    if " " in name:
        is_called_so = name == body.label and _PUBLIC.search(body.description) is None
        return len(name) > 5 and rare >= (PLAINER if is_called_so else DICTIONARY)
    is_everywhere = "001" in body.places
    is_listed, is_word = name.lower() in words, bool(words.get(name.lower(), (200, ""))[1])
    enough = 4 if is_everywhere or not name.isupper() else 5
    return len(name) >= enough and body.is_wide and not is_word and (is_everywhere or not is_listed)


def _rarest(name: str, words: Mapping[str, tuple[int, str]]) -> int:
    return max((words.get(part.lower(), (200, ""))[0] for part in re.findall(r"[\w'’&.+-]+", name)), default=0)
