"""Apply, the deciding part: from what is known about an item to how it is served now. Pure; "now" is an argument."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from wiredesk_core.article import PENDING, Article, LayerStatus, assemble
from wiredesk_core.item import ParseWarning, Status
from wiredesk_core.lifecycle import (
    Disposition,
    Head,
    Kill,
    Mark,
    Recall,
    Ruling,
    Standing,
    State,
    Verdict,
    dispose,
    silent_corrections,
)
from wiredesk_core.messages import Cause, Changed, DeskRuled, Enriched, ReceiptNote, Tombstone, VersionAccepted
from wiredesk_core.moments import iso
from wiredesk_core.ports import Collection, Dossier, IndexGone, IndexPut, Leaf

SHOWN = frozenset({Standing.open, Standing.sealed})
"""Where an item has to stand for its words to leave the archive."""

UNSERVED = ("restricted_notes",)
"""Fields of an item that stay in the archive and are served to nobody."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """What made somebody look at an item again; `reason` is a canceller's own words."""

    cause: Cause
    reason: str = ""


def next_revision(dossier: Dossier, state: State, leaf: Leaf | None, trigger: Trigger, now: datetime) -> Changed | None:
    """The revision that the facts call for; None when the item is already served that way.

    leaf is the current version whole, or None where only cancel marks are known.
    """
    standing = state.standing(now)
    if leaf is None or standing is Standing.absent:
        return _withdrawn(dossier, trigger, now)
    former = dossier.served
    killed = standing is Standing.killed
    revision = Changed(
        item_id=dossier.item_id,
        uri=leaf.item.uri,
        provider=leaf.item.provider,
        revision=former.revision + 1 if former else 1,
        former_revision=former.revision if former else 0,
        cause=_cause(trigger, standing, former),
        standing=standing,
        former_standing=former.standing if former else Standing.absent,
        changed_at=now,
        article=_article(dossier, state, leaf) if standing in SHOWN else None,
        tombstone=_tombstone(dossier.item_id, state, leaf, trigger.reason, now) if killed else None,
        receipt_id=leaf.receipt_id,
    )
    return None if former is not None and _same(former, revision) else revision


def _withdrawn(dossier: Dossier, trigger: Trigger, now: datetime) -> Changed | None:
    """No reading of any wire holds the item: nothing is served of it, if anything was."""
    former = dossier.served
    if former is None or former.standing is Standing.absent:
        return None
    update = {
        "revision": former.revision + 1,
        "former_revision": former.revision,
        "cause": trigger.cause,
        "standing": Standing.absent,
        "former_standing": former.standing,
        "changed_at": now,
        "article": None,
        "tombstone": None,
    }
    return former.model_copy(update=update)


def disposition_note(fact: VersionAccepted, state: State, now: datetime, *, seen_before: bool) -> ReceiptNote:
    """What became of one item of a receipt."""
    late = _late(fact, state, now)
    return ReceiptNote(
        receipt_id=fact.receipt_id,
        provider=fact.item.provider,
        stage="applied",
        at=now,
        item_id=fact.item_id,
        uri=fact.item.uri,
        disposition=dispose(state, fact.wire_sha256, seen_before=seen_before),
        code="expired_on_arrival" if late else "",
        detail=f"accepted and kept, shown to nobody: it expired at {iso(late)}" if late else "",
    )


RULED: Mapping[Verdict, str] = {Verdict.kill: "killed", Verdict.reinstate: "reinstated", Verdict.purge: "purged"}


def ruling_note(fact: DeskRuled, state: State, now: datetime) -> ReceiptNote:
    """What an operator's decision came to."""
    standing = state.standing(now)
    return ReceiptNote(
        receipt_id=fact.receipt_id,
        provider=fact.provider,
        stage="applied",
        at=now,
        item_id=fact.item_id,
        uri=fact.uri,
        disposition=Disposition.accepted,
        code=RULED[fact.verdict],
        detail=_destroyed(state) if state.is_purged else f"the item stands {standing}",
    )


def _destroyed(state: State) -> str:
    return "its words are destroyed" if state.order else "nothing of it is here, and nothing will be let in"


def enriched_note(fact: Enriched, provider: str, now: datetime) -> ReceiptNote:
    """The layers of one item of a receipt have come."""
    failed = sorted(name for name, layer in fact.layers.items() if layer.status == "failed")
    return ReceiptNote(
        receipt_id=fact.receipt_id,
        provider=provider,
        stage="enriched",
        at=now,
        item_id=fact.item_id,
        uri=fact.uri,
        code="layers_failed" if failed else "",
        detail=", ".join(failed),
    )


def index_change(served: Changed, indexed_at: datetime) -> IndexPut | IndexGone:
    """How the index has to show a revision."""
    if served.article is None or served.standing not in SHOWN:
        return IndexGone(served.item_id, served.revision)
    collection: Collection = "open" if served.standing is Standing.open else "sealed"
    return IndexPut(collection, served.article, indexed_at)


def _cause(trigger: Trigger, standing: Standing, former: Changed | None) -> Cause:
    """Why an item changed, as its readers see it. Layers that take the place of others are no news: a replay."""
    if standing is Standing.killed and trigger.cause != "desk":
        return "status"
    if trigger.cause == "layers" and former is not None and _has_layers(former):
        return "replay"
    return "expiry" if standing is Standing.expired and trigger.cause == "release" else trigger.cause


def _has_layers(served: Changed) -> bool:
    layers = served.article.layers.values() if served.article else ()
    return any(layer.status is not LayerStatus.pending for layer in layers)


def _late(fact: VersionAccepted, state: State, now: datetime) -> datetime | None:
    """When a version had expired that came too late to be shown at all."""
    is_current = state.current is not None and state.current.wire_sha256 == fact.wire_sha256
    return fact.item.expires if is_current and state.standing(now) is Standing.expired else None


def _article(dossier: Dossier, state: State, leaf: Leaf) -> Article:
    former = dossier.served.revision if dossier.served else 0
    layers, values = (leaf.enriched.layers, leaf.enriched.values) if leaf.enriched else (PENDING, {})
    warnings = (*leaf.item.warnings, *_corrected(state))
    item = leaf.item.model_copy(update={**dict.fromkeys(UNSERVED, ()), "warnings": warnings})
    return assemble(item, dossier.item_id, former + 1, layers, values)


def _corrected(state: State) -> Iterator[ParseWarning]:
    """What readers are told where the version served is not the first of its number."""
    for head in silent_corrections(state):
        if head is state.current:
            detail = f"version {head.version} came before with other content"
            yield ParseWarning(code="silent_correction", detail=detail)


def _tombstone(item_id: str, state: State, leaf: Leaf, reason: str, now: datetime) -> Tombstone:
    by = state.killed_by
    canceled = leaf.item.status is Status.canceled
    told = reason or (leaf.item.ed_note or leaf.item.headline if canceled else "")
    return Tombstone(
        item_id=item_id,
        uri=leaf.item.uri,
        provider=leaf.item.provider,
        killed_at=_killed_at(by, now),
        version=by.version if isinstance(by, Head | Mark) else None,
        by_uri=by.by_uri if isinstance(by, Mark) else None,
        by_item=by.item_id if isinstance(by, Recall) else None,
        reason=by.reason if isinstance(by, Ruling) else told,
        purged=state.is_purged,
    )


def _killed_at(by: Kill | None, now: datetime) -> datetime:
    match by:
        case None:
            return now
        case Ruling():
            return by.ruled_at
        case Recall():
            return by.killed_at
        case _:
            return by.received_at


def _same(former: Changed, later: Changed) -> bool:
    """Whether two revisions show the same, their counters and how long their layers took aside."""
    return former.standing is later.standing and _shown(former) == _shown(later)


def _shown(revision: Changed) -> Any:
    if revision.article is not None:
        layers = {name: layer.model_copy(update={"took_ms": None}) for name, layer in revision.article.layers.items()}
        return revision.article.model_copy(update={"revision": 0, "layers": layers})
    return revision.tombstone and revision.tombstone.model_copy(update={"reason": ""})
