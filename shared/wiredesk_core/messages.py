"""What crosses the broker: one model a topic, JSON values, CloudEvents attributes in the headers.

Raw wires (`wire.received`, `wire.quarantined`) travel as they came: bytes as value, all else in headers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from wiredesk_core.article import Article, Layer
from wiredesk_core.identity import item_id_of
from wiredesk_core.item import Frozen, Item, Moment
from wiredesk_core.lifecycle import Disposition, Standing, Verdict
from wiredesk_core.moments import iso

Headers = Mapping[str, bytes]

QUARANTINE_HEADER = "quarantine"
"""On `wire.quarantined`: why the record was put aside."""
DECISION_HEADER = "decision"
"""On `wire.quarantined`: this is no record put aside, its value is a ShelfDecision."""
REPLAY_HEADER = "replay"

Cause = Literal["version", "layers", "status", "release", "story", "desk", "replay", "expiry"]
"""Why an item changed as served."""

Stage = Literal["received", "parsed", "applied", "enriched"]
"""How far a receipt has come."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One record to be produced."""

    topic: str
    key: bytes
    value: bytes
    headers: Headers = field(default_factory=dict)


class VersionAccepted(Frozen):
    """`item.accepted`: one version of an item was read from a wire."""

    kind: Literal["version"] = "version"
    receipt_id: str
    item_id: str
    scope: str
    wire_sha256: str
    received_at: Moment
    parser: str
    generation: int = 0
    """How new the set of parsers was that read the wire."""
    rederived_at: Moment | None = None
    """When a replay read the wire again; None for its first reading."""
    precedence: int = 0
    """Of the profile of who sent it: of several carriers of one version the higher is believed."""
    story_sha256: str = ""
    """What enrichers read of the item. Said once, here, so that releases which differ side by side agree on it."""
    item: Item


class Withdrawn(Frozen):
    """`item.accepted`: a wire read again no longer holds an item that an older reading found in it."""

    kind: Literal["withdrawn"] = "withdrawn"
    receipt_id: str
    item_id: str
    scope: str
    wire_sha256: str
    parser: str
    generation: int
    rederived_at: Moment


class CancelMarked(Frozen):
    """`item.accepted`: a wire cancels another item, known to it by `alias` only."""

    kind: Literal["cancel"] = "cancel"
    receipt_id: str
    scope: str
    alias: str
    version: str | None = None
    wire_sha256: str
    received_at: Moment
    by_uri: str
    told_at: Moment | None = None
    """When the cancelling item was made, by its provider's clock."""
    reason: str = ""
    by_scope: str = ""
    """Of the cancelling item, where that is another than that of the cancelled one."""

    @property
    def by_item(self) -> str:
        """The item that cancels."""
        return item_id_of(self.by_scope or self.scope, self.by_uri)


class DeskRuled(Frozen):
    """`item.accepted`: an operator killed, reinstated or purged an item; `by` names the key that it was done with."""

    kind: Literal["ruling"] = "ruling"
    receipt_id: str
    item_id: str
    uri: str
    provider: str
    verdict: Verdict
    ruled_at: Moment
    by: str
    reason: str


Accepted = VersionAccepted | CancelMarked | Withdrawn | DeskRuled
ACCEPTED: TypeAdapter[Accepted] = TypeAdapter(Annotated[Accepted, Field(discriminator="kind")])
"""Reads any message of `item.accepted`."""


class Reparsed(Frozen):
    """`item.accepted.bulk`: all that a wire holds by a later reading, each as (item_id, wire_sha256)."""

    kind: Literal["reparsed"] = "reparsed"
    receipt_id: str
    parser: str
    generation: int
    rederived_at: Moment
    found: tuple[tuple[str, str], ...]


AGAIN: TypeAdapter[Accepted | Reparsed] = TypeAdapter(Annotated[Accepted | Reparsed, Field(discriminator="kind")])
"""Reads any message of `item.accepted.bulk`."""


class Enriched(Frozen):
    """`item.enriched`: the layers of one version, by one chain of enrichers."""

    receipt_id: str
    item_id: str
    uri: str
    wire_sha256: str
    version: str
    chain: int
    story_sha256: str = ""
    """Of the reading that they were made from."""
    layers: dict[str, Layer]
    values: dict[str, Any]


class Tombstone(Frozen):
    """All that is left to show of a killed item."""

    item_id: str
    uri: str
    provider: str
    killed_at: Moment
    version: str | None = None
    by_uri: str | None = None
    by_item: str | None = None
    """The item of the same chain whose kill reached this one."""
    reason: str = ""
    purged: bool = False
    """Whether its words are destroyed here, as they have to be wherever they went."""


class Changed(Frozen):
    """`item.changed`: an item as served has a new revision. A killed item has a tombstone and no article."""

    item_id: str
    uri: str
    provider: str
    revision: int
    former_revision: int
    cause: Cause
    standing: Standing
    former_standing: Standing
    changed_at: Moment
    article: Article | None = None
    tombstone: Tombstone | None = None
    receipt_id: str = ""


class ReceiptNote(Frozen):
    """`receipt.noted`: what happened to (a part of) what was pushed; idempotent by (receipt, item, stage, round)."""

    receipt_id: str
    provider: str
    stage: Stage
    at: Moment
    round: int = 1
    """1, and one more for each replay from quarantine: a later round's disposition takes the place of an earlier one's."""
    item_id: str = ""
    uri: str = ""
    disposition: Disposition | None = None
    code: str = ""
    detail: str = ""


class Quarantine(Frozen):
    """Why a record was put aside, and where it came from. Its bytes travel beside this, unchanged."""

    receipt_id: str
    provider: str
    stage: str
    code: str
    detail: str
    topic: str
    partition: int
    offset: int
    key: str = ""
    """The record's own key, its bytes as Latin-1."""
    attempts: int = 1
    round: int = 1
    """How often it was put aside: 1, and one more for each replay that failed."""
    unexpected: bool = False
    at: Moment


class ShelfDecision(Frozen):
    """`wire.quarantined`: what an operator decided about a record that was put aside, in its present round."""

    kind: Literal["replay", "drop"]
    quarantine_id: str
    receipt_id: str
    provider: str
    round: int
    at: Moment
    by: str
    reason: str = ""
    size: int
    sha256: str
    """Of the record's bytes: what is left to know of them once they are dropped."""


class Replay(Frozen):
    """The header `replay` of a record that was on its topic before: which entry of the shelf it is or would be, and its round."""

    quarantine_id: str
    round: int = 1
    rederived_at: Moment | None = None
    """When somebody had all wires read again; None for a record that comes from quarantine."""


def replay_of(headers: Headers) -> Replay | None:
    """What a record's headers say of its being a replay; None for one that comes for the first time."""
    try:
        return Replay.model_validate_json(headers[REPLAY_HEADER])
    except (KeyError, ValidationError):
        return None


def envelope(kind: str, *, source: str, identity: str, at: datetime, receipt_id: str) -> dict[str, bytes]:
    """CloudEvents 1.0 attributes in Kafka's binary content mode, and the receipt that started it all."""
    text = {
        "ce_specversion": "1.0",
        "ce_type": kind,
        "ce_source": source,
        "ce_id": identity,
        "ce_time": iso(at),
        "content-type": "application/json",
        "receipt_id": receipt_id,
    }
    return {name: value.encode() for name, value in text.items()}
