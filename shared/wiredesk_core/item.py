"""The item: what a wire says, in our words, before anybody adds to it.

An Item is one version of a story as one wire carried it. It is immutable; corrections, kills and embargoes
are further versions, folded together in lifecycle.py.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from wiredesk_core.identity import sha256_of
from wiredesk_core.moments import utc

Moment = Annotated[datetime, AfterValidator(utc)]
"""An aware point in time, kept in UTC; a value without a zone is taken as UTC."""


class Frozen(BaseModel):
    """Immutable value; readers ignore fields they do not know yet, so messages may grow."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class ItemType(StrEnum):
    """What kind of news object it is (IPTC ninature, plus `advisory`: notes to editors without news content)."""

    text = "text"
    picture = "picture"
    graphic = "graphic"
    audio = "audio"
    video = "video"
    composite = "composite"
    event = "event"
    planning = "planning"
    concept = "concept"
    advisory = "advisory"


class Status(StrEnum):
    """Publishing status of one version as its provider set it (IPTC pubStatus)."""

    usable = "usable"
    withheld = "withheld"
    canceled = "canceled"


class Dateline(Frozen):
    """Where and when the story was written: `text` as printed, and what could be read from it."""

    text: str
    place: str | None = None
    date: Moment | None = None


class Subject(Frozen):
    """A code from a vocabulary: `code` within `scheme` (a qcode prefix or URI), `name` as the wire gives it."""

    code: str
    scheme: str | None = None
    name: str | None = None


class Party(Frozen):
    """A person, organisation or place that the provider named, with the provider's own identifier."""

    name: str
    code: str | None = None


class Cancel(Frozen):
    """The wire cancels another item: `id` is any of its names; without `version` it outranks every version."""

    id: str
    version: str | None = None


class Association(Frozen):
    """Something that belongs to the item: a picture, a related story, an attachment; in one version where it says so."""

    rel: str
    uri: str | None = None
    version: str | None = None
    type: ItemType | None = None
    headline: str | None = None
    href: str | None = None


class ParseWarning(Frozen):
    """Something repaired or ignored while parsing; `code` is stable, `detail` is for people."""

    code: str
    detail: str = ""


class Raw(Frozen):
    """The wire that this item was read from. `size` in bytes."""

    sha256: str
    format: str
    charset: str | None = None
    size: int


class Item(Frozen):
    """One version of one story, as one wire carried it."""

    uri: str = Field(min_length=1)
    version: str = ""
    provider: str = "local"
    type: ItemType = ItemType.text
    status: Status = Status.usable
    signals: tuple[str, ...] = ()
    language: str | None = None
    headline: str = ""
    subheadline: str = ""
    slugline: str = ""
    byline: str = ""
    dateline: Dateline | None = None
    credit: str = ""
    source: str = ""
    urgency: int | None = Field(default=None, ge=1, le=9)
    priority: int | None = None
    genre: str | None = None
    categories: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    subjects: tuple[Subject, ...] = ()
    people: tuple[Party, ...] = ()
    organisations: tuple[Party, ...] = ()
    places: tuple[Party, ...] = ()
    summary: str = ""
    body_text: str = ""
    body_html: str = ""
    ed_note: str = ""
    restricted_notes: tuple[str, ...] = ()
    embargoed_until: Moment | None = None
    first_created: Moment | None = None
    version_created: Moment | None = None
    expires: Moment | None = None
    copyright_holder: str = ""
    copyright_notice: str = ""
    usage_terms: str = ""
    take_key: str = ""
    evolved_from: str | None = None
    aliases: tuple[str, ...] = ()
    cancels: tuple[Cancel, ...] = ()
    associations: tuple[Association, ...] = ()
    boilerplate: tuple[tuple[int, int], ...] = ()
    """Half-open stretches of `body_text` that by the provider's profile belong to no story; cleaning sets them apart."""
    warnings: tuple[ParseWarning, ...] = ()
    raw: Raw | None = None


NO_STORY = {
    "version", "provider", "status", "signals", "embargoed_until", "expires", "restricted_notes", "evolved_from", "aliases",
    "cancels", "associations", "warnings", "raw",
}  # fmt: skip
"""Fields of an item that no enricher has any use for."""


def language_of(item: Item) -> str | None:
    """The language that the item says of itself, without region: "pt-BR" is "pt"."""
    return item.language.partition("-")[0].lower() if item.language else None


def story_sha256(item: Item) -> str:
    """What enrichers read of an item: layers made of it hold for every reading of a wire that says the same."""
    return sha256_of(item.model_dump_json(exclude=NO_STORY, exclude_defaults=True).encode())
