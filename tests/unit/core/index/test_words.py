from __future__ import annotations

import pytest
from wiredesk_core.index.words import LONGEST_WORD, places_of, spaced, stems_of, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Zürich, naïve; ŁÓDŹ", "zurich naive lodz"),
        ("don’t U.S. 1,5 snake_case", "don t u s 1 5 snake case"),
        ("東京タワー in 2026", "東 京 タ ワ ー in 2026"),
        ("हिन्दी में", "हिन्दी में"),
        ("Привет, МИР", "привет мир"),
        ("straße ﬁnance", "strasse finance"),
        ("— … “” !!", ""),
    ],
)
def test_text_is_cut_and_folded(text: str, words: str) -> None:
    assert words_of(text) == tuple(words.split())


def test_stems_are_english_and_one_for_each_word() -> None:
    assert stems_of("Running crews’ ferries") == ("run", "crew", "ferri")


def test_words_know_their_places() -> None:
    assert places_of("😀 Zürich 東京") == [(2, 8), (9, 10), (10, 11)]


def test_what_is_too_long_for_a_word_is_cut_to_pieces() -> None:
    assert [len(word) for word in spaced("x" * (2 * LONGEST_WORD + 3)).split()] == [LONGEST_WORD, LONGEST_WORD, 3]
