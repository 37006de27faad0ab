from __future__ import annotations

from datetime import UTC, datetime

import pytest
from wiredesk_core.index.entry import identity, language_codes, microseconds, newest_changes
from wiredesk_core.ports import IndexGone


@pytest.mark.parametrize(
    ("code", "codes"),
    [
        ("en", ("en",)),
        ("en_GB", ("en-gb", "en")),
        ("zh-Hant-TW", ("zh-hant-tw", "zh-hant", "zh")),
        ("", ()),
        (None, ()),
    ],
)
def test_a_language_goes_by_its_code_and_all_shorter_ones(code: str | None, codes: tuple[str, ...]) -> None:
    assert language_codes(code) == codes


def test_microseconds_are_exact_far_from_1970() -> None:
    assert microseconds(datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)) == 253_402_300_799_999_999
    assert microseconds(datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)) == -1


def test_the_highest_revision_stays_and_of_equal_ones_the_last() -> None:
    changes = [IndexGone("a", 2), IndexGone("a", 1), IndexGone("b", 1), IndexGone("b", 1)]
    newest = newest_changes(changes)
    assert [identity(change) for change in newest.values()] == [("a", 2), ("b", 1)]
    assert newest["b"] is changes[3]
