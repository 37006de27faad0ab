"""Usage in the Registry: an entry a day and caller, to which every replica adds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any

from wiredesk_core.failures import Conflict
from wiredesk_core.ports import Registry
from wiredesk_core.usage.amounts import Usage, usage_of

KEPT = timedelta(days=400)
"""A year can be held against the one before."""
TRIES = 50
MOST_WRITERS = 64
"""Newest of the writers whose last addition an entry remembers: a try is repeated long before so many others wrote."""


async def add_usage(registry: Registry, usage: Usage, writer: str, number: int) -> None:
    """Add to what is kept. An addition that is there already, by its writer and number, is not made twice.

    Raises Conflict when others keep writing, Transient when the store does not answer: then it may be tried again.
    """
    kind, expires = kind_of(usage.day), datetime.combine(usage.day, time(), UTC) + KEPT
    for _ in range(TRIES):
        entry = await registry.get(kind, usage.actor)
        kept: Mapping[str, Any] = {} if entry is None else entry.value
        writers = dict(kept.get("writers", {}))
        if writers.get(writer, 0) >= number:
            return
        whole = usage_of(usage.day, usage.actor, kept) + usage
        value = {**whole.told(), "writers": _newest({**_without(writers, writer), writer: number})}
        try:
            await registry.put(
                kind, usage.actor, value, expected=None if entry is None else entry.stamp, expires=expires
            )
        except Conflict:
            continue
        return
    raise Conflict(f"the usage of {usage.actor} kept changing under {TRIES} attempts")


async def used_on(registry: Registry, day: date, actor: str | None = None) -> tuple[Usage, ...]:
    """What was used on a day (UTC), by caller; or by one of them alone."""
    if actor is None:
        return tuple(usage_of(day, entry.name, entry.value) for entry in await registry.entries(kind_of(day)))
    entry = await registry.get(kind_of(day), actor)
    return () if entry is None else (usage_of(day, actor, entry.value),)


def kind_of(day: date) -> str:
    """The Registry's kind of entry for a day's usage."""
    return f"usage {day.isoformat()}"


def _without(writers: Mapping[str, int], writer: str) -> Mapping[str, int]:
    return {name: number for name, number in writers.items() if name != writer}


def _newest(writers: Mapping[str, int]) -> Mapping[str, int]:
    return dict(islice(writers.items(), max(0, len(writers) - MOST_WRITERS), None))
