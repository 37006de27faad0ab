"""Who may do what at ingest: every route with every kind of key, as the table says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from wiredesk_core.keys import mint_key, store_key
from wiredesk_core.keys.key import ALL_SCOPES
from wiredesk_core.testing import routes_of, set_aside

RULED = {"provider": "northwire", "uri": "urn:example:1", "verdict": "kill", "reason": "Not confirmed"}


@dataclass(frozen=True)
class Row:
    """A route: the scope that opens it, what to ask, and what a key limited to another provider, or in kind, gets."""

    path: str
    scope: str = ""
    asked: Mapping[str, Any] = field(default_factory=dict)
    taken: int = 200
    elsewhere: int = 403
    filtered: int = 403


ROWS: Mapping[tuple[str, str], Row] = {
    ("POST", "/v1/wires/{provider}"): Row("/v1/wires/northwire", "wires:write", {"content": b"A\n\nB."}, 202, 403, 202),
    ("POST", "/v1/quarantine/{quarantine_id}/replay"): Row(
        "/v1/quarantine/quarantine-1/replay", "quarantine:admin", {"json": {"reason": "mended"}}, 202, 404, 404
    ),
    ("POST", "/v1/quarantine/{quarantine_id}/drop"): Row(
        "/v1/quarantine/quarantine-1/drop", "quarantine:admin", {"json": {"reason": "a test"}}, 202, 404, 404
    ),
    ("POST", "/v1/rulings"): Row("/v1/rulings", "desk:act", {"json": RULED}, 202),
    ("GET", "/v1/status"): Row("/v1/status", "status:read"),
    ("GET", "/healthz"): Row("/healthz"),
    ("GET", "/readyz"): Row("/readyz"),
    ("GET", "/metrics"): Row("/metrics"),
    ("GET", "/openapi.json"): Row("/openapi.json"),
}
GUARDED = [where for where, row in ROWS.items() if row.scope]
LIMITS: Mapping[str, Mapping[str, Any]] = {
    "northwire": {"providers": {"northwire"}},
    "elsewhere": {"providers": {"kestrel"}},
    "filtered": {"genres": {"Sport"}},
}


async def ask(house: Any, where: tuple[str, str], *scopes: str, **limits: Any) -> httpx.Response:
    """What somebody with such a key is answered, or somebody without any."""
    await house.archive.shelve([set_aside(provider="northwire")])
    headers = {}
    if scopes:
        token, key = mint_key(name="somebody", scopes=scopes, now=house.clock.now(), **limits)
        await store_key(house.registry, key)
        headers = {"authorization": f"Bearer {token}"}
    transport = httpx.ASGITransport(house.app(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://ingest", headers=headers) as client:
        return await client.request(where[0], ROWS[where].path, **ROWS[where].asked)


def test_every_route_has_its_row(house: Any) -> None:
    there = {(method, route.path) for route in routes_of(house.app().routes) for method in route.methods or ()}
    assert {where for where in there if where[0] != "HEAD"} == set(ROWS)


@pytest.mark.parametrize("where", ROWS, ids=" ".join)
async def test_a_route_opens_for_keys_with_its_scope_alone(house: Any, where: tuple[str, str]) -> None:
    row = ROWS[where]
    assert (await ask(house, where)).status_code == (401 if row.scope else row.taken)
    for scope in ALL_SCOPES:
        answer = await ask(house, where, scope)
        assert answer.status_code == (row.taken if scope == row.scope or not row.scope else 403), scope


@pytest.mark.parametrize("where", GUARDED, ids=" ".join)
async def test_a_limited_key_does_nothing_beyond_its_limit(house: Any, where: tuple[str, str]) -> None:
    row = ROWS[where]
    whole_only = where[1] == "/v1/status"
    due = {"northwire": 403 if whole_only else row.taken, "elsewhere": row.elsewhere, "filtered": row.filtered}
    for name, limits in LIMITS.items():
        before = len(house.publisher.records)
        answer = await ask(house, where, row.scope, **limits)
        assert answer.status_code == due[name], name
        assert (len(house.publisher.records) > before) == (answer.status_code == 202), name


@pytest.mark.parametrize("where", GUARDED, ids=" ".join)
async def test_every_answer_to_a_key_tells_how_often_it_may_still_come(house: Any, where: tuple[str, str]) -> None:
    for scope in (ROWS[where].scope, "keys:admin"):
        answer = await ask(house, where, scope, per_minute=5)
        assert answer.headers["ratelimit-policy"].startswith('"key";q=5;w=60'), answer.status_code
        assert answer.headers["ratelimit"].startswith('"key";r=4;')
    assert "ratelimit" not in (await ask(house, where)).headers
