from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wiredesk_core.failures import Misconfigured, Refused
from wiredesk_gateway.cursors import CursorSeal

SEAL = CursorSeal(b"k" * 32, "changes")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
contents = st.dictionaries(st.text(max_size=20), values, max_size=5)


@given(contents)
def test_a_cursor_opens_to_what_was_sealed(content: dict[str, object]) -> None:
    cursor = SEAL.seal(content)
    assert set(cursor) <= set(LETTERS)
    assert CursorSeal(b"k" * 32, "changes").open(cursor) == content


@given(contents, st.data())
def test_no_altered_cursor_opens(content: dict[str, object], data: st.DataObject) -> None:
    cursor = SEAL.seal(content)
    at = data.draw(st.integers(0, len(cursor) - 1))
    letter = data.draw(st.sampled_from(LETTERS).filter(lambda other: other != cursor[at]))
    for altered in (cursor[:at] + letter + cursor[at + 1 :], cursor[:at], cursor + letter, cursor + "="):
        with pytest.raises(Refused) as refused:
            SEAL.open(altered)
        assert (refused.value.status, refused.value.code) == (400, "bad_cursor")


@given(st.text() | st.text(LETTERS))
def test_no_invented_cursor_opens(cursor: str) -> None:
    with pytest.raises(Refused):
        SEAL.open(cursor)


@pytest.mark.parametrize("other", [CursorSeal(b"x" * 32, "changes"), CursorSeal(b"k" * 32, "search")])
def test_a_cursor_of_another_key_or_purpose_does_not_open(other: CursorSeal) -> None:
    with pytest.raises(Refused):
        other.open(SEAL.seal({"at": 1}))


def test_a_short_signing_key_is_not_taken() -> None:
    with pytest.raises(Misconfigured):
        CursorSeal(b"short", "changes")
