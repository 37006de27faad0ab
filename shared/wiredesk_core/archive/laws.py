"""What every Archive decides in the same way, whatever it is kept in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from wiredesk_core.item import Item
from wiredesk_core.lifecycle import Head, head_of
from wiredesk_core.messages import Changed, VersionAccepted, Withdrawn
from wiredesk_core.moments import micros


def names_of(item: Item) -> frozenset[str]:
    """All names by which a cancel mark or a reader may ask for an item."""
    return frozenset(name for name in (item.uri, *item.aliases) if name)


def cancels_of(item: Item) -> frozenset[tuple[str, str]]:
    """(name, version) of all that a reading cancels: marks that an older reading of its wire made, and this does not, go."""
    return frozenset((cancel.id, cancel.version or "") for cancel in item.cancels)


def head_in(fact: VersionAccepted) -> Head:
    """As much of a version as the life cycle needs to know."""
    return head_of(fact.item, fact.wire_sha256, fact.received_at, scope=fact.scope, precedence=fact.precedence)


def derivation_of(fact: VersionAccepted | Withdrawn) -> str:
    """Which reading of a wire this is. Derivations sort as texts, byte by byte; of two the later one stands.

    Newer sets of parsers before all; then whoever read last: a replay reads later than anybody received. The numbers
    of two parsers of one set tell nothing about which is newer.
    """
    name, version = _parser(fact.parser)
    first_read_at = fact.received_at if isinstance(fact, VersionAccepted) else fact.rederived_at
    read_at = fact.rederived_at or first_read_at
    return f"{fact.generation:06d} {max(micros(read_at), 0):017d} {version:06d} {name}"


def follows(chain: Sequence[Changed], newest: int) -> bool:
    """Whether revisions of one item continue its newest one (0: none yet) step by step."""
    for change in chain:
        if change.former_revision != newest or change.revision <= newest:
            return False
        newest = change.revision
    return True


def by_item(revisions: Iterable[Changed]) -> dict[str, list[Changed]]:
    """Revisions grouped by item, in the order given."""
    groups: dict[str, list[Changed]] = {}
    for change in revisions:
        groups.setdefault(change.item_id, []).append(change)
    return groups


def _parser(text: str) -> tuple[str, int]:
    name, _, version = text.partition("@")
    return name, int(version) if version.isdecimal() else 0
