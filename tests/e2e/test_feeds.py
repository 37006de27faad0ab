"""Feeds are polled into articles; a desk that is killed and started again loses nothing of them and repeats nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from wiredesk.testing import Desk, wait_for
from wiredesk_core.broker.access import BrokerAccess
from wiredesk_core.broker.kafka import KafkaPublisher
from wiredesk_core.messages import Outgoing

pytestmark = [pytest.mark.broker, pytest.mark.models, pytest.mark.slow]


@dataclass
class Press:
    """An RSS feed whose entries a test writes; it counts what it was asked."""

    entries: list[str] = field(default_factory=list)
    asked: int = 0
    url: str = ""

    def document(self) -> bytes:
        """Another date of building each time, as many feeds have it."""
        items = "".join(
            f"<item><guid>urn:press:{entry}</guid><title>Ferry {entry} sails</title>"
            f"<description>The ferry {entry} sails from Riga on Friday.</description></item>"
            for entry in self.entries[-10:]
        )
        head = f"<title>Press</title><lastBuildDate>{self.asked}</lastBuildDate>"
        return f"<rss version='2.0'><channel>{head}{items}</channel></rss>".encode()


@pytest.fixture(scope="module")
def press() -> Iterator[Press]:
    told = Press()

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.asked += 1
            body = told.document()
            self.send_response(200)
            self.send_header("Content-Type", "application/rss+xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        told.url = f"http://127.0.0.1:{server.server_port}/feed.xml"
        yield told
        server.shutdown()


@pytest.fixture(scope="module")
def desk(start_desk: Callable[..., Desk], press: Press) -> Desk:
    more = f'[press]\nlanguage = "en"\n[[press.feeds]]\nurl = "{press.url}"\nevery = [1, 1]\n[press2]\nlanguage = "en"\ninbound = true\n'
    return start_desk(environ={"INGEST_POLL_PRIVATE": "true"}, more_providers=more)


async def write(desk: Desk, entries: list[str]) -> None:
    """As an upstream writes its wires: raw bytes, whatever key, no receipt."""
    publisher = KafkaPublisher(BrokerAccess(str(desk.note()["broker"])), client_id="press2")
    wires = [{"uri": f"urn:press:{entry}", "version": "1", "headline": f"Ferry {entry} sails"} for entry in entries]
    await publisher.publish([Outgoing("wire.inbound.press2", b"", json.dumps(wire).encode()) for wire in wires])
    await publisher.close()


def served(desk: Desk, entry: str) -> bool:
    return desk.get("/v1/items", uri=f"urn:press:{entry}").status_code == 200


def test_an_entry_of_a_feed_is_served_and_asked_for_again_without_a_new_version(desk: Desk, press: Press) -> None:
    press.entries.append("a")
    wait_for(lambda: served(desk, "a"), "the entry is served", 30)
    asked = press.asked
    wait_for(lambda: press.asked >= asked + 3, "the feed is asked again", 20)
    item_id = desk.get("/v1/items", uri="urn:press:a").json()["item_id"]
    assert len(desk.get(f"/v1/items/{item_id}/versions").json()["versions"]) == 1


async def test_a_kill_of_ingest_in_the_middle_loses_nothing_and_repeats_nothing(desk: Desk, press: Press) -> None:
    fed, written = [f"k{number}" for number in range(5)], [f"in{number}" for number in range(20)]
    press.entries += fed[:2]
    await write(desk, written[:10])
    await asyncio.to_thread(desk.kill, "ingest")
    press.entries += fed[2:]
    await write(desk, written[10:])
    names = [*fed, *written]
    await asyncio.to_thread(wait_for, lambda: all(served(desk, name) for name in names), "all are served", 150)
    for name in names:
        item_id = desk.get("/v1/items", uri=f"urn:press:{name}").json()["item_id"]
        assert len(desk.get(f"/v1/items/{item_id}/versions").json()["versions"]) == 1


async def test_a_record_that_is_no_wire_is_quarantined_under_its_provider(desk: Desk) -> None:
    publisher = KafkaPublisher(BrokerAccess(str(desk.note()["broker"])), client_id="press2")
    await publisher.publish(
        [Outgoing("wire.inbound.press2", b"k", b"", {"receipt_id": b"forged", "provider": b"alpha"})]
    )
    await publisher.close()

    def put_aside() -> list[dict[str, str]]:
        found: list[dict[str, str]] = desk.get("/v1/quarantine", provider="press2").json()["quarantined"]
        return found

    (entry,) = await asyncio.to_thread(wait_for, put_aside, "the record is put aside", 60)
    assert entry["receipt_id"] != "forged"
