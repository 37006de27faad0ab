"""Persons, organisations, places, nationalities and events of the story: one entity a thing, with all its mentions."""

from __future__ import annotations

import re
from base64 import b32encode
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import pairwise
from typing import Any

from wiredesk_enrichment.knowledge import Knowledge, Thing
from wiredesk_enrichment.naming.abroad import places_abroad
from wiredesk_enrichment.naming.capitals import stands_for_government
from wiredesk_enrichment.naming.clubs import is_college, is_nickname, named_by_role, team_meant
from wiredesk_enrichment.naming.dateline import find_dateline, heed_dateline
from wiredesk_enrichment.naming.demonyms import country_meant
from wiredesk_enrichment.naming.edges import mend_edges
from wiredesk_enrichment.naming.games import game_of
from wiredesk_enrichment.naming.kinds import weigh_signs
from wiredesk_enrichment.naming.known import make_whole, plain_names, short_forms, spellings
from wiredesk_enrichment.naming.links import Surroundings, link, surroundings
from wiredesk_enrichment.naming.mentions import Mention, Sought, find_again, in_order, tidy, vote
from wiredesk_enrichment.naming.persons import full_names, named_by_title, spread_surnames
from wiredesk_enrichment.naming.regions import with_regions
from wiredesk_enrichment.naming.teams import is_plainly_a_place, is_sport
from wiredesk_enrichment.story import Enricher, Models, Name, Skipped, Story, Values

_NATURE = re.compile(
    r"\s(?:river|rainforest|forest|jungle|basin|delta|valley|desert|coast|peninsula|islands?|lake|mountains?)\b"
)
LINKED_SCORE = 0.95
TELLING = 125
"""A single word as rare as this is looked for again throughout the story."""


@dataclass(frozen=True, slots=True)
class _Key:
    """What makes two mentions one entity: the thing they link to, or kind and normalised name."""

    kind: str
    name: str
    thing: Thing | None = None


def find_entities(story: Story, models: Models) -> Values:
    """Entities, the most salient first; offsets into the text.

    By the reader's names; in languages that it does not read only countries and capitals, by what they are called there.
    """
    code = story.values["language"]["code"]
    if code in models.knowledge.abroad and code != models.reader.language:
        return {"entities": _abroad(story, code, models.knowledge)}
    if code != models.reader.language:
        raise Skipped(f"no model and no names of places for {code}")
    mentions = settle(story.text, story.names, models.knowledge)
    return {"entities": entities_of(mentions, story.text, story.item.headline, models.knowledge)}


def _abroad(story: Story, code: str, knowledge: Knowledge) -> list[dict[str, Any]]:
    found = places_abroad(story.text, code, knowledge)
    most = max(map(len, found.values()), default=1)
    entities = [
        _entity(_Key("LOC", thing.name, thing), group, len(story.text), most, story.item.headline)
        for thing, group in found.items()
    ]
    return sorted(entities, key=_by_salience)


def settle(text: str, names: Sequence[Name], knowledge: Knowledge) -> list[Mention]:
    """The reader's names made tidy, of one kind a story, with the mentions that it overlooked."""
    mentions = heed_dateline(text, mend_edges(text, tidy(text, names), knowledge), knowledge)
    mentions = in_order(weigh_signs(text, list(_parted(mentions, knowledge)), knowledge))
    mentions = named_by_title(text, mentions)
    mentions = named_by_role(text, make_whole(text, vote(mentions), knowledge), knowledge)
    mentions = spread_surnames(text, mentions, knowledge)
    shorts = short_forms(mentions)
    mentions = [_overruled(m if m.text not in shorts else replace(m, kind="ORG"), knowledge) for m in mentions]
    return find_again(text, mentions, plain_names(knowledge), Sought(_telling(mentions, knowledge)))


def _parted(mentions: Iterable[Mention], knowledge: Knowledge) -> Iterable[Mention]:
    """A place that ran into a person's name ("Pyongyang Alexander Matsegora") stands by itself."""
    for mention in mentions:
        first, _, rest = mention.text.partition(" ")
        places = knowledge.named(first)
        if (
            mention.kind == "PER"
            and rest.count(" ") >= 1
            and places
            and places[0].kind == "LOC"
            and _is_city(places[0])
        ):
            cut = mention.start + len(first)
            yield replace(mention, end=cut, text=first, kind="LOC")
            yield replace(mention, start=mention.end - len(rest), text=rest)
        else:
            yield mention


def _is_city(place: Thing) -> bool:
    return place.certain or place.population >= 2_000_000


def _overruled(mention: Mention, knowledge: Knowledge) -> Mention:
    """Plain names of countries and institutions are what they are, whatever the model says."""
    if mention.text in knowledge.spotted and mention.kind != "NORP":
        return replace(mention, kind=knowledge.named(mention.text)[0].kind, score=LINKED_SCORE)
    return mention


def _telling(mentions: Sequence[Mention], knowledge: Knowledge) -> Iterable[tuple[str, str]]:
    """What the model saw in this story and may have overlooked elsewhere in it."""
    for mention in mentions:
        is_telling = " " in mention.text or knowledge.rarity(mention.text) >= TELLING
        if mention.kind in ("PER", "ORG", "LOC") and is_telling:
            yield mention.text, mention.kind


def entities_of(mentions: Sequence[Mention], text: str, headline: str, knowledge: Knowledge) -> list[dict[str, Any]]:
    """One entity for each thing that the mentions name."""
    around = surroundings({mention.text for mention in mentions}, knowledge)
    fuller = {
        **short_forms(mentions),
        **_acronyms(mentions, text),
        **full_names(mentions),
        **_plain_cities(text, knowledge),
    }
    things = [
        None if _is_of_nature(text, mention) else _thing(mention, fuller, around, knowledge) for mention in mentions
    ]
    things = _with_teams(mentions, with_regions(mentions, things, text, knowledge), text, knowledge)
    groups: dict[_Key, list[Mention]] = defaultdict(list)
    for mention, thing in zip(mentions, things, strict=True):
        if thing is not None:
            groups[_Key(thing.kind, thing.name, thing)].append(mention)
        else:
            groups[_Key(mention.kind, normalised(fuller.get(mention.text, mention.text)))].append(mention)
    most = max(map(len, groups.values()), default=1)
    entities = [
        _entity(key, group, len(text), most, headline) | _government(key, group, text, knowledge)
        for key, group in groups.items()
    ]
    return sorted(entities, key=_by_salience)


def _is_of_nature(text: str, mention: Mention) -> bool:
    """Whether what is named like a company is a water or a wood: "the Amazon river"."""
    return mention.kind == "ORG" and _NATURE.match(text, mention.end) is not None


def _by_salience(entity: Mapping[str, Any]) -> tuple[float, int]:
    return -entity["salience"], entity["mentions"][0]["start"]


def _plain_cities(text: str, knowledge: Knowledge) -> dict[str, str]:
    """The dateline's places as written there, and their names in ordinary letters."""
    dateline = find_dateline(text, knowledge)
    return {place.name: place.plain for place in dateline.places} if dateline else {}


def _team_names(mentions: Sequence[Mention], text: str, knowledge: Knowledge) -> set[int]:
    """Where a place's name does not mean the place: the offsets at which those mentions start."""
    sport = is_sport(text)
    dateline = find_dateline(text, knowledge)
    placed = {place.start for place in dateline.places} if dateline else set()
    starts = {mention.start for mention in mentions}
    return {
        m.start
        for m in mentions
        if m.start not in placed
        and not is_plainly_a_place(text, m.start, m.end, sport=sport, before_name=m.end + 1 in starts)
    }


def _with_teams(
    mentions: Sequence[Mention], things: Sequence[Thing | None], text: str, knowledge: Knowledge
) -> list[Thing | None]:
    """The things, with the team where a place or a nickname means one; nothing where it is not certain which."""
    teams = _team_names(mentions, text, knowledge)
    game = game_of(text, (thing for thing in things if thing and thing.sport))
    known = not is_college(text)
    return [
        (team_meant(text, mention, game, knowledge) if known else None)
        if (mention.start in teams and (thing is None or thing.kind == "LOC"))
        or (thing is None and mention.kind == "ORG" and is_nickname(mention.text, knowledge))
        else thing
        for mention, thing in zip(mentions, things, strict=True)
    ]


def _thing(mention: Mention, fuller: Mapping[str, str], around: Surroundings, knowledge: Knowledge) -> Thing | None:
    """What the mention links to, by the fullest name that the story has for it, or by its own."""
    full = fuller.get(mention.text, mention.text)
    names = _persons_names(full) if mention.kind == "PER" else (*spellings(full), *spellings(mention.text))
    return next((thing for name in names if (thing := link(name, mention.kind, around, knowledge))), None)


def _persons_names(full: str) -> tuple[str, ...]:
    """A person's full name, and that without what is between first and last: a surname alone could be another's."""
    parts = full.split()
    return (full, f"{parts[0]} {parts[-1]}") if len(parts) > 2 else (full,)


def normalised(name: str) -> str:
    """A name without case, stops and doubled spaces: equal for spellings of one name."""
    return " ".join(re.sub(r"[.,]", "", name).casefold().split())


def local_id(kind: str, name: str) -> str:
    """The same id for the same name of the same kind, in every story."""
    digest = sha256(f"{kind}\n{normalised(name)}".encode("utf-8", "surrogatepass")).digest()
    return "local:" + b32encode(digest).decode("ascii").lower()[:16]


def _entity(key: _Key, group: Sequence[Mention], length: int, most: int, headline: str) -> dict[str, Any]:
    name = key.thing.name if key.thing else _best_name(group)
    in_headline = any(mention.text in headline for mention in group)
    early = 1 - group[0].start / max(length, 1)
    salience = 0.5 * len(group) / most + 0.35 * early + (0.15 if in_headline else 0.0)
    return {
        "id": key.thing.qid if key.thing else local_id(key.kind, key.name),
        "type": key.kind,
        "name": name,
        "salience": round(salience, 4),
        "score": LINKED_SCORE if key.thing else round(sum(m.score for m in group) / len(group), 4),
        "mentions": [{"start": m.start, "end": m.end, "text": m.text, "score": m.score} for m in group],
    }


def _government(key: _Key, group: Sequence[Mention], text: str, knowledge: Knowledge) -> dict[str, str]:
    """`stands_for`: the country, where its capital is used for the government, or a nationality for its people."""
    if key.thing is None and group[0].text in knowledge.demonyms:
        country = country_meant(group[0].text, text, group, knowledge)
    else:
        capital = knowledge.capitals.get(key.thing.qid) if key.thing else None
        country = capital if capital is not None and stands_for_government(text, group) else None
    return {"stands_for": country.qid} if country is not None else {}


def _best_name(group: Sequence[Mention]) -> str:
    """The fullest way in which the story names it; the commonest of equals."""
    counts = Counter(mention.text for mention in group)
    return max(counts, key=lambda name: (len(name.split()), counts[name], len(name)))


def _acronyms(mentions: Sequence[Mention], text: str) -> dict[str, str]:
    """Acronyms of organisations that the story also names in full, whatever letters stand in brackets behind that."""
    full: dict[str, str] = {}
    for mention, short in pairwise(mentions):
        between, behind = text[mention.end : short.start], text[short.end : short.end + 1]
        is_short = short.text.isupper() and len(short.text) > 2 and {mention.kind, short.kind} == {"ORG"}
        if is_short and between == " (" and behind == ")" and " " in mention.text:
            full.setdefault(short.text, mention.text)
    for mention in mentions:
        initials = "".join(word[0] for word in mention.text.split() if word[0].isupper())
        if mention.kind in ("ORG", "LOC") and len(initials) > 1:
            full.setdefault(initials, mention.text)
    shorts = {mention.text for mention in mentions if mention.kind in ("ORG", "LOC") and " " not in mention.text}
    return {short: full[short.replace(".", "")] for short in shorts if short.replace(".", "") in full}


ENTITIES = Enricher(
    "entities", 8, frozenset({"cleaning", "language"}), find_entities,
    model=lambda models: models.reader.model, reads=True, uses=frozenset({"text", "language", "item.headline"}),
)  # fmt: skip
