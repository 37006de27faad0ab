"""What pushes leave in usage: who pushed how much, and who was told to come later."""

from __future__ import annotations

import base64
import hmac
from pathlib import Path
from typing import Any

import httpx
from wiredesk_core.agents.stage import Record
from wiredesk_core.keys import mint_key, store_key
from wiredesk_core.usage import Amount, Usage, used_on
from wiredesk_ingest.bridge import BridgeStage
from wiredesk_ingest.folder import WatchedFolder
from wiredesk_ingest.pace import Pace
from wiredesk_ingest.usage import counting

WIRE = b"A headline\n\nA text."
LINES = b'{"headline": "A"}\n{"headline": "B"}\n'
SIGNING = b"a key of northwire, for tests: 32"


def door(house: Any, token: str = "", **more: Any) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(house.app(signing={"northwire": [SIGNING]}, **more))
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return httpx.AsyncClient(transport=transport, base_url="http://ingest", headers=headers)


async def used(house: Any) -> tuple[Usage, ...]:
    await house.ledger.flush()
    return await used_on(house.registry, house.clock.now().date())


def signed(house: Any, message_id: str) -> dict[str, str]:
    timestamp = str(int(house.clock.now().timestamp()))
    mac = hmac.digest(SIGNING, f"{message_id}.{timestamp}.".encode() + WIRE, "sha256")
    signature = f"v1,{base64.b64encode(mac).decode()}"
    return {"webhook-id": message_id, "webhook-timestamp": timestamp, "webhook-signature": signature}


async def test_a_push_counts_its_wires_and_bytes_for_its_key_and_provider(house: Any, token: str) -> None:
    async with door(house, token) as http:
        await http.post("/v1/wires/northwire", content=WIRE)
        await http.post("/v1/wires/northwire", content=LINES, headers={"content-type": "application/x-ndjson"})
        await http.post("/v1/wires/northwire?dry_run=true", content=WIRE)
        assert (await http.post("/v1/wires/kestrel", content=WIRE)).status_code == 403
    (told,) = await used(house)
    assert told.name == "feed"
    assert told.amounts["pushed"] == Amount(2, 3, len(WIRE) + len(LINES))
    assert {name: held["pushed"] for name, held in told.by_provider.items()} == {"northwire": told.amounts["pushed"]}


async def test_a_signed_push_counts_for_its_signature(house: Any) -> None:
    async with door(house) as http:
        assert (await http.post("/v1/wires/northwire", content=WIRE, headers=signed(house, "m1"))).status_code == 202
    (told,) = await used(house)
    assert (told.actor, told.amounts["pushed"]) == ("signature:northwire", Amount(1, 1, len(WIRE)))


async def test_whoever_floods_is_counted_as_turned_away(house: Any, token: str) -> None:
    async with door(house, token, pace=Pace(pushes=2)) as http:
        answers = [(await http.post("/v1/wires/northwire", content=WIRE)).status_code for _ in range(4)]
        await http.post("/v1/wires/nobody", content=WIRE)
    assert answers == [202, 202, 429, 429]
    (told,) = await used(house)
    assert told.amounts["pushed"] == Amount(2, 2, 2 * len(WIRE), 3)
    assert {name: held["pushed"].limited for name, held in told.by_provider.items()} == {"northwire": 2}


async def test_a_flood_tells_a_key_that_may_not_push_no_names(house: Any) -> None:
    token, key = mint_key(name="reader", scopes={"items:read"}, now=house.clock.now())
    await store_key(house.registry, key)
    async with door(house, token, pace=Pace(pushes=1)) as http:
        answers = [(await http.post("/v1/wires/northwire", content=WIRE)).status_code for _ in range(2)]
    assert answers == [403, 429]
    assert [(one.amounts["pushed"].limited, one.by_provider) for one in await used(house)] == [(1, {})]


async def test_a_push_that_is_refused_is_not_among_what_was_pushed(house: Any, token: str) -> None:
    async with door(house, token) as http:
        assert (await http.post("/v1/wires/northwire", content=b"")).status_code == 400
        assert (await http.post("/v1/wires/northwire", content=WIRE, headers={"authorization": ""})).status_code == 401
    assert await used(house) == ()


async def test_files_of_the_watched_folder_count_for_their_provider(house: Any, tmp_path: Path) -> None:
    (tmp_path / "incoming/northwire").mkdir(parents=True)
    (tmp_path / "incoming/northwire/a.txt").write_bytes(WIRE)
    (tmp_path / "incoming/northwire/b.ndjson").write_bytes(LINES)
    (tmp_path / "incoming/northwire/empty.txt").write_bytes(b" ")
    noted = counting(house.ledger, "folder")
    folder = WatchedFolder(tmp_path, house.publisher, house.profiles, house.clock, count_wire=noted)
    for _ in range(3):
        await folder.scan()
    (told,) = await used(house)
    wires = len(WIRE) + len(LINES.replace(b"\n", b""))
    assert (told.actor, told.amounts["pushed"]) == ("folder:northwire", Amount(0, 3, wires))
    assert told.by_provider["northwire"] == told.amounts


async def test_records_of_an_upstreams_own_topic_count_once_they_are_durable(house: Any) -> None:
    stage = BridgeStage(house.clock, counting(house.ledger, "inbound"))
    now = house.clock.now()
    records = [Record(f"wire.inbound.{name}", 0, 1, b"", WIRE, {}, now) for name in ("northwire", "kestrel")]
    outcomes = await stage.handle(records)
    assert await used(house) == ()
    await stage.settle(records, outcomes)
    told = {one.actor: one.amounts["pushed"] for one in await used(house)}
    assert told == {"inbound:northwire": Amount(0, 1, len(WIRE)), "inbound:kestrel": Amount(0, 1, len(WIRE))}
