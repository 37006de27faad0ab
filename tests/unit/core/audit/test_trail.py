"""Changes wait for their entry, notes do not; nothing is written twice or out of order."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from wiredesk_core.audit.memory import MemoryAudit
from wiredesk_core.audit.trail import Trail
from wiredesk_core.deeds import Deed, Entry
from wiredesk_core.failures import Refused, StoreBusy
from wiredesk_core.testing import NOON


class SlowAudit(MemoryAudit):
    """Waits at its door until it is opened, and can be away."""

    def __init__(self) -> None:
        super().__init__()
        self.open = asyncio.Event()
        self.open.set()
        self.away = False
        self.writes: list[int] = []

    async def append(self, deeds: Sequence[Deed]) -> tuple[Entry, ...]:
        self.writes.append(len(deeds))
        await self.open.wait()
        if self.away:
            raise StoreBusy("away")
        return await super().append(deeds)


def deed(action: str) -> Deed:
    return Deed(at=NOON, actor="k1", service="gateway", action=action)


async def told(audit: MemoryAudit) -> list[tuple[str, str]]:
    return [(entry.deed.action, entry.deed.outcome) for entry in await audit.read()]


async def test_a_change_begins_once_its_entry_is_kept() -> None:
    audit = MemoryAudit()
    async with Trail(audit).changing(deed("key.made")):
        assert await told(audit) == [("key.made", "allowed")]


async def test_without_an_audit_nothing_changes() -> None:
    audit = SlowAudit()
    audit.away = True
    trail, changed = Trail(audit), False
    with pytest.raises(StoreBusy):
        async with trail.changing(deed("key.made")):
            changed = True
    assert not changed
    audit.away = False
    await trail.flush()
    assert await told(audit) == []


async def test_a_change_that_fails_is_told_with_its_reason() -> None:
    audit = MemoryAudit()
    trail = Trail(audit)
    with pytest.raises(Refused):
        async with trail.changing(deed("key.revoked")):
            raise Refused(404, "key_not_found", "there is no such key")
    await trail.flush()
    assert await told(audit) == [("key.revoked", "allowed"), ("key.revoked", "failed")]
    assert "key_not_found" in (await audit.read())[-1].deed.reason


async def test_deeds_that_come_while_others_are_written_go_together() -> None:
    audit = SlowAudit()
    trail = Trail(audit)
    audit.open.clear()

    async def change(number: int) -> None:
        async with trail.changing(deed(str(number))):
            pass

    changes = [asyncio.create_task(change(number)) for number in range(20)]
    while not audit.writes:
        await asyncio.sleep(0)
    trail.note(deed("noted"))
    audit.open.set()
    await asyncio.gather(*changes)
    await trail.flush()
    assert len(audit.writes) <= 3
    assert [action for action, _ in await told(audit)] == [*map(str, range(20)), "noted"]


async def test_a_note_waits_for_nobody_and_outlives_a_store_that_is_away() -> None:
    audit = SlowAudit()
    audit.away = True
    trail = Trail(audit)
    trail.note(deed("refused"))
    with pytest.raises(StoreBusy):
        await trail.flush()
    audit.away = False
    await trail.flush()
    assert await told(audit) == [("refused", "allowed")]


async def test_notes_beyond_the_bound_are_let_go_and_changes_are_not() -> None:
    audit = MemoryAudit()
    trail = Trail(audit, most=2)
    for number in range(5):
        trail.note(deed(f"note {number}"))
    async with trail.changing(deed("change")):
        pass
    assert [action for action, _ in await told(audit)] == ["note 0", "note 1", "change"]


async def test_what_was_noted_is_written_before_the_service_ends() -> None:
    audit, stop = SlowAudit(), asyncio.Event()
    audit.away = True
    trail = Trail(audit)
    trail.note(deed("last"))
    running = asyncio.create_task(trail.run(stop))
    stop.set()
    await running
    await trail.settle()
    assert await told(audit) == []
    audit.away = False
    await trail.settle()
    assert await told(audit) == [("last", "allowed")]
