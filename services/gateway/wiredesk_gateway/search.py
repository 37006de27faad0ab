"""A search as a caller asks it, turned into a query and into the cursor of the page after."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator
from wiredesk_core.failures import Refused
from wiredesk_core.item import ItemType, Moment
from wiredesk_core.moments import iso
from wiredesk_core.ports import Hits, Query
from wiredesk_core.web.queries import Parameters

from wiredesk_gateway.cursors import CursorSeal, fingerprint
from wiredesk_gateway.views import FIELDS

DEEPEST = 10_000
"""How far relevance order can be paged."""
FACETS = ("provider", "language", "type", "entity")


def _dated(value: object) -> object:
    """Plain numbers are no dates here; a `+` that a query string turned into a blank is one again."""
    if not isinstance(value, str) or re.match(r"\d{4}-\d\d-\d\d", value) is None:
        raise ValueError("a date or a date with time, such as 2026-03-01 or 2026-03-01T08:00:00Z")
    return re.sub(r" (\d\d:?\d\d)$", r"+\1", value)


def _listed(value: object) -> object:
    """Names joined by commas."""
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


Day = Annotated[Moment, BeforeValidator(_dated)]
Names = Annotated[Any, BeforeValidator(_listed)]
Form = Literal["article", "ninjs", "text"]
Value = Annotated[str, Field(min_length=1, max_length=200)]


class OneAsked(Parameters):
    """What may be asked of one item."""

    format: Form = Field(default="article", description="article, ninjs 3.1 or plain text")
    fields: str = Field(default="", max_length=1000, description="Members wanted, joined by commas; item.headline too")
    as_of: Day | None = Field(default=None, description="As it was served at that moment, if it may be seen today")

    @field_validator("fields")
    @classmethod
    def _known(cls, value: str) -> str:
        check_fields(value)
        return value


class ItemsAsked(OneAsked):
    """What may be asked of the whole: a search, or with `uri` one item."""

    uri: str | None = Field(default=None, min_length=1, max_length=2000, description="One item by its uri or an alias")
    q: str = Field(default="", description='Words, "phrases", OR, NOT, headline:word')
    provider: tuple[Value, ...] = Field(default=(), description="Repeatable: any of these")
    not_provider: tuple[Value, ...] = Field(default=(), description="Repeatable: none of these")
    language: tuple[Value, ...] = Field(default=(), description="BCP 47; repeatable")
    genre: tuple[Value, ...] = Field(default=(), description="As the provider names it; repeatable")
    type: tuple[ItemType, ...] = Field(default=(), description="Repeatable")
    entity: tuple[Value, ...] = Field(default=(), description="Entity id such as Q423; repeatable")
    published_from: Day | None = Field(default=None, description="Published then or later")
    published_to: Day | None = Field(default=None, description="Published before then")
    indexed_from: Day | None = Field(default=None, description="Changed here then or later")
    sort: Literal["newest", "oldest", "relevance"] = Field(default="newest", description="Order of the hits")
    limit: int = Field(default=20, ge=1, le=100, description="Hits a page")
    cursor: str | None = Field(default=None, description="`next` of the page before; all else as it was then")
    facets: str = Field(default="", max_length=200, description="Counts wanted, joined by commas: " + ", ".join(FACETS))
    highlight: bool = Field(default=False, description="Say where the words were found")

    @field_validator("facets")
    @classmethod
    def _facets(cls, value: str) -> str:
        _check_names(value, FACETS)
        return value


@dataclass(frozen=True, slots=True)
class Searching:
    """A query ready to run; `limit` is what the caller wants, the query asks for one more to see whether it ends."""

    query: Query
    limit: int
    bound_to: str


def check_fields(value: str) -> None:
    """Raises ValueError for a member that no article has."""
    _check_names(value, FIELDS)


def names_in(value: str) -> tuple[str, ...]:
    """The names joined by commas."""
    return tuple(dict.fromkeys(part.strip() for part in value.split(",") if part.strip()))


def searching(asked: ItemsAsked, now: datetime, cursors: CursorSeal) -> Searching:
    """The query behind a request, whoever asks. Raises Refused(400) for a cursor that was made for another query."""
    query = Query(
        text=asked.q,
        providers=asked.provider,
        not_providers=asked.not_provider,
        languages=asked.language,
        genres=asked.genre,
        types=tuple(kind.value for kind in asked.type),
        entities=asked.entity,
        published_from=asked.published_from,
        published_to=asked.published_to,
        indexed_from=asked.indexed_from,
        until=now if asked.sort == "relevance" else None,
        sort=asked.sort,
        limit=asked.limit + 1,
        facets=names_in(asked.facets),
        highlight=asked.highlight,
    )
    bound_to = fingerprint(
        asked.model_dump(mode="json", exclude={"cursor", "limit", "facets", "highlight", "fields", "format"})
    )
    return Searching(_placed(query, asked.cursor, bound_to, cursors), asked.limit, bound_to)


@dataclass(frozen=True, slots=True)
class NextPage:
    """What leads on. `mark` is the same whenever the page before is asked for, under one signing key; the cursor is not.

    By relevance a cursor holds the moment of the first question. An older one leads to the same items, as long as the
    page that it came with is as it was.
    """

    cursor: str
    mark: str


def next_page(search: Searching, hits: Hits, taken: int, cursors: CursorSeal) -> NextPage | None:
    """The page after these first hits; None when there are no more."""
    if len(hits.hits) <= taken:
        return None
    place: dict[str, Any] = {"query": search.bound_to}
    if search.query.sort == "relevance":
        place["offset"] = search.query.offset + taken
        moment = {"until": search.query.until and iso(search.query.until)}
        return NextPage(cursors.seal({**place, **moment}), cursors.seal(place))
    last = hits.hits[taken - 1]
    cursor = cursors.seal({**place, "after": [last.order, last.item_id]})
    return NextPage(cursor, cursor)


def _placed(query: Query, cursor: str | None, bound_to: str, cursors: CursorSeal) -> Query:
    """The query at the cursor's place."""
    if cursor is None:
        return query
    place = cursors.open(cursor)
    if place["query"] != bound_to:
        raise Refused(400, "cursor_of_another_query", "this cursor belongs to another query; start again without one")
    if "after" in place:
        order, item_id = place["after"]
        return replace(query, after=(order, item_id))
    offset = place["offset"]
    return replace(
        query, offset=offset, until=datetime.fromisoformat(place["until"]), limit=min(query.limit, DEEPEST - offset)
    )


def _check_names(value: str, known: tuple[str, ...]) -> None:
    unknown = [name for name in names_in(value) if name not in known]
    if unknown:
        raise ValueError(f"unknown: {unknown[0][:50]}; there are {', '.join(known)}")
