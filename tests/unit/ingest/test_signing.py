"""Signed pushes: only a body that its provider signed a moment ago comes in, and once."""

from __future__ import annotations

import base64
import gzip
import hmac
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from wiredesk_core.failures import Misconfigured
from wiredesk_ingest.push import create_app
from wiredesk_ingest.signing import secret_bytes

OLD, NEW = b"an old key of northwire, 32 bytes", b"the key of northwire that is next"
BODY = b"A headline\n\nA text."


@pytest.fixture
async def http(house: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A client without any API key."""

    async def inspect(arrivals: Any) -> list[Any]:
        return [{} for _ in arrivals]

    app = create_app(
        publisher=house.publisher, registry=house.registry, archive=house.archive, profiles=house.profiles,
        clock=house.clock, inspect=inspect, trail=house.trail, ledger=house.ledger, signing={"northwire": [OLD, NEW], "kestrel": []},
    )  # fmt: skip
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://ingest") as client:
        yield client


def signed(
    house: Any, body: bytes = BODY, key: bytes = OLD, message_id: str = "msg_1", age: float = 0
) -> dict[str, str]:
    timestamp = str(int((house.clock.now() - timedelta(seconds=age)).timestamp()))
    mac = hmac.digest(key, f"{message_id}.{timestamp}.".encode() + body, "sha256")
    signature = f"v1a,other v1,{base64.b64encode(mac).decode()}"
    return {"webhook-id": message_id, "webhook-timestamp": timestamp, "webhook-signature": signature}


async def push(http: httpx.AsyncClient, headers: dict[str, str], body: bytes = BODY, to: str = "northwire") -> Any:
    return await http.post(f"/v1/wires/{to}", content=body, headers=headers)


@pytest.mark.parametrize("key", [OLD, NEW])
async def test_a_push_signed_with_any_of_the_keys_is_taken(house: Any, http: httpx.AsyncClient, key: bytes) -> None:
    assert (await push(http, signed(house, key=key))).status_code == 202
    assert house.publisher.on("wire.received")[0].value == BODY


async def test_a_packed_body_is_signed_as_it_is_sent(house: Any, http: httpx.AsyncClient) -> None:
    packed = gzip.compress(BODY)
    headers = {**signed(house, packed), "content-encoding": "gzip"}
    assert (await push(http, headers, packed)).status_code == 202
    assert house.publisher.on("wire.received")[0].value == BODY


async def test_sent_again_it_is_the_same_push_under_the_same_receipt(house: Any, http: httpx.AsyncClient) -> None:
    headers = signed(house)
    first, again = await push(http, headers), await push(http, {**headers, "idempotency-key": "another"})
    assert first.json() == again.json()


async def test_an_id_stands_for_one_body(house: Any, http: httpx.AsyncClient) -> None:
    await push(http, signed(house))
    other = b"Another headline"
    assert (await push(http, signed(house, other), other)).status_code == 422


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"webhook-id": "msg_2"}, "signature_wrong"),
        ({"webhook-signature": "v1,AAAA"}, "signature_wrong"),
        ({"webhook-signature": "v1,%%%"}, "signature_wrong"),
        ({"webhook-signature": ""}, "signature_wrong"),
        ({"webhook-timestamp": "soon"}, "signature_malformed"),
        ({"webhook-timestamp": "-1"}, "signature_malformed"),
        ({"webhook-id": ""}, "signature_malformed"),
        ({"webhook-id": "x" * 500}, "signature_malformed"),
    ],
)
async def test_what_is_not_in_order_is_refused_and_nothing_kept(
    house: Any, http: httpx.AsyncClient, change: dict[str, str], code: str
) -> None:
    answer = await push(http, {**signed(house), **change})
    assert (answer.status_code, answer.json()["code"]) == (401, code)
    assert house.publisher.records == []


async def test_a_body_that_was_changed_on_the_way_is_refused(house: Any, http: httpx.AsyncClient) -> None:
    assert (await push(http, signed(house), BODY + b"!")).json()["code"] == "signature_wrong"


@pytest.mark.parametrize("age", [301, -301, 10**9])
async def test_an_old_signature_and_one_from_the_future_are_refused(
    house: Any, http: httpx.AsyncClient, age: float
) -> None:
    assert (await push(http, signed(house, age=age))).json()["code"] == "signature_stale"


async def test_a_signature_opens_no_other_providers_door(house: Any, http: httpx.AsyncClient) -> None:
    assert (await push(http, signed(house), to="kestrel")).json()["code"] == "not_signed_here"
    assert (await push(http, signed(house), to="nobody")).json()["code"] == "not_signed_here"
    assert (await push(http, {})).json()["code"] == "key_missing"


def test_a_secret_is_base64_after_its_mark_and_never_weak() -> None:
    assert secret_bytes("whsec_" + base64.b64encode(OLD).decode(), "env:X") == OLD
    assert secret_bytes(OLD.decode(), "env:X") == OLD
    for weak in ("whsec_" + base64.b64encode(b"short").decode(), "short", "whsec_%%%"):
        with pytest.raises(Misconfigured, match="env:X"):
            secret_bytes(weak, "env:X")
