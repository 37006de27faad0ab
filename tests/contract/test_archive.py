"""What every Archive keeps of facts. The suite runs over each adapter."""

from __future__ import annotations

from datetime import timedelta

import pytest
from wiredesk_core.archive import OpenArchive
from wiredesk_core.item import Status
from wiredesk_core.lifecycle import Mark, Ruling, Standing, Verdict, fold, head_of
from wiredesk_core.messages import CancelMarked, VersionAccepted
from wiredesk_core.ports import Dossier, Fact, Yield
from wiredesk_core.testing import NOON, accepted, after, enriched, make_item, mark, ruled, withdrawn

FERRY = make_item()
FERRY_ID = accepted(FERRY).item_id
TRAM = make_item(uri="urn:newsml:harbour.example:20260304:tram", headline="Tram line opens")
TRAM_ID = accepted(TRAM).item_id


async def only_dossier(archive: OpenArchive, item_id: str) -> Dossier:
    return (await archive.dossiers([item_id]))[item_id]


# --- record: versions


async def test_an_unknown_item_has_an_empty_dossier(archive: OpenArchive) -> None:
    assert await only_dossier(archive, "nothing") == Dossier("nothing", (), (), (), None)
    assert await archive.dossiers([]) == {}


async def test_a_version_recorded_is_in_its_items_dossier(archive: OpenArchive) -> None:
    version = accepted(make_item(version="3", embargoed_until=after(60), status=Status.withheld))
    [recorded] = await archive.record([version])
    assert recorded.item_ids == (version.item_id,)
    assert not recorded.seen_before
    dossier = await only_dossier(archive, version.item_id)
    assert dossier.heads == (head_of(version.item, version.wire_sha256, NOON),)


async def test_a_head_keeps_when_it_expires_and_who_carried_it(archive: OpenArchive) -> None:
    item = make_item(provider="atlas", expires=after(60))
    version = accepted(item, scope="harbour", precedence=-3)
    own = accepted(make_item(version_created=after(5)))
    await archive.record([own, version])
    carried, ours = (await only_dossier(archive, FERRY_ID)).heads
    assert (carried.expires, carried.precedence, carried.carrier) == (after(60), -3, "atlas")
    assert (ours.expires, ours.precedence, ours.carrier) == (None, 0, "")
    assert [entry.item.provider for entry in await archive.versions(FERRY_ID)] == ["atlas", "harbour"]


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
    await archive.record([accepted(FERRY, generation=2)])
    await archive.record([accepted(FERRY, generation=1, received_at=after(-5))])
    assert (await only_dossier(archive, FERRY_ID)).heads[0].received_at == after(-5)


OLDER_AND_NEWER = [
    ({"parser": "ninjs@1"}, {"parser": "ninjs@2"}),
    ({"parser": "ninjs@9"}, {"parser": "ninjs@10"}),
    ({"parser": "plain@7", "generation": 9}, {"parser": "ninjs@1", "generation": 10}),
    ({"rederived_at": None, "received_at": after(5)}, {"rederived_at": after(9)}),
    ({"rederived_at": after(9)}, {"rederived_at": after(10)}),
    ({"rederived_at": after(99)}, {"generation": 1}),
    ({"parser": "nitf@7"}, {"parser": "ninjs@1", "rederived_at": after(9)}),
]


@pytest.mark.parametrize("replaced", [True, False])
@pytest.mark.parametrize(("older", "newer"), OLDER_AND_NEWER)
async def test_of_two_readings_of_a_wire_the_newer_stands_whichever_comes_first(
    archive: OpenArchive, older: dict[str, object], newer: dict[str, object], *, replaced: bool
) -> None:
    old, new = (older, newer) if replaced else (newer, older)
    reading = make_item(headline="Night ferry", aliases=("old-name",))
    rereading = make_item(headline="Night ferry returns", aliases=("new-name",), version="2", status=Status.canceled)
    first = accepted(reading, wire_sha256="ab", **old)
    await archive.record([first])
    await archive.record([accepted(rereading, wire_sha256="ab", receipt_id="replay", **new)])
    stands = rereading if replaced else reading
    [entry] = await archive.versions(FERRY_ID)
    assert (entry.item, entry.receipt_id) == (stands, "receipt-1")
    assert (await only_dossier(archive, FERRY_ID)).heads == (head_of(stands, "ab", min(NOON, first.received_at)),)
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


# --- record: withdrawals


@pytest.mark.parametrize("withdrawn_first", [True, False])
async def test_an_item_that_a_newer_reading_of_its_wire_lacks_is_withdrawn_in_either_order(
    archive: OpenArchive, *, withdrawn_first: bool
) -> None:
    old = accepted(make_item(aliases=("doc-7",)))
    facts: list[Fact] = [old, mark("doc-7"), withdrawn(old)]
    recorded = [(await archive.record([fact]))[0] for fact in (facts[::-1] if withdrawn_first else facts)]
    assert FERRY_ID in recorded[0].item_ids
    assert await only_dossier(archive, FERRY_ID) == Dossier(FERRY_ID, (), (), (), None)
    assert await archive.find("doc-7") == await archive.find(FERRY.uri) == ()
    assert await archive.versions(FERRY_ID) == ()
    assert await archive.yields("receipt-1") == ()


async def test_a_withdrawal_takes_nothing_from_other_wires_or_other_items(archive: OpenArchive) -> None:
    first, second = accepted(make_item(aliases=("doc-7",))), accepted(make_item(version="2", aliases=("doc-7",)))
    tram = accepted(TRAM, wire_sha256=first.wire_sha256)
    await archive.record([first, second, tram, withdrawn(first), withdrawn(first)])
    assert [head.version for head in (await only_dossier(archive, FERRY_ID)).heads] == ["2"]
    assert len((await only_dossier(archive, TRAM_ID)).heads) == 1
    assert await archive.find("doc-7") == (FERRY_ID,)


@pytest.mark.parametrize("found_again_first", [True, False])
async def test_a_still_newer_reading_may_find_the_item_again(archive: OpenArchive, *, found_again_first: bool) -> None:
    old = accepted(FERRY)
    again = accepted(FERRY, generation=2, rederived_at=after(40))
    facts: list[Fact] = [old, withdrawn(old), again]
    for fact in facts[::-1] if found_again_first else facts:
        await archive.record([fact])
    assert len((await only_dossier(archive, FERRY_ID)).heads) == 1
    assert await archive.find(FERRY.uri) == (FERRY_ID,)


async def test_a_withdrawal_by_a_parser_with_another_number_holds(archive: OpenArchive) -> None:
    read = accepted(FERRY, parser="nitf@7", generation=5)
    await archive.record([read, withdrawn(read, parser="ninjs@1", generation=5)])
    assert await archive.versions(FERRY_ID) == ()


async def test_a_withdrawal_older_than_the_reading_changes_nothing(archive: OpenArchive) -> None:
    new = accepted(FERRY, generation=5)
    await archive.record([new, withdrawn(new, generation=4)])
    assert len(await archive.versions(FERRY_ID)) == 1


async def test_a_receipt_knows_what_its_wires_hold(archive: OpenArchive) -> None:
    tram, ferry = accepted(TRAM, wire_sha256="ab"), accepted(FERRY, wire_sha256="cd")
    copy = accepted(FERRY, wire_sha256="cd", receipt_id="copy")
    await archive.record([tram, ferry, copy])
    found = {Yield(one.item_id, "harbour", one.wire_sha256) for one in (tram, ferry)}
    assert set(await archive.yields("receipt-1")) == found
    assert await archive.yields("copy") == ()


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


@pytest.mark.parametrize("late", [True, False])
async def test_layers_hold_for_the_reading_that_they_were_made_from(archive: OpenArchive, *, late: bool) -> None:
    first = accepted(FERRY)
    reread = FERRY.model_copy(update={"body_text": "Read better."})
    better = accepted(reread, wire_sha256=first.wire_sha256, generation=1)
    old, new = enriched(first, values={"text": "old"}), enriched(better, values={"text": "new"})
    facts: list[Fact] = [first, better, new, old] if late else [first, old, better]
    for fact in facts:
        await archive.record([fact])
    leaf = (await archive.leaves([(FERRY_ID, first.wire_sha256)]))[FERRY_ID, first.wire_sha256]
    assert (leaf.item, leaf.enriched) == (reread, new if late else None)
    await archive.record([accepted(FERRY, generation=2)])
    leaf = (await archive.leaves([(FERRY_ID, first.wire_sha256)]))[FERRY_ID, first.wire_sha256]
    assert leaf.enriched == old


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


async def test_rulings_wait_for_their_item_and_are_kept_once_each(archive: OpenArchive) -> None:
    version = accepted(FERRY)
    later, first = ruled(version, ruled_at=after(9)), ruled(version)
    kill = ruled(version, Verdict.kill, ruled_at=after(2), by="A\x00B", reason="Fälschung")
    recorded = await archive.record([later, first, kill, first, version])
    assert {one.item_ids for one in recorded} == {(FERRY_ID,)}
    assert (await only_dossier(archive, FERRY_ID)).rulings == (
        Ruling(kill.receipt_id, Verdict.kill, after(2), "A\x00B", "Fälschung"),
        Ruling(later.receipt_id, Verdict.reinstate, after(9), later.by, later.reason),
    )
    assert (await only_dossier(archive, TRAM_ID)).rulings == ()


async def test_results_come_in_the_order_of_the_facts(archive: OpenArchive) -> None:
    facts: list[Fact] = [accepted(TRAM), mark(FERRY.uri), accepted(FERRY), mark(TRAM.uri)]
    recorded = await archive.record(facts)
    version, early, later, late = (one.item_ids for one in recorded)
    assert (version, later, late) == ((TRAM_ID,), (FERRY_ID,), (TRAM_ID,))
    assert early in {(), (FERRY_ID,)}  # a mark may see what came after it in its batch already, as if it had waited


async def test_more_items_than_a_statement_has_parameters(archive: OpenArchive) -> None:
    facts = _facts(2_000)
    await archive.record(facts)
    ids = [fact.item_id for fact in facts if isinstance(fact, VersionAccepted)]
    dossiers = await archive.dossiers(ids * 20)
    assert len(dossiers) == 2_000
    assert all(dossier.heads for dossier in dossiers.values())


def _facts(count: int) -> list[VersionAccepted | CancelMarked]:
    return [accepted(make_item(uri=f"urn:newsml:harbour.example:{number}")) for number in range(count)]
