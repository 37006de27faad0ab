"""Revisions read lately. A revision never changes, so only which one is the newest has to be asked each time."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping

from wiredesk_core.messages import Changed

MOST = 512


class RememberedRevisions:
    """By their place in the store; the ones used longest ago are forgotten first."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: OrderedDict[int, Changed] = OrderedDict()

    def known(self, places: Iterable[int]) -> dict[int, Changed]:
        """Those of the places that are remembered."""
        return {place: self._kept[place] for place in places if place in self._kept}

    def keep(self, revisions: Mapping[int, Changed]) -> None:
        """Remember these as the ones used last."""
        for place, change in revisions.items():
            self._kept[place] = change
            self._kept.move_to_end(place)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
