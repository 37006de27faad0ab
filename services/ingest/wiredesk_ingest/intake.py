"""From wire to facts: which format it is, what items it holds, and what follows for the desk. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from wiredesk_core.failures import Unreadable
from wiredesk_core.identity import item_id_of
from wiredesk_core.item import Item, ParseWarning, Raw, Status, story_sha256
from wiredesk_core.messages import CancelMarked, Reparsed, VersionAccepted

from wiredesk_ingest.containers import members_of
from wiredesk_ingest.formats import FORMATS, GENERATION, WireFormat
from wiredesk_ingest.formats.bounds import refuse_masses
from wiredesk_ingest.formats.charset import Decoded, decode, without_controls
from wiredesk_ingest.formats.sniffing import foreign_kind, is_declared_markup, root_name
from wiredesk_ingest.meaning import with_meaning
from wiredesk_ingest.providers import Profile
from wiredesk_ingest.wire import Wire

CLAIMS = {
    "json": ("ninjs", "ap_media"),
    "html": ("html",),
    "rfc822": ("mail",),
    "rss": ("feed",),
    "atom": ("feed",),
    "nitf": ("nitf",),
    "xml": ("newsml_1", "newsml_g2", "nitf", "html", "feed"),
    "plain": ("plain_text", "marked_telex", "iptc_7901", "anpa_1312", "mail"),
}
"""Formats that a content type may mean, by a word in its subtype; other content types claim nothing."""
HOW_TO_MEND = "send ninjs, NewsML 1 or G2, NITF, RSS, Atom, IPTC 7901, ANPA 1312, e-mail, HTML or plain text"

COSTLY = "not read: those before took all the time of a container: send it in parts, or raise INGEST_CONTAINER_SECONDS"

IsSpent = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a wire says: its format, the parser that read it (`ninjs@1`), its items; a message may hold none.

    parts: the readings of the wires in it, when it is a container. faults: why some of those could not be read.
    """

    format: str
    parser: str
    items: tuple[Item, ...]
    parts: tuple[Reading, ...] = ()
    faults: tuple[Unreadable, ...] = ()


def read_wire(wire: Wire, depth: int = 0, is_spent: IsSpent = lambda: False) -> Reading:
    """The items of a wire, or of the wires in it. Raises Unreadable; anything else that comes out is a fault of ours.

    A container is unreadable when every wire in it is; an item in it has the hash of its own wire. is_spent: whether
    the wires of a container have cost as much as they may together; those behind are left unread, and said to be.
    """
    if depth and is_spent():
        raise Unreadable("container_costly", COSTLY)
    if not wire.data.strip():
        raise Unreadable("empty", "the wire has no content: send the story in the body")
    members = members_of(wire, depth)
    return _read_one(wire) if members is None else _read_members(members, depth, is_spent)


def _read_members(members: Sequence[Wire], depth: int, is_spent: IsSpent) -> Reading:
    parts: list[Reading] = []
    faults: list[Unreadable] = []
    for member in members:
        try:
            reading = read_wire(member, depth + 1, is_spent)
        except Unreadable as unreadable:
            faults.append(Unreadable(unreadable.code, f"{member.filename or 'part'}: {unreadable.detail}"))
        else:
            parts += reading.parts or (reading,)
            faults += reading.faults
    if not parts:
        raise faults[0]
    items = tuple(item for part in parts for item in part.items)
    return Reading("container", parts[0].parser, items, tuple(parts), tuple(faults))


def _read_one(wire: Wire) -> Reading:
    decoded = decode(wire.data, wire.content_type)
    found = _format_of(wire, decoded.text)
    _refuse_unwanted(wire, found)
    text = decoded.text if found.reads == "controls" else without_controls(decoded.text)
    if not text.strip():
        raise Unreadable("empty", "the wire has no content: send the story in the body")
    if found.reads != "bytes":
        refuse_masses(text)
    guessed = (*decoded.warnings, *_stripped(decoded, text)) if found.reads != "bytes" else ()
    warnings = (*_mismatch(wire, found), *guessed)
    charset = decoded.charset if found.reads != "bytes" else None
    raw = Raw(sha256=wire.sha256, format=found.name, charset=charset, size=len(wire.data))
    items = tuple(_received(item, wire, raw, warnings) for item in found.parse(text, wire))
    return Reading(found.name, found.parser, items)


def _received(item: Item, wire: Wire, raw: Raw, warnings: tuple[ParseWarning, ...]) -> Item:
    """The item with what all items of a wire have in common; one that is a part of the wire keeps that part's hash."""
    if item.raw is not None:
        raw = raw.model_copy(update={"sha256": item.raw.sha256, "size": item.raw.size})
    update = {"provider": wire.provider.name, "raw": raw, "warnings": (*warnings, *item.warnings)}
    return with_meaning(item.model_copy(update=update), wire.provider)


def facts_of(
    reading: Reading, wire: Wire, receipt_id: str, received_at: datetime, rederived_at: datetime | None = None
) -> tuple[VersionAccepted | CancelMarked, ...]:
    """What the desk is told about a reading: a version for each item, then a mark for each item it cancels.

    rederived_at: when a replay read the wire again; None for its first reading.
    """
    return tuple(
        fact
        for part in reading.parts or (reading,)
        for item in part.items
        for fact in _facts(item, part, wire, receipt_id, received_at, rederived_at=rederived_at)
    )


def reparsed_of(reading: Reading, wire: Wire, receipt_id: str, rederived_at: datetime) -> Reparsed:
    """All that a later reading finds in a wire; whoever knows what older ones found withdraws the rest."""
    found = sorted(
        {
            (item_id_of(wire.provider.scope, item.uri), item.raw.sha256 if item.raw else wire.sha256)
            for item in reading.items
        }
    )
    return Reparsed(
        receipt_id=receipt_id,
        parser=reading.parser,
        generation=GENERATION,
        rederived_at=rederived_at,
        found=tuple(found),
    )


def parse_bytes(data: bytes, filename: str, profile: Profile, content_type: str = "") -> list[dict[str, Any]]:
    """A wire as the command line prints it: `{"format", "item"}` records, `{"quarantine"}` ones. Never raises."""
    try:
        reading = read_wire(Wire(data, profile, content_type, filename))
    except Unreadable as unreadable:
        return [_quarantine(unreadable.code, unreadable.detail)]
    except Exception as fault:
        return [_quarantine("parser_crash", f"{type(fault).__name__}: {fault}")]
    if not reading.items:
        return [_quarantine("no_item", f"a {reading.format} message without items")]
    items = [
        {"format": part.format, "item": item.model_dump(mode="json")}
        for part in reading.parts or (reading,)
        for item in part.items
    ]
    return [*items, *(_quarantine(fault.code, fault.detail) for fault in reading.faults)]


def _format_of(wire: Wire, text: str) -> WireFormat:
    foreign = foreign_kind(wire.data, text)
    if foreign:
        raise Unreadable("not_text", f"this is {foreign}: {HOW_TO_MEND}")
    found = next((known for known in FORMATS if known.recognise(text)), FORMATS[-1])
    name = root_name(text)
    if found.name == "plain_text" and (is_declared_markup(text) or (name and _closes(text, name))):
        raise Unreadable("unknown_format", f"XML of an unknown vocabulary, root element <{name or '?'}>: {HOW_TO_MEND}")
    return found


def _refuse_unwanted(wire: Wire, found: WireFormat) -> None:
    wanted = wire.provider.formats
    if wanted and found.name not in wanted:
        detail = f"this is {found.name}; the profile of {wire.provider.name} takes {', '.join(wanted)}"
        raise Unreadable("format_not_taken", f"{detail}: send one of those, or add {found.name} to its formats")


def _closes(text: str, name: str) -> bool:
    """Whether the text also closes its first element: then it is markup, not a story that starts with `<`."""
    return text.rstrip().lower().endswith((f"{name}>", "/>"))


def _mismatch(wire: Wire, found: WireFormat) -> Iterator[ParseWarning]:
    expected = wire.provider.expected_formats
    if expected and found.name not in expected:
        yield ParseWarning(code="format_unexpected", detail=f"is {found.name}; expected are {', '.join(expected)}")
    essence = wire.content_type.partition(";")[0].strip().lower()
    meant = next((formats for word, formats in CLAIMS.items() if word in essence.rpartition("/")[2]), None)
    if meant and found.name not in meant:
        yield ParseWarning(code="content_type_mismatch", detail=f"came as {essence}, is {found.name}")


def _stripped(decoded: Decoded, text: str) -> Iterator[ParseWarning]:
    if len(text) != len(decoded.text):
        detail = f"{len(decoded.text) - len(text)} left out"
        yield ParseWarning(code="control_characters", detail=detail)


def _facts(
    item: Item, reading: Reading, wire: Wire, receipt_id: str, received_at: datetime, *, rederived_at: datetime | None
) -> Iterator[VersionAccepted | CancelMarked]:
    scope = wire.provider.scope
    sha256 = item.raw.sha256 if item.raw else wire.sha256
    yield VersionAccepted(
        receipt_id=receipt_id,
        item_id=item_id_of(scope, item.uri),
        scope=scope,
        wire_sha256=sha256,
        received_at=received_at,
        parser=reading.parser,
        generation=GENERATION,
        rederived_at=rederived_at,
        precedence=wire.provider.precedence,
        story_sha256=story_sha256(item),
        item=item,
    )
    for cancel in item.cancels:
        for reached in dict.fromkeys((scope, *wire.provider.may_cancel)):
            yield CancelMarked(
                receipt_id=receipt_id,
                scope=reached,
                alias=cancel.id,
                version=cancel.version,
                wire_sha256=sha256,
                received_at=received_at,
                by_uri=item.uri,
                by_scope="" if reached == scope else scope,
                told_at=item.version_created,
                reason="" if _is_sealed(item, received_at) else item.ed_note or item.headline,
            )


def _is_sealed(item: Item, now: datetime) -> bool:
    """Whether only few may see an item yet: what it cancels tells of it, and that is read by all."""
    return item.status is Status.withheld or (item.embargoed_until is not None and item.embargoed_until > now)


def _quarantine(code: str, detail: str) -> dict[str, Any]:
    return {"quarantine": {"code": code, "detail": detail}}
