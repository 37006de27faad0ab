"""What a G2 item says about others: packages and renditions, other ids, what it goes back to, what it cancels."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree
from wiredesk_core.item import Association, Cancel, Status

from wiredesk_ingest.formats.g2_parts import Parts, code_of, label_of, rel_of, term
from wiredesk_ingest.formats.markup import local, plain
from wiredesk_ingest.formats.vocabulary import STATUSES, distinct, type_of

EARLIER = frozenset({"previousversion", "evolvedfrom", "updates", "replaces"})
CANCELLING = frozenset({"cancels", "kills", "invalidates", "retracts", "withdraws"})
"""Relations by which a link cancels what it leads to, whatever else is said."""
REPLACING = frozenset({"replace", "replaces", "replaced"})
"""Signals by which an item takes the place of the one that it names: that one is served no more."""
KILLING = frozenset({"remove", "takedown", *(word for word, status in STATUSES.items() if status is Status.canceled)})
"""Signals by which an item is withdrawn itself."""
COUNTERS = ("number", "sequence", "revision", "version")
"""Kinds of ids that only count, and are no names."""


def signals_of(parts: Parts, message: list[etree._Element]) -> tuple[str, ...]:
    """The codes by which desks are told what happened, those of the message after the item's own."""
    return distinct([code_of(e) or label_of(e) for e in (*parts.all("signal"), *message)])


def is_withdrawn(parts: Parts) -> bool:
    """Whether a signal of the item itself withdraws it, as `sttinstruct:remove`."""
    return any(_said(e) in KILLING for e in parts.all("signal"))


def aliases_of(parts: Parts, uri: str) -> tuple[str, ...]:
    """Other ids of this item. Ids that hold only for a day or a service, counters, and ids of other items are none."""
    own = (e for e in parts.all("altid") if not e.get("environment") and not _names_another(e))
    names = [plain(e) for e in own if not any(word in term(e, "type") for word in COUNTERS)]
    return tuple(alias for alias in distinct(names) if alias != uri)


def evolved_from(parts: Parts, uri: str) -> str | None:
    """The item that this one goes on from."""
    return next((target for target in _earlier(parts) if target != uri), None)


def cancels_of(parts: Parts, uri: str) -> tuple[Cancel, ...]:
    """The items that this one cancels: by a link that says so, or by a signal that it takes their place."""
    named = [(_target(e), e.get("version")) for e in parts.all("link") if term(e, "rel") in CANCELLING]
    if any(_said(e) in REPLACING for e in parts.all("signal")):
        named += [(target, None) for target in _earlier(parts)]
    return tuple(
        dict.fromkeys(Cancel(id=target, version=version) for target, version in named if target not in {"", uri})
    )


def associations_of(parts: Parts) -> tuple[Association, ...]:
    """Links, renditions elsewhere, members of a package with the role of their group, deliveries of a plan."""
    links = (_association(e, rel_of(e, "rel") or "link") for e in parts.all("link"))
    found = (*links, *_renditions(parts), *_members(parts), *_deliveries(parts))
    return tuple(each for each in found if each.uri or each.href)


def _renditions(parts: Parts) -> Iterator[Association]:
    for content in (e for content_set in parts.all("contentset") for e in content_set):
        if local(content) == "remotecontent":
            yield _association(content, rel_of(content, "rendition") or "remoteContent")


def _members(parts: Parts) -> Iterator[Association]:
    for group in (e for groups in parts.all("groupset") for e in groups):
        for member in group:
            if local(member) in {"itemref", "conceptref"}:
                yield _association(member, rel_of(group, "role") or "member")


def _deliveries(parts: Parts) -> Iterator[Association]:
    for coverages in parts.all("newscoverageset"):
        for reference in coverages.iter():
            if local(reference) in {"delivereditemref", "newscontentref"}:
                yield _association(reference, "delivery")


def _association(element: etree._Element, rel: str) -> Association:
    children = {local(child): child for child in reversed(element)}
    kind = (
        code_of(children["itemclass"]) if "itemclass" in children else element.get("contenttype", "").partition("/")[0]
    )
    return Association(
        rel=rel,
        uri=_target(element) or None,
        version=element.get("version"),
        type=type_of(kind)[0] if kind and not type_of(kind)[1] else None,
        headline=plain(children.get("headline", children.get("title"))) or None,
        href=element.get("href"),
    )


def _earlier(parts: Parts) -> Iterator[str]:
    """What the item says to go back to: by links, then by ids of another item."""
    yield from (target for e in parts.all("link") if term(e, "rel") in EARLIER and (target := _target(e)))
    yield from (plain(e) for e in parts.all("altid") if _names_another(e) and plain(e))


def _names_another(alternative: etree._Element) -> bool:
    """`tt:refuno` names the item referred to."""
    return term(alternative, "type").startswith("ref")


def _target(element: etree._Element) -> str:
    return (element.get("residref") or element.get("guidref") or "").strip()


def _said(signal: etree._Element) -> str:
    return (code_of(signal) or label_of(signal)).rpartition(":")[2].rpartition("/")[2].strip().lower()
