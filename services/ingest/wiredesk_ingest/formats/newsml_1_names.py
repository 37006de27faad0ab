"""Names of NewsML 1.x news items: one for the story through all its revisions, and the revision apart from it.

The formal identifier (specification 1.2, section 5.5.1) is `urn:newsml:provider:date:item:revision`, the revision
followed by N, U or A for a whole item, a set of changes or management data alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from lxml import etree
from wiredesk_core.item import ParseWarning

from wiredesk_ingest.formats.agency_names import story_key
from wiredesk_ingest.formats.dates import moment
from wiredesk_ingest.formats.markup import local, plain
from wiredesk_ingest.formats.plain_text import content_uri
from wiredesk_ingest.formats.vocabulary import distinct
from wiredesk_ingest.providers import Profile

URN = "urn:newsml:"
REVISED = re.compile(rf"(?i:{URN})(?:[^:]*:){{2}}.+(?=:\d{{1,18}}[A-Z]?$)")
"""A formal identifier up to its revision."""
PARTS_OF_A_NAME = 3
OWN_ID = re.compile(r"(?:news)?(?:object|story|item|document|doc|article|guid)id")
"""Folded names of properties by which providers call their item."""


@dataclass(frozen=True, slots=True)
class Names:
    """uri of the story, revision of this state of it, other names; update: N, U, A or what the wire says."""

    uri: str
    revision: str
    update: str
    aliases: tuple[str, ...] = ()
    warnings: tuple[ParseWarning, ...] = ()


def names_of(item: etree._Element, profile: Profile) -> Names:
    """What a NewsItem calls itself."""
    said = {local(e): e for e in _identifier(item)}
    provider, date, number, public = (
        plain(said.get(name)) for name in ("providerid", "dateid", "newsitemid", "publicidentifier")
    )
    revision = said.get("revisionid")
    version, public_story = _revision(plain(revision), public)
    warnings: list[ParseWarning] = []
    if number:
        day = "" if profile.dateless_ids else date
        uri = URN + ":".join(part for part in (provider or profile.name, day, number) if part)
    elif public.count(":") > PARTS_OF_A_NAME:
        uri = public_story
        warnings.append(ParseWarning(code="uri_from_public_identifier", detail="NewsItemId is empty"))
    else:
        uri = content_uri("".join(str(text) for text in item.itertext()))
        warnings.append(ParseWarning(code="uri_missing", detail="NewsItemId is empty; named by its content"))
    return Names(
        uri,
        version,
        "" if revision is None else (revision.get("Update") or "").strip().upper(),
        tuple(name for name in distinct([public, public_story]) if name != uri and _is_own(name, number)),
        tuple(warnings),
    )


def _is_own(name: str, number: str) -> bool:
    """Whether a public identifier names this item: some providers put the same one on all of theirs."""
    return number in name if number else name.count(":") > PARTS_OF_A_NAME


def _identifier(item: etree._Element) -> Iterator[etree._Element]:
    identification = (part for part in item if local(part) == "identification")
    return (e for part in identification for each in part if local(each) == "newsidentifier" for e in each)


def _revision(revision: str, public: str) -> tuple[str, str]:
    """The revision, and the public identifier without it."""
    for end in ([f":{revision}", *(f":{revision}{letter}" for letter in "NUAD")]) if revision else ():
        if public.endswith(end):
            return revision, public.removesuffix(end)
    revised = REVISED.match(public)
    if not revised:
        return revision, public
    return revision or re.sub(r"[A-Z]$", "", public[revised.end() + 1 :]), revised[0]


def story_named(reference: str) -> str:
    """The story that a reference to a news item means, whatever revision it names."""
    name = reference.strip()
    if not name.lower().startswith("urn:") and name.count(":") >= PARTS_OF_A_NAME - 1 and "/" not in name:
        name = URN + name
    revised = REVISED.match(name)
    return revised[0] if revised else name


def label_of(item: etree._Element, name: str) -> str:
    """One of the labels in the identification: NameLabel, DateLabel."""
    parts = (e for part in item if local(part) == "identification" for e in part)
    return next((plain(e) for e in parts if local(e) == name and plain(e)), "")


def other_names(
    item: etree._Element, properties: Sequence[tuple[str, str]], filed: datetime | None, profile: Profile
) -> tuple[str, ...]:
    """Ids in its metadata, and the key of its story on that day, made of its label as of a slug."""
    ids = [value for name, value in properties if OWN_ID.fullmatch(name)]
    said = {local(e): plain(e) for e in _identifier(item)}
    label = label_of(item, "namelabel")
    key = story_key(profile.scope, said.get("providerid", ""), label, filed.date()) if label and filed else ""
    return distinct([*ids, key])


def moving_date(item: etree._Element, management: Mapping[str, etree._Element], profile: Profile) -> bool:
    """Whether the date in the name is the time of this revision and not of the first: then it names no story."""
    said = next((plain(e) for e in _identifier(item) if local(e) == "dateid"), "")
    this, first = (plain(management.get(name)) for name in ("thisrevisioncreated", "firstcreated"))
    times = [moment(text, profile.zone) for text in (said, this, first)]
    return "T" in said and None not in times and times[0] == times[1] != times[2]
