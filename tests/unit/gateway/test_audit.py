"""The audit over HTTP: every change of a key, every refusal by name, and nothing that opens anything."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import httpx
import orjson
import pytest
from wiredesk_core.audit.memory import MemoryAudit
from wiredesk_core.deeds import Deed, Entry, entry_of, first_broken
from wiredesk_core.failures import StoreBusy
from wiredesk_gateway.testing import Newsroom

Connect = Callable[..., Awaitable[httpx.AsyncClient]]
KEEPER = ("keys:admin", "items:read", "audit:read")


class AwayAudit(MemoryAudit):
    """A store that does not answer."""

    async def append(self, deeds: Sequence[Deed]) -> tuple[Entry, ...]:
        raise StoreBusy(f"away, with {len(deeds)}")


async def entries(client: httpx.AsyncClient, **asked: Any) -> list[dict[str, Any]]:
    answer = await client.get("/v1/audit", params=asked)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["entries"]
    return found


async def test_keys_made_rotated_and_revoked_are_told_with_who_did_so_and_no_secret(connect: Connect) -> None:
    keeper = await connect(*KEEPER)
    wanted = {"name": "sports app", "scopes": ["items:read"]}
    made = (await keeper.post("/v1/keys", json=wanted, headers={"x-request-id": "r-17"})).json()
    key_id = made["key"]["key_id"]
    rotated = (await keeper.post(f"/v1/keys/{key_id}/rotate", json={})).json()
    await keeper.delete(f"/v1/keys/{key_id}")
    told = await entries(keeper)
    assert [(e["action"], e["subject"], e["outcome"]) for e in told] == [
        ("key.made", key_id, "allowed"), ("key.rotated", key_id, "allowed"), ("key.revoked", key_id, "allowed"),
    ]  # fmt: skip
    assert (told[0]["name"], told[0]["service"], told[0]["request_id"]) == ("test", "gateway", "r-17")
    assert told[0]["actor"] in keeper.headers["authorization"]
    for token in (made["token"], rotated["token"]):
        assert token.rpartition("_")[2] not in str(told)


async def test_without_an_audit_no_key_is_made_and_reading_goes_on(newsroom: Newsroom) -> None:
    newsroom = Newsroom(audit=AwayAudit())
    served = await newsroom.serve()
    token = await newsroom.token("keys:admin", "items:read")
    transport = httpx.ASGITransport(newsroom.app())
    headers = {"authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway", headers=headers) as client:
        before = await newsroom.registry.entries("key")
        refused = await client.post("/v1/keys", json={"name": "app", "scopes": ["items:read"]})
        assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
        assert await newsroom.registry.entries("key") == before
        assert (await client.get(f"/v1/items/{served.item_id}")).status_code == 200
        assert (await client.get("/v1/keys")).status_code == 200
        assert (await client.get("/v1/status")).status_code == 403


async def test_who_may_not_is_named_once_a_minute_and_who_is_nobody_is_not(
    newsroom: Newsroom, connect: Connect
) -> None:
    auditor, reader, stranger = await connect("audit:read"), await connect("items:read"), await connect()
    for _ in range(3):
        assert (await reader.get("/v1/keys")).status_code == 403
        assert (await stranger.get("/v1/keys")).status_code == 401
    (told,) = await entries(auditor)
    assert (told["action"], told["outcome"], told["subject"]) == ("refused", "refused", "GET /v1/keys")
    assert told["reason"] == "scope_missing"
    assert told["actor"] in reader.headers["authorization"]
    newsroom.clock.moment = newsroom.clock.moment.replace(minute=newsroom.clock.moment.minute + 2)
    await reader.get("/v1/keys")
    assert len(await entries(auditor)) == 2


async def test_pages_and_filters_and_the_export_tell_the_same(newsroom: Newsroom, connect: Connect) -> None:
    auditor = await connect("audit:read")
    actors = ["a", "b", "a", "b", "a"]
    await newsroom.audit.append(
        [Deed(at=newsroom.clock.now(), actor=actor, service="ingest", action="wires.pushed") for actor in actors]
    )
    page = (await auditor.get("/v1/audit", params={"actor": "a", "limit": 2})).json()
    assert ([e["number"] for e in page["entries"]], page["has_more"]) == ([1, 3], True)
    rest = (await auditor.get("/v1/audit", params={"actor": "a", "limit": 2, "cursor": page["next"]})).json()
    assert ([e["number"] for e in rest["entries"]], rest["has_more"], rest["next"]) == ([5], False, None)
    other = await auditor.get("/v1/audit", params={"actor": "b", "cursor": page["next"]})
    assert (other.status_code, other.json()["code"]) == (400, "cursor_of_another_query")
    assert await entries(auditor, action="key.made") == []
    export = await auditor.get("/v1/audit", params={"format": "ndjson"})
    assert export.headers["content-type"] == "application/x-ndjson"
    lines = [entry_of(orjson.loads(line)) for line in export.content.splitlines()]
    assert tuple(lines) == await newsroom.audit.read()
    assert first_broken(lines) is None


@pytest.mark.parametrize("limits", [{"providers": ["harbour"]}, {"languages": ["en"]}])
async def test_a_key_that_may_not_see_everything_may_not_read_the_audit(connect: Connect, limits: Any) -> None:
    limited = await connect("audit:read", **limits)
    answer = await limited.get("/v1/audit")
    assert (answer.status_code, answer.json()["code"]) == (403, "beyond_reach")
    assert (await (await connect("items:read", "keys:admin")).get("/v1/audit")).status_code == 403
