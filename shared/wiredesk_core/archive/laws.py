"""What every Archive decides in the same way, whatever it is kept in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from wiredesk_core.item import Item
from wiredesk_core.messages import Changed


def names_of(item: Item) -> frozenset[str]:
    """All names by which a cancel mark or a reader may ask for an item."""
    return frozenset(name for name in (item.uri, *item.aliases) if name)


def parser_replaces(new: str, old: str) -> bool:
    """Whether a derivation by parser `new` takes the place of one by `old`: parsers are called `name@version`.

    Versions of one parser compare by number; of two different parsers the one that read last is right.
    """
    (new_name, new_version), (old_name, old_version) = _parser(new), _parser(old)
    return new_name != old_name or new_version >= old_version


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
