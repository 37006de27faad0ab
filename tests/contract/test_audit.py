"""What every Audit keeps to. The suite runs over each adapter."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from wiredesk_core.audit import OpenAudit, open_audit
from wiredesk_core.deeds import AuditQuestion, Deed, Entry, first_broken
from wiredesk_core.failures import Misconfigured
from wiredesk_core.testing import after


@pytest.fixture
async def audit(store_url: str) -> AsyncIterator[OpenAudit]:
    opened = open_audit(store_url)
    yield opened
    await opened.close()


def deed(minute: int, actor: str = "k1", action: str = "key.made", **more: str) -> Deed:
    return Deed(at=after(minute), actor=actor, name="night desk", service="gateway", action=action, **more)


async def subjects(audit: OpenAudit, asked: AuditQuestion) -> list[str]:
    return [entry.deed.subject for entry in await audit.read(asked)]


async def test_deeds_come_back_as_they_were_in_the_order_in_which_they_were_kept(audit: OpenAudit) -> None:
    deeds = [deed(2, subject="Größe", reason="line\nbroken \x00 \ud800"), deed(1, request_id="r-1")]
    first = await audit.append(deeds)
    second = await audit.append([deed(3)])
    assert [entry.deed for entry in first] == deeds
    assert [entry.number for entry in (*first, *second)] == [1, 2, 3]
    assert await audit.read() == (*first, *second)


async def test_an_empty_audit_has_nothing_to_tell_and_nothing_appended_changes_nothing(audit: OpenAudit) -> None:
    assert await audit.read() == ()
    assert await audit.append([]) == ()
    assert await audit.read() == ()


async def test_each_entry_follows_from_the_one_before(audit: OpenAudit) -> None:
    for minute in range(4):
        await audit.append([deed(minute), deed(minute, "k2")])
    entries = await audit.read()
    assert len(entries) == 8
    assert first_broken(entries) is None
    changed = Entry(3, entries[2].deed.model_copy(update={"actor": "somebody else"}), entries[2].hash)
    assert first_broken([*entries[:2], changed, *entries[3:]]) == changed
    assert first_broken([*entries[:2], *entries[3:]]) == entries[3]


async def test_pages_follow_one_another_while_more_is_appended(audit: OpenAudit) -> None:
    await audit.append([deed(minute) for minute in range(3)])
    page = await audit.read(limit=2)
    await audit.append([deed(9)])
    rest = await audit.read(after=page[-1].number, limit=2)
    assert [entry.number for entry in (*page, *rest)] == [1, 2, 3, 4]
    assert await audit.read(after=4) == ()


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (AuditQuestion(since=after(2)), ["b", "c"]),
        (AuditQuestion(until=after(2)), ["a"]),
        (AuditQuestion(since=after(2), until=after(3)), ["b"]),
        (AuditQuestion(actor="k2"), ["b", "c"]),
        (AuditQuestion(action="refused"), ["a", "c"]),
        (AuditQuestion(actor="k2", action="refused"), ["c"]),
        (AuditQuestion(actor="'; DROP TABLE audit --"), []),
    ],
)
async def test_what_is_asked_is_what_comes(audit: OpenAudit, asked: AuditQuestion, found: list[str]) -> None:
    await audit.append(
        [
            deed(1, "k1", "refused", subject="a"),
            deed(2, "k2", "key.made", subject="b"),
            deed(3, "k2", "refused", subject="c"),
        ]
    )
    assert await subjects(audit, asked) == found


async def test_services_that_append_at_once_make_one_chain(store_url: str) -> None:
    if store_url == "memory:":
        pytest.skip("a memory is one process's own")
    here, there = open_audit(store_url), open_audit(store_url)
    try:
        await asyncio.gather(
            *(one.append([deed(minute, name)]) for minute in range(10) for one, name in ((here, "a"), (there, "b")))
        )
        entries = await here.read()
        assert [entry.number for entry in entries] == list(range(1, 21))
        assert first_broken(entries) is None
        assert await there.read() == entries
    finally:
        await here.close()
        await there.close()


def test_an_unknown_scheme_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(Misconfigured, match="memory:, sqlite:"):
        open_audit("stone:tablet")


async def test_an_embedded_audit_lies_beside_the_registry_and_only_grows(tmp_path: Path) -> None:
    url = f"sqlite:{tmp_path / 'registry.db'}"
    audit = open_audit(url)
    kept = await audit.append([deed(1)])
    await audit.close()
    file = sqlite3.connect(tmp_path / "registry-audit.db")
    for statement in ("DELETE FROM audit", "UPDATE audit SET actor = 'nobody'"):
        with pytest.raises(sqlite3.IntegrityError, match="only grows"):
            file.execute(statement)
    file.close()
    again = open_audit(url)
    assert await again.read() == kept
    await again.close()
