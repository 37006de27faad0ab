"""The guided tour of a running desk: sample wires in, and everything that became of them shown."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from wiredesk_core.failures import Failure, Refused

from wiredesk.connection import Address, Connection
from wiredesk.console import put, say, table
from wiredesk.pushing import Outcome, follow_all, parcels_of, push_all, report
from wiredesk.rendering import HIT_FIELDS, article_text, hits_table
from wiredesk.running import DeskNote

SHOWN = "09-chips"
"""The wire whose article is printed, by a word in its file's name."""
SEARCHED = "telescope OR volcano"
SETTLE_SECONDS = 120.0


class TourFailed(Failure):
    """The desk runs, but did not do what the tour shows."""


def take_tour(note: DeskNote, token: str, wires: Path) -> None:
    """Push all wires and show dispositions, an article, a search, the quarantine and a killed item."""
    with Connection(Address(note.ingest, token)) as ingest, Connection(Address(note.gateway, token)) as gateway:
        refused, pending = push_all(parcels_of([str(wires)], None), ingest)
        outcomes = refused + follow_all(pending, gateway, SETTLE_SECONDS)
        _title("What became of the wires")
        report(outcomes)
        _title("An enriched article")
        put(article_text(enriched(gateway, _item_of(outcomes, SHOWN))))
        _title(f"A search: {SEARCHED}")
        found = gateway.get("/v1/items", {"q": SEARCHED, "sort": "relevance", "limit": 5, "fields": HIT_FIELDS}).json()
        put(hits_table(found["items"]))
        _title("In quarantine")
        put(quarantine_table(gateway.get("/v1/quarantine").json()["quarantined"]))
        _title("A killed item")
        put(killed(gateway, outcomes))
        _title("Still serving")


def enriched(gateway: Connection, item_id: str) -> dict[str, Any]:
    """The article once no layer is pending any more."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while True:
        article: dict[str, Any] = gateway.get(f"/v1/items/{item_id}").json()
        layers = article["layers"].values()
        if layers and all(layer["status"] != "pending" for layer in layers):
            return article
        if time.monotonic() > deadline:
            raise TourFailed(
                f"Item {item_id} was not enriched within {SETTLE_SECONDS:.0f} s: see the log of enrichment."
            )
        time.sleep(0.2)


def quarantine_table(entries: Sequence[dict[str, Any]]) -> str:
    """What was put aside, and why."""
    rows = [(e["provider"], e["code"], e["detail"], " ".join(str(e.get("text", "")).split())[-60:]) for e in entries]
    return table(("Provider", "Code", "Why", "Its last words"), rows)


def killed(gateway: Connection, outcomes: Sequence[Outcome]) -> str:
    """The answer for the first item that is gone. Raises TourFailed when there is none."""
    for item_id in dict.fromkeys(outcome.item_id for outcome in outcomes if outcome.item_id):
        try:
            gateway.get(f"/v1/items/{item_id}")
        except Refused as refused:
            if refused.status == 410:
                return f"GET {gateway.url}/v1/items/{item_id} → 410 {refused.code}: {refused.detail}"
    raise TourFailed("No item of the samples answers 410, although one was killed.")


def _item_of(outcomes: Sequence[Outcome], word: str) -> str:
    for outcome in outcomes:
        if word in Path(outcome.file).name and outcome.item_id:
            return outcome.item_id
    raise TourFailed(f"No wire with {word!r} in its name became an item.")


def _title(words: str) -> None:
    say("")
    put(f"── {words} " + "─" * max(0, 70 - len(words)))
