"""Kill and reinstate: which item is meant, and what came of it."""

from __future__ import annotations

import json
from collections.abc import Callable

import httpx
import pytest
from wiredesk.connection import Address, Connection, Problem
from wiredesk.ruling import Asked, Named, carried_out, find, purge, purged, rule
from wiredesk_core.failures import Refused
from wiredesk_core.lifecycle import Verdict

FERRY = Named("harbour", "urn:ferry")


def desk(answer: Callable[[httpx.Request], httpx.Response]) -> Connection:
    return Connection(Address("http://desk.test", "wd_1_secret"), transport=httpx.MockTransport(answer))


def told(status: int, body: object) -> Connection:
    return desk(lambda _: httpx.Response(status, json=body))


def test_an_item_alive_or_killed_is_found_by_its_uri() -> None:
    alive = told(200, {"uri": "urn:ferry", "item": {"provider": "harbour"}})
    assert find("urn:ferry", None, alive) == FERRY
    dead = told(410, {"code": "item_killed", "tombstone": {"uri": "urn:ferry", "provider": "harbour"}})
    assert find("urn:ferry", None, dead) == FERRY


def test_an_item_still_to_come_is_named_by_uri_and_provider() -> None:
    nothing = told(404, {"code": "item_not_found"})
    assert find("urn:ferry", "harbour", nothing) == FERRY
    for item, provider in (("urn:ferry", None), ("a" * 26, "harbour")):
        with pytest.raises(Problem):
            find(item, provider, nothing)


def test_several_items_of_one_uri_are_told_apart_by_their_provider() -> None:
    asked: list[httpx.URL] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url)
        return httpx.Response(200, json={"uri": "urn:ferry", "item": {"provider": "harbour"}})

    find("urn:ferry", "harbour", desk(answer))
    assert dict(asked[0].params) == {"uri": "urn:ferry", "provider": "harbour"}


def test_a_purge_is_handed_over_for_everybodys_items_and_waits_for_each_of_them() -> None:
    sent: list[object] = []

    def taken(request: httpx.Request) -> httpx.Response:
        sent.append(json.loads(request.content))
        return httpx.Response(202, json={"receipt_id": "r1", "item_ids": ["a", "b"]})

    receipt, item_ids = purge("urn:ferry", None, "Order 12", desk(taken))
    assert sent == [{"provider": "", "uri": "urn:ferry", "verdict": "purge", "reason": "Order 12"}]
    assert (receipt, sorted(item_ids)) == ("r1", ["a", "b"])
    notes = [{"item_id": name, "stage": "applied", "detail": "destroyed"} for name in "ab"]
    assert purged("r1", item_ids, told(200, {"notes": notes}), 1) == ("a: destroyed", "b: destroyed")
    assert purged("r1", item_ids, told(200, {"notes": notes[:1]}), 0) is None


def test_a_ruling_is_handed_over_with_its_reason() -> None:
    sent: list[object] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(json.loads(request.content))
        return httpx.Response(202, json={"receipt_id": "r1"})

    assert rule(Asked(FERRY, Verdict.kill, "Legal"), desk(answer)) == "r1"
    assert sent == [{"provider": "harbour", "uri": "urn:ferry", "verdict": "kill", "reason": "Legal"}]


def test_what_it_came_to_is_told_once_it_is_carried_out() -> None:
    applied = {"stage": "applied", "uri": "urn:ferry", "code": "killed", "detail": "the item stands killed"}
    answers = iter([(404, {}), (200, {"notes": []}), (200, {"notes": [applied]})])

    def answer(_: httpx.Request) -> httpx.Response:
        status, body = next(answers)
        return httpx.Response(status, json=body)

    assert carried_out("r1", desk(answer), 10) == "urn:ferry: killed, the item stands killed"
    assert carried_out("r1", told(200, {"notes": []}), 0) is None
    with pytest.raises(Refused):
        carried_out("r1", told(403, {}), 0)
