"""What an Archive with several writing processes keeps to. One with a single writer has nothing to show here."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import psycopg
import pytest
from wiredesk_core.archive import OpenArchive, open_archive, open_archive_reader
from wiredesk_core.failures import Misconfigured, StoreBusy
from wiredesk_core.ports import Fact
from wiredesk_core.testing import NOON, accepted, after, changed, make_item, mark, note, set_aside

ROUNDS = 40
Writers = tuple[OpenArchive, OpenArchive]


@pytest.fixture
async def writers(postgres_url: str) -> AsyncIterator[Writers]:
    one, other = open_archive(postgres_url), open_archive(postgres_url)
    yield one, other
    await one.close()
    await other.close()


async def test_of_two_revisions_that_follow_the_same_one_exactly_one_is_written(writers: Writers) -> None:
    for number in range(ROUNDS):
        item = make_item(uri=f"urn:ferry:{number}")
        stale = await asyncio.gather(*(writer.save([changed(item)], {}) for writer in writers))
        assert sorted(map(len, stale)) == [0, 1]


async def test_a_kill_and_its_target_never_miss_each_other(writers: Writers) -> None:
    one, other = writers
    for number in range(ROUNDS):
        version, kill = accepted(make_item(uri=f"urn:ferry:{number}")), mark(f"urn:ferry:{number}")

        async def keep(version: object = version) -> bool:
            await one.record([version])  # type: ignore[list-item]
            dossiers = await one.dossiers([version.item_id])  # type: ignore[attr-defined]
            return any(dossier.marks for dossier in dossiers.values())

        async def cancel(kill: object = kill) -> bool:
            (recorded,) = await other.record([kill])  # type: ignore[list-item]
            return bool(recorded.item_ids)

        assert any(await asyncio.gather(keep(), cancel())), number


async def test_writers_of_the_same_rows_in_other_orders_never_wait_in_a_circle(writers: Writers) -> None:
    versions = [accepted(make_item(uri=f"urn:ferry:{number}")) for number in range(60)]
    marks = [mark(f"urn:ferry:{number}") for number in range(60)]
    facts: list[Fact] = [*versions, *marks]
    notes = [note(receipt_id=f"receipt-{number}") for number in range(60)]
    shelf = [set_aside(f"quarantine-{number}") for number in range(60)]
    async with asyncio.timeout(60):
        for _ in range(5):
            await asyncio.gather(
                writers[0].record(facts), writers[1].record(facts[::-1]),
                writers[0].note(notes), writers[1].note(notes[::-1]),
                writers[0].shelve(shelf), writers[1].shelve(shelf[::-1]),
            )  # fmt: skip
    assert len(await writers[0].quarantined(limit=100)) == 60


async def test_who_announces_an_item_keeps_others_waiting_until_it_is_done(writers: Writers) -> None:
    one, other = writers
    order: list[str] = []
    inside = asyncio.Event()

    async def first() -> None:
        async with one.announcing(["ferry", "tram"]):
            inside.set()
            for _ in range(50):
                await one.counts()  # work meanwhile
            order.append("first")

    async def second() -> None:
        await inside.wait()
        async with other.announcing(["tram", "ferry"]):
            order.append("second")

    await asyncio.gather(first(), second())
    assert order == ["first", "second"]


async def test_a_wait_for_an_item_that_is_cut_short_keeps_nothing_to_itself(
    postgres_url: str, writers: Writers
) -> None:
    holder, late = writers
    hasty = open_archive(f"{postgres_url}%20-clock_timeout%3D300")
    try:
        async with holder.announcing(["tram"]):
            with pytest.raises(StoreBusy):
                async with hasty.announcing(["ferry", "bus", "tram", "train"]):
                    raise AssertionError
        async with asyncio.timeout(10), late.announcing(["ferry", "bus", "tram", "train"]):
            pass
    finally:
        await hasty.close()


async def test_a_lost_connection_costs_one_attempt_at_most(postgres_url: str, writers: Writers) -> None:
    archive = writers[0]
    await archive.record([accepted()])
    with psycopg.connect(postgres_url, autocommit=True) as operator:
        operator.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            " AND datname = current_database() AND usename = current_user AND query LIKE '%versions%'"
        )
    try:
        await archive.counts()
    except StoreBusy:
        assert (await archive.counts()).unsent == 0


async def test_texts_of_any_kind_come_back_as_they_were(writers: Writers) -> None:
    odd = "urn:\x00:" + "ü" * 4000
    item = make_item(uri=odd, version="\x00" * 3000, aliases=("a\x00b",))
    await writers[0].record([accepted(item), mark("a\x00b", version="\x00" * 3000, by_uri=odd, reason="\x00")])
    (dossier,) = (await writers[1].dossiers([accepted(item).item_id])).values()
    assert [head.version for head in dossier.heads] == [item.version]
    assert [(found.alias, found.by_uri) for found in dossier.marks] == [("a\x00b", odd)]
    assert await writers[1].find(odd) == (accepted(item).item_id,)


async def test_ids_are_ordered_by_their_bytes_whatever_the_servers_locale(writers: Writers) -> None:
    items = [make_item(uri=f"urn:{name}") for name in ("a", "B", "ä", "Z", "_", "0")]
    await writers[0].save([changed(item) for item in items], {})
    page = [stored.whole().item_id for stored in await writers[1].snapshot(limit=10)]
    assert page == sorted(page)
    assert len(page) == len(items)


async def test_an_embargo_is_due_for_every_writer_and_opens_once(writers: Writers) -> None:
    sealed = changed(standing="sealed")
    await writers[0].save([sealed], {sealed.item_id: NOON})
    for writer in writers:
        assert await writer.due(after(1)) == (sealed.item_id,)
        assert await writer.due(NOON - timedelta(seconds=1)) == ()
    opened = changed(revision=2, former_standing="sealed")
    stale = await asyncio.gather(*(writer.save([opened], {}) for writer in writers))
    assert sorted(map(len, stale)) == [0, 1]


async def test_a_reader_waits_for_the_writer_to_make_the_tables(postgres_url: str) -> None:
    reader, writer = open_archive_reader(postgres_url), open_archive(postgres_url)
    try:
        with pytest.raises(StoreBusy, match="its writer brings it up to date"):
            await reader.counts()
        await writer.counts()
        assert (await reader.counts()).unsent == 0
    finally:
        await reader.close()
        await writer.close()


async def test_two_writers_at_a_first_start_make_the_tables_once(writers: Writers) -> None:
    await asyncio.gather(*(writer.counts() for writer in writers))


async def test_a_newer_schema_is_not_touched(postgres_url: str, writers: Writers) -> None:
    await writers[0].counts()
    with psycopg.connect(postgres_url, autocommit=True) as operator:
        operator.execute("UPDATE wiredesk_schemas SET version = 99")
    later = open_archive(postgres_url)
    with pytest.raises(Misconfigured, match="use the release that wrote it"):
        await later.counts()
    await later.close()


@pytest.mark.parametrize("change", [("postgres:", "nobody:"), ("/postgres?", "/nowhere?")])
async def test_a_wrong_name_or_database_is_said_and_no_password_told(
    postgres_url: str, change: tuple[str, str]
) -> None:
    archive = open_archive(postgres_url.replace(*change, 1) if change[0] in postgres_url else postgres_url)
    with pytest.raises(Misconfigured, match="does not let us in") as told:
        await archive.counts()
    await archive.close()
    password = postgres_url.split("@", maxsplit=1)[0].rpartition(":")[2]
    assert password not in str(told.value)


async def test_a_server_that_is_away_is_busy_not_broken() -> None:
    archive = open_archive("postgresql://me:hush@127.0.0.1:1/desk")
    with pytest.raises(StoreBusy) as told:
        await archive.counts()
    assert "hush" not in str(told.value)
    await archive.close()


def test_a_url_that_cannot_be_read_is_said_at_once() -> None:
    with pytest.raises(Misconfigured, match="cannot be read"):
        open_archive("postgresql://me:hush@[half")
