"""What every Archive keeps to. The suite runs over each adapter."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from wiredesk_core.archive import OpenArchive, OpenReader, open_archive, open_archive_reader
from wiredesk_core.archive.sqlite_reader import SqliteArchiveReader
from wiredesk_core.embedded import open_file
from wiredesk_core.failures import Misconfigured, StoreBusy
from wiredesk_core.item import Status
from wiredesk_core.lifecycle import Disposition, Mark, Standing, fold, head_of
from wiredesk_core.messages import CancelMarked, VersionAccepted
from wiredesk_core.ports import Dossier, Fact, StandingCount
from wiredesk_core.testing import NOON, accepted, after, changed, enriched, make_item, mark, note, set_aside

FERRY = make_item()
FERRY_ID = accepted(FERRY).item_id
TRAM = make_item(uri="urn:newsml:harbour.example:20260304:tram", headline="Tram line opens")
TRAM_ID = accepted(TRAM).item_id


@contextlib.asynccontextmanager
async def writing(path: Path) -> AsyncIterator[OpenArchive]:
    archive = open_archive(f"sqlite:{path}")
    try:
        yield archive
    finally:
        await archive.close()


@contextlib.asynccontextmanager
async def reading(path: Path) -> AsyncIterator[OpenReader]:
    reader = open_archive_reader(f"sqlite:{path}")
    try:
        yield reader
    finally:
        await reader.close()


@pytest.fixture(params=["memory", "sqlite"])
async def archive(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[OpenArchive]:
    url = {"memory": "memory:", "sqlite": f"sqlite:{tmp_path / 'archive.db'}"}[request.param]
    opened = open_archive(url)
    yield opened
    await opened.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "archive.db"


def is_empty(folder: Path) -> bool:
    return not any(folder.iterdir())


async def only_dossier(archive: OpenArchive, item_id: str) -> Dossier:
    return (await archive.dossiers([item_id]))[item_id]


# --- record: versions


async def test_an_unknown_item_has_an_empty_dossier(archive: OpenArchive) -> None:
    assert await only_dossier(archive, "nothing") == Dossier("nothing", (), (), None)
    assert await archive.dossiers([]) == {}


async def test_a_version_recorded_is_in_its_items_dossier(archive: OpenArchive) -> None:
    version = accepted(make_item(version="3", embargoed_until=after(60), status=Status.withheld))
    [recorded] = await archive.record([version])
    assert recorded.item_ids == (version.item_id,)
    assert not recorded.seen_before
    dossier = await only_dossier(archive, version.item_id)
    assert dossier.heads == (head_of(version.item, version.wire_sha256, NOON),)


async def test_recording_again_changes_nothing(archive: OpenArchive) -> None:
    facts: list[Fact] = [accepted(FERRY), mark(), enriched(accepted(FERRY))]
    await archive.record(facts)
    before = await only_dossier(archive, FERRY_ID)
    again = await archive.record(facts)
    assert [recorded.seen_before for recorded in again] == [False, False, False]
    assert await only_dossier(archive, FERRY_ID) == before
    assert len(await archive.versions(FERRY_ID)) == 1


async def test_only_another_receipts_wire_was_seen_before(archive: OpenArchive) -> None:
    first, copy = accepted(FERRY, receipt_id="first"), accepted(FERRY, receipt_id="copy")
    recorded = await archive.record([first, copy, first, copy])
    assert [one.seen_before for one in recorded] == [False, True, False, True]
    [entry] = await archive.versions(FERRY_ID)
    assert entry.receipt_id == "first"


async def test_the_same_wire_under_two_items_is_owned_by_each_receipt_once(archive: OpenArchive) -> None:
    ferry = accepted(FERRY, wire_sha256="ab", receipt_id="package")
    tram = accepted(TRAM, wire_sha256="ab", receipt_id="package")
    assert [one.seen_before for one in await archive.record([ferry, tram])] == [False, False]


async def test_the_earliest_reception_of_a_wire_is_kept(archive: OpenArchive) -> None:
    for minutes in (5, 2, 9):
        await archive.record([accepted(FERRY, receipt_id=f"r{minutes}", received_at=after(minutes))])
    [entry] = await archive.versions(FERRY_ID)
    assert entry.received_at == after(2)
    assert (await only_dossier(archive, FERRY_ID)).heads[0].received_at == after(2)


async def test_an_older_parser_still_brings_an_earlier_reception(archive: OpenArchive) -> None:
    await archive.record([accepted(FERRY, parser="ninjs@2")])
    await archive.record([accepted(FERRY, parser="ninjs@1", received_at=after(-5))])
    assert (await only_dossier(archive, FERRY_ID)).heads[0].received_at == after(-5)


@pytest.mark.parametrize(
    ("old", "new", "replaced"),
    [
        ("ninjs@1", "ninjs@2", True),
        ("ninjs@2", "ninjs@2", True),
        ("ninjs@2", "ninjs@1", False),
        ("ninjs@10", "ninjs@9", False),
        ("plain@7", "ninjs@1", True),
    ],
)
async def test_a_parser_not_older_replaces_what_was_read_from_a_wire(
    archive: OpenArchive, old: str, new: str, *, replaced: bool
) -> None:
    reading = make_item(headline="Night ferry", aliases=("old-name",))
    rereading = make_item(headline="Night ferry returns", aliases=("new-name",), version="2", status=Status.canceled)
    await archive.record([accepted(reading, wire_sha256="ab", parser=old)])
    await archive.record([accepted(rereading, wire_sha256="ab", parser=new, receipt_id="replay")])
    stands = rereading if replaced else reading
    [entry] = await archive.versions(FERRY_ID)
    assert (entry.item, entry.receipt_id) == (stands, "receipt-1")
    assert (await only_dossier(archive, FERRY_ID)).heads == (head_of(stands, "ab", NOON),)
    assert await archive.find(stands.aliases[0]) == (FERRY_ID,)
    assert await archive.find("old-name" if replaced else "new-name") == ()


async def test_an_alias_stays_while_any_version_has_it(archive: OpenArchive) -> None:
    await archive.record([accepted(make_item(aliases=("doc-7",))), accepted(make_item(version="2"))])
    assert await archive.find("doc-7") == (FERRY_ID,)


async def test_versions_come_in_the_life_cycles_order(archive: OpenArchive) -> None:
    for number in ("10", "9", "", "2"):
        await archive.record([accepted(make_item(version=number))])
    assert [entry.version for entry in await archive.versions(FERRY_ID)] == ["", "2", "9", "10"]
    heads = (await only_dossier(archive, FERRY_ID)).heads
    assert fold(heads).order == heads
    assert await archive.versions("nothing") == ()


async def test_moments_are_kept_to_the_microsecond(archive: OpenArchive) -> None:
    moment = NOON.replace(year=1969) + timedelta(microseconds=1)
    await archive.record([accepted(FERRY, received_at=moment)])
    assert (await only_dossier(archive, FERRY_ID)).heads[0].received_at == moment


# --- record: layers


async def test_a_leaf_has_the_item_and_its_layers(archive: OpenArchive) -> None:
    version = accepted(make_item(body_text="A long night. " * 500))
    wanted = (version.item_id, version.wire_sha256)
    await archive.record([version])
    bare = (await archive.leaves([wanted, ("nothing", "at all")]))[wanted]
    assert (bare.item, bare.scope, bare.receipt_id, bare.enriched) == (version.item, "harbour", "receipt-1", None)
    layers = enriched(version, values={"text": "A long night. " * 400})
    await archive.record([layers])
    leaves = await archive.leaves([wanted, ("nothing", "at all")])
    assert leaves[wanted].enriched == layers
    assert set(leaves) == {wanted}
    assert await archive.leaves([]) == {}


async def test_layers_wait_for_their_version(archive: OpenArchive) -> None:
    version = accepted(FERRY)
    [recorded] = await archive.record([enriched(version)])
    assert recorded.item_ids == (FERRY_ID,)
    assert await archive.leaves([(FERRY_ID, version.wire_sha256)]) == {}
    assert (await only_dossier(archive, FERRY_ID)).heads == ()
    await archive.record([version])
    leaf = (await archive.leaves([(FERRY_ID, version.wire_sha256)]))[FERRY_ID, version.wire_sha256]
    assert leaf.enriched == enriched(version)


@pytest.mark.parametrize(("old", "new", "stands"), [(1, 2, "new"), (2, 2, "new"), (2, 1, "old")])
async def test_a_chain_not_older_replaces_layers(archive: OpenArchive, old: int, new: int, stands: str) -> None:
    version = accepted(FERRY)
    await archive.record([version, enriched(version, chain=old, values={"text": "old"})])
    await archive.record([enriched(version, chain=new, values={"text": "new"})])
    leaf = (await archive.leaves([(FERRY_ID, version.wire_sha256)]))[FERRY_ID, version.wire_sha256]
    assert leaf.enriched is not None
    assert leaf.enriched.values == {"text": stands}


# --- record: marks and aliases


@pytest.mark.parametrize("name", [FERRY.uri, "doc-7"])
@pytest.mark.parametrize("mark_first", [True, False])
async def test_a_mark_meets_its_item_in_either_order(archive: OpenArchive, name: str, *, mark_first: bool) -> None:
    version, kill = accepted(make_item(aliases=("doc-7",))), mark(name)
    if mark_first:
        [waiting] = await archive.record([kill])
        assert waiting.item_ids == ()
        [found] = await archive.record([version])
    else:
        await archive.record([version])
        [found] = await archive.record([kill])
    assert found.item_ids == (FERRY_ID,)
    dossier = await only_dossier(archive, FERRY_ID)
    assert dossier.marks == (Mark("harbour", name, None, kill.wire_sha256, after(1), kill.by_uri),)
    assert fold(dossier.heads, dossier.marks).standing(NOON) is Standing.killed


async def test_a_mark_reaches_every_item_of_that_name_in_its_scope_alone(archive: OpenArchive) -> None:
    ferry, tram = accepted(make_item(aliases=("doc-7",))), accepted(TRAM.model_copy(update={"aliases": ("doc-7",)}))
    stranger = accepted(make_item(provider="island", aliases=("doc-7",)))
    *_, marked = await archive.record([ferry, tram, stranger, mark("doc-7")])
    assert set(marked.item_ids) == {ferry.item_id, tram.item_id}
    assert (await only_dossier(archive, stranger.item_id)).marks == ()
    assert set(await archive.find("doc-7")) == {ferry.item_id, tram.item_id, stranger.item_id}


async def test_an_item_with_many_versions_has_a_mark_once(archive: OpenArchive) -> None:
    facts: list[Fact] = [accepted(make_item(version=str(number), aliases=("doc-7",))) for number in range(4)]
    *_, marked = await archive.record([*facts, mark("doc-7")])
    assert marked.item_ids == (FERRY_ID,)
    assert len((await only_dossier(archive, FERRY_ID)).marks) == 1
    assert await archive.find("doc-7") == (FERRY_ID,)


async def test_marks_of_one_wire_differ_by_version(archive: OpenArchive) -> None:
    await archive.record([accepted(FERRY), mark(version="1"), mark(version="2"), mark(version="")])
    assert {one.version for one in (await only_dossier(archive, FERRY_ID)).marks} == {"1", "2", None}


async def test_a_mark_keeps_its_owner_and_its_earliest_reception(archive: OpenArchive) -> None:
    first, copy = mark(received_at=after(5)), mark(receipt_id="copy", received_at=after(3))
    recorded = await archive.record([accepted(FERRY), first, copy, first])
    assert [one.seen_before for one in recorded] == [False, False, True, False]
    [kept] = (await only_dossier(archive, FERRY_ID)).marks
    assert kept.received_at == after(3)


async def test_results_come_in_the_order_of_the_facts(archive: OpenArchive) -> None:
    facts: list[Fact] = [accepted(TRAM), mark(FERRY.uri), accepted(FERRY), mark(TRAM.uri)]
    recorded = await archive.record(facts)
    assert [one.item_ids for one in recorded] == [(TRAM_ID,), (), (FERRY_ID,), (TRAM_ID,)]


# --- save, outbox, due


async def test_a_saved_revision_is_served_and_unsent(archive: OpenArchive) -> None:
    first = changed(FERRY)
    assert await archive.save([first], {}) == ()
    assert await archive.served([FERRY_ID, "nothing"]) == {FERRY_ID: first}
    assert (await only_dossier(archive, FERRY_ID)).served == first
    assert await archive.unsent() == (first,)


async def test_revisions_follow_one_another(archive: OpenArchive) -> None:
    first, second, third = (changed(FERRY, revision=number) for number in (1, 2, 3))
    assert await archive.save([first], {}) == ()
    assert await archive.save([second, third], {}) == ()
    assert await archive.served([FERRY_ID]) == {FERRY_ID: third}
    assert [await archive.revision(FERRY_ID, number) for number in (1, 2, 3, 4)] == [first, second, third, None]


async def test_a_stale_revision_is_told_and_not_written_while_others_are(archive: OpenArchive) -> None:
    first, tram = changed(FERRY), changed(TRAM)
    await archive.save([first], {})
    rival = changed(FERRY, standing=Standing.sealed)
    assert await archive.save([rival, tram], {FERRY_ID: after(9), TRAM_ID: None}) == (FERRY_ID,)
    assert await archive.served([FERRY_ID, TRAM_ID]) == {FERRY_ID: first, TRAM_ID: tram}
    assert await archive.unsent() == (first, tram)
    assert await archive.due(after(10)) == ()


async def test_a_chain_that_breaks_is_not_written_at_all(archive: OpenArchive) -> None:
    first, third = changed(FERRY), changed(FERRY, revision=3)
    assert await archive.save([first, third], {}) == (FERRY_ID,)
    assert await archive.served([FERRY_ID]) == {}
    assert await archive.save([third], {}) == (FERRY_ID,)


async def test_unsent_revisions_come_oldest_first_whatever_the_item(archive: OpenArchive) -> None:
    saved = [changed(TRAM), changed(FERRY), changed(TRAM, revision=2), changed(FERRY, revision=2)]
    await archive.save(saved[:3], {})
    await archive.save(saved[3:], {})
    assert await archive.unsent() == tuple(saved)
    assert await archive.unsent(limit=2) == tuple(saved[:2])
    assert await archive.unsent([FERRY_ID]) == (saved[1], saved[3])
    assert await archive.unsent([FERRY_ID, TRAM_ID], limit=3) == tuple(saved[:3])
    assert await archive.unsent([]) == ()


async def test_what_is_sent_is_not_unsent(archive: OpenArchive) -> None:
    await archive.save([changed(FERRY), changed(FERRY, revision=2)], {})
    await archive.mark_sent([(FERRY_ID, 1), ("nothing", 1)])
    await archive.mark_sent([(FERRY_ID, 1)])
    assert [change.revision for change in await archive.unsent()] == [2]
    assert (await archive.counts()).unsent == 1


async def test_an_embargo_falls_due_when_it_ends(archive: OpenArchive) -> None:
    sealed = changed(FERRY, standing=Standing.sealed)
    await archive.save([sealed, changed(TRAM, standing=Standing.sealed)], {FERRY_ID: after(20), TRAM_ID: after(10)})
    assert await archive.due(after(9)) == ()
    assert await archive.due(after(10)) == (TRAM_ID,)
    assert await archive.due(after(30)) == (TRAM_ID, FERRY_ID)
    assert await archive.due(after(30), limit=1) == (TRAM_ID,)


async def test_only_sealed_items_with_a_date_fall_due(archive: OpenArchive) -> None:
    await archive.save([changed(FERRY, standing=Standing.sealed)], {FERRY_ID: after(10)})
    await archive.save([changed(TRAM, standing=Standing.sealed)], {TRAM_ID: None})
    await archive.save([changed(FERRY, revision=2)], {FERRY_ID: after(10)})
    assert await archive.due(after(60)) == ()


async def test_a_later_embargo_replaces_the_former_one(archive: OpenArchive) -> None:
    await archive.save([changed(FERRY, standing=Standing.sealed)], {FERRY_ID: after(10)})
    await archive.save([changed(FERRY, revision=2, standing=Standing.sealed)], {FERRY_ID: after(40)})
    assert await archive.due(after(10)) == ()
    assert await archive.due(after(40)) == (FERRY_ID,)


# --- as it was served


async def test_an_item_as_it_was_served_at_a_moment(archive: OpenArchive) -> None:
    first, second = changed(FERRY, changed_at=after(10)), changed(FERRY, revision=2, changed_at=after(20))
    await archive.save([first, second], {})
    moments = (after(9), after(10), after(19), after(20), after(99))
    assert [await archive.revision_at(FERRY_ID, moment) for moment in moments] == [None, first, first, second, second]
    assert await archive.revision_at("nothing", NOON) is None


async def test_a_tombstone_is_served_as_one(archive: OpenArchive) -> None:
    killed = changed(FERRY, standing=Standing.killed)
    await archive.save([killed], {})
    assert (await archive.served([FERRY_ID]))[FERRY_ID] == killed


async def test_a_large_article_comes_back_whole(archive: OpenArchive) -> None:
    large = changed(make_item(body_text="Größte Fähre – «Nord» \U0001f6a2\n\n" * 20_000))
    await archive.save([large], {})
    assert await archive.served([FERRY_ID]) == {FERRY_ID: large}


async def test_a_snapshot_pages_through_all_items_once(archive: OpenArchive) -> None:
    items = [make_item(uri=f"urn:newsml:harbour.example:{number}") for number in range(7)]
    await archive.save([changed(item) for item in items], {})
    await archive.save([changed(items[3], revision=2)], {})
    pages, after_id = [], ""
    while page := await archive.snapshot(after_id, limit=3):
        pages.append([(change.item_id, change.revision) for change in page])
        after_id = page[-1].item_id
    assert [len(page) for page in pages] == [3, 3, 1]
    seen = [entry for page in pages for entry in page]
    assert seen == sorted((changed(item).item_id, 2 if item is items[3] else 1) for item in items)


# --- receipts, quarantine, counts


async def test_the_first_note_of_a_stage_wins(archive: OpenArchive) -> None:
    applied = note(stage="applied", item_id=FERRY_ID, disposition=Disposition.accepted)
    await archive.note([note(), applied])
    await archive.note([applied.model_copy(update={"disposition": Disposition.duplicate}), note(at=after(5))])
    receipt = await archive.receipt("receipt-1")
    assert receipt is not None
    assert receipt.notes == (note(), applied)
    assert await archive.receipt("nothing") is None


async def test_a_receipt_has_a_note_for_each_item(archive: OpenArchive) -> None:
    notes = tuple(note(stage="applied", item_id=item_id) for item_id in (TRAM_ID, FERRY_ID))
    await archive.note(notes)
    await archive.note([note(receipt_id="other")])
    receipt = await archive.receipt("receipt-1")
    assert receipt is not None
    assert receipt.notes == notes


async def test_records_put_aside_come_newest_first(archive: OpenArchive) -> None:
    entries = [set_aside("a"), set_aside("b", provider="island"), set_aside("c", b"x" * 5000)]
    await archive.shelve(entries)
    await archive.shelve([set_aside("a", b"something else")])
    assert await archive.quarantined() == (entries[2], entries[1], entries[0])
    assert await archive.quarantined(provider="island") == (entries[1],)
    assert await archive.quarantined(provider="harbour", limit=1) == (entries[2],)


async def test_an_empty_archive_counts_nothing(archive: OpenArchive) -> None:
    empty = StandingCount(dict.fromkeys(Standing, 0), dict.fromkeys(Disposition, 0), 0, 0)
    assert await archive.counts() == empty


async def test_counts_are_of_newest_standings_and_of_each_disposition(archive: OpenArchive) -> None:
    await archive.save([changed(FERRY, standing=Standing.sealed), changed(FERRY, revision=2), changed(TRAM)], {})
    await archive.note([note(), note(stage="applied", item_id=FERRY_ID, disposition=Disposition.accepted)])
    await archive.shelve([set_aside()])
    counts = await archive.counts()
    assert counts.by_standing == {**dict.fromkeys(Standing, 0), Standing.open: 2}
    assert counts.by_disposition == {**dict.fromkeys(Disposition, 0), Disposition.accepted: 1}
    assert (counts.unsent, counts.quarantined) == (3, 1)


# --- opening


@pytest.mark.parametrize("opened", [open_archive, open_archive_reader])
def test_an_unknown_scheme_is_refused_with_those_that_are_known(opened: Callable[[str], object]) -> None:
    with pytest.raises(Misconfigured, match="memory:, sqlite:"):
        opened("stone:tablet")


def test_a_memory_archive_has_no_reader_elsewhere() -> None:
    with pytest.raises(Misconfigured, match="own process"):
        open_archive_reader("memory:")


# --- embedded: files, readers beside the writer


async def test_everything_is_there_again_after_reopening(path: Path) -> None:
    version, first = accepted(FERRY), changed(FERRY)
    async with writing(path) as archive:
        await archive.record([version, mark(), enriched(version)])
        await archive.save([first], {})
        await archive.note([note()])
        await archive.shelve([set_aside()])
        before = await only_dossier(archive, FERRY_ID), await archive.counts()
    async with writing(path) as archive:
        assert (await only_dossier(archive, FERRY_ID), await archive.counts()) == before
        assert await archive.unsent() == (first,)
        assert await archive.save([changed(FERRY)], {}) == (FERRY_ID,)


async def test_a_reader_sees_each_commit_at_once(path: Path) -> None:
    async with writing(path) as archive, reading(path) as reader:
        for number in (1, 2, 3):
            await archive.save([changed(FERRY, revision=number)], {})
            assert (await reader.served([FERRY_ID]))[FERRY_ID].revision == number


async def test_a_reader_waits_for_a_file_that_is_not_there_yet(path: Path, tmp_path: Path) -> None:
    async with reading(path) as reader:
        with pytest.raises(StoreBusy, match="not there yet"):
            await reader.served([FERRY_ID])
        assert is_empty(tmp_path)
        async with writing(path):
            assert await reader.served([FERRY_ID]) == {}


async def test_a_reader_reads_on_when_the_writer_has_gone_and_come_back(path: Path) -> None:
    async with reading(path) as reader:
        async with writing(path) as archive:
            await archive.save([changed(FERRY)], {})
        assert (await reader.served([FERRY_ID]))[FERRY_ID].revision == 1
        async with writing(path) as archive:
            await archive.save([changed(FERRY, revision=2)], {})
            assert (await reader.served([FERRY_ID]))[FERRY_ID].revision == 2


async def test_a_file_without_tables_is_not_ready_for_readers(path: Path) -> None:
    open_file(path, migrations=()).close()
    async with reading(path) as reader:
        with pytest.raises(StoreBusy, match="schema 0"):
            await reader.counts()


async def test_a_reader_cannot_write(path: Path) -> None:
    async with writing(path) as archive, reading(path) as reader:
        await archive.save([changed(FERRY)], {})
        assert isinstance(reader, SqliteArchiveReader)
        with pytest.raises(StoreBusy, match="readonly"):
            reader._rows("DELETE FROM served")


async def test_a_file_of_a_newer_release_is_refused(path: Path) -> None:
    async with writing(path) as archive:
        assert isinstance(archive, SqliteArchiveReader)
        archive._rows("PRAGMA user_version = 99")
    with pytest.raises(Misconfigured, match="schema 99"):
        open_archive(f"sqlite:{path}")


async def test_two_archives_cannot_write_the_same_file(path: Path) -> None:
    async with writing(path):
        with pytest.raises(Misconfigured, match=r"written by another process already \(pid \d+\)"):
            open_archive(f"sqlite:{path}")
    async with writing(path):
        pass


async def test_two_processes_cannot_write_the_same_file(path: Path) -> None:
    program = """
import sys
from wiredesk_core.archive import open_archive
archive = open_archive(sys.argv[1])
print("open", flush=True)
sys.stdin.read()
"""
    other = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, f"sqlite:{path}", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert other.stdout is not None
    assert await other.stdout.readline() == b"open\n"
    with pytest.raises(Misconfigured, match=rf"pid {other.pid}\b"):
        open_archive(f"sqlite:{path}")
    other.kill()
    await other.communicate()
    async with writing(path):
        pass


async def test_a_batch_that_fails_leaves_nothing_behind(path: Path) -> None:
    unwritable = accepted(TRAM).model_copy(update={"receipt_id": None})
    async with writing(path) as archive:
        with pytest.raises(Exception, match="NOT NULL"):
            await archive.record([accepted(FERRY), unwritable])
        assert (await only_dossier(archive, FERRY_ID)).heads == ()
        await archive.record([accepted(FERRY)])


def _facts(count: int) -> list[VersionAccepted | CancelMarked]:
    return [accepted(make_item(uri=f"urn:newsml:harbour.example:{number}")) for number in range(count)]


async def test_more_items_than_a_statement_has_parameters(archive: OpenArchive) -> None:
    facts = _facts(2_000)
    await archive.record(facts)
    ids = [fact.item_id for fact in facts if isinstance(fact, VersionAccepted)]
    dossiers = await archive.dossiers(ids * 20)
    assert len(dossiers) == 2_000
    assert all(dossier.heads for dossier in dossiers.values())
