"""How a NewsML 1.x news item stands: its status now and at times to come, what it tells desks, whom it cancels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from lxml import etree
from wiredesk_core.item import Cancel, ParseWarning, Status

from wiredesk_ingest.formats.dates import embargo, moment
from wiredesk_ingest.formats.markup import local, plain
from wiredesk_ingest.formats.newsml_1_names import Names, story_named
from wiredesk_ingest.formats.newsml_1_parts import fold, formal_name
from wiredesk_ingest.formats.takes import CORRECTION, KILL, SIGNALS, sealed_until, signals_of
from wiredesk_ingest.formats.vocabulary import STATUSES, distinct, status_of
from wiredesk_ingest.providers import Profile


@dataclass(frozen=True, slots=True)
class Standing:
    """What follows from the management data of an item and from its lines for desks."""

    status: Status
    signals: tuple[str, ...] = ()
    embargoed_until: datetime | None = None
    expires: datetime | None = None
    cancels: tuple[Cancel, ...] = ()
    warnings: tuple[ParseWarning, ...] = ()


def standing_of(
    management: Mapping[str, list[etree._Element]], notes: Sequence[str], names: Names, profile: Profile
) -> Standing:
    """How the item stands. management: the parts of NewsManagement by name; notes: the item's lines for desks.

    Embargoed or withheld with a time of release is open from then on; without one it stays shut.
    """
    parts = [part for named in management.values() for part in named]
    said = next((formal_name(e) for e in parts if local(e) == "status"), "")
    status, warnings = status_of(said)
    signals, killed, replaces, cancels = _instructions(parts)
    told = signals_of("", "\n".join((*notes, *(f"Eds: {note}" for note in notes))), profile)
    if killed or KILL in told:
        status = Status.canceled
    until, expires, noted = _times(parts, status, profile)
    filed = next((moment(plain(e), profile.zone) for e in parts if local(e) == "thisrevisioncreated"), None)
    if until is None and status is not Status.canceled:
        until, sealed = sealed_until("\n".join(notes), "", filed, profile.zone)
        noted = (*noted, *sealed)
    if until is not None and status is Status.withheld:
        status = Status.usable
    if replaces and status is not Status.canceled:
        signals.append(CORRECTION)
    if status is Status.canceled:
        # Its versions in other languages go by the name of the story too.
        cancels = (Cancel(id=names.uri, version=names.revision or None), *cancels)
    return Standing(
        status, distinct([*signals, *told]), until, expires, tuple(dict.fromkeys(cancels)), (*warnings, *noted)
    )


def _times(
    parts: Sequence[etree._Element], status: Status, profile: Profile
) -> tuple[datetime | None, datetime | None, tuple[ParseWarning, ...]]:
    """Until when it is shut and until when it may be used, by the changes of its status that are announced."""
    changes = list(_changes(parts))
    opening = next((when for new, when in changes if new is Status.usable), None)
    closing = next((when for new, when in changes if new is not Status.usable), None)
    expires = moment(closing, profile.zone) if closing and status is Status.usable else None
    until, warnings = embargo(opening, profile.zone) if status is Status.withheld else (None, ())
    return until, expires, warnings


def _changes(parts: Sequence[etree._Element]) -> Iterator[tuple[Status, str]]:
    for change in (e for e in parts if local(e) == "statuswillchange"):
        said = {local(e): e for e in change}
        future = formal_name(said.get("futurestatus"))
        if future:
            yield status_of(future)[0], plain(said.get("dateandtime"))


def _instructions(parts: Sequence[etree._Element]) -> tuple[list[str], bool, bool, tuple[Cancel, ...]]:
    """Signals, whether the item is killed itself, whether it takes the place of a killed one, whom else it cancels.

    An instruction to kill is about earlier revisions where it names some, else about the items that this one is
    associated with, else about the item itself.
    """
    signals: list[str] = []
    killed, replaces, cancels = False, False, list[Cancel]()
    others = [e.get("NewsItem") or "" for e in parts if local(e) in {"associatedwith", "derivedfrom"}]
    for instruction in (e for e in parts if local(e) == "instruction"):
        name = formal_name(instruction) if instruction.get("FormalName") else ""
        earlier = [formal_name(e) for e in instruction.iter(etree.Element) if local(e) == "status"]
        signals += [name] if name else []
        replaces = replaces or any(_kills(status) for status in earlier)
        if _kills(name) and not earlier:
            cancels += [Cancel(id=story_named(other)) for other in others if other.strip()]
            killed = killed or not any(other.strip() for other in others)
    return signals, killed, replaces, tuple(cancels)


def _kills(name: str) -> bool:
    word = fold(name)
    return STATUSES.get(word) is Status.canceled or SIGNALS.get(word) == KILL
