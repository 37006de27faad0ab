"""A provider's own signals are carried out on any item, whatever format it came in."""

from __future__ import annotations

import json
from typing import Any

import pytest
from wiredesk_core.failures import Unreadable
from wiredesk_core.item import ItemType, Status
from wiredesk_core.lifecycle import head_of
from wiredesk_core.testing import NOON, make_item
from wiredesk_ingest.intake import read_wire
from wiredesk_ingest.meaning import with_meaning
from wiredesk_ingest.providers import Profile
from wiredesk_ingest.wire import Wire

PROFILE = Profile(
    "fjordwire",
    signals={
        "fw:trukket": "kill",
        "fw:rettet": "correction",
        "fw:ny": "update",
        "fw:igjen": "reinstate",
        "fw:vent": "withhold",
        "fw:obs": "advisory",
    },
    boilerplate=("^Fjordwire is an independent",),
    kill_lines=("^SLETTES",),
)


def meant(*signals: str, **changes: Any) -> Any:
    return with_meaning(make_item(signals=signals, **changes), PROFILE)


def test_a_withdrawal_in_the_providers_own_words_is_a_kill() -> None:
    assert meant("FW:Trukket").status is Status.canceled
    assert meant("FW:Trukket").signals == ("FW:Trukket", "sig:kill")


def test_a_kill_is_not_undone_by_another_signal_of_the_same_wire() -> None:
    assert meant("fw:igjen", "fw:vent", "fw:trukket").status is Status.canceled


def test_a_reinstatement_is_one_for_the_life_cycle() -> None:
    assert head_of(meant("fw:igjen"), "sha", NOON).reinstates


def test_withheld_and_advisory_and_the_others_are_what_they_say() -> None:
    assert meant("fw:vent").status is Status.withheld
    assert meant("fw:vent", status=Status.canceled).status is Status.canceled
    assert meant("fw:obs").type is ItemType.advisory
    assert meant("fw:rettet", "fw:ny").signals[2:] == ("sig:correction", "sig:update")


def test_a_note_to_editors_kills_by_the_providers_own_words() -> None:
    assert meant(ed_note="SLETTES: feil tall").status is Status.canceled


def test_an_item_that_no_rule_speaks_about_stays_as_it_is() -> None:
    item = make_item(signals=("sig:update",))

    assert with_meaning(item, Profile("fjordwire", signals={"fw:trukket": "kill"})) is item


def test_boilerplate_is_marked_and_not_taken_away() -> None:
    body = "Ferjen går igjen.\n\nFjordwire is an independent agency."
    item = meant(body_text=body)

    assert item.body_text == body
    assert [body[start:end] for start, end in item.boilerplate] == ["Fjordwire is an independent agency."]


def test_signals_are_carried_out_where_every_format_passes() -> None:
    wire = {"uri": "urn:fw:1", "version": "2", "headline": "Ferje", "signals": [{"code": "fw:trukket"}]}
    (item,) = read_wire(Wire(json.dumps(wire).encode(), PROFILE)).items

    assert item.status is Status.canceled


def test_a_format_that_the_profile_does_not_take_is_refused_with_how_to_mend_it() -> None:
    with pytest.raises(Unreadable, match=r"format_not_taken.*add plain_text"):
        read_wire(Wire(b"A headline\n\nA text.", Profile("fjordwire", formats=("ninjs",))))


def test_a_format_that_is_not_expected_is_taken_with_a_warning() -> None:
    (item,) = read_wire(Wire(b"A headline\n\nA text.", Profile("fjordwire", expected_formats=("ninjs",)))).items

    assert "format_unexpected" in [warning.code for warning in item.warnings]
