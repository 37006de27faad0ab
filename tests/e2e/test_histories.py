"""Histories of stories, made of real wires, come in any order and again and again: what is served is the same.

Two processes read wires and two enrich them, so that not even one push is worked through in its order.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import httpx
import pytest
from wiredesk.desk import Plan, Ports, service_environ
from wiredesk.kafka import free_port
from wiredesk.places import DeskFolder, cache_folder
from wiredesk.testing import Desk, wait_for
from wiredesk_core.archive.memory import MemoryArchive
from wiredesk_core.broker.memory import MemoryPublisher
from wiredesk_core.clock import FixedClock
from wiredesk_core.index.memory import MemoryIndex
from wiredesk_enrichment.embedding_model import fetched
from wiredesk_indexing.ledger import Ledger
from wiredesk_ingest.intake import facts_of, read_wire
from wiredesk_ingest.providers import Profile
from wiredesk_ingest.wire import Wire as ArrivedWire

pytestmark = [pytest.mark.broker, pytest.mark.models, pytest.mark.slow]

SEEDS = (3, 17, 40)
PROVIDERS = ("alpha", "beta")
"""Each pushes the same histories in an order of its own."""
SECONDS = 120.0
EPOCH = datetime(2026, 3, 4, tzinfo=UTC)
FAR = "2099-01-01T00:00:00Z"
"""The end of embargoes that outlast the test."""
PAST = "2026-03-05T00:00:00Z"
WORDS = ("ferry", "bridge", "mine", "mayor", "harbour", "forest", "lantern", "orchard")

Wire = dict[str, Any]


def history(seed: int) -> list[bytes]:
    """Wires of a few stories: versions, silent corrections, embargoes, expiries, kills, reinstatements, chains, takes."""
    chance = random.Random(seed)
    makers = (plain, killed, sealed, chained, taken, replaced, expired, reinstated)
    stories = [maker(f"urn:h{seed}", chance) for maker in makers]
    return [json.dumps(wire).encode() for story in stories for wire in story]


def wire(uri: str, chance: random.Random, minute: int = 0, **more: Any) -> Wire:
    """One version; no two of a story were made in the same minute."""
    words = " ".join(chance.choices(WORDS, k=12))
    return {
        "uri": uri,
        "version": "1",
        "versioncreated": (EPOCH + timedelta(minutes=minute)).isoformat(),
        "headline": f"{uri} as of minute {minute}",
        "body_text": f"The {words} were seen on Monday.",
        **more,
    }


def plain(uri: str, chance: random.Random) -> Sequence[Wire]:
    """Corrected, once without saying so."""
    return [wire(f"{uri}:plain", chance, n, version=str(v)) for n, v in enumerate((1, 2, 2, 10))]


def killed(uri: str, chance: random.Random) -> Sequence[Wire]:
    """Killed between two versions, or without saying which."""
    version = chance.choice(("2", ""))
    kill = wire(f"{uri}:killed", chance, 2, version=version, pubstatus="canceled")
    return [wire(f"{uri}:killed", chance), kill, wire(f"{uri}:killed", chance, 3, version="3")]


def sealed(uri: str, chance: random.Random) -> Sequence[Wire]:
    """Under embargo, some lifted later, some withheld after all."""
    last = chance.choice(({"embargoed": FAR}, {}, {"pubstatus": "withheld"}, {"embargoed": PAST}))
    first = wire(f"{uri}:sealed", chance, embargoed=chance.choice((FAR, PAST)))
    return [first, wire(f"{uri}:sealed", chance, 1, version="2", **last)]


def chained(uri: str, chance: random.Random) -> Sequence[Wire]:
    """Five items, each evolved from the one before; sometimes one is killed after the fourth was made."""
    links = [wire(f"{uri}:link-{n}", chance, n, evolvedfrom=f"{uri}:link-{n - 1}") for n in range(1, 6)]
    hit = chance.randrange(1, 8)
    if hit <= 4:
        kill = wire(f"{uri}:link-{hit}", chance, 4, version="2", pubstatus="canceled")
        links.append({**kill, "versioncreated": (EPOCH + timedelta(minutes=4, seconds=30)).isoformat()})
    return links


def taken(uri: str, chance: random.Random) -> Sequence[Wire]:
    """A lead and two takes of one text."""
    slug = f"Slug {uri}"
    keys = ("", "1st Take", "2nd Take")
    return [
        wire(f"{uri}:take-{n}", chance, n, slugline=slug, **({"anpa_take_key": key} if key else {}))
        for n, key in enumerate(keys)
    ]


def replaced(uri: str, chance: random.Random) -> Sequence[Wire]:
    """A later item that names the one whose place it takes."""
    return [wire(f"{uri}:old", chance), wire(f"{uri}:new", chance, 5, replacing=f"{uri}:old")]


def expired(uri: str, chance: random.Random) -> Sequence[Wire]:
    """Past its use, sometimes given a longer one."""
    longer = chance.choice((PAST, FAR))
    first = wire(f"{uri}:expired", chance, expires=PAST)
    return [first, wire(f"{uri}:expired", chance, 1, version="2", expires=longer)]


def reinstated(uri: str, chance: random.Random) -> Sequence[Wire]:
    """Killed, and brought back by its provider's signal."""
    kill = wire(f"{uri}:back", chance, 1, version="2", pubstatus="canceled")
    back = wire(f"{uri}:back", chance, 2, version="3", signals=["sig:reinstate"])
    return [wire(f"{uri}:back", chance), kill, back, wire(f"{uri}:back", chance, 3, version="4")]


def shuffled(wires: Sequence[bytes], seed: int) -> list[bytes]:
    """Any order, with a third of the wires again."""
    chance = random.Random(seed)
    order = [*wires, *chance.sample(wires, len(wires) // 3)]
    chance.shuffle(order)
    return order


@pytest.fixture(scope="module")
def desk(start_desk: Callable[..., Desk]) -> Desk:
    return start_desk(workers=1)


@pytest.fixture(scope="module")
def second(desk: Desk) -> Iterator[Mapping[str, int]]:
    """A second process of ingest and of enrichment at the same broker and stores: the port of each."""
    ports = {name: free_port() for name in ("ingest", "enrichment")}
    processes = [start_beside(desk, name, port) for name, port in ports.items()]
    for name, port in ports.items():
        wait_for(partial(is_ready, port), f"the second {name} is ready", 90)
    yield ports
    for process in processes:
        process.terminate()
    for process in processes:
        process.wait(60)


def start_beside(desk: Desk, name: str, port: int) -> subprocess.Popen[bytes]:
    """One more process of a service, as the desk itself would start it."""
    note = desk.note()
    gateway = httpx.URL(note["gateway"]).port or 0
    plan = Plan(
        folder=DeskFolder(desk.folder), cache=cache_folder(os.environ), gateway_port=0, ingest_port=0,
        providers=desk.providers, broker=note["broker"], replication=1, workers=1,
    )  # fmt: skip
    plan = replace(plan, embedding=fetched(plan.cache))  # the same models, or its layers would be others
    ports = Ports(gateway, port, {name: port})
    environ = {**service_environ(plan, ports, note["broker"], name, os.environ), "WIREDESK_INSTANCE": f"{name}-second"}
    with (desk.folder.parent / f"second-{name}.log").open("ab") as log:
        return subprocess.Popen([sys.executable, "-m", f"wiredesk_{name}"], env=environ, stdout=log, stderr=log)


def is_ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


def handled(port: int, stage: str) -> float:
    """How many records a process has worked through."""
    lines = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text.splitlines()
    counts = [line for line in lines if line.startswith("wiredesk_records_total") and f'stage="{stage}"' in line]
    return sum(float(line.rpartition(" ")[2]) for line in counts)


def test_any_order_and_repetition_of_histories_serves_the_same_state(desk: Desk, second: Mapping[str, int]) -> None:
    wires = [wire for seed in SEEDS for wire in history(seed)]
    uris = sorted({json.loads(wire)["uri"] for wire in wires})
    receipts: list[str] = []
    for number, provider in enumerate(PROVIDERS):
        order = shuffled(wires, number)
        for start in range(0, len(order), 40):
            receipts += desk.push_until_taken(provider, order[start : start + 40], key=f"histories-{start}")
    should = asyncio.run(fold_all(wires))
    assert {standing for standing, _ in should.values()} == {"open", "sealed", "expired", "killed"}
    desk.wait_decided(receipts, SECONDS)  # an older version that is still to come would be missing from the lists
    wait_for(partial(is_enriched, desk, should), "every story is as it should be, with its layers", SECONDS)
    first, *others = [served(desk, provider, uris) for provider in PROVIDERS]
    for other in others:
        assert [(uri, first[uri], other[uri]) for uri in uris if other[uri] != first[uri]] == []
    assert min(handled(second["ingest"], "parse"), handled(second["enrichment"], "enrich")) > 0


async def fold_all(wires: Sequence[bytes]) -> Mapping[str, tuple[str, str]]:
    """Where each uri should stand and in which version, by Apply alone, over stores in memory."""
    archive, profile = MemoryArchive(), Profile(PROVIDERS[0], language="en")
    ledger = Ledger(archive, MemoryIndex(), MemoryPublisher(), FixedClock(datetime.now(UTC)))
    for number, data in enumerate(wires):
        arrived = ArrivedWire(data=data, provider=profile, content_type="application/json")
        facts = facts_of(read_wire(arrived), arrived, f"receipt-{number}", datetime.now(UTC))
        await ledger.apply(facts)
    return {
        change.uri: (str(change.standing), change.article.item.version if change.article else "")
        for change in [stored.whole() for stored in await archive.snapshot()]
    }


def is_enriched(desk: Desk, should: Mapping[str, tuple[str, str]]) -> bool:
    """Whether each provider's items stand as they should, with all their layers."""
    return all(stands(desk, provider, uri, *state) for provider in PROVIDERS for uri, state in should.items())


def stands(desk: Desk, provider: str, uri: str, standing: str, version: str) -> bool:
    answer = desk.get("/v1/items", uri=uri, provider=provider)
    told = answer.json()
    if answer.status_code != 200:
        return standing == {"item_killed": "killed", "item_expired": "expired"}.get(told["code"])
    layers = {layer["status"] for layer in told["layers"].values()}
    return standing in {"open", "sealed"} and told["item"]["version"] == version and "pending" not in layers


def served(desk: Desk, provider: str, uris: Sequence[str]) -> Mapping[str, Any]:
    """All that is told of a provider's items, but for what differs from push to push."""
    return {uri: told_of(desk, provider, uri) for uri in uris}


def told_of(desk: Desk, provider: str, uri: str) -> Any:
    answer = desk.get("/v1/items", uri=uri, provider=provider)
    told = answer.json()
    if answer.status_code != 200:
        tombstone = told.get("tombstone", {})
        return told["code"], tombstone.get("version"), tombstone.get("by_uri")
    name = told["item_id"]
    versions = desk.get(f"/v1/items/{name}/versions").json()["versions"]
    related = desk.get(f"/v1/items/{name}/related").json()
    uri_of = {link["item_id"]: link["uri"] for link in related["chain"]} | {name: uri}
    for member in ("item_id", "revision", "indexed_at"):
        del told[member]
    del told["item"]["provider"]
    told["layers"] = {layer: state["status"] for layer, state in told["layers"].items()}
    return {
        "article": told,
        "versions": [(one["version"], one["wire_sha256"], one["killed"], one["silent_correction"]) for one in versions],
        "chain": [(link["uri"], link["at"], [uri_of[i] for i in link["follows"]]) for link in related["chain"]],
        "newest": uri_of[related["newest"]],
        "takes": [(take["uri"], take["take_key"]) for take in related["takes"]],
    }


def test_an_operators_kill_and_reinstatement_reach_every_reader(desk: Desk) -> None:
    uri = "urn:delta:ruled"
    desk.push_until_taken("delta", [json.dumps(wire(uri, random.Random(1))).encode()], key="ruled")
    wait_for(lambda: desk.get("/v1/items", uri=uri).status_code == 200, "the item is served", 60)
    for verdict, status in (("kill", 410), ("reinstate", 200)):
        command = [sys.executable, "-m", "wiredesk", verdict, uri, "--reason", "legal", "--data", str(desk.folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # this very project
        assert done.returncode == 0, done.stderr
        assert desk.get("/v1/items", uri=uri).status_code == status
        assert desk.get("/v1/items", q=f'"{uri}"', provider="delta").json()["total"] == (status == 200)
    listed = desk.get(f"/v1/items/{desk.get('/v1/items', uri=uri).json()['item_id']}/versions").json()
    assert [ruling["verdict"] for ruling in listed["rulings"]] == ["kill", "reinstate"]
