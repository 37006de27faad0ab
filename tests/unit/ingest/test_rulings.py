"""Operators' kills and reinstatements on their way in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from wiredesk_core.identity import item_id_of
from wiredesk_core.keys import mint_key, store_key
from wiredesk_core.lifecycle import Verdict
from wiredesk_core.messages import ACCEPTED, DeskRuled, ReceiptNote

URL = "/v1/rulings"
RULED = {"provider": "northwire", "uri": "urn:example:1", "verdict": "kill", "reason": "Not confirmed"}


async def bearer(house: Any, *scopes: str, providers: frozenset[str] = frozenset()) -> Mapping[str, str]:
    token, key = mint_key(name="night desk", scopes=set(scopes), providers=providers, now=house.clock.now())
    await store_key(house.registry, key)
    return {"authorization": f"Bearer {token}"}


async def test_a_ruling_is_published_with_who_made_it_before_it_is_acknowledged(
    house: Any, http: httpx.AsyncClient
) -> None:
    answer = await http.post(URL, json=RULED, headers=await bearer(house, "desk:act"))
    assert answer.status_code == 202
    told = answer.json()
    ruling, note = house.publisher.records
    fact = ACCEPTED.validate_json(ruling.value)
    assert isinstance(fact, DeskRuled)
    assert (fact.verdict, fact.reason, fact.ruled_at) == (Verdict.kill, "Not confirmed", house.clock.now())
    assert fact.by.startswith("night desk")
    assert fact.item_id == told["item_id"] == item_id_of("northwire", "urn:example:1")
    assert ruling.key == fact.item_id.encode()
    assert ReceiptNote.model_validate_json(note.value).receipt_id == told["receipt_id"]
    assert answer.headers["location"] == told["url"] == f"https://desk.example/v1/receipts/{told['receipt_id']}"


async def test_the_same_idempotency_key_is_the_same_ruling(house: Any, http: httpx.AsyncClient) -> None:
    headers = {**await bearer(house, "desk:act"), "idempotency-key": "one"}
    receipts = {(await http.post(URL, json=RULED, headers=headers)).json()["receipt_id"] for _ in range(2)}
    assert len(receipts) == 1


async def test_an_idempotency_key_never_makes_a_kill_of_a_reinstatement(house: Any, http: httpx.AsyncClient) -> None:
    headers = {**await bearer(house, "desk:act"), "idempotency-key": "one"}
    others = ({"verdict": "reinstate"}, {"uri": "urn:example:2"}, {"provider": "kestrel"})
    bodies = (RULED, *({**RULED, **other} for other in others))
    receipts = {(await http.post(URL, json=body, headers=headers)).json()["receipt_id"] for body in bodies}
    assert len(receipts) == len(bodies)


async def test_items_of_a_provider_without_a_profile_can_be_killed_too(house: Any, http: httpx.AsyncClient) -> None:
    ruled = {**RULED, "provider": "long-gone"}
    answer = await http.post(URL, json=ruled, headers=await bearer(house, "desk:act"))
    assert answer.json()["item_id"] == item_id_of("long-gone", "urn:example:1")


async def test_who_may_push_may_not_rule_and_who_rules_does_so_for_his_providers_alone(
    house: Any, http: httpx.AsyncClient
) -> None:
    assert (await http.post(URL, json=RULED)).status_code == 403
    assert (await http.post(URL, json=RULED, headers={"authorization": ""})).status_code == 401
    other = await bearer(house, "desk:act", providers=frozenset({"kestrel"}))
    assert (await http.post(URL, json=RULED, headers=other)).status_code == 403
    assert house.publisher.records == []


async def test_a_purge_takes_a_scope_of_its_own_and_is_in_the_audit(house: Any, http: httpx.AsyncClient) -> None:
    purge = {**RULED, "verdict": "purge", "reason": "Order 12 O 34/26"}
    assert (await http.post(URL, json=purge, headers=await bearer(house, "desk:act"))).status_code == 403
    destroyer = await bearer(house, "purge:admin")
    assert (await http.post(URL, json=RULED, headers=destroyer)).status_code == 403
    assert house.publisher.records == []
    assert (await http.post(URL, json=purge, headers=destroyer)).status_code == 202
    fact = ACCEPTED.validate_json(house.publisher.records[0].value)
    assert isinstance(fact, DeskRuled)
    assert (fact.verdict, fact.reason) == (Verdict.purge, "Order 12 O 34/26")


async def test_a_purge_that_names_nobody_holds_for_everybodys_item_of_that_uri(
    house: Any, http: httpx.AsyncClient
) -> None:
    body = {"uri": "urn:example:1", "verdict": "purge", "reason": "Order 12 O 34/26"}
    answer = await http.post(URL, json=body, headers=await bearer(house, "purge:admin"))
    facts = [ACCEPTED.validate_json(record.value) for record in house.publisher.records[:-1]]
    ids = {fact.item_id for fact in facts if isinstance(fact, DeskRuled)}
    assert ids == {item_id_of(profile.scope, "urn:example:1") for profile in house.profiles.values()}
    assert set(answer.json()["item_ids"]) == ids
    limited = await bearer(house, "purge:admin", providers=frozenset({"northwire"}))
    assert (await http.post(URL, json=body, headers=limited)).status_code == 403
    nobody = await http.post(URL, json={**body, "verdict": "kill"}, headers=await bearer(house, "desk:act"))
    assert (nobody.status_code, nobody.json()["errors"][0]["pointer"]) == (400, "#/provider")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (b"{", "#"),
        (b'{"provider": "a", "uri": "b", "verdict": "bury", "reason": "c"}', "#/verdict"),
        (b'{"provider": "a", "uri": "b", "verdict": "kill", "reason": ""}', "#/reason"),
        (b'{"provider": "a", "uri": "b", "verdict": "kill", "reason": "c", "why": 1}', "#/why"),
    ],
)
async def test_a_ruling_that_cannot_be_read_is_refused_with_the_place(
    house: Any, http: httpx.AsyncClient, body: bytes, pointer: str
) -> None:
    answer = await http.post(URL, content=body, headers=await bearer(house, "desk:act"))
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert house.publisher.records == []
