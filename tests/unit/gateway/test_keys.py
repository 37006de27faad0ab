"""Keys over HTTP: made, rotated, revoked, and never beyond what the giver holds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import httpx
import pytest
from wiredesk_core.keys import Key
from wiredesk_core.moments import iso
from wiredesk_core.testing import after
from wiredesk_gateway.testing import Newsroom

Connect = Callable[..., Awaitable[httpx.AsyncClient]]


class Login:
    """A login service whose tokens end ten minutes after tests ask."""

    def __init__(self, *scopes: str) -> None:
        self._scopes = frozenset(scopes)

    def admit(self, token: str, now: datetime) -> Key:
        return Key(key_id="jwt:ana", name=token, secret_sha256="", scopes=self._scopes, created=now, expires=after(70))


@pytest.fixture
async def keeper(connect: Connect) -> httpx.AsyncClient:
    return await connect("keys:admin", "items:read", "wires:write")


def with_token(client: httpx.AsyncClient, token: str) -> dict[str, Any]:
    del client
    return {"headers": {"authorization": f"Bearer {token}"}}


async def test_a_key_made_opens_shows_once_and_ends_when_it_is_revoked(keeper: httpx.AsyncClient) -> None:
    answer = await keeper.post("/v1/keys", json={"name": "sports app", "scopes": ["items:read"], "languages": ["en"]})
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    token, key = answer.json()["token"], answer.json()["key"]
    assert (await keeper.get("/v1/items", **with_token(keeper, token))).status_code == 200
    listed = (await keeper.get("/v1/keys")).json()["keys"]
    told = next(one for one in listed if one["key_id"] == key["key_id"])
    assert told["last_used"]
    assert token not in str(listed)
    assert not any("sha256" in name for name in told)
    assert (await keeper.delete(f"/v1/keys/{key['key_id']}")).status_code == 204
    assert (await keeper.delete(f"/v1/keys/{key['key_id']}")).status_code == 404


async def test_a_rotated_key_opens_with_both_secrets_for_a_while(keeper: httpx.AsyncClient) -> None:
    made = (await keeper.post("/v1/keys", json={"name": "app", "scopes": ["items:read"]})).json()
    rotated = await keeper.post(f"/v1/keys/{made['key']['key_id']}/rotate", json={"overlap_hours": 1})
    assert rotated.status_code == 201
    assert rotated.json()["key"]["former_until"]
    assert rotated.json()["token"] != made["token"]
    for token in (made["token"], rotated.json()["token"]):
        assert (await keeper.get("/v1/items", **with_token(keeper, token))).status_code == 200


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"scopes": ["embargo:read"]}, "scope_missing"),
        ({"scopes": ["items:read"], "providers": ["kestrel"]}, "beyond_reach"),
    ],
)
async def test_nobody_gives_what_he_has_not(connect: Connect, wanted: dict[str, Any], code: str) -> None:
    keeper = await connect("keys:admin", "items:read", providers=["harbour"])
    answer = await keeper.post("/v1/keys", json={"name": "friend", **wanted})
    assert (answer.status_code, answer.json()["code"]) == (403, code)


async def test_a_new_key_has_its_givers_limits_when_it_asks_for_none(connect: Connect) -> None:
    keeper = await connect("keys:admin", "items:read", providers=["harbour"])
    made = (await keeper.post("/v1/keys", json={"name": "friend", "scopes": ["items:read"]})).json()
    assert made["key"]["providers"] == ["harbour"]


async def test_keys_that_reach_further_than_yours_cannot_be_seen_or_touched(
    keeper: httpx.AsyncClient, connect: Connect
) -> None:
    made = (await keeper.post("/v1/keys", json={"name": "all", "scopes": ["items:read"]})).json()["key"]
    lesser = await connect("keys:admin", "items:read", providers=["harbour"])
    assert made["key_id"] not in str((await lesser.get("/v1/keys")).json())
    assert (await lesser.delete(f"/v1/keys/{made['key_id']}")).status_code == 404
    assert (await lesser.post(f"/v1/keys/{made['key_id']}/rotate")).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "", "scopes": ["items:read"]},
        {"name": "a", "scopes": []},
        {"name": "a", "scopes": ["items:read"], "root": True},
        {"name": "a", "scopes": ["items:read"], "per_minute": 0},
    ],
)
async def test_a_wish_that_cannot_be_used_is_refused_with_a_pointer(keeper: httpx.AsyncClient, body: Any) -> None:
    answer = await keeper.post("/v1/keys", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
    assert answer.json()["errors"][0]["pointer"].startswith("#")


async def test_a_key_comes_as_often_as_it_may_and_asking_whether_something_changed_is_free(
    newsroom: Newsroom, connect: Connect
) -> None:
    served = await newsroom.serve()
    client = await connect("items:read", per_minute=3)
    path = f"/v1/items/{served.item_id}"
    first = await client.get(path)
    assert first.headers["ratelimit-policy"] == '"key";q=3;w=60'
    for _ in range(5):
        again = await client.get(path, headers={"if-none-match": first.headers["etag"]})
        assert again.status_code == 304
    for _ in range(2):
        assert (await client.get(path)).status_code == 200
    refused = await client.get(path)
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    assert int(refused.headers["retry-after"]) > 0


async def test_a_new_key_may_not_come_more_often_than_its_giver(connect: Connect) -> None:
    keeper = await connect("keys:admin", "items:read", per_minute=600)
    wanted = {"name": "friend", "scopes": ["items:read"]}
    assert (await keeper.post("/v1/keys", json=wanted)).json()["key"]["per_minute"] == 600
    assert (await keeper.post("/v1/keys", json={**wanted, "per_minute": 60})).json()["key"]["per_minute"] == 60
    answer = await keeper.post("/v1/keys", json={**wanted, "per_minute": 601})
    assert (answer.status_code, answer.json()["code"]) == (403, "beyond_reach")


async def test_a_new_key_ends_with_its_giver_at_the_latest(connect: Connect) -> None:
    keeper = await connect("keys:admin", "items:read", expires=after(120))
    wanted = {"name": "friend", "scopes": ["items:read"]}
    made = [
        (await keeper.post("/v1/keys", json={**wanted, "expires": ends})).json()["key"]["expires"]
        for ends in (None, "2027-01-01T00:00:00Z", "2026-03-04T13:30:00Z")
    ]
    assert [iso(datetime.fromisoformat(ends)) for ends in made] == [iso(after(120)), iso(after(120)), iso(after(90))]


@pytest.mark.parametrize(
    ("limits", "word"), [({"expires": after(120)}, "outlasts"), ({"per_minute": 600}, "more often")]
)
async def test_nobody_gets_a_secret_by_rotation_that_gives_him_more_than_he_has(
    keeper: httpx.AsyncClient, connect: Connect, limits: dict[str, Any], word: str
) -> None:
    lesser = await connect("keys:admin", "items:read", **limits)
    made = (await keeper.post("/v1/keys", json={"name": "app", "scopes": ["items:read"]})).json()
    key_id = made["key"]["key_id"]
    refused = await lesser.post(f"/v1/keys/{key_id}/rotate")
    assert (refused.status_code, refused.json()["code"]) == (403, "beyond_reach")
    assert word in refused.json()["detail"]
    assert (await keeper.get("/v1/items", **with_token(keeper, made["token"]))).status_code == 200
    own = (await lesser.post("/v1/keys", json={"name": "app", "scopes": ["items:read"]})).json()["key"]
    assert (await lesser.post(f"/v1/keys/{own['key_id']}/rotate")).status_code == 201
    assert (await lesser.delete(f"/v1/keys/{key_id}")).status_code == 204, "taking away gives nothing"


async def test_a_key_renews_itself(connect: Connect) -> None:
    keeper = await connect("keys:admin", expires=after(120), per_minute=600)
    own = keeper.headers["authorization"].split("_")[1]
    assert (await keeper.post(f"/v1/keys/{own}/rotate")).status_code == 201


async def test_a_bearer_token_gives_nothing_that_opens_after_it_and_rotates_no_lasting_key(
    newsroom: Newsroom, keeper: httpx.AsyncClient
) -> None:
    made = (await keeper.post("/v1/keys", json={"name": "app", "scopes": ["items:read"]})).json()["key"]
    newsroom.issuer = Login("keys:admin", "items:read")
    transport, headers = httpx.ASGITransport(newsroom.app()), {"authorization": "Bearer of.the.login"}
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway", headers=headers) as admin:
        listed = (await admin.get("/v1/keys")).json()["keys"]
        assert made["key_id"] in [one["key_id"] for one in listed]
        assert (await admin.post(f"/v1/keys/{made['key_id']}/rotate")).json()["code"] == "beyond_reach"
        own = (await admin.post("/v1/keys", json={"name": "friend", "scopes": ["items:read"]})).json()["key"]
        assert iso(datetime.fromisoformat(own["expires"])) == iso(after(70))
        assert (await admin.post(f"/v1/keys/{own['key_id']}/rotate")).status_code == 201
        assert (await admin.delete(f"/v1/keys/{made['key_id']}")).status_code == 204


async def test_keys_come_in_pages(keeper: httpx.AsyncClient) -> None:
    for number in range(4):
        await keeper.post("/v1/keys", json={"name": f"app {number}", "scopes": ["items:read"]})
    seen, last = list[str](), ""
    while last is not None:
        page = (await keeper.get("/v1/keys", params={"limit": 2, "after": last})).json()
        seen, last = [*seen, *(key["key_id"] for key in page["keys"])], page["next"]
    assert len(seen) == len(set(seen)) == 5


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/v1/items/nosuchitem", 404), ("GET", "/v1/items?color=red", 400), ("GET", "/v1/audit", 403)],
)
async def test_refusals_too_tell_what_a_key_has_left(connect: Connect, method: str, path: str, status: int) -> None:
    client = await connect("items:read", per_minute=3)
    answer = await client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["ratelimit-policy"] == '"key";q=3;w=60'
    assert answer.headers["ratelimit"] == '"key";r=2;t=20'


async def test_a_killed_item_and_a_store_that_is_away_tell_it_as_well(newsroom: Newsroom, connect: Connect) -> None:
    killed = await newsroom.kill()
    client = await connect("items:read", per_minute=3)
    assert (await client.get(f"/v1/items/{killed.item_id}")).headers["ratelimit"].startswith('"key";r=2;')
    assert "ratelimit" not in (await client.get("/v1/items", headers={"authorization": "Bearer wd_x_y"})).headers
