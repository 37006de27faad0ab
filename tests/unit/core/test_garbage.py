"""Rare collections still collect."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest
from wiredesk_core.garbage import collect_seldom


class Ring:
    """Points at itself, so that no count of references frees it."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    threshold = gc.get_threshold()
    yield
    gc.set_threshold(*threshold)
    gc.unfreeze()


def test_what_was_there_before_is_not_searched_again() -> None:
    collect_seldom()
    assert gc.get_freeze_count() > 10_000


def test_cycles_made_since_are_freed_without_being_asked_for() -> None:
    collect_seldom()
    ring = weakref.ref(Ring())
    kept = [[] for _ in range(200_000)]  # type: list[list[int]]
    assert ring() is None
    assert len(kept) == 200_000
