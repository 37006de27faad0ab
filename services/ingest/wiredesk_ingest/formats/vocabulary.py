"""Words that all formats share: statuses, types, urgencies and codes, in every spelling that wires use."""

from __future__ import annotations

import re

from wiredesk_core.item import ItemType, ParseWarning, Status, Subject

from wiredesk_ingest.formats.schemes import scheme_of

STATUSES = {
    **dict.fromkeys(("usable", "published", "corrected", "active", "approved", "open", "replaced"), Status.usable),
    **dict.fromkeys(("withheld", "embargoed", "held", "scheduled", "commissioned", "draft"), Status.withheld),
    **dict.fromkeys(
        [
            "canceled",
            "cancelled",
            "cancel",
            "killed",
            "kill",
            "deleted",
            "delete",
            "recalled",
            "retracted",
            "withdrawn",
            "spiked",
            "unpublished",
        ],
        Status.canceled,
    ),
}
TYPES = {
    **dict.fromkeys(("text", "story", "article", "news", "preformatted", "newsitem"), ItemType.text),
    **dict.fromkeys(("picture", "photo", "image", "still"), ItemType.picture),
    **dict.fromkeys(("graphic", "graphics", "animated"), ItemType.graphic),
    **dict.fromkeys(("composite", "component", "package", "livesession"), ItemType.composite),
    **dict.fromkeys(("event", "calendar"), ItemType.event),
    "audio": ItemType.audio,
    "video": ItemType.video,
    "planning": ItemType.planning,
    "concept": ItemType.concept,
    "advisory": ItemType.advisory,
}
CONCEPT_URI = re.compile(r"^https?://.*[^/#][/#]([^/#]+)$")


def status_of(text: str) -> tuple[Status, tuple[ParseWarning, ...]]:
    """The publishing status. A kill is known in any spelling; what nobody knows is withheld, not shown."""
    code = re.split(r"[:/]", text.strip().lower())[-1]
    if not code:
        return Status.usable, ()
    known = STATUSES.get(code)
    if known is None:
        return Status.withheld, (ParseWarning(code="status_unknown", detail=f"{text[:80]!r}: withheld"),)
    if code not in tuple(Status):
        return known, (ParseWarning(code="status_spelling", detail=f"{text[:80]!r}: read as {known}"),)
    return known, ()


def type_of(text: str) -> tuple[ItemType, tuple[ParseWarning, ...]]:
    """The news object type; text when nobody knows the word."""
    code = re.split(r"[:/]", text.strip().lower())[-1]
    known = TYPES.get(code)
    if known is None and code:
        return ItemType.text, (ParseWarning(code="type_unknown", detail=f"{text[:80]!r}: read as text"),)
    return known or ItemType.text, ()


def urgency_of(text: str) -> tuple[int | None, tuple[ParseWarning, ...]]:
    """1 (flash) to 9; None with a warning for anything else."""
    code = text.strip().rpartition(":")[2]
    if not code:
        return None, ()
    if code.isdecimal() and len(code) < 4 and 1 <= int(code) <= 9:
        return int(code), ()
    return None, (ParseWarning(code="urgency_unreadable", detail=f"{text[:80]!r}: left out"),)


def priority_of(text: str) -> int | None:
    """A provider's own priority, where it is a small number."""
    code = text.strip()
    return int(code) if code.isdecimal() and len(code) < 10 else None


def subject_of(code: str, name: str | None = None, scheme: str | None = None) -> Subject | None:
    """A subject from a qcode, a concept URI or a bare code; from its name when there is no code."""
    code, name = code.strip(), (name or "").strip() or None
    concept = CONCEPT_URI.match(code)
    if concept and scheme is None:
        scheme, code = code.removesuffix(concept[1]), concept[1]
    elif ":" in code and scheme is None and not code.startswith(("urn:", "tag:", "http")):
        scheme, _, code = code.partition(":")
    if not code:
        return Subject(code=name, name=name) if name else None
    return Subject(code=code, scheme=scheme_of(scheme) if scheme else None, name=name)


def distinct(texts: list[str]) -> tuple[str, ...]:
    """The texts without blanks and repetitions, in order."""
    return tuple(dict.fromkeys(text.strip() for text in texts if text and text.strip()))
