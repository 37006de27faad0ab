"""What a provider's own signals and rules make of an item, whatever format it came in. Applied once, after parsing."""

from __future__ import annotations

from typing import Any

from wiredesk_core.item import Item, ItemType, Status

from wiredesk_ingest.patterns import finds, lines_found
from wiredesk_ingest.providers import Meaning, Profile

SAID = {"kill": "sig:kill", "correction": "sig:correction", "update": "sig:update", "reinstate": "sig:reinstate"}
"""Meanings that stand among an item's signals under the name that every service knows."""


def with_meaning(item: Item, profile: Profile) -> Item:
    """The item as its provider means it: its signals carried out, its boilerplate marked.

    A kill outranks every other meaning, since a story that should be dead must not live by a second signal.
    """
    meant = meant_by(item, profile)
    update: dict[str, Any] = {}
    if meant:
        said = (SAID[meaning] for meaning in meant if meaning in SAID)
        update["signals"] = tuple(dict.fromkeys((*item.signals, *said)))
    if "kill" in meant:
        update["status"] = Status.canceled
    elif "withhold" in meant and item.status is not Status.canceled:
        update["status"] = Status.withheld
    if "advisory" in meant:
        update["type"] = ItemType.advisory
    if profile.boilerplate:
        update["boilerplate"] = tuple(lines_found(profile.boilerplate, item.body_text))
    return item.model_copy(update=update) if update else item


def meant_by(item: Item, profile: Profile) -> tuple[Meaning, ...]:
    """What the item's signals and its note to editors mean, each once."""
    noted: tuple[tuple[Meaning, tuple[str, ...]], ...] = (
        ("kill", profile.kill_lines),
        ("correction", profile.correction_lines),
    )
    known = [profile.signals.get(signal.lower()) for signal in item.signals]
    said = [meaning for meaning, lines in noted if finds(lines, item.ed_note)]
    return tuple(dict.fromkeys([*(meaning for meaning in known if meaning is not None), *said]))
