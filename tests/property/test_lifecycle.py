"""Laws of the life cycle, for any versions, kills, marks and embargoes in any order."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from wiredesk_core.item import Status
from wiredesk_core.lifecycle import (
    Disposition,
    Head,
    Mark,
    Ruling,
    Standing,
    Verdict,
    dispose,
    fold,
    order_key,
    rank_of,
    silent_corrections,
)
from wiredesk_core.testing import NOON, after

LAW = settings(deadline=None)
"""A busy machine does not break a law."""

# Few values each, so that ties and clashes are common.
MOMENTS = st.integers(-3, 3).map(after)
VERSIONS = st.sampled_from(["", "1", "2", "02", "10", "2a", "b", "B"]) | st.text(max_size=4)
WIRES = st.sampled_from([f"wire-{number}" for number in range(8)])

HEADS = st.builds(
    Head,
    wire_sha256=WIRES,
    version=VERSIONS,
    received_at=MOMENTS,
    version_created=st.none() | MOMENTS,
    status=st.sampled_from(Status),
    embargoed_until=st.none() | MOMENTS,
    reinstates=st.booleans(),
    expires=st.none() | MOMENTS,
    precedence=st.integers(0, 1),
    carrier=st.sampled_from(["", "atlas"]),
)
MARKS = st.builds(
    Mark,
    scope=st.just("harbour"),
    alias=st.sampled_from(["doc-7", "doc-8"]),
    version=st.none() | VERSIONS,
    wire_sha256=WIRES,
    received_at=MOMENTS,
    by_uri=st.sampled_from(["urn:kill:a", "urn:kill:b"]),
)
VERSION_SETS = st.lists(HEADS, max_size=6, unique_by=lambda head: head.wire_sha256)
RULINGS = st.builds(
    Ruling,
    receipt_id=st.sampled_from(["r1", "r2", "r3"]),
    verdict=st.sampled_from(Verdict),
    ruled_at=MOMENTS,
    by=st.just("night desk"),
    reason=st.just(""),
)
RULING_SETS = st.lists(RULINGS, max_size=3, unique_by=lambda ruling: ruling.receipt_id)
MARK_SETS = st.lists(MARKS, max_size=3, unique_by=lambda m: (m.alias, m.version or "", m.wire_sha256, m.by_uri))


def _stands(ruling: Ruling, reinstated: datetime | None) -> bool:
    """Whether a ruling that is no reinstatement is not taken back: a purge never is."""
    early = reinstated is not None and ruling.ruled_at < reinstated
    return ruling.verdict is Verdict.purge or (ruling.verdict is Verdict.kill and not early)


def outranks(head: Head, kill: Head | Mark) -> bool:
    """The law as an editor would say it, written apart from the code under test."""
    if not kill.version:
        return False
    if isinstance(kill, Mark):
        return rank_of(head.version) > rank_of(kill.version)
    return order_key(head) > order_key(kill)


@LAW
@given(VERSION_SETS, MARK_SETS, RULING_SETS, st.data())
def test_order_and_repetition_of_facts_do_not_matter(
    heads: list[Head], marks: list[Mark], rulings: list[Ruling], data: st.DataObject
) -> None:
    later = st.timedeltas(timedelta(0), timedelta(minutes=5))
    again = [replace(h, received_at=h.received_at + data.draw(later)) for h in heads if data.draw(st.booleans())]
    marked_again = [replace(m, received_at=m.received_at + data.draw(later)) for m in marks if data.draw(st.booleans())]
    shuffled = data.draw(st.permutations(heads + again)), data.draw(st.permutations(marks + marked_again))
    assert fold(*shuffled, data.draw(st.permutations(rulings * 2))) == fold(heads, marks, rulings)


@LAW
@given(VERSION_SETS, MARK_SETS, RULING_SETS)
def test_an_operator_takes_back_what_was_said_before_and_nothing_else(
    heads: list[Head], marks: list[Mark], rulings: list[Ruling]
) -> None:
    reinstated = max((r.ruled_at for r in rulings if r.verdict is Verdict.reinstate), default=None)
    state, alive = fold(heads, marks, rulings), [head for head in heads if head.status is not Status.canceled]
    kept = fold(
        alive + [h for h in heads if h not in alive and (reinstated is None or h.received_at >= reinstated)],
        [m for m in marks if reinstated is None or m.received_at >= reinstated],
        [r for r in rulings if _stands(r, reinstated)],
    )
    if alive:
        assert (state.killed_by, state.dead & {h.wire_sha256 for h in alive}) == (
            kept.killed_by,
            kept.dead & {h.wire_sha256 for h in alive},
        )
    elif heads:
        assert state.standing(NOON) is Standing.killed


@LAW
@given(VERSION_SETS, MARK_SETS)
def test_an_item_is_dead_unless_every_kill_is_outranked_by_a_reinstatement(
    heads: list[Head], marks: list[Mark]
) -> None:
    kills: list[Head | Mark] = [head for head in heads if head.status is Status.canceled]
    kills += marks
    reinstating = [head for head in heads if head.reinstates and head.status is not Status.canceled]
    alive = all(any(outranks(head, kill) for head in reinstating) for kill in kills)
    state = fold(heads, marks)
    assert (state.killed_by is None) == alive
    assert (state.standing(NOON) is Standing.killed) == (not alive)


@LAW
@given(VERSION_SETS, MARK_SETS, VERSION_SETS)
def test_nothing_but_a_reinstatement_revives(heads: list[Head], marks: list[Mark], more: list[Head]) -> None:
    known = {head.wire_sha256 for head in heads}
    usable = [replace(h, reinstates=False) for h in more if h.wire_sha256 not in known]
    if fold(heads, marks).killed_by is not None:
        assert fold(heads + usable, marks).standing(NOON) is Standing.killed


@LAW
@given(VERSION_SETS, MARK_SETS, st.one_of(HEADS, MARKS))
def test_a_kill_without_a_version_is_final(heads: list[Head], marks: list[Mark], kill: Head | Mark) -> None:
    if isinstance(kill, Mark):
        state = fold(heads, [*marks, replace(kill, version=None)])
    else:
        last_word = replace(kill, version="", status=Status.canceled, wire_sha256="wire-kill")
        state = fold([*heads, last_word], marks)
    assert state.standing(NOON) is Standing.killed


@LAW
@given(VERSION_SETS, MARK_SETS)
def test_what_is_served_is_alive_and_outranks_all_else(heads: list[Head], marks: list[Mark]) -> None:
    state = fold(heads, marks)
    if state.killed_by is None and state.current is not None:
        assert state.current.status is not Status.canceled
        assert all(order_key(head) <= order_key(state.current) for head in heads)
    assert (state.current is None) == (not heads)
    assert len(state.order) == len(heads)
    assert all(order_key(low) < order_key(high) for low, high in pairwise(state.order))


ON_ITS_WAY = [Standing.sealed, Standing.open, Standing.expired]


@LAW
@given(VERSION_SETS, MARK_SETS, MOMENTS, MOMENTS)
def test_time_alone_only_ever_opens_and_ends(
    heads: list[Head], marks: list[Mark], one: datetime, other: datetime
) -> None:
    state, (early, late) = fold(heads, marks), sorted((one, other))
    then, now = state.standing(early), state.standing(late)
    assert now is then or ON_ITS_WAY.index(then) < ON_ITS_WAY.index(now)


@LAW
@given(VERSION_SETS, MARK_SETS, MOMENTS)
def test_an_item_turns_exactly_when_it_says(heads: list[Head], marks: list[Mark], now: datetime) -> None:
    state = fold(heads, marks)
    turns_at = state.turns_at(now)
    if turns_at is None:
        assert state.standing(after(10_000)) is state.standing(now)
    else:
        assert state.standing(turns_at - timedelta(microseconds=1)) is state.standing(now)
        assert state.standing(turns_at) is not state.standing(now)


@LAW
@given(VERSION_SETS, MARK_SETS)
def test_every_version_has_one_disposition(heads: list[Head], marks: list[Mark]) -> None:
    state = fold(heads, marks)
    for head in heads:
        assert dispose(state, head.wire_sha256, seen_before=True) is Disposition.duplicate
        disposition = dispose(state, head.wire_sha256, seen_before=False)
        if head.status is Status.canceled:
            assert disposition is Disposition.accepted
        elif state.killed_by is not None:
            assert disposition is Disposition.cancelled
        else:
            assert disposition is (Disposition.accepted if head == state.current else Disposition.superseded)


@LAW
@given(VERSION_SETS)
def test_of_versions_under_one_number_all_but_the_first_are_corrections(heads: list[Head]) -> None:
    state = fold([replace(head, status=Status.usable) for head in heads])
    numbers = [(rank_of(head.version), head.carrier) for head in state.order if head.version.strip()]
    assert len(silent_corrections(state)) == len(numbers) - len(set(numbers))
    assert state.order[:1] != silent_corrections(state)[:1] or not state.order


@LAW
@given(st.lists(st.text(max_size=8), max_size=8))
def test_any_two_versions_can_be_compared(versions: list[str]) -> None:
    ranks = sorted(map(rank_of, versions))
    assert all(not high < low for low, high in pairwise(ranks))
    assert all(rank_of("") <= rank for rank in ranks)


@LAW
@given(st.integers(0, 10**40), st.integers(0, 10**40), st.text("0", max_size=3), st.text(" ", max_size=2))
def test_numbers_stand_in_numeric_order(one: int, other: int, zeros: str, spaces: str) -> None:
    assert (rank_of(f"{spaces}{zeros}{one}") < rank_of(str(other))) == (one < other)
    assert (rank_of(f"{zeros}{one}{spaces}") == rank_of(str(other))) == (one == other)
