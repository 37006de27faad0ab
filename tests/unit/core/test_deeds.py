from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wiredesk_core.deeds import LONGEST, Deed, Entry, entry_of, first_broken, seal
from wiredesk_core.testing import NOON

texts = st.text(max_size=40)
deeds = st.builds(
    Deed,
    at=st.just(NOON),
    actor=texts,
    name=texts,
    service=st.just("gateway"),
    action=texts,
    subject=texts,
    outcome=st.sampled_from(["allowed", "refused", "failed"]),
    request_id=texts,
    reason=texts,
)


@given(st.lists(deeds, min_size=1, max_size=6), st.data())
def test_whatever_is_changed_in_a_chain_shows(kept: list[Deed], data: Any) -> None:
    entries = list(seal(None, kept))
    assert first_broken(entries) is None
    place = data.draw(st.integers(0, len(entries) - 1))
    member = data.draw(st.sampled_from(["actor", "subject", "outcome", "reason", "action"]))
    other = "failed" if member == "outcome" and entries[place].deed.outcome != "failed" else "refused?"
    was = entries[place]
    forged = Entry(was.number, was.deed.model_copy(update={member: other}), was.hash)
    entries[place] = forged
    assert first_broken(entries) == forged


@given(st.lists(deeds, min_size=2, max_size=6), st.data())
def test_an_entry_left_out_before_the_last_shows(kept: list[Deed], data: Any) -> None:
    entries = list(seal(None, kept))
    place = data.draw(st.integers(0, len(entries) - 2))
    del entries[place]
    assert first_broken(entries) == entries[place]


@given(st.lists(deeds, max_size=6), st.integers(0, 6))
def test_a_chain_may_be_followed_from_any_entry(kept: list[Deed], cut: int) -> None:
    first = seal(None, kept[:cut])
    rest = seal(first[-1] if first else None, kept[cut:])
    assert (*first, *rest) == seal(None, kept)
    assert first_broken(rest, first[-1] if first else None) is None


@given(deeds)
def test_what_is_told_of_an_entry_reads_back_as_the_entry(deed: Deed) -> None:
    (entry,) = seal(None, [deed])
    assert entry_of(orjson.loads(orjson.dumps(entry.told()))) == entry


def test_lines_are_tamed_so_that_every_store_keeps_and_every_terminal_shows_them() -> None:
    deed = Deed(at=NOON, actor="jwt:\x00a", service="gateway", action="x", reason="one\ntwo\x1b[31m\ud800" + "y" * 900)
    assert deed.actor == "jwt: a"
    assert deed.reason.startswith("one two [31m?y")
    assert len(deed.reason) == LONGEST


@pytest.mark.parametrize("told", [{}, {"number": 1, "hash": "a"}, {"number": "x", "hash": "a"}])
def test_what_is_no_entry_is_not_read_as_one(told: dict[str, Any]) -> None:
    with pytest.raises((KeyError, ValueError)):
        entry_of(told)
