"""/v1/usage: how much was read and pushed, by day; of oneself, and for whoever hands out keys of all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Literal

from pydantic import Field
from starlette.responses import Response
from wiredesk_core.failures import Refused
from wiredesk_core.keys import stored_keys
from wiredesk_core.keys.key import ALL_SCOPES, REACHES
from wiredesk_core.usage import Usage, used_on
from wiredesk_core.usage.amounts import Amounts, added, amounts_told
from wiredesk_core.web.queries import Parameters

from wiredesk_gateway.answers import fresh
from wiredesk_gateway.cursors import fingerprint
from wiredesk_gateway.desk import Desk
from wiredesk_gateway.documents import USAGE
from wiredesk_gateway.doors import Call, Doors
from wiredesk_gateway.giving import is_within
from wiredesk_gateway.search import Day, Value

MOST_DAYS = 92
A_WEEK = 7
Line = tuple[tuple[str, str], Mapping[str, Any]]
"""A line of the answer, and its place: the day and the name."""


class UsageAsked(Parameters):
    """Which days, and whose."""

    since: Day | None = Field(default=None, description="That day or later; a week before `until` when left out")
    until: Day | None = Field(default=None, description="Before that moment's end of day; today when left out")
    by: Literal["key", "provider"] = Field(default="key", description="A line a key, or a line a provider")
    key: Value | None = Field(
        default=None, description="Only this key's id, or signature:, folder:, poll: or inbound:PROVIDER"
    )
    limit: int = Field(default=100, ge=1, le=1000, description="Lines a page")
    cursor: str | None = Field(default=None, description="`next` of the page before; all else as it was then")


def add_usage(doors: Doors, desk: Desk) -> None:
    """Adds the route."""

    @doors.get("/v1/usage", scopes=ALL_SCOPES, asks=UsageAsked, tag="usage", responses=USAGE)
    async def read_usage(call: Call[UsageAsked]) -> Response:
        """What was read and pushed by day (UTC): requests, items, bytes, and how often it was turned away with 429.

        A key sees itself. One with `keys:admin` sees all that it could list, and one without limits everybody.
        What other replicas counted is here within seconds.
        """
        await desk.ledger.settle()
        return fresh(await _page(desk, call))


async def _page(desk: Desk, call: Call[UsageAsked]) -> dict[str, Any]:
    asked = call.asked
    bound_to = fingerprint(asked.model_dump(mode="json", exclude={"cursor", "limit"}))
    after, days = _place(desk, call, bound_to)
    found: list[Line] = []
    async for line in _lines(desk, call, [day for day in days if day.isoformat() >= after[0]]):
        if line[0] > after:
            found.append(line)
        if len(found) > asked.limit:
            break
    shown, has_more = found[: asked.limit], len(found) > asked.limit
    place = {"after": shown[-1][0], "days": [days[0].isoformat(), days[-1].isoformat()]} if has_more else {}
    cursor = desk.usage_cursors.seal({**place, "asked": bound_to}) if has_more else None
    return {"usage": [told for _, told in shown], "has_more": has_more, "next": cursor}


async def _lines(desk: Desk, call: Call[UsageAsked], days: Iterable[date]) -> AsyncIterator[Line]:
    """A day at a time, in the order of their places."""
    reached = await _reached(desk, call)
    only = call.asked.key or (None if call.key.may("keys:admin") else call.key.key_id)
    line_of = _by_key if call.asked.by == "key" else _by_provider
    for day in days:
        used = await used_on(desk.registry, day, only)
        seen = [one for one in used if reached is None or one.actor in reached]
        for place, told in sorted(line_of(seen), key=lambda line: line[0]):
            yield place, told


async def _reached(desk: Desk, call: Call[UsageAsked]) -> frozenset[str] | None:
    """Whose usage the caller may know; None = everybody's. Raises Refused(403) when he asks for somebody else's."""
    own, wanted = call.key.key_id, call.asked.key
    if not call.key.may("keys:admin"):
        if wanted not in (None, own):
            raise Refused(403, "scope_missing", "what other keys did is for keys with keys:admin")
        return frozenset({own})
    if not any(getattr(call.key, name) for name in REACHES):
        return None
    return frozenset({own, *(key.key_id for key in await stored_keys(desk.registry) if is_within(call.key, key))})


def _by_key(used: Iterable[Usage]) -> list[Line]:
    return [(place, {"day": place[0], "key": one.actor, **one.told()}) for one in used for place in [_at(one)]]


def _at(one: Usage) -> tuple[str, str]:
    return one.day.isoformat(), one.actor


def _by_provider(used: Iterable[Usage]) -> list[Line]:
    sums: dict[tuple[str, str], Amounts] = {}
    for one in used:
        for provider, amounts in one.by_provider.items():
            place = one.day.isoformat(), provider
            sums[place] = added(sums.get(place, {}), amounts)
    return [(p, {"day": p[0], "provider": p[1], **amounts_told(amounts)}) for p, amounts in sums.items()]


def _place(desk: Desk, call: Call[UsageAsked], bound_to: str) -> tuple[tuple[str, str], list[date]]:
    """The line behind which the page begins, and the days. Raises Refused(400) for a cursor of another question."""
    if call.asked.cursor is None:
        return ("", ""), _days(call.asked, call.now)
    place = desk.usage_cursors.open(call.asked.cursor)
    if place["asked"] != bound_to:
        raise Refused(400, "cursor_of_another_query", "this cursor belongs to another query; start again without one")
    first, last = map(date.fromisoformat, place["days"])
    return (place["after"][0], place["after"][1]), _between(first, last)


def _days(asked: UsageAsked, now: datetime) -> list[date]:
    """Raises Refused(400) for more days than one answer may look at."""
    last = (asked.until or now).date()
    first = asked.since.date() if asked.since else last - timedelta(days=A_WEEK - 1)
    if (last - first).days >= MOST_DAYS:
        raise Refused(400, "too_many_days", f"ask for at most {MOST_DAYS} days at a time, with since and until")
    return _between(first, last)


def _between(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
