"""/v1/items: search, one item, its versions, its family."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from starlette.responses import Response
from wiredesk_core.failures import Refused
from wiredesk_core.lifecycle import Standing
from wiredesk_core.messages import Changed
from wiredesk_core.ports import Hit, Hits

from wiredesk_gateway.answers import REVALIDATE, conditional
from wiredesk_gateway.desk import Desk
from wiredesk_gateway.documents import ARTICLE, GONE, NOT_FOUND, PAGE, RELATED, VERSIONS
from wiredesk_gateway.doors import Call, Doors, NoParameters
from wiredesk_gateway.ninjs import ninjs_of
from wiredesk_gateway.related import family_view
from wiredesk_gateway.routes.versions import VersionsAsked, versions_page
from wiredesk_gateway.search import ItemsAsked, NextPage, OneAsked, names_in, next_page, searching
from wiredesk_gateway.views import (
    VIEW,
    etag_of,
    highlights_view,
    matches,
    ruling_view,
    spliced,
    text_view,
)

MOST_RULINGS = 100
"""Newest of an item's rulings that a page of its versions tells; of those before, only how many there are."""


def add_items(doors: Doors, desk: Desk) -> None:
    """Adds the routes."""

    @doors.get("/v1/items", scopes=("items:read",), asks=ItemsAsked, tag="items", responses=PAGE)
    async def search_items(call: Call[ItemsAsked]) -> Response:
        """Search items, or get one by its uri.

        Values of one filter are alternatives, filters join with AND. Pages follow `next`, which is bound to the query.
        """
        return await (_search(desk, call) if call.asked.uri is None else _by_uri(desk, call))

    @doors.get("/v1/items/{item_id}", scopes=("items:read",), asks=OneAsked, tag="items", responses=ARTICLE)
    async def get_item(call: Call[OneAsked]) -> Response:
        """One item as it is served now, or was at `as_of`.

        410 with a tombstone when it was killed; 404 when it is unknown or not for this key.
        """
        item_id = call.request.path_params["item_id"]
        if call.asked.as_of is None:
            return _shown(desk, call, await desk.reader.one(item_id, call.key, call.now))
        return _shown(desk, call, await desk.reader.one_at(item_id, call.asked.as_of, call.key, call.now))

    @doors.get(
        "/v1/items/{item_id}/versions",
        scopes=("items:read",),
        asks=VersionsAsked,
        tag="items",
        responses={**VERSIONS, **NOT_FOUND, **GONE},
    )
    async def get_versions(call: Call[VersionsAsked]) -> Response:
        """The versions that came in, oldest first, each as its wire told it, and what operators ruled.

        A page ends early where its bytes are too many: follow `next`.
        """
        return await _versions(desk, call)

    @doors.get(
        "/v1/items/{item_id}/related",
        scopes=("items:read",),
        asks=NoParameters,
        tag="items",
        responses={**RELATED, **NOT_FOUND, **GONE},
    )
    async def get_related(call: Call[NoParameters]) -> Response:
        """The chain in which an item evolved, which of it is the newest, and the takes of its text, oldest first."""
        changed = await desk.reader.one(call.request.path_params["item_id"], call.key, call.now)
        family = await desk.reader.related(changed.item_id, call.key, call.now)
        body = orjson.dumps({"item_id": changed.item_id, "uri": changed.uri, **family_view(family)})
        for relative in (*(link.changed for link in family.chain), *family.takes):
            call.telling.tell(relative, call.now)
        return conditional(call.request, body, _weak_etag(body))


async def _by_uri(desk: Desk, call: Call[ItemsAsked]) -> Response:
    asked = call.asked
    others = asked.model_fields_set - {"uri", "provider", "format", "fields", "as_of"}
    if asked.uri is None or others:
        raise Refused(400, "uri_stands_alone", f"with uri, {', '.join(sorted(others))} has no meaning")
    changed = await desk.reader.by_uri(asked.uri, asked.provider, call.key, call.now)
    if asked.as_of is not None:
        changed = await desk.reader.one_at(changed.item_id, asked.as_of, call.key, call.now)
    return _shown(desk, call, changed)


def _shown(desk: Desk, call: Call[OneAsked] | Call[ItemsAsked], changed: Changed) -> Response:
    """One revision in the form asked for."""
    asked = call.asked
    etag = etag_of(changed, asked.format)
    if matches(call.request.headers.get("if-none-match"), etag):
        return Response(None, 304, {**REVALIDATE, "etag": etag})
    body, media_type = _rendered(desk, changed, asked)
    call.telling.tell(changed, call.now, len(body))
    return conditional(call.request, body, etag, media_type=media_type)


def _rendered(desk: Desk, changed: Changed, asked: OneAsked) -> tuple[bytes, str]:
    assert changed.article is not None
    if asked.format == "text":
        return text_view(changed.article).encode(), "text/plain; charset=utf-8"
    if asked.format == "ninjs":
        return orjson.dumps(ninjs_of(changed.article)), "application/json"
    return desk.views.chosen(changed, names_in(asked.fields)), "application/json"


async def _search(desk: Desk, call: Call[ItemsAsked]) -> Response:
    began = time.perf_counter()
    if call.asked.format != "article" or call.asked.as_of is not None:
        raise Refused(400, "one_item_only", "format and as_of are for single items")
    search = searching(call.asked, call.now, desk.search_cursors)
    hits = await desk.reader.search(search.query, call.key)
    page = hits.hits[: call.asked.limit]
    visible = await desk.reader.visible([hit.item_id for hit in page], call.key, call.now)
    shown = [_Shown(hit, visible[hit.item_id], _item(desk, call.asked, hit, visible[hit.item_id]))
        for hit in page if hit.item_id in visible]  # fmt: skip
    kept = _bearable(shown, desk.limits.largest_page)
    for one in kept:
        call.telling.tell(one.changed, call.now, len(one.body))
    taken = len(page) if len(kept) == len(shown) else page.index(kept[-1].hit) + 1
    after = next_page(search, hits, taken, desk.search_cursors)
    total = max(hits.total - len(page) + len(shown), 0)
    took_ms = round((time.perf_counter() - began) * 1000, 2)
    body, etag = _page_body(_Found(hits, kept, total, after), took_ms)
    link = (
        {} if after is None else {"link": f'<{call.request.url.include_query_params(cursor=after.cursor)}>; rel="next"'}
    )
    return conditional(call.request, body, etag, headers=link)


@dataclass(frozen=True, slots=True)
class _Shown:
    """A hit, its newest revision, and how that is told."""

    hit: Hit
    changed: Changed
    body: bytes


def _bearable(shown: Sequence[_Shown], most: int) -> Sequence[_Shown]:
    """The first of these, up to so many bytes; always one. The page after begins with the next."""
    for number, one in enumerate(shown, 1):
        most -= len(one.body)
        if most <= 0:
            return shown[:number]
    return shown


@dataclass(frozen=True, slots=True)
class _Found:
    """A page of hits with what may be shown of them."""

    hits: Hits
    shown: Sequence[_Shown]
    total: int
    after: NextPage | None


def _page_body(found: _Found, took_ms: float) -> tuple[bytes, str]:
    """A page and its weak ETag, which stands for the same hits in the same revisions, not for the time they took."""
    facets = {
        name: [{"value": value, "label": label, "count": number} for value, label, number in counts]
        for name, counts in found.hits.facets.items()
    }
    after = found.after
    rest = {
        "total": found.total,
        "total_relation": "eq",
        "has_more": after is not None,
        "next": after and after.cursor,
        "facets": facets,
    }
    items = b",".join(one.body for one in found.shown)
    shown = [(one.changed.item_id, one.changed.revision, one.hit.revision) for one in found.shown]
    body = spliced(b'{"items":[' + items + b"]}", {"took_ms": took_ms, **rest})
    return body, _weak_etag(orjson.dumps([VIEW, {**rest, "next": after and after.mark}, shown]))


def _item(desk: Desk, asked: ItemsAsked, hit: Hit, changed: Changed) -> bytes:
    body = desk.views.chosen(changed, names_in(asked.fields))
    if not asked.highlight:
        return body
    same = hit.revision == changed.revision  # words of an older revision may have been withdrawn
    return spliced(body, {"highlights": highlights_view(hit.highlights) if same else []})


async def _versions(desk: Desk, call: Call[VersionsAsked]) -> Response:
    changed = await desk.reader.one(call.request.path_params["item_id"], call.key, call.now)
    entries = await desk.reader.versions(changed.item_id, call.key, call.now)
    shown, after = versions_page(changed.item_id, entries, call.asked, desk)
    versions = b",".join(body for _, body in shown)
    rulings = await desk.reader.rulings(changed.item_id)
    rest = {
        "item_id": changed.item_id,
        "uri": changed.uri,
        "rulings": [ruling_view(ruling) for ruling in rulings[-MOST_RULINGS:]],
        "earlier_rulings": max(0, len(rulings) - MOST_RULINGS),
        "has_more": after is not None,
        "next": after,
    }
    body = spliced(b'{"versions":[' + versions + b"]}", rest)
    call.telling.tell(changed, call.now, len(body))
    for told, _ in shown:
        if not told.dead:
            call.telling.look(changed, told.entry.item, Standing.open, call.now)
    return conditional(call.request, body, _weak_etag(body))


def _weak_etag(body: bytes) -> str:
    return f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
