from __future__ import annotations

from wiredesk_core.index.highlight import WINDOW, highlights, matches
from wiredesk_core.index.question import read_question, wanted_clauses


def marked(text: str, question: str, *, english: bool = True) -> list[str]:
    return [text[a:b] for a, b in matches(text, wanted_clauses(read_question(question)), english=english)]


def test_stems_match_in_english_only() -> None:
    assert marked("Ferries and a ferry", "ferry") == ["Ferries", "ferry"]
    assert marked("Ferries and a ferry", "ferry", english=False) == ["ferry"]
    assert marked("Ferries and a ferry", '"ferry"') == ["ferry"]


def test_a_phrase_is_one_match_and_swallows_its_words() -> None:
    assert marked("The Bank of England said the bank", '"bank of england" OR bank') == ["Bank of England", "bank"]


def test_a_phrase_at_the_end_of_the_text_needs_all_its_words() -> None:
    assert marked("the bank of", '"bank of england"') == []


def test_the_fragment_is_where_most_matches_are() -> None:
    text = "ferry " + "x " * 300 + "ferry and ferry and ferry " + "y " * 300
    (found,) = highlights("", text, wanted_clauses(read_question("ferry")), english=True)
    assert len(found.matches) == 3
    assert len(found.text) <= WINDOW
    assert text.count(found.text) == 1


def test_a_fragment_of_text_without_spaces_still_holds_its_match() -> None:
    text = "京" * 500 + "東" + "京" * 500
    (found,) = highlights("", text, wanted_clauses(read_question("東")), english=False)
    assert [found.text[a:b] for a, b in found.matches] == ["東"]


def test_a_match_longer_than_the_window_is_not_cut() -> None:
    words = " ".join(f"word{n}" for n in range(60))
    (found,) = highlights(
        "", f"{'a ' * 200}{words} {'b ' * 200}", wanted_clauses(read_question(f'"{words}"')), english=True
    )
    assert [found.text[a:b] for a, b in found.matches] == [words]
