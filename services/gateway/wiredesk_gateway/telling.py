"""What an answer tells that is accounted for: items for usage, and what is kept from most for the audit."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from starlette.requests import Request
from wiredesk_core.audit.trail import Trail
from wiredesk_core.deeds import LONGEST
from wiredesk_core.item import Item
from wiredesk_core.keys import Key
from wiredesk_core.lifecycle import Standing
from wiredesk_core.messages import Changed
from wiredesk_core.usage import Tally
from wiredesk_core.web.accounts import deed_of, subject_of

from wiredesk_gateway.visibility import is_shut

NAMED_EVERY = timedelta(hours=1)
MOST_NAMED = 50_000
"""Readings that are remembered as named already; one that is forgotten is named again."""
SEALED = "sealed.read"
QUARANTINED = "quarantine.read"


class Telling(Tally):
    """Filled by whoever makes an answer; `named`: what of it the audit names, with the action."""

    __slots__ = ("named",)

    def __init__(self) -> None:
        super().__init__()
        self.named: list[tuple[str, str]] = []

    def tell(self, changed: Changed, now: datetime, size: int = 0) -> None:
        """The words of a revision, in so many bytes."""
        self.add(changed.provider, size)
        if changed.article is not None:
            self.look(changed, changed.article.item, changed.standing, now)

    def look(self, changed: Changed, item: Item, standing: Standing, now: datetime) -> None:
        """Name the revision if it, or this version that is told of it, is for insiders only."""
        if is_shut(item, standing, now):
            self.named.append((SEALED, f"{changed.item_id}.{changed.revision}"))

    def tell_quarantined(self, quarantine_id: str) -> None:
        """The bytes of a record that nobody could read, or their beginning: they may be under embargo as well."""
        self.named.append((QUARANTINED, quarantine_id))


class SealedAccount:
    """Names in the audit who read what is kept from most: the same revision by the same key once an hour. No words."""

    def __init__(self, trail: Trail, *, most: int = MOST_NAMED) -> None:
        self._trail = trail
        self._most = most
        self._known: OrderedDict[tuple[str, str, str], datetime] = OrderedDict()

    def note(self, request: Request, key: Key, now: datetime, telling: Telling) -> None:
        """Name what an answer tells, some revisions a deed; the telling is told anew from here."""
        named, telling.named = telling.named, []
        for action in (SEALED, QUARANTINED):
            fresh = [
                name for kind, name in dict.fromkeys(named) if kind == action and self._is_new(key, kind, name, now)
            ]
            for names in _parted(fresh):
                subject = subject_of(request)
                self._trail.note(deed_of(request, "gateway", now, action, subject=subject, reason=" ".join(names)))

    def _is_new(self, key: Key, action: str, name: str, now: datetime) -> bool:
        who = key.key_id, action, name
        at = self._known.get(who)
        if at is not None and now - at < NAMED_EVERY:
            return False
        self._known[who] = now
        self._known.move_to_end(who)
        if len(self._known) > self._most:
            self._known.popitem(last=False)
        return True


def _parted(names: Sequence[str]) -> Iterator[Sequence[str]]:
    """As many together as a deed keeps whole."""
    part: list[str] = []
    for name in names:
        if part and len(" ".join([*part, name])) > LONGEST:
            yield part
            part = []
        part.append(name)
    if part:
        yield part
