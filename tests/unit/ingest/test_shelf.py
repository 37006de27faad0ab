"""What operators decide about quarantine: what is published for it, and what is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from wiredesk_core.keys import mint_key, store_key
from wiredesk_core.messages import DECISION_HEADER, ShelfDecision, replay_of
from wiredesk_core.shelf import QuarantineEntry
from wiredesk_core.testing import decision, set_aside

ENTRY = set_aside(value=b"\xff\x00 \r\n", key="receipt-1")
REPLAY = "/v1/quarantine/quarantine-1/replay"
DROP = "/v1/quarantine/quarantine-1/drop"


@pytest.fixture
async def operator(house: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A client that may decide about harbour's records, of which there is one."""
    await house.archive.shelve([ENTRY])
    async with client(house, await token(house, providers={"harbour"})) as opened:
        yield opened


async def token(house: Any, **more: Any) -> str:
    made, key = mint_key(name="night desk", now=house.clock.now(), **{"scopes": {"quarantine:admin"}, **more})
    await store_key(house.registry, key)
    return made


def client(house: Any, key: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(house.app(), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://ingest", headers={"authorization": f"Bearer {key}"})


def published(house: Any) -> tuple[Any, ShelfDecision]:
    """The record put back and the decision about it."""
    record, told = house.publisher.records
    assert (told.topic, told.key) == ("wire.quarantined", b"receipt-1")
    assert DECISION_HEADER in told.headers
    return record, ShelfDecision.model_validate_json(told.value)


async def test_a_record_is_put_back_as_it_came_and_the_decision_recorded(
    house: Any, operator: httpx.AsyncClient
) -> None:
    answer = await operator.post(REPLAY, json={"reason": "the parser reads it now"})
    assert (answer.status_code, answer.json()) == (
        202, {"quarantine_id": "quarantine-1", "state": "replayed", "round": 1, "changed": True},
    )  # fmt: skip
    record, told = published(house)
    assert (record.topic, record.key, record.value) == ("wire.received.bulk", b"receipt-1", ENTRY.value)
    assert {name: value for name, value in record.headers.items() if name != "replay"} == ENTRY.headers
    replay = replay_of(record.headers)
    assert replay is not None
    assert (replay.quarantine_id, replay.round) == ("quarantine-1", 2)
    assert (told.kind, told.round, told.reason, told.size) == ("replay", 1, "the parser reads it now", len(ENTRY.value))
    assert told.by.startswith("night desk (")


async def test_a_second_replay_publishes_nothing_and_a_third_round_names_itself(
    house: Any, operator: httpx.AsyncClient
) -> None:
    await house.archive.decide([decision()])
    answer = await operator.post(REPLAY)
    assert (answer.status_code, answer.json()["changed"]) == (200, False)
    assert house.publisher.records == []
    await house.archive.shelve([set_aside(round=2)])
    assert (await operator.post(REPLAY)).status_code == 202
    record, told = published(house)
    replay = replay_of(record.headers)
    assert replay is not None
    assert (replay.round, told.round) == (3, 2)


async def test_what_is_dropped_stays_dropped(house: Any, operator: httpx.AsyncClient) -> None:
    answer = await operator.post(DROP, json={"reason": "a test of the provider's"})
    assert (answer.status_code, answer.json()["state"]) == (202, "dropped")
    (told,) = house.publisher.records
    dropped = ShelfDecision.model_validate_json(told.value)
    await house.archive.decide([dropped])
    again = await operator.post(DROP, json={"reason": "once more"})
    assert (again.status_code, again.json()["changed"]) == (200, False)
    gone = await operator.post(REPLAY)
    assert (gone.status_code, gone.json()["code"]) == (409, "quarantine_dropped")
    assert len(house.publisher.records) == 1


@pytest.mark.parametrize(
    "body", [b"", b"{}", b'{"reason": ""}', b"[1", b'{"reason": "r", "more": 1}', b'{"reason": "' + b"x" * 1001 + b'"}']
)
async def test_a_drop_wants_a_reason_and_nothing_else(house: Any, operator: httpx.AsyncClient, body: bytes) -> None:
    answer = await operator.post(DROP, content=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request"), answer.text
    assert house.publisher.records == []


async def test_a_long_body_is_refused(operator: httpx.AsyncClient) -> None:
    assert (await operator.post(DROP, content=b" " * 70_000)).status_code == 413


async def test_others_records_and_unknown_ones_look_alike(house: Any, operator: httpx.AsyncClient) -> None:
    await house.archive.shelve([set_aside("other", provider="kestrel")])
    for name in ("other", "nothing"):
        for act in ("replay", "drop"):
            answer = await operator.post(f"/v1/quarantine/{name}/{act}", json={"reason": "r"})
            assert (answer.status_code, answer.json()["code"]) == (404, "quarantine_not_found")
    async with client(house, await token(house, scopes={"wires:write"})) as pusher:
        assert (await pusher.post(REPLAY)).status_code == 403
    assert house.publisher.records == []


@pytest.mark.parametrize("topic", ["item.changed", "nobody.knows"])
async def test_a_topic_that_ingest_may_not_write_is_refused(
    house: Any, operator: httpx.AsyncClient, topic: str
) -> None:
    entry: QuarantineEntry = set_aside("inner", topic=topic)
    await house.archive.shelve([entry])
    answer = await operator.post("/v1/quarantine/inner/replay")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_replayable")
