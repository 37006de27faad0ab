"""What every Archive keeps of an item whose words were purged. The suite runs over each adapter."""

from __future__ import annotations

from pathlib import Path

import pytest
from wiredesk_core.archive import OpenArchive, open_archive
from wiredesk_core.item import Item
from wiredesk_core.lifecycle import Disposition, Standing, Verdict
from wiredesk_core.messages import DeskRuled, VersionAccepted
from wiredesk_core.testing import accepted, after, changed, enriched, make_item, mark, note, ruled, set_aside

WORD = "Quokkaword"
STORY = make_item(
    headline=WORD, slugline=WORD, summary=WORD, keywords=(WORD,), body_text=f"{WORD} " * 400, ed_note=WORD,
    genre="Sport", aliases=("doc-7",), evolved_from="urn:story:before",
)  # fmt: skip
VERSION = accepted(STORY)
ITEM_ID = VERSION.item_id


def purge(version: VersionAccepted = VERSION, **changes: object) -> DeskRuled:
    return ruled(version, Verdict.purge, **changes)


def files_with(word: str, folder: Path) -> list[str]:
    return [file.name for file in folder.iterdir() if word.lower().encode() in file.read_bytes().lower()]


async def serve(archive: OpenArchive, item: Item = STORY) -> None:
    version = accepted(item)
    await archive.record([version, enriched(version, values={"text": WORD})])
    await archive.save([changed(item)], {version.item_id: None})


async def test_a_purge_leaves_the_husk_of_each_version_and_no_words(archive: OpenArchive) -> None:
    await serve(archive)
    second = STORY.model_copy(update={"version": "2", "headline": f"{WORD} again"})
    await archive.record([accepted(second, receipt_id="receipt-2")])
    [told] = await archive.record([purge()])
    assert (told.item_ids, told.purged) == ((ITEM_ID,), ("receipt-1", "receipt-2"))
    entries = await archive.versions(ITEM_ID)
    assert [entry.version for entry in entries] == ["1", "2"]
    for entry in entries:
        assert WORD not in entry.item.model_dump_json()
        assert (entry.item.uri, entry.item.genre, entry.item.aliases) == (STORY.uri, "Sport", ("doc-7",))
    leaves = await archive.leaves([(ITEM_ID, entry.wire_sha256) for entry in entries])
    assert [leaf.enriched for leaf in leaves.values()] == [None, None]
    assert await archive.find("doc-7") == await archive.find(STORY.uri) == (ITEM_ID,)
    assert await archive.takes(ITEM_ID) == ()


async def test_a_purge_empties_former_revisions_and_what_was_not_yet_announced(archive: OpenArchive) -> None:
    await serve(archive)
    before = (await archive.served([ITEM_ID]))[ITEM_ID]
    assert before.article is not None
    await archive.record([purge()])
    bare = before.model_copy(update={"article": None})
    assert await archive.served([ITEM_ID]) == {ITEM_ID: bare}
    assert await archive.revision(ITEM_ID, 1) == await archive.revision_at(ITEM_ID, after(60)) == bare
    assert await archive.unsent() == (bare,)
    assert (await archive.dossiers([ITEM_ID]))[ITEM_ID].fold().is_purged


async def test_what_a_killed_item_was_killed_for_goes_as_well(archive: OpenArchive) -> None:
    await archive.record([VERSION, mark(reason=WORD, by_uri=STORY.uri, wire_sha256=VERSION.wire_sha256)])
    killed = changed(STORY, standing=Standing.killed)
    assert killed.tombstone is not None
    told = killed.model_copy(update={"tombstone": killed.tombstone.model_copy(update={"reason": WORD})})
    await archive.save([told], {ITEM_ID: None})
    await archive.record([purge()])
    kept = await archive.revision(ITEM_ID, 1)
    assert kept is not None
    assert kept.tombstone == killed.tombstone


async def test_what_comes_of_a_purged_item_later_is_kept_as_a_husk_alone(archive: OpenArchive) -> None:
    await serve(archive)
    await archive.record([purge()])
    later = accepted(STORY.model_copy(update={"version": "3"}), receipt_id="receipt-3")
    again, new, layers = await archive.record([VERSION, later, enriched(VERSION, values={"text": WORD})])
    assert (again.purged, new.purged) == (("receipt-1",), ("receipt-3",))
    assert (layers.item_ids, layers.purged) == ((), ("receipt-1",))
    kept = await archive.versions(ITEM_ID)
    assert [entry.version for entry in kept] == ["1", "3"]
    assert all(WORD not in entry.item.model_dump_json() for entry in kept)
    leaves = await archive.leaves([(ITEM_ID, VERSION.wire_sha256)])
    assert [leaf.enriched for leaf in leaves.values()] == [None]


async def test_an_item_may_be_purged_before_it_comes(archive: OpenArchive) -> None:
    [told] = await archive.record([purge()])
    assert told.purged == ()
    [late] = await archive.record([VERSION])
    assert late.purged == ("receipt-1",)
    [entry] = await archive.versions(ITEM_ID)
    assert WORD not in entry.item.model_dump_json()


async def test_a_purge_repeated_finds_what_came_to_the_shelf_meanwhile(archive: OpenArchive) -> None:
    await serve(archive)
    await archive.record([purge()])
    await archive.shelve([set_aside("late", f'{{"uri":"{STORY.uri}", "{WORD}'.encode(), receipt_id="receipt-9")])
    [told] = await archive.record([purge(receipt_id="once-more", ruled_at=after(60))])
    assert told.purged == ("receipt-1", "receipt-9")


async def test_what_was_put_aside_of_its_receipts_or_names_it_is_let_go(archive: OpenArchive) -> None:
    await serve(archive)
    part, named = f"<x>{WORD}".encode(), f"<x>{STORY.uri}</x>{WORD}".encode()
    await archive.shelve(
        [
            set_aside("of-receipt", part, detail=f"cannot read {WORD}"),
            set_aside("named", named, receipt_id="r-named"),
            set_aside("longer", f"{STORY.uri}-2 another".encode(), receipt_id="r-longer"),
            set_aside("others", named, receipt_id="r-others", provider="island"),
        ]
    )
    await archive.note([note(stage="parsed", disposition=Disposition.quarantined, detail=f"cannot read {WORD}")])
    [told] = await archive.record([purge()])
    assert told.purged == ("r-named", "receipt-1")
    for quarantine_id, size in (("of-receipt", len(part)), ("named", len(named))):
        entry = await archive.set_aside(quarantine_id)
        assert entry is not None
        assert (entry.value, entry.headers, entry.why.detail, entry.size) == (b"", {}, "", size)
        assert (entry.state, entry.decisions[0].reason) == ("dropped", "purged")
    for quarantine_id in ("longer", "others"):
        entry = await archive.set_aside(quarantine_id)
        assert entry is not None
        assert entry.value
    receipt = await archive.receipt("receipt-1")
    assert receipt is not None
    assert [one.detail for one in receipt.notes] == [""]


async def test_other_items_keep_their_words(archive: OpenArchive) -> None:
    other = STORY.model_copy(update={"uri": "urn:newsml:harbour.example:20260304:tram"})
    await serve(archive)
    await serve(archive, other)
    await archive.record([purge()])
    [entry] = await archive.versions(accepted(other).item_id)
    assert entry.item == other
    assert (await archive.served([accepted(other).item_id]))[accepted(other).item_id].article is not None


@pytest.mark.parametrize("closes", [True, False], ids=["after closing", "while it is open"])
async def test_no_byte_of_the_words_is_left_in_an_embedded_archives_files(tmp_path: Path, *, closes: bool) -> None:
    archive = open_archive(f"sqlite:{tmp_path / 'archive.db'}")
    # Short enough to be kept unpacked, so that a look at the bytes would find it.
    short = STORY.model_copy(update={"body_text": WORD})
    await serve(archive, short)
    await archive.shelve([set_aside("q", WORD.encode())])
    assert files_with(WORD, tmp_path)
    await archive.record([purge(accepted(short))])
    if closes:
        await archive.close()
    assert files_with(WORD, tmp_path) == []
    await archive.close()
