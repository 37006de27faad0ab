from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from wiredesk_enrichment.memory import OVERHEAD, Memory, key_of


def test_an_answer_comes_back_until_there_is_no_room_for_it() -> None:
    memory = Memory(2 * (OVERHEAD + 2))
    memory.keep(b"a", b"1")
    memory.keep(b"b", b"2")
    assert memory.get(b"a") == b"1"
    memory.keep(b"c", b"3")
    assert (memory.get(b"a"), memory.get(b"b"), memory.get(b"c")) == (b"1", None, b"3")


def test_without_room_nothing_is_kept() -> None:
    memory = Memory()
    memory.keep(b"a", b"1")
    assert (memory.get(b"a"), memory.taken) == (None, 0)


@given(st.lists(st.tuples(st.binary(max_size=3), st.binary(max_size=900))), st.integers(0, 3000))
def test_it_never_takes_more_than_it_may(answers: list[tuple[bytes, bytes]], most: int) -> None:
    memory = Memory(most)
    for key, answer in answers:
        memory.keep(key, answer)
        assert memory.taken <= most
        assert memory.get(key) is None or memory.taken > 0


@given(st.lists(st.text(max_size=4)), st.lists(st.text(max_size=4)))
def test_other_parts_are_another_key(one: list[str], other: list[str]) -> None:
    assert (key_of(*one) == key_of(*other)) == (one == other)
