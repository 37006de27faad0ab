from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wiredesk_core.vectors import packed_vector, vector_of


@given(st.lists(st.floats(-1, 1), max_size=400))
def test_a_vector_comes_back_exact_to_three_digits(numbers: list[float]) -> None:
    back = vector_of(packed_vector(numbers))
    assert len(back) == len(numbers)
    assert all(math.isclose(one, other, rel_tol=1e-3, abs_tol=1e-6) for one, other in zip(numbers, back, strict=True))


@given(st.lists(st.floats(-1, 1, width=16), max_size=20))
def test_what_was_packed_once_never_changes_again(numbers: list[float]) -> None:
    packed = packed_vector(numbers)
    assert packed_vector(vector_of(packed)) == packed


def test_a_vector_of_384_numbers_takes_a_kilobyte() -> None:
    assert len(packed_vector([0.05] * 384)) == 1028


@pytest.mark.parametrize("wrong", ["", "m1:AAAA", "f16:AA==", "f16:not base64", "f32:AAAA"])
def test_other_texts_are_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"embedding|base64|Incorrect|characters"):
        vector_of(wrong)
