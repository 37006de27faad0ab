"""An entry as a row, and a question as a condition: the same for every store that speaks SQL."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wiredesk_core.deeds import AuditQuestion, Deed, Entry
from wiredesk_core.moments import micros

Row = tuple[int, int, str, str, bytes, str]


def row_of(entry: Entry) -> Row:
    """number, at (µs), actor, action, deed (JSON), hash."""
    deed = entry.deed
    return entry.number, micros(deed.at), deed.actor, deed.action, deed.model_dump_json().encode(), entry.hash


def entry_of_row(row: Iterable[Any]) -> Entry:
    """The entry of a row's number, deed and hash."""
    number, deed, link = row
    return Entry(number, Deed.model_validate_json(bytes(deed)), link)


def condition_of(asked: AuditQuestion, after: int, mark: str) -> tuple[str, list[object]]:
    """The WHERE of a question and its values; `mark` stands for a value."""
    told: list[tuple[str, object]] = [("number >", after)]
    told += [("at >=", micros(asked.since))] if asked.since else []
    told += [("at <", micros(asked.until))] if asked.until else []
    told += [("actor =", asked.actor)] if asked.actor is not None else []
    told += [("action =", asked.action)] if asked.action is not None else []
    return " AND ".join(f"{column} {mark}" for column, _ in told), [value for _, value in told]
