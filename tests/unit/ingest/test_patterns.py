"""Patterns of providers run in bounded time, and say when they cannot mean what they say."""

from __future__ import annotations

import pytest
from wiredesk_ingest.patterns import LONGEST, fault_of, finds, lines_found, oddity_of


@pytest.mark.parametrize("pattern", [r"(a+)+$", r"(a|aa)+$", r"(.*a){25}$", r"^(([a-z])+.)+[A-Z]([a-z])+$"])
def test_a_pattern_that_would_backtrack_for_ever_ends_at_once(pattern: str) -> None:
    assert fault_of(pattern) is None
    assert not finds((pattern,), "a" * 50_000 + "!")


@pytest.mark.parametrize("pattern", ["(", r"(?=x)", r"(x)\1", "a{1000}{1000}", "x" * (LONGEST + 1)])
def test_a_pattern_that_cannot_run_in_bounded_time_is_a_fault(pattern: str) -> None:
    assert fault_of(pattern)


def test_a_word_edge_beside_letters_beyond_ascii_is_a_fault_because_it_would_match_nothing() -> None:
    assert fault_of(r"^ANNULÉ\b")
    assert fault_of(r"^ANNULÉ(?:\PL|$)") is None
    assert finds((r"^ANNULÉ(?:\PL|$)",), "ANNULÉ: la dépêche")
    assert fault_of(r"^é\\b") is None, "an escaped backslash before a b is no word edge"


def test_edges_are_those_of_lines() -> None:
    assert finds(("^KILL$",), "first\nKILL\nlast")
    assert not finds(("^KILL$",), "KILL me")


def test_lines_are_found_by_code_points_whatever_stands_before_them() -> None:
    text = "Zürich 🚢\n\nÜber uns: …\nEnde"

    assert [text[start:end] for start, end in lines_found(("^Über uns",), text)] == ["Über uns: …"]


def test_half_a_character_is_no_reason_to_stop() -> None:
    text = "a\ud800b\nKILL"

    assert [text[start:end] for start, end in lines_found(("^KILL",), text)] == ["KILL"]


def test_an_oddity_is_told_and_a_usual_pattern_is_none() -> None:
    assert oddity_of("x*")
    assert oddity_of("^.+$")
    assert oddity_of("^Fjordwire is") is None
