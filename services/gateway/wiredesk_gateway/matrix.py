"""Who gets what on every route: the documented matrix. The reference page and the test of the gateway are made from it.

It is written by hand and knows nothing of the mechanism: it says what `visibility` has to come to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from wiredesk_core.keys import Scope
from wiredesk_core.keys.key import ALL_SCOPES

from wiredesk_gateway.visibility import Sight

Eyes = Literal["reader", "insider", "nobody"]
Kind = Literal["item", "list", "feed", "receipt", "shelf", "shelved", "totals", "keys", "key", "own", "open"]
Reach = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Holder:
    """A key: its scopes, what limits it, and with whose eyes it therefore sees an item of harbour's sport desk."""

    name: str
    scopes: tuple[Scope, ...]
    eyes: Eyes = "nobody"
    limits: Reach = field(default_factory=dict)
    pushes: bool = False
    """Whether it may push for the item's provider."""
    mends: bool = False
    """Whether quarantine shows it what the item's provider sent."""
    whole: bool = True
    """Whether it reaches all of the archive."""


@dataclass(frozen=True, slots=True)
class ItemCase:
    """What happened to an item, what a reader and an insider get of it now, and what the feed told them from its start."""

    name: str
    meaning: str
    reader: Sight
    insider: Sight
    reader_feed: tuple[str, ...] = ()
    insider_feed: tuple[str, ...] = ()

    def seen(self, eyes: Eyes) -> Sight:
        """What whoever has these eyes gets of it."""
        return {"reader": self.reader, "insider": self.insider, "nobody": Sight.sealed}[eyes]

    def fed(self, eyes: Eyes) -> tuple[str, ...]:
        """What the feed told whoever has these eyes."""
        return {"reader": self.reader_feed, "insider": self.insider_feed, "nobody": ()}[eyes]


@dataclass(frozen=True, slots=True)
class Row:
    """A route: who may ask, and what kind of answer it gives. No scopes: everybody may."""

    method: str
    path: str
    kind: Kind
    scopes: tuple[Scope, ...] = ()


ITEM: Reach = {
    "providers": frozenset({"harbour"}),
    "genres": frozenset({"Sport"}),
    "languages": frozenset({"en"}),
    "types": frozenset({"text"}),
}
"""What the item says of itself."""
OTHER: Reach = {
    "providers": frozenset({"kestrel"}),
    "genres": frozenset({"Trade"}),
    "languages": frozenset({"de"}),
    "types": frozenset({"picture"}),
}


def _limited(limit: str) -> tuple[Holder, Holder]:
    """A reader whom the limit lets through to the item, and an insider whom it keeps away."""
    name = limit.removesuffix("s")
    through = Holder(f"reader of its {name}", ("items:read",), "reader", {limit: ITEM[limit]}, whole=False)
    away = Holder(
        f"insider of another {name}", ("items:read", "embargo:read"), "nobody", {limit: OTHER[limit]}, whole=False
    )
    return through, away


HOLDERS = (
    Holder("no key", ()),
    Holder("reader", ("items:read",), "reader"),
    Holder("insider", ("items:read", "embargo:read"), "insider"),
    *(holder for limit in ITEM for holder in _limited(limit)),
    Holder("embargo:read alone", ("embargo:read",)),
    Holder("pusher", ("wires:write",), pushes=True),
    Holder("pusher of another provider", ("wires:write",), limits={"providers": OTHER["providers"]}, whole=False),
    Holder("mender", ("quarantine:admin",), mends=True),
    Holder("mender of another provider", ("quarantine:admin",), limits={"providers": OTHER["providers"]}, whole=False),
    Holder("mender of its genre", ("quarantine:admin",), limits={"genres": ITEM["genres"]}, whole=False),
    Holder("operator", ("status:read",)),
    Holder("operator of its provider", ("status:read",), limits={"providers": ITEM["providers"]}, whole=False),
    Holder("key keeper", ("keys:admin",)),
)  # fmt: skip

_SEEN, _SEALED, _GONE, _EXPIRED = Sight.visible, Sight.sealed, Sight.gone, Sight.expired
CASES = (
    ItemCase("unknown", "no such item", _SEALED, _SEALED),
    ItemCase("usable", "open from the start", _SEEN, _SEEN, ("created",), ("created",)),
    ItemCase("embargoed", "its embargo goes on", _SEALED, _SEEN, (), ("created",)),
    ItemCase("released", "its embargo is over", _SEEN, _SEEN, ("entered",), ("created", "updated")),
    ItemCase("edited", "a second version while under embargo", _SEALED, _SEEN, (), ("created", "updated")),
    ItemCase("shut again", "open, then a version under embargo", _SEALED, _SEEN, ("left",), ("created", "updated")),
    ItemCase("withheld", "withheld by its provider", _SEALED, _SEEN, (), ("created",)),
    ItemCase("killed", "open, then killed", _GONE, _GONE, ("killed",), ("killed",)),
    ItemCase("killed unseen", "killed before its embargo was over, which it is now", _SEALED, _GONE, (), ("killed",)),
    ItemCase("purged", "open, then purged", _GONE, _GONE, ("killed",), ("killed",)),
    ItemCase("purged unseen", "purged before its embargo was over, which it is now", _SEALED, _GONE, (), ("killed",)),
    ItemCase("expired", "open, then expired", _EXPIRED, _EXPIRED, ("left",), ("left",)),
    ItemCase("expired unseen", "expired before its embargo was over, which it is now", _SEALED, _EXPIRED, (), ("left",)),
)  # fmt: skip
"""Words that are not served any more are not told by the feed either: of a killed item only its end is left."""

READ: tuple[Scope, ...] = ("items:read",)
MEND: tuple[Scope, ...] = ("quarantine:admin",)
KEEP: tuple[Scope, ...] = ("keys:admin",)
ROWS = (
    Row("GET", "/v1/items", "list", READ),
    Row("GET", "/v1/items/{item_id}", "item", READ),
    Row("GET", "/v1/items/{item_id}/versions", "item", READ),
    Row("GET", "/v1/items/{item_id}/related", "item", READ),
    Row("GET", "/v1/changes", "feed", READ),
    Row("GET", "/v1/changes/stream", "feed", READ),
    Row("GET", "/v1/snapshot", "list", READ),
    Row("GET", "/v1/receipts/{receipt_id}", "receipt", ("wires:write", "items:read")),
    Row("GET", "/v1/quarantine", "shelf", MEND),
    Row("GET", "/v1/quarantine/{quarantine_id}", "shelved", MEND),
    Row("GET", "/v1/quarantine/{quarantine_id}/bytes", "shelved", MEND),
    Row("GET", "/v1/status", "totals", ("status:read",)),
    Row("GET", "/v1/audit", "totals", ("audit:read",)),
    Row("GET", "/v1/keys", "keys", KEEP),
    Row("POST", "/v1/keys", "keys", KEEP),
    Row("POST", "/v1/keys/{key_id}/rotate", "key", KEEP),
    Row("DELETE", "/v1/keys/{key_id}", "key", KEEP),
    Row("GET", "/v1/usage", "own", ALL_SCOPES),
    Row("GET", "/healthz", "open"),
    Row("GET", "/readyz", "open"),
    Row("GET", "/metrics", "open"),
    Row("GET", "/openapi.json", "open"),
)

MEANINGS: Mapping[Kind, str] = {
    "item": "seen: 200 · sealed: 404, as though there were none · killed: 410 with its tombstone · expired: 410",
    "list": "seen: in it · else: not in it, in no total, facet, order or cursor",
    "feed": "what the table of cases says",
    "receipt": "whoever may push for the provider: all of it · seen: 200 with what is told of the item · else: 404",
    "shelf": "records of providers that the key reaches; none for a key with a genre, language or type",
    "shelved": "200 · 404 for what is not for the key, as though there were none",
    "totals": "200 · 403 for a key that is limited in any way: totals are of everything",
    "keys": "keys that reach no further than the caller's own",
    "key": "404 for a key that reaches further, as though there were none",
    "own": "what the key itself did; for keys:admin also keys that reach no further, without limits everybody",
    "open": "anybody; says nothing about items",
}


def due(row: Row, holder: Holder, case: ItemCase) -> str:
    """What the matrix says: a status, or that the item is `in` or `out` of what comes with 200."""
    if row.kind == "open":
        return "200"
    if not holder.scopes:
        return "401"
    if not set(row.scopes) & set(holder.scopes):
        return "403"
    seen = case.seen(holder.eyes)
    match row.kind:
        case "item":
            return {Sight.visible: "200", Sight.sealed: "404"}.get(seen, "410")
        case "list":
            return "in" if seen is Sight.visible else "out"
        case "receipt":
            return "200" if holder.pushes or seen is Sight.visible else "404"
        case "shelf":
            return "in" if holder.mends else "out"
        case "shelved":
            return "200" if holder.mends else "404"
        case "totals":
            return "200" if holder.whole else "403"
        case "key":
            return "404"
        case _:
            return "200"
