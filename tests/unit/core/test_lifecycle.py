"""The life cycle by example: what an editor expects of versions, kills, embargoes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from wiredesk_core.identity import item_id_of
from wiredesk_core.item import Status
from wiredesk_core.lifecycle import (
    LATEST,
    Disposition,
    Head,
    Mark,
    Recall,
    Ruling,
    Standing,
    Verdict,
    dispose,
    fold,
    head_of,
    rank_of,
    recall_of,
    silent_corrections,
)
from wiredesk_core.testing import NOON, after, make_item

MARK = Mark("harbour", "doc-7", None, "kill-wire", after(1), "urn:kill")


def head(version: str, wire: str = "", **changes: object) -> Head:
    given = Head(wire_sha256=wire or f"wire-{version}", version=version, received_at=NOON)
    return replace(given, **changes)  # type: ignore[arg-type]


def kill(version: str, wire: str = "kill-wire", received_at: datetime = NOON) -> Head:
    return head(version, wire, status=Status.canceled, received_at=received_at)


def test_nothing_is_known_of_an_item_without_versions() -> None:
    state = fold([])
    assert (state.order, state.current, state.standing(NOON)) == ((), None, Standing.absent)
    assert state.turns_at(NOON) is None


@pytest.mark.parametrize(
    "ascending",
    [
        ["", "1", "2", "10", "100"],
        ["1", "1.0", "1.1", "1.10"],
        ["0", "2b", "10a", "alpha", "beta"],
        ["20260304T1200Z", "20260304T1201Z"],
        ["9" * 30, "1" + "0" * 30],
    ],
)
def test_versions_stand_in_natural_order(ascending: list[str]) -> None:
    assert sorted(set(ascending), key=rank_of) == ascending
    assert len({rank_of(version) for version in ascending}) == len(ascending)


@pytest.mark.parametrize(("one", "other"), [("7", "007"), ("B", "b"), (" 3 ", "3"), ("", "  ")])
def test_spellings_of_one_version_stand_level(one: str, other: str) -> None:
    assert rank_of(one) == rank_of(other)


def test_the_highest_version_is_served_whenever_it_came() -> None:
    assert fold([head("3"), head("1", received_at=after(9))]).current == head("3")


def test_of_level_versions_the_one_created_last_is_served_and_then_the_one_received_last() -> None:
    older, newer = head("1", "a", version_created=after(1)), head("1", "b", version_created=after(2))
    assert fold([newer, older]).current == newer
    early, late = head("1", "z"), head("1", "a", received_at=after(5))
    assert fold([late, early]).current == late


def test_a_wire_pushed_twice_counts_from_its_first_reception() -> None:
    pushed, rival, again = head("1", "a"), head("1", "b", received_at=after(1)), head("1", "a", received_at=after(2))
    assert fold([pushed, rival, again]).current == rival


def test_a_kill_withdraws_every_version_later_ones_too() -> None:
    assert fold([head("1"), kill("2")]).standing(NOON) is Standing.killed
    assert fold([kill("2"), head("1"), head("9")]).standing(NOON) is Standing.killed


def test_a_killed_item_never_opens_by_itself() -> None:
    state = fold([head("1", embargoed_until=after(5)), kill("2")])
    assert state.turns_at(NOON) is None
    assert state.standing(after(6)) is Standing.killed


def test_a_reinstating_version_revives_only_what_it_outranks() -> None:
    assert fold([kill("2"), head("3", reinstates=True)]).standing(NOON) is Standing.open
    assert fold([kill("2"), head("1", reinstates=True)]).standing(NOON) is Standing.killed
    assert fold([kill("2"), head("3", reinstates=True), kill("4", "k4")]).standing(NOON) is Standing.killed


def test_a_kill_that_claims_to_reinstate_is_a_kill() -> None:
    assert fold([kill("2"), replace(kill("3", "k3"), reinstates=True)]).standing(NOON) is Standing.killed


def test_after_a_reinstatement_the_highest_version_is_served() -> None:
    assert fold([kill("2"), head("3", reinstates=True), head("4")]).current == head("4")


def test_a_kill_without_a_version_outranks_every_version() -> None:
    assert fold([kill(""), head("99", reinstates=True)]).standing(NOON) is Standing.killed
    assert fold([head("99", reinstates=True)], [MARK]).standing(NOON) is Standing.killed
    assert fold([head("99", reinstates=True)], [replace(MARK, version="")]).standing(NOON) is Standing.killed


@pytest.mark.parametrize("blank", ["", " ", "\t "])
def test_a_blank_version_of_a_kill_is_no_version(blank: str) -> None:
    assert fold([kill(blank), head("99", reinstates=True)]).standing(NOON) is Standing.killed
    assert fold([head("99", reinstates=True)], [replace(MARK, version=blank)]).standing(NOON) is Standing.killed


def test_a_mark_with_a_version_is_lifted_by_a_higher_reinstating_version_alone() -> None:
    marks = [replace(MARK, version="2")]
    assert fold([head("9")], marks).standing(NOON) is Standing.killed
    assert fold([head("2", reinstates=True)], marks).standing(NOON) is Standing.killed
    assert fold([head("3", reinstates=True)], marks).standing(NOON) is Standing.open


@pytest.mark.parametrize("number", ["", "1"])
def test_a_mark_outranks_versions_from_the_end_of_time(number: str) -> None:
    last = head(number, version_created=LATEST, reinstates=True)
    dead = replace(kill(number), version_created=LATEST)
    state = fold([last, dead], [replace(MARK, version=number)])
    assert state.killed_by == replace(MARK, version=number or None)


def test_a_mark_alone_makes_no_item() -> None:
    assert fold([], [MARK]).current is None
    assert fold([], [MARK]).killed_by == MARK


def test_a_mark_received_again_keeps_its_first_reception() -> None:
    assert fold([head("1")], [replace(MARK, received_at=after(9)), MARK]).killed_by == MARK


def test_an_embargo_seals_until_its_moment() -> None:
    state = fold([head("1", embargoed_until=after(5))])
    assert [state.standing(after(minute)) for minute in (0, 4, 5)] == [Standing.sealed, Standing.sealed, Standing.open]
    assert [state.turns_at(after(minute)) for minute in (0, 5)] == [after(5), None]


def test_a_withheld_item_stays_sealed_whatever_its_embargo() -> None:
    state = fold([head("1", status=Status.withheld, embargoed_until=after(5))])
    assert state.standing(after(9)) is Standing.sealed
    assert state.turns_at(NOON) is None


def test_a_newer_version_decides_about_the_embargo() -> None:
    sealed, lifted = head("1", embargoed_until=after(5)), head("2")
    assert fold([sealed, lifted]).standing(NOON) is Standing.open
    assert fold([head("1"), head("2", embargoed_until=after(5))]).standing(NOON) is Standing.sealed


@pytest.mark.parametrize(
    ("signals", "reinstates"),
    [(("reinstate",), True), (("sig:Reinstate",), True), (("sig:update",), False), ((), False)],
)
def test_a_head_knows_the_signals_that_reinstate(signals: tuple[str, ...], *, reinstates: bool) -> None:
    item = make_item(version="4", signals=signals, status=Status.withheld, embargoed_until=after(5))
    made = head_of(item, "wire", after(1))
    assert made == Head("wire", "4", after(1), NOON, Status.withheld, after(5), reinstates)


def test_a_head_knows_who_carried_it_in_whose_name() -> None:
    item = make_item(provider="atlas", expires=after(9))
    carried_in = head_of(item, "wire", NOON, scope="harbour", precedence=3)
    assert (carried_in.carrier, carried_in.precedence, carried_in.expires) == ("atlas", 3, after(9))
    assert head_of(item, "wire", NOON, scope="atlas").carrier == ""


# --- expiry


def test_an_item_expires_at_its_moment_open_or_sealed() -> None:
    state = fold([head("1", expires=after(9), embargoed_until=after(5))])
    standings = [state.standing(after(minute)) for minute in (4, 5, 8, 9)]
    assert standings == [Standing.sealed, Standing.open, Standing.open, Standing.expired]
    assert [state.turns_at(after(minute)) for minute in (4, 5, 9)] == [after(5), after(9), None]


def test_an_embargo_that_outlasts_the_expiry_never_opens() -> None:
    state = fold([head("1", expires=after(5), embargoed_until=after(9))])
    assert [state.standing(after(minute)) for minute in (4, 5, 9)] == [
        Standing.sealed, Standing.expired, Standing.expired,
    ]  # fmt: skip
    assert (state.turns_at(NOON), state.turns_at(after(5))) == (after(5), None)


def test_what_is_withheld_or_killed_expires_as_such() -> None:
    withheld = fold([head("1", status=Status.withheld, expires=after(5), embargoed_until=after(3))])
    assert (withheld.turns_at(NOON), withheld.standing(after(5))) == (after(5), Standing.expired)
    dead = fold([head("1", expires=after(5)), kill("2")])
    assert (dead.turns_at(NOON), dead.standing(after(9))) == (None, Standing.killed)


def test_a_newer_version_lengthens_a_life_or_ends_it() -> None:
    assert fold([head("1", expires=after(5)), head("2", expires=after(9))]).standing(after(6)) is Standing.open
    assert fold([head("1"), head("2", expires=after(5))]).standing(after(6)) is Standing.expired
    assert fold([head("1", expires=after(5)), head("2")]).standing(after(6)) is Standing.open


# --- several carriers of one agency's items


def carried(carrier: str, wire: str, **changes: object) -> Head:
    return head("1", wire, carrier=carrier, **changes)


def test_of_one_version_by_several_carriers_the_precedence_decides_whatever_their_times() -> None:
    heads = [
        carried("atlas", "a", precedence=5),
        carried("basalt", "b", precedence=1, version_created=after(5), received_at=after(9)),
        carried("", "own", version_created=after(3), received_at=after(7)),
    ]
    assert fold(heads).current == heads[0]
    assert fold([replace(one, precedence=0) for one in heads]).current == replace(heads[2], precedence=0)


def test_a_higher_version_stands_whoever_brings_it() -> None:
    newer = replace(carried("basalt", "b"), version="2")
    assert fold([carried("atlas", "a", precedence=5), newer]).current == newer


def test_without_versions_the_newer_stands_and_precedence_decides_between_equals() -> None:
    older = Head("a", "", NOON, NOON, precedence=5, carrier="atlas")
    newer = Head("b", "", NOON, after(1), carrier="basalt")
    assert fold([older, newer]).current == newer
    assert fold([older, replace(newer, version_created=NOON)]).current == older


def test_the_same_version_in_another_carriers_wrapping_is_no_correction() -> None:
    assert silent_corrections(fold([carried("atlas", "a"), carried("basalt", "b"), carried("", "c")])) == ()
    assert len(silent_corrections(fold([carried("atlas", "a"), carried("atlas", "b")]))) == 1


# --- what an operator rules


def ruling(verdict: Verdict, minute: float, receipt: str = "") -> Ruling:
    return Ruling(receipt or f"{verdict}-{minute}", verdict, after(minute), "night desk", "legal")


KILL, REINSTATE = Verdict.kill, Verdict.reinstate


def test_an_operators_kill_outranks_every_version_and_every_signal() -> None:
    state = fold([head("9", reinstates=True, received_at=after(9))], rulings=[ruling(KILL, 1)])
    assert (state.standing(NOON), state.dead) == (Standing.killed, frozenset({"wire-9"}))
    assert state.killed_by == ruling(KILL, 1)


def test_only_an_operator_reinstates_after_a_kill_without_a_version() -> None:
    heads = [kill(""), head("1"), head("99", reinstates=True)]
    assert fold(heads).standing(NOON) is Standing.killed
    state = fold(heads, [MARK], [ruling(REINSTATE, 5)])
    assert (state.standing(NOON), state.current, state.dead) == (Standing.open, heads[2], frozenset())


def test_after_an_operators_reinstatement_the_highest_version_that_is_no_kill_is_served() -> None:
    assert fold([head("1"), kill("2")], rulings=[ruling(REINSTATE, 5)]).current == head("1")


def test_a_kill_that_came_after_the_reinstatement_or_with_it_kills_again() -> None:
    for minute in (5, 6):
        heads = [head("1"), kill("2", received_at=after(minute))]
        assert fold(heads, rulings=[ruling(REINSTATE, 5)]).standing(NOON) is Standing.killed
        marked = fold([head("1")], [replace(MARK, received_at=after(minute))], [ruling(REINSTATE, 5)])
        assert marked.standing(NOON) is Standing.killed
        ruled = fold([head("1")], rulings=[ruling(KILL, minute), ruling(REINSTATE, 5)])
        assert ruled.standing(NOON) is Standing.killed
    assert fold([head("1")], rulings=[ruling(KILL, 4), ruling(REINSTATE, 5)]).standing(NOON) is Standing.open


def test_where_nothing_but_a_kill_is_known_there_is_nothing_to_reinstate() -> None:
    state = fold([kill("2")], rulings=[ruling(REINSTATE, 5)])
    assert (state.standing(NOON), state.killed_by) == (Standing.killed, kill("2"))


def test_an_operators_reinstatement_and_a_providers_each_take_back_their_own_kills() -> None:
    heads = [head("1"), head("5", reinstates=True), kill("3", "k3", received_at=after(9)), kill("8", "k8")]
    state = fold(heads, rulings=[ruling(REINSTATE, 5)])
    assert (state.current, state.killed_by) == (heads[1], None)
    assert state.dead == {"wire-1", "k3"}


def test_nothing_brings_a_purged_item_back_and_all_that_comes_of_it_is_purged() -> None:
    heads = [head("1"), head("9", reinstates=True, received_at=after(9))]
    state = fold(heads, rulings=[ruling(Verdict.purge, 1), ruling(REINSTATE, 8), ruling(KILL, 9)])
    assert (state.standing(NOON), state.is_purged) == (Standing.killed, True)
    assert {dispose(state, "wire-9", seen_before=seen) for seen in (True, False)} == {Disposition.purged}
    assert fold([], rulings=[ruling(Verdict.purge, 1)]).is_purged
    assert not fold(heads, rulings=[ruling(KILL, 9)]).is_purged


def test_words_up_to_a_kill_stay_dead_when_a_later_version_lives() -> None:
    assert fold([head("1"), kill("2"), head("3", reinstates=True)]).dead == {"wire-1", "kill-wire"}
    marked = fold([head("1"), head("3", reinstates=True)], [replace(MARK, version="2")])
    assert (marked.killed_by, marked.dead) == (None, frozenset({"wire-1"}))


# --- kills of others of the chain

RECALL = Recall("parent", killed_at=after(9), told_at=after(3))


def test_a_kill_of_its_chain_reaches_what_was_made_before_it() -> None:
    older, newer = (head("1", version_created=after(minute)) for minute in (3, 4))
    assert fold([older], recalls=[RECALL]).killed_by == RECALL
    assert fold([newer], recalls=[RECALL]).killed_by is None
    assert fold([head("1")], recalls=[RECALL]).killed_by == RECALL


def test_a_version_made_after_the_kill_of_its_chain_lives_and_the_words_before_stay_dead() -> None:
    older, newer = head("1", version_created=after(2)), head("2", version_created=after(4))
    state = fold([older, newer], recalls=[RECALL])
    assert (state.current, state.killed_by, state.dead) == (newer, None, frozenset({"wire-1"}))


def test_what_reinstates_withstands_the_kill_of_its_chain() -> None:
    assert fold([head("1", reinstates=True)], recalls=[RECALL]).killed_by is None
    assert fold([head("1")], rulings=[ruling(REINSTATE, 10)], recalls=[RECALL]).killed_by is None
    assert fold([head("1")], rulings=[ruling(REINSTATE, 9)], recalls=[RECALL]).killed_by == RECALL


def test_a_reinstatement_of_long_ago_does_not_withstand_a_later_kill_of_its_chain() -> None:
    assert fold([head("1", reinstates=True, version_created=after(2))], recalls=[RECALL]).killed_by == RECALL
    assert fold([head("1", reinstates=True, version_created=after(3))], recalls=[RECALL]).killed_by is None


def test_of_several_kills_of_a_chain_the_last_told_decides() -> None:
    later = replace(RECALL, item_id="other", told_at=after(5))
    assert fold([head("1", version_created=after(4))], recalls=[later, RECALL]).killed_by == later


def test_a_kill_is_told_to_its_chain_by_the_clock_of_its_teller() -> None:
    own = fold([head("1"), replace(kill("2"), version_created=after(-5))])
    assert recall_of("ferry", own) == Recall("ferry", NOON, after(-5))
    marked = fold([head("1")], [replace(MARK, told_at=after(-5))])
    assert recall_of("ferry", marked) == Recall("ferry", after(1), after(-5), item_id_of("harbour", "urn:kill"))
    assert recall_of("ferry", fold([head("1")], rulings=[ruling(KILL, 4)])) == Recall("ferry", after(4), after(4))
    assert recall_of("ferry", fold([head("1")])) is None


# --- silent corrections


def test_other_bytes_under_a_known_number_are_a_silent_correction() -> None:
    first, other = head("3", "a"), head("3", "b", received_at=after(1))
    assert silent_corrections(fold([other, first])) == (other,)
    assert silent_corrections(fold([head("03", "b", received_at=after(1)), first])) == (replace(other, version="03"),)


def test_a_kill_under_a_known_number_is_no_silent_correction() -> None:
    assert silent_corrections(fold([head("3"), kill("3", received_at=after(1))])) == ()


def test_wires_without_versions_correct_nothing() -> None:
    assert silent_corrections(fold([head("", "a"), head("", "b")])) == ()


# --- dispositions


def test_each_push_has_its_disposition() -> None:
    state = fold([head("1"), head("2")])
    assert dispose(state, "wire-2", seen_before=False) is Disposition.accepted
    assert dispose(state, "wire-1", seen_before=False) is Disposition.superseded
    assert dispose(state, "wire-2", seen_before=True) is Disposition.duplicate


def test_a_kill_is_accepted_and_what_comes_after_it_cancelled() -> None:
    state = fold([kill("2"), head("3")])
    assert dispose(state, "kill-wire", seen_before=False) is Disposition.accepted
    assert dispose(state, "wire-3", seen_before=False) is Disposition.cancelled


def test_a_version_that_a_newer_reading_has_withdrawn_is_superseded() -> None:
    assert dispose(fold([head("1")]), "wire-9", seen_before=False) is Disposition.superseded
