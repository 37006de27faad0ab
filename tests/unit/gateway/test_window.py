from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from wiredesk_gateway.window import Record, Window


def record(partition: int, offset: int, size: int = 10) -> Record:
    return Record(partition, offset, b"x" * size, {})


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(1, 3), st.integers(1, 60)), max_size=40),
    st.integers(1, 5),
    st.integers(0, 500),
)
def test_a_reader_that_keeps_up_or_is_told_that_it_fell_behind_misses_nothing(
    arrivals: list[tuple[int, int, int]], limit: int, room: int
) -> None:
    window = Window({0: 5, 1: 0, 2: 7}, most_bytes=room)
    at, sent, seen = dict(window.ends), [], []
    for partition, gap, size in arrivals:
        offset = window.ends[partition] + gap - 1
        window.add(partition, [record(partition, offset, size)], offset + 1)
        sent.append((partition, offset))
        behind = window.behind(at)
        seen += [place for place in sent if place[0] in behind and place not in seen and place[1] >= at[place[0]]]
        at |= {number: window.ends[number] for number in behind}  # read from the broker instead
        records, at = window.take(at, limit)
        seen += [(one.partition, one.offset) for one in records]
    while window.before_end(at):
        records, at = window.take(at, limit)
        seen += [(one.partition, one.offset) for one in records]
    assert sorted(seen) == sorted(sent)
    assert not window.ahead(at)


def test_the_oldest_records_go_first() -> None:
    window = Window({0: 0}, most_bytes=25)
    window.add(0, [record(0, offset) for offset in range(4)], 4)
    assert window.behind({0: 1}) == {0: 1}
    assert window.behind({0: 2}) == {}
    records, at = window.take({0: 2}, 10)
    assert ([one.offset for one in records], at) == ([2, 3], {0: 4})


def test_a_position_behind_the_end_is_known_as_such() -> None:
    window = Window({0: 3, 1: 1}, most_bytes=100)
    assert not window.ahead({0: 3, 1: 1})
    assert window.ahead({0: 4, 1: 1})
