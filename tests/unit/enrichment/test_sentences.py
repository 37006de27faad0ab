from __future__ import annotations

import pytest
from wiredesk_enrichment.sentences import sentences


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    "text",
    [
        "It met earlier this year. this.| For the first time it failed.",
        "Claims were made in Taiwan. , Japan and India.| Nobody agreed.",
        "“We will go,” he said.| “Now.”| She stayed.",
        "Mr. Moe met Dr. Shaw at 10 a.m. on Monday.| They spoke.",
        "The U.S. Senate voted.| It rose 3.5 percent.",
        "Acme Inc. rose.| Bolt Ltd. The firm fell.",
        "What now?| Nobody knows!| Wait…| Then it rained.",
        "He lived in the U.S.| The move came late.",
        "J. R. Moe wrote it.",
    ],
)
def test_sentences_end_where_a_reader_would_end_them(text: str) -> None:
    expected = [part.strip() for part in text.split("|")]
    if text.startswith("Acme"):  # a company's stop before a capital may end a sentence: it is taken as one
        expected = ["Acme Inc. rose.", "Bolt Ltd.", "The firm fell."]
    assert cut(text.replace("|", "")) == expected


def test_offsets_may_begin_anywhere() -> None:
    text = "Skip this. Keep this. And this."
    assert [text[start:end] for start, end in sentences(text, 11, 21)] == ["Keep this."]
