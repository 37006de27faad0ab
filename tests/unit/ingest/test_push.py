from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from wiredesk_core.clock import FixedClock
from wiredesk_core.identity import receipt_id_for
from wiredesk_core.keys import mint_key, store_key
from wiredesk_core.messages import Outgoing, ReceiptNote
from wiredesk_core.tracing import TRACEPARENT
from wiredesk_ingest.polling.state import KIND, FeedState

WIRE = b'{"uri": "urn:example:1", "version": "1", "headline": "A headline", "body_text": "A text."}'
URL = "/v1/wires/northwire"
PROBLEM = "application/problem+json"


def problem_of(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem that an answer tells, once it is sure that it is the expected one."""
    assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text
    assert answer.headers["content-type"] == PROBLEM
    assert answer.json()["detail"]
    told: dict[str, Any] = answer.json()
    return told


async def chunks(data: bytes, size: int = 8192) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


async def test_a_wire_is_published_as_it_came_before_it_is_acknowledged(house: Any, http: httpx.AsyncClient) -> None:
    answer = await http.post(URL, content=WIRE, headers={"content-type": "application/json", "x-filename": "a/b.json"})
    assert answer.status_code == 202
    (receipt,) = answer.json()["receipts"]
    assert receipt["url"] == f"https://desk.example/v1/receipts/{receipt['receipt_id']}"
    assert answer.headers["location"] == receipt["url"]
    wire, note = house.publisher.records
    assert (wire.topic, wire.key, wire.value) == ("wire.received", receipt["receipt_id"].encode(), WIRE)
    assert wire.headers["content-type"] == b"application/json"
    assert wire.headers["provider"] == b"northwire"
    assert wire.headers["filename"] == b"b.json"
    assert wire.headers["received_at"] == b"2026-11-23T12:00:00.000000Z"
    assert wire.headers["ce_type"] == b"wire.received"
    assert note.topic == "receipt.noted"
    assert ReceiptNote.model_validate_json(note.value).stage == "received"


async def test_a_trace_goes_along_with_its_wire(house: Any, http: httpx.AsyncClient) -> None:
    trace = f"00-{'a' * 32}-{'b' * 16}-01"
    await http.post(URL, content=WIRE, headers={"traceparent": trace})
    await http.post(URL, content=WIRE, headers={"traceparent": "no trace"})
    first, second = house.publisher.on("wire.received")
    assert first.headers["traceparent"] == trace.encode()
    begun = second.headers["traceparent"].decode()
    assert TRACEPARENT.fullmatch(begun)
    assert begun != trace


async def test_curl_need_not_name_a_content_type(house: Any, http: httpx.AsyncClient) -> None:
    answer = await http.post(URL, content=WIRE, headers={"content-type": "application/x-www-form-urlencoded"})
    assert answer.status_code == 202
    assert house.publisher.records[0].headers["content-type"] == b"application/octet-stream"


@pytest.mark.parametrize("body", [b"", b" \r\n\t "])
async def test_an_empty_body_is_refused(house: Any, http: httpx.AsyncClient, body: bytes) -> None:
    problem_of(await http.post(URL, content=body), 400, "empty_body")
    assert house.publisher.records == []


async def test_an_oversized_body_is_refused_by_its_length(house: Any, http: httpx.AsyncClient) -> None:
    problem_of(await http.post(URL, content=b"x" * (1024 * 1024 + 1)), 413, "body_too_large")
    assert house.publisher.records == []


async def test_an_oversized_body_without_a_length_is_refused_while_it_arrives(
    house: Any, http: httpx.AsyncClient
) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 65536
            yield b"x" * 65536

    problem_of(await http.post(URL, content=endless()), 413, "body_too_large")
    assert sent < 2 * 1024 * 1024
    assert house.publisher.records == []


async def test_a_body_without_a_length_is_taken(house: Any, http: httpx.AsyncClient) -> None:
    assert (await http.post(URL, content=chunks(WIRE, 7))).status_code == 202
    assert house.publisher.records[0].value == WIRE


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"Caf\xe9 \xff\xfe\xc3(", id="invalid UTF-8"),
        pytest.param(b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>', id="XML bomb"),
        pytest.param(b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', id="external entity"),
        pytest.param(b"[" * 100_000, id="JSON bomb"),
    ],
)
async def test_what_only_a_parser_can_judge_is_taken_as_it_is(house: Any, http: httpx.AsyncClient, body: bytes) -> None:
    assert (await http.post(URL, content=body)).status_code == 202
    assert house.publisher.records[0].value == body


async def test_gzip_is_unpacked(house: Any, http: httpx.AsyncClient) -> None:
    packed = gzip.compress(WIRE[:40]) + gzip.compress(WIRE[40:])
    answer = await http.post(URL, content=chunks(packed, 5), headers={"content-encoding": "gzip"})
    assert answer.status_code == 202
    assert house.publisher.records[0].value == WIRE


@pytest.mark.parametrize("size", [2 * 1024 * 1024, 64 * 1024 * 1024])
async def test_a_gzip_bomb_is_refused(house: Any, http: httpx.AsyncClient, size: int) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(bytes(1024 * 1024)) for _ in range(size // 1024 // 1024)) + packer.flush()
    answer = await http.post(URL, content=chunks(bomb), headers={"content-encoding": "gzip"})
    problem_of(answer, 413, "gzip_bomb")
    assert house.publisher.records == []


@pytest.mark.parametrize("body", [b"not gzip at all", gzip.compress(WIRE)[:-9]])
async def test_broken_gzip_is_refused(house: Any, http: httpx.AsyncClient, body: bytes) -> None:
    answer = await http.post(URL, content=body, headers={"content-encoding": "gzip"})
    problem_of(answer, 400, "broken_gzip")


async def test_an_encoding_that_is_not_taken_is_named(http: httpx.AsyncClient) -> None:
    answer = await http.post(URL, content=WIRE, headers={"content-encoding": "br"})
    assert "gzip" in problem_of(answer, 415, "unknown_encoding")["detail"]


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "image/jpeg", "application/x-tar"])
async def test_a_content_type_that_holds_no_wire_is_refused(http: httpx.AsyncClient, kind: str) -> None:
    problem_of(await http.post(URL, content=WIRE, headers={"content-type": kind}), 415, "not_a_wire")


@pytest.mark.parametrize("kind", ["application/zip", "application/gzip", "message/rfc822", "application/rss+xml"])
async def test_containers_and_mails_are_taken_as_they_are(house: Any, http: httpx.AsyncClient, kind: str) -> None:
    body = b"PK\x03\x04 whatever is in it"

    answer = await http.post(URL, content=body, headers={"content-type": kind})

    assert answer.status_code == 202
    assert house.publisher.records[0].value == body


async def test_each_line_of_a_batch_has_its_own_receipt(house: Any, http: httpx.AsyncClient) -> None:
    body = WIRE + b"\r\n\n" + WIRE + b"\n"
    answer = await http.post(URL, content=body, headers={"content-type": "application/x-ndjson; charset=utf-8"})
    assert answer.status_code == 202
    receipts = [receipt["receipt_id"] for receipt in answer.json()["receipts"]]
    assert len(set(receipts)) == 2
    assert [record.key.decode() for record in house.publisher.on("wire.received")] == receipts
    assert {record.value for record in house.publisher.on("wire.received")} == {WIRE}
    assert "location" not in answer.headers


async def test_a_provider_without_a_profile_is_unknown(http: httpx.AsyncClient) -> None:
    told = problem_of(await http.post("/v1/wires/nobody", content=WIRE), 404, "unknown_provider")
    assert "add one to the providers file" in told["detail"]


async def test_a_push_without_a_key_is_refused(house: Any, http: httpx.AsyncClient) -> None:
    del http.headers["authorization"]
    answer = await http.post(URL, content=WIRE)
    problem_of(answer, 401, "key_missing")
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert house.publisher.records == []


async def test_a_key_that_may_only_read_is_refused(house: Any, http: httpx.AsyncClient) -> None:
    token, key = mint_key(name="reader", scopes={"items:read"}, now=house.clock.now())
    await store_key(house.registry, key)
    answer = await http.post(URL, content=WIRE, headers={"authorization": f"Bearer {token}"})
    problem_of(answer, 403, "scope_missing")


async def test_a_key_of_another_provider_is_refused(http: httpx.AsyncClient) -> None:
    problem_of(await http.post("/v1/wires/kestrel", content=WIRE), 403, "provider_not_allowed")


async def test_a_misspelt_parameter_is_refused(house: Any, http: httpx.AsyncClient) -> None:
    problem_of(await http.post(URL, params={"dryrun": "true"}, content=WIRE), 400, "unknown_parameter")
    assert house.publisher.records == []


async def test_nothing_is_promised_while_the_broker_is_down_and_a_retry_succeeds(
    house: Any, http: httpx.AsyncClient
) -> None:
    house.publisher.refuse = lambda _: True
    key = {"idempotency-key": "story-1"}
    answer = await http.post(URL, content=WIRE, headers=key)
    problem_of(answer, 503, "unavailable")
    assert int(answer.headers["retry-after"]) > 0
    house.publisher.refuse = None
    assert (await http.post(URL, content=WIRE, headers=key)).status_code == 202
    assert len(house.publisher.on("wire.received")) == 1


async def test_a_note_that_was_not_confirmed_is_no_acknowledgement(house: Any, http: httpx.AsyncClient) -> None:
    def refuse(record: Outgoing) -> bool:
        return record.topic == "receipt.noted"

    house.publisher.refuse = refuse
    problem_of(await http.post(URL, content=WIRE), 503, "unavailable")


async def test_a_retry_with_the_same_key_has_the_same_receipt(house: Any, http: httpx.AsyncClient) -> None:
    key = {"idempotency-key": "story-1"}
    first, second = await http.post(URL, content=WIRE, headers=key), await http.post(URL, content=WIRE, headers=key)
    assert first.json() == second.json()
    assert first.json()["receipts"][0]["receipt_id"] == receipt_id_for("northwire", "story-1")


async def test_a_batch_retried_with_the_same_key_has_the_same_receipts(http: httpx.AsyncClient) -> None:
    headers = {"idempotency-key": "batch-1", "content-type": "application/x-ndjson"}
    body = WIRE + b"\n" + WIRE
    answers = [await http.post(URL, content=body, headers=headers) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert len({receipt["receipt_id"] for receipt in answers[0].json()["receipts"]}) == 2


async def test_the_same_key_with_another_body_is_refused_for_a_day(
    house: Any, http: httpx.AsyncClient, clock: FixedClock
) -> None:
    key = {"idempotency-key": "story-1"}
    await http.post(URL, content=WIRE, headers=key)
    problem_of(await http.post(URL, content=WIRE + b" ", headers=key), 422, "idempotency_key_reused")
    assert len(house.publisher.on("wire.received")) == 1
    clock.advance(timedelta(hours=25))
    assert (await http.post(URL, content=WIRE + b" ", headers=key)).status_code == 202


async def test_of_two_bodies_at_once_under_one_key_one_is_taken(http: httpx.AsyncClient) -> None:
    key = {"idempotency-key": "story-1"}
    pushes = [http.post(URL, content=WIRE + b" " * number, headers=key) for number in range(4)]
    assert sorted(answer.status_code for answer in await asyncio.gather(*pushes)) == [202, 422, 422, 422]


@pytest.mark.parametrize("key", ["", "k" * 256])
async def test_an_idempotency_key_has_1_to_255_characters(http: httpx.AsyncClient, key: str) -> None:
    answer = await http.post(URL, content=WIRE, headers={"idempotency-key": key})
    problem_of(answer, 400, "bad_idempotency_key")


async def test_a_refused_push_does_not_use_up_its_key(http: httpx.AsyncClient) -> None:
    key = {"idempotency-key": "story-1"}
    problem_of(await http.post(URL, content=b"", headers=key), 400, "empty_body")
    assert (await http.post(URL, content=WIRE, headers=key)).status_code == 202


async def test_a_dry_run_tells_what_would_come_of_a_wire_and_keeps_nothing(house: Any, http: httpx.AsyncClient) -> None:
    answer = await http.post(URL, params={"dry_run": "true"}, content=WIRE, headers={"idempotency-key": "k"})
    assert answer.status_code == 200
    (report,) = answer.json()["wires"]
    assert report["items"][0]["item"]["uri"] == "urn:example:1"
    assert house.publisher.records == []
    assert await house.registry.entries("idempotency") == ()


async def test_a_dry_run_of_an_unreadable_wire_names_the_quarantine(http: httpx.AsyncClient) -> None:
    answer = await http.post(URL, params={"dry_run": "true"}, content=b'{"uri": "urn:ex')
    assert answer.status_code == 200
    assert set(answer.json()["wires"][0]["quarantine"]) == {"code", "detail"}


async def test_health_needs_no_key(http: httpx.AsyncClient) -> None:
    del http.headers["authorization"]
    assert (await http.get("/healthz")).status_code == 200
    assert (await http.get("/readyz")).status_code == 200


async def test_the_api_says_of_itself_what_it_takes_and_answers(http: httpx.AsyncClient) -> None:
    push = (await http.get("/openapi.json")).json()["paths"]["/v1/wires/{provider}"]["post"]
    assert "application/x-ndjson" in push["requestBody"]["content"]
    assert {"202", "413", "415", "422", "503"} <= push["responses"].keys()


async def test_status_tells_the_load_to_keys_that_may_know_it(house: Any, http: httpx.AsyncClient) -> None:
    problem_of(await http.get("/v1/status"), 403, "scope_missing")
    token, key = mint_key(name="operator", scopes=["status:read"], now=house.clock.now())
    await store_key(house.registry, key)
    polled = FeedState(errors=2, why="slow", last_success=0.0, next_at=house.clock.now().timestamp())
    await house.registry.put(KIND, "northwire/main", polled.to_value(), expected=None)
    told = (await http.get("/v1/status", headers={"authorization": f"Bearer {token}"})).json()
    feed = {"last_success": None, "next_poll": "2026-11-23T12:00:00.000000Z", "errors": 2, "why": "slow"}
    assert told.pop("feeds") == {"northwire/main": feed}
    assert told.pop("providers") == {}
    assert told == {"lag": {}, "lag_read_seconds_ago": None, "refuses": [], "disk_free": {}}


async def test_a_push_with_two_keys_is_refused(house: Any, token: str) -> None:
    headers = [("authorization", f"Bearer {token}"), ("authorization", "Bearer wd_x_y")]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(house.app()), base_url="http://ingest") as http:
        answer = await http.post("/v1/wires/northwire", content=b"A headline", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "key_malformed")
    assert house.publisher.records == []
