"""How every Archive keeps what was put aside, and what operators decide about it. Over each adapter."""

from __future__ import annotations

from dataclasses import replace

import pytest
from wiredesk_core.archive import OpenArchive
from wiredesk_core.shelf import PREVIEW_BYTES, WHOLE_SHELF, QuarantineEntry, ShelfQuestion
from wiredesk_core.testing import after, decision, set_aside


async def ids(archive: OpenArchive, asked: ShelfQuestion = WHOLE_SHELF, **more: object) -> list[str]:
    return [entry.quarantine_id for entry in await archive.quarantined(asked, **more)]  # type: ignore[arg-type]


async def entry_of(archive: OpenArchive, quarantine_id: str = "quarantine-1") -> QuarantineEntry:
    entry = await archive.set_aside(quarantine_id)
    assert entry is not None
    return entry


async def test_records_put_aside_come_newest_first_with_their_first_bytes(archive: OpenArchive) -> None:
    entries = [set_aside("a"), set_aside("b", provider="island"), set_aside("c", b"x" * 5000)]
    await archive.shelve(entries)
    await archive.shelve([set_aside("a", b"something else")])
    assert await archive.quarantined() == (
        replace(entries[2], value=b"x" * PREVIEW_BYTES), entries[1], entries[0],
    )  # fmt: skip
    assert await archive.set_aside("c") == entries[2]
    assert await archive.set_aside("nothing") is None


async def test_pages_follow_one_another_while_more_is_put_aside(archive: OpenArchive) -> None:
    await archive.shelve([set_aside(name) for name in "abcde"])
    assert await ids(archive, limit=2) == ["e", "d"]
    await archive.shelve([set_aside("f")])
    assert await ids(archive, after="d", limit=2) == ["c", "b"]
    assert await ids(archive, after="b", limit=2) == ["a"]
    assert await ids(archive, after="a") == await ids(archive, after="nothing") == []


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (ShelfQuestion(providers=("island",)), ["b"]),
        (ShelfQuestion(providers=("island", "harbour")), ["c", "b", "a"]),
        (ShelfQuestion(code="json_broken"), ["c"]),
        (ShelfQuestion(stage="apply"), ["b"]),
        (ShelfQuestion(receipt_id="receipt-9"), ["a"]),
        (ShelfQuestion(since=after(2)), ["c", "b"]),
        (ShelfQuestion(since=after(2), until=after(3)), ["b"]),
        (ShelfQuestion(providers=("harbour",), code="no_format", until=after(9)), ["a"]),
        (ShelfQuestion(code="'; DROP TABLE quarantine --"), []),
    ],
)
async def test_what_is_asked_is_what_comes(archive: OpenArchive, asked: ShelfQuestion, found: list[str]) -> None:
    await archive.shelve(
        [
            set_aside("a", at=after(1), receipt_id="receipt-9"),
            set_aside("b", at=after(2), provider="island", stage="apply"),
            set_aside("c", at=after(3), code="json_broken"),
        ]
    )
    assert await ids(archive, asked) == found


async def test_a_decision_is_kept_once_and_shows(archive: OpenArchive) -> None:
    await archive.shelve([set_aside(), set_aside("other")])
    replayed = decision(reason="the parser can read it now")
    await archive.decide([replayed])
    await archive.decide([replayed, decision(by="somebody else")])
    entry = await entry_of(archive)
    assert (entry.state, entry.decisions) == ("replayed", (replayed,))
    assert await ids(archive, ShelfQuestion(state="replayed")) == ["quarantine-1"]
    assert await ids(archive, ShelfQuestion(state="shelved")) == ["other"]
    assert (await archive.counts()).quarantined == 1


async def test_a_replay_that_fails_is_shelved_again_with_its_newest_reason(archive: OpenArchive) -> None:
    await archive.shelve([set_aside(), set_aside("other")])
    await archive.decide([decision()])
    again = set_aside(code="json_broken", round=2, at=after(9))
    await archive.shelve([again])
    await archive.shelve([set_aside()])
    await archive.decide([decision()])
    entry = await entry_of(archive)
    assert (entry.state, entry.why, entry.decisions) == ("shelved", again.why, (decision(),))
    assert await ids(archive) == ["other", "quarantine-1"]
    assert await ids(archive, ShelfQuestion(code="json_broken", state="shelved")) == ["quarantine-1"]


async def test_what_is_dropped_leaves_a_trace_and_no_bytes(archive: OpenArchive) -> None:
    await archive.shelve([set_aside()])
    dropped = decision("drop", reason="a test of the provider's")
    await archive.decide([decision(), dropped])
    await archive.shelve([set_aside()])
    entry = await entry_of(archive)
    assert (entry.state, entry.value, entry.size) == ("dropped", b"", len(set_aside().value))
    assert entry.decisions == (decision(), dropped)
    assert await ids(archive, ShelfQuestion(state="dropped")) == ["quarantine-1"]
    assert await ids(archive, ShelfQuestion(state="replayed")) == []
    assert (await archive.counts()).quarantined == 0


async def test_a_drop_does_not_reach_a_later_round(archive: OpenArchive) -> None:
    again = set_aside(round=2)
    await archive.shelve([again])
    await archive.decide([decision("drop")])
    assert (await entry_of(archive)).state == "shelved"
    assert (await entry_of(archive)).value == again.value
