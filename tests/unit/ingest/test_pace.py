"""A flood is answered 429, alone: by key, and by provider whatever the key."""

from __future__ import annotations

import base64
import contextlib
import hmac
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
from wiredesk_core.keys import mint_key, store_key
from wiredesk_ingest.pace import Pace

WIRE = b"A headline\n\nA text."
LINES = b'{"headline": "A"}\n{"headline": "B"}\n{"headline": "C"}\n'
NDJSON = {"content-type": "application/x-ndjson"}
SIGNING = b"a key of northwire, for tests: 32"


@contextlib.asynccontextmanager
async def at_the_door(house: Any, *, pushes: int, wires: int) -> AsyncIterator[httpx.AsyncClient]:
    app = house.app(pace=Pace(pushes, wires), signing={"northwire": [SIGNING]})
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://ingest") as client:
        yield client


async def key_for(house: Any, *providers: str, **more: Any) -> dict[str, str]:
    token, key = mint_key(name="feed", scopes={"wires:write"}, providers=set(providers), now=house.clock.now(), **more)
    await store_key(house.registry, key)
    return {"authorization": f"Bearer {token}"}


def signed(house: Any, message_id: str, key: bytes = SIGNING) -> dict[str, str]:
    timestamp = str(int(house.clock.now().timestamp()))
    mac = hmac.digest(key, f"{message_id}.{timestamp}.".encode() + WIRE, "sha256")
    signature = f"v1,{base64.b64encode(mac).decode()}"
    return {"webhook-id": message_id, "webhook-timestamp": timestamp, "webhook-signature": signature}


async def push(http: httpx.AsyncClient, headers: dict[str, str], to: str = "northwire", body: bytes = WIRE) -> Any:
    return await http.post(f"/v1/wires/{to}", content=body, headers=headers)


async def test_a_push_tells_what_its_key_and_its_provider_have_left(house: Any) -> None:
    async with at_the_door(house, pushes=10, wires=20) as http:
        answer = await push(http, {**await key_for(house), **NDJSON}, body=LINES)
    assert answer.status_code == 202
    assert answer.headers["ratelimit-policy"] == '"key";q=10;w=60, "provider";q=20;w=60'
    assert answer.headers["ratelimit"] == '"key";r=9;t=6, "provider";r=17;t=9'


async def test_a_key_that_comes_too_often_waits_alone_and_says_when_it_may_come(house: Any) -> None:
    busy, quiet = await key_for(house), await key_for(house)
    async with at_the_door(house, pushes=2, wires=100) as http:
        assert [(await push(http, busy)).status_code for _ in range(3)] == [202, 202, 429]
        refused = await push(http, busy)
        assert (refused.json()["code"], refused.headers["retry-after"]) == ("rate_limited", "30")
        assert refused.headers["ratelimit"].startswith('"key";r=0;')
        assert (await push(http, quiet)).status_code == 202
        house.clock.moment += timedelta(seconds=30)
        assert (await push(http, busy)).status_code == 202
    assert len(house.publisher.on("wire.received")) == 4


async def test_what_a_key_says_itself_goes_before_the_setting(house: Any) -> None:
    key = await key_for(house, per_minute=1)
    async with at_the_door(house, pushes=100, wires=100) as http:
        assert [(await push(http, key)).status_code for _ in range(2)] == [202, 429]


async def test_a_flooding_provider_is_refused_alone_whatever_key_it_uses(house: Any) -> None:
    one, other = await key_for(house), await key_for(house)
    async with at_the_door(house, pushes=100, wires=5) as http:
        assert (await push(http, {**one, **NDJSON}, body=LINES)).status_code == 202
        refused = await push(http, {**other, **NDJSON}, body=LINES)
        assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
        assert "5 wires a minute" in refused.json()["detail"]
        assert (await push(http, other, to="kestrel")).status_code == 202
        assert (await push(http, other)).status_code == 202
    assert [record.headers["provider"] for record in house.publisher.on("wire.received")] == [
        *[b"northwire"] * 3, b"kestrel", b"northwire",
    ]  # fmt: skip


async def test_a_provider_that_has_nothing_left_is_refused_before_its_body_is_read(house: Any) -> None:
    key, sent = await key_for(house), 0

    async def long_body() -> AsyncIterator[bytes]:
        nonlocal sent
        sent += 1
        yield WIRE

    async with at_the_door(house, pushes=100, wires=1) as http:
        assert (await push(http, key)).status_code == 202
        assert (await http.post("/v1/wires/northwire", content=long_body(), headers=key)).status_code == 429
    assert sent == 0


async def test_signed_pushes_count_for_their_provider_and_forged_ones_do_not(house: Any) -> None:
    async with at_the_door(house, pushes=1, wires=2) as http:
        for number in range(5):
            forged = await push(http, signed(house, f"forged_{number}", b"not a key of northwire: 32 bytes"))
            assert forged.status_code == 401
        answers = [await push(http, signed(house, f"msg_{number}")) for number in range(3)]
    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert answers[0].headers["ratelimit-policy"] == '"provider";q=2;w=60'


async def test_a_dry_run_costs_its_key_a_push_and_the_provider_no_wire(house: Any) -> None:
    key = await key_for(house)
    async with at_the_door(house, pushes=2, wires=1) as http:
        dry = await http.post("/v1/wires/northwire?dry_run=true", content=WIRE, headers=key)
        assert (dry.status_code, dry.headers["ratelimit"]) == (200, '"key";r=1;t=30')
        assert (await push(http, key)).status_code == 202
