"""Stretches between quote marks, whatever the marks and whichever of them are lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wiredesk_enrichment.quoting.marks import marks_of, stretches


def between(text: str) -> list[str]:
    return [text[one.start : one.end] for one in stretches(text, 0, len(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“We stay,” she said, “and wait.”", ["We stay,", "and wait."]),
        ('"We stay," she said, "and wait."', ["We stay,", "and wait."]),
        ("„Wir bleiben“, sagte sie.", ["Wir bleiben"]),
        ("„Wir bleiben”, sagte sie.", ["Wir bleiben"]),
        ("»Wir bleiben«, sagte sie.", ["Wir bleiben"]),
        ("« Nous restons », a-t-elle dit.", ["Nous restons"]),
        ("”Vi stannar”, sade hon.", ["Vi stannar"]),
        ("»Vi stannar», sade hon.", ["Vi stannar"]),
        ("「残ります」と彼女は言った。", ["残ります"]),
        ("‘We stay,’ she said. ‘It’s the workers’ choice.’", ["We stay,", "It’s the workers’ choice."]),
        ("'We stay,' she said. 'It's theirs.'", ["We stay,", "It's theirs."]),
        ('"We call it “too loud” or “too late” here," she said.', ["We call it “too loud” or “too late” here,"]),
    ],
)
def test_marks_of_every_kind_are_read(text: str, expected: list[str]) -> None:
    assert between(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“We stay. We wait.", ["We stay. We wait."]),
        ("We stay,” she said.", []),
        ("“They are ‘victims’ now,” he said.", ["They are ‘victims’ now,"]),
        ('“We stay, " she said.', ["We stay,"]),
        ("“We stay. ” Then they left.", ["We stay."]),
        ('A 5" pipe and a 6" pipe burst.', []),
        ("The workers' pay and the miners' pay rose in the '80s.", []),
        ("Rock 'n' roll, she said.", []),
        ("''The 'old' ferry,'' she said.", []),
        ('The old ferries" of [the] town and its "new ferries" sank.', ["new ferries"]),
        ('A page <a href="https://x.example/a b">here</a> says so.', []),
        ("“”", []),
        ('«»""', []),
    ],
)  # fmt: skip
def test_lost_and_doubtful_marks_do_no_harm(text: str, expected: list[str]) -> None:
    assert between(text) == expected


def test_a_paragraph_that_ends_in_a_quote_leaves_it_open() -> None:
    closed, still_open = stretches("“One.” “Two.", 0, 12)
    assert (closed.is_open, still_open.is_open) == (False, True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Council tells town to 'get away'\n“We stay,” she said. “We wait.”", ["We stay,", "We wait."]),
        ("‘We saw the “ghost” ship,’ she said.\n‘It stays.’", ["We saw the “ghost” ship,", "It stays."]),
        ("The “ghost” ship came.\n‘It stays,’ she said.", ["ghost", "It stays,"]),
    ],
)
def test_a_story_quotes_with_one_kind_of_marks(text: str, expected: list[str]) -> None:
    first = text.index("\n") if "\n" in text else len(text)
    spans = [(0, first), (first + 1, len(text))]
    marks = marks_of(text, spans)
    found = [one for start, end in spans for one in stretches(text, start, end, marks)]

    assert [text[one.start : one.end] for one in found] == expected


@given(st.text(alphabet="“”„«»‹›\"'‘’`ab S.,5\n", max_size=60), st.integers(0, 10), st.integers(0, 60))
def test_stretches_lie_inside_their_paragraph_in_order(text: str, start: int, end: int) -> None:
    start, end = min(start, len(text)), min(max(start, end), len(text))
    reached = start
    for one in stretches(text, start, end):
        assert reached <= one.opened < one.start <= one.end <= one.closed <= end
        reached = one.closed
