"""No answer grows without end: pages of versions, bytes of quarantine a piece at a time, exports that nobody holds up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import replace
from typing import Any

import httpx
import pytest
from starlette.requests import ClientDisconnect
from wiredesk_core.deeds import Deed
from wiredesk_core.lifecycle import Verdict
from wiredesk_core.messages import Changed
from wiredesk_core.moments import iso
from wiredesk_core.testing import NOON, accepted, after, make_item, ruled, set_aside
from wiredesk_gateway.testing import Newsroom

Connect = Callable[..., Awaitable[httpx.AsyncClient]]


@pytest.fixture
async def long(newsroom: Newsroom) -> Changed:
    """An item of seven versions, of more than 2,000 bytes each."""
    newsroom.limits = replace(newsroom.limits, largest_page=5000)
    for number in range(1, 8):
        last = await newsroom.serve(make_item(version=str(number), body_text="x" * 2000))
    return last


async def pages(client: httpx.AsyncClient, path: str, **asked: Any) -> list[Mapping[str, Any]]:
    found, cursor = [], None
    while True:
        answer = await client.get(path, params={**asked, **({"cursor": cursor} if cursor else {})})
        assert answer.status_code == 200, answer.text
        found.append(answer.json())
        cursor = answer.json()["next"]
        assert answer.json()["has_more"] == (cursor is not None)
        if cursor is None:
            return found


@pytest.mark.parametrize(("limit", "sizes"), [(100, [2, 2, 2, 1]), (1, [1] * 7)])
async def test_versions_come_in_pages_of_bounded_number_and_bytes_each_once(
    long: Changed, newsroom: Newsroom, limit: int, sizes: list[int]
) -> None:
    async with await client_of(newsroom, "items:read") as reader:
        found = await pages(reader, f"/v1/items/{long.item_id}/versions", limit=limit)
    assert [len(page["versions"]) for page in found] == sizes
    assert [one["version"] for page in found for one in page["versions"]] == [str(n) for n in range(1, 8)]


async def test_of_many_rulings_the_newest_are_told_and_how_many_came_before(
    newsroom: Newsroom, connect: Connect
) -> None:
    fact = await newsroom.serve()
    rulings = [
        ruled(accepted(make_item()), Verdict.reinstate, receipt_id=f"r{number}", ruled_at=after(number))
        for number in range(103)
    ]
    await newsroom.archive.record(rulings)
    reader = await connect("items:read")
    page = (await reader.get(f"/v1/items/{fact.item_id}/versions")).json()
    assert page["earlier_rulings"] == 3
    assert [one["ruled_at"] for one in page["rulings"]] == [iso(after(number)) for number in range(3, 103)]


async def test_a_cursor_of_another_item_is_refused(long: Changed, newsroom: Newsroom) -> None:
    other = await newsroom.serve(make_item(uri="urn:example:other"))
    async with await client_of(newsroom, "items:read") as reader:
        page = (await reader.get(f"/v1/items/{long.item_id}/versions", params={"limit": 1})).json()
        alien = await reader.get(f"/v1/items/{other.item_id}/versions", params={"cursor": page["next"]})
    assert (alien.status_code, alien.json()["code"]) == (400, "cursor_of_another_query")


async def test_bytes_in_quarantine_come_whole_with_their_length(newsroom: Newsroom, connect: Connect) -> None:
    value = bytes(range(256)) * 1000
    await newsroom.archive.shelve([set_aside("q-1", value)])
    mender = await connect("quarantine:admin")
    answer = await mender.get("/v1/quarantine/q-1/bytes")
    assert answer.content == value
    assert answer.headers["content-length"] == str(len(value))
    (told,) = (await mender.get("/v1/usage")).json()["usage"]
    assert told["read"]["bytes"] == len(value)


async def test_an_export_of_the_audit_is_let_go_when_nobody_takes_it(newsroom: Newsroom) -> None:
    newsroom.limits = replace(newsroom.limits, stalled=0.05)
    deed = Deed(at=NOON, actor="k", service="gateway", action="refused", reason="x" * 400)
    await newsroom.audit.append([deed] * 3000)
    token = await newsroom.token("audit:read")
    sent = list[bytes]()

    async def send(message: MutableMapping[str, Any]) -> None:
        if sent:
            await asyncio.Event().wait()  # takes the first piece, and then nothing
        sent.extend(filter(None, [message.get("body")]))

    async def receive() -> MutableMapping[str, Any]:
        await asyncio.Event().wait()
        raise AssertionError

    scope = {
        "type": "http", "method": "GET", "path": "/v1/audit", "query_string": b"format=ndjson", "http_version": "1.1",
        "headers": [(b"authorization", f"Bearer {token}".encode())], "asgi": {"spec_version": "2.4"},
    }  # fmt: skip
    with pytest.raises(ClientDisconnect):
        async with asyncio.timeout(10):
            await newsroom.app()(scope, receive, send)
    assert 0 < len(b"".join(sent)) < 3000 * 400


async def client_of(newsroom: Newsroom, *scopes: str) -> httpx.AsyncClient:
    headers = {"authorization": f"Bearer {await newsroom.token(*scopes)}"}
    return httpx.AsyncClient(transport=httpx.ASGITransport(newsroom.app()), base_url="http://x", headers=headers)
