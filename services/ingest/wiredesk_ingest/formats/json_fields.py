"""Fields of JSON objects whose keys count without case: texts, numbers as texts, lists and named objects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wiredesk_ingest.formats.bounds import refuse_masses_of_entries

Fields = Mapping[str, Any]


def lowered(value: Mapping[str, Any]) -> dict[str, Any]:
    """The object with its keys in small letters and without `$`."""
    return {str(key).lower().lstrip("$"): entry for key, entry in value.items()}


def scalar(value: Any) -> str:
    """A text or a number as a text; "" for anything else."""
    return str(value).strip() if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""


def text_in(fields: Fields, *names: str) -> str:
    """The first of these fields that holds a text or a number."""
    return next((found for name in names if (found := scalar(fields.get(name)))), "")


def named(value: Any) -> list[tuple[str, Fields]]:
    """(name, object) pairs of either generation: an object keyed by name, or an array of objects with `name`."""
    if isinstance(value, dict):
        if isinstance(value.get("name"), str) and not any(isinstance(entry, dict) for entry in value.values()):
            return [(value["name"], lowered(value))]
        return [(str(name), lowered(entry)) for name, entry in value.items() if isinstance(entry, dict)]
    if isinstance(value, list):
        refuse_masses_of_entries(value)
        found = [lowered(entry) for entry in value if isinstance(entry, dict)]
        return [(text_in(entry, "name", "id", "role"), entry) for entry in found]
    return []


def entries(fields: Fields, *names: str) -> list[Fields]:
    """Objects of a list field; texts in it become objects with a name, and a single one a list."""
    for name in names:
        value = fields.get(name)
        listed = value if isinstance(value, list) else [value] if value else []
        refuse_masses_of_entries(listed)
        found = [lowered(e) if isinstance(e, dict) else {"name": scalar(e)} for e in listed]
        if found:
            return [entry for entry in found if entry]
    return []
