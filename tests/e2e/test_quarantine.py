"""Quarantine on a whole desk: mended and replayed under its receipt, failed again, dropped; all by the command."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from typer.testing import CliRunner
from wiredesk.__main__ import app
from wiredesk.testing import Desk, wait_for
from wiredesk_core.broker.access import BrokerAccess
from wiredesk_core.broker.kafka import KafkaPublisher
from wiredesk_ingest.reception import Arrival, records_of

pytestmark = [pytest.mark.broker, pytest.mark.models, pytest.mark.slow]

WIRE = json.dumps(
    {"uri": "urn:ghost:1", "version": "1", "headline": "Harbour opens", "body_text": "The harbour opened on Monday."}
).encode()
RECEIVED_AT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def put_on_the_broker(desk: Desk, receipt_id: str, data: bytes) -> None:
    """A wire of a provider that no profile knows, past the doors of ingest."""

    async def publish() -> None:
        publisher = KafkaPublisher(BrokerAccess(desk.note()["broker"]), client_id="test")
        try:
            await publisher.publish(
                records_of(Arrival("ghost", data, receipt_id, RECEIVED_AT, "application/json", "a.json"))
            )
        finally:
            await publisher.close()

    asyncio.run(publish())


def quarantine(desk: Desk, *arguments: str) -> Any:
    """What `wiredesk quarantine` answers."""
    ran = CliRunner().invoke(app, ["quarantine", *arguments, "--data", str(desk.folder), "--json"])
    assert ran.exception is None or ran.exit_code in (0, 1), ran.output
    return json.loads(ran.stdout)


def entries(desk: Desk, *arguments: str) -> dict[str, dict[str, Any]]:
    """The entries of the list by their receipts."""
    listed = quarantine(desk, "list", *arguments)["quarantined"]
    return {entry["receipt_id"]: entry for entry in listed}


def notes(desk: Desk, receipt_id: str) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = desk.get(f"/v1/receipts/{receipt_id}").json()["notes"]
    return told


def test_what_is_mended_is_replayed_what_is_not_comes_back_and_what_nobody_wants_is_dropped(
    start_desk: Callable[..., Desk],
) -> None:
    desk = start_desk(workers=1)
    put_on_the_broker(desk, "good", WIRE)
    put_on_the_broker(desk, "broken", WIRE[:-9])
    wait_for(lambda: len(entries(desk, "--provider", "ghost")) == 2, "both are put aside", 30)
    first = entries(desk, "--code", "unknown_provider", "--since", "1h")
    assert set(first) == {"good", "broken"}

    desk.down()
    profiles = desk.folder.parent / "providers.toml"
    profiles.write_text(profiles.read_text() + '[ghost]\nlanguage = "en"\n', encoding="utf-8")
    desk.up()
    decided = quarantine(desk, "replay", "--provider", "ghost", "--reason", "its profile is there now")["decided"]
    assert [one["outcome"] for one in decided] == ["replayed", "replayed"]

    (item_id,) = wait_for(lambda: found(desk, "urn:ghost:1"), "the wire is served", 60)
    assert [n["disposition"] for n in notes(desk, "good") if n["disposition"]] == ["quarantined", "accepted"]
    (version,) = desk.get(f"/v1/items/{item_id}/versions").json()["versions"]
    assert (version["receipt_id"], version["received_at"]) == ("good", "2026-03-04T05:06:07.000000Z")
    wait_for(lambda: layers(desk, item_id) == {"done"}, "it is enriched", 60)
    again = wait_for(lambda: entries(desk, "--code", "json_broken").get("broken"), "the other comes back", 30)
    assert (again["quarantine_id"], again["round"]) == (first["broken"]["quarantine_id"], 2)
    assert set(entries(desk, "--state", "replayed")) == {"good"}
    assert desk.get("/v1/items", q="harbour").json()["total"] == 1

    repeated = quarantine(desk, "replay", first["good"]["quarantine_id"])["decided"]
    assert [one["outcome"] for one in repeated] == ["was replayed already"]
    quarantine(desk, "drop", again["quarantine_id"], "--reason", "cut off by its sender")
    dropped = wait_for(lambda: entries(desk, "--state", "dropped").get("broken"), "it is dropped", 30)
    assert (dropped["size"], dropped["text"]) == (len(WIRE) - 9, "")
    assert [made["kind"] for made in dropped["decisions"]] == ["replay", "drop"]
    assert desk.get(f"/v1/quarantine/{again['quarantine_id']}/bytes").status_code == 410
    refused = quarantine(desk, "replay", again["quarantine_id"])["decided"]
    assert [one["outcome"] for one in refused] == ["refused"]


def test_bytes_are_shown_safely_and_written_as_they_came(start_desk: Callable[..., Desk]) -> None:
    desk = start_desk(workers=1)
    data = b"\x7fELF\x1b]0;title\x07\xff"
    receipt = desk.push("alpha", data, "text/plain").json()["receipts"][0]["receipt_id"]
    entry = wait_for(lambda: entries(desk).get(receipt), "it is put aside", 30)
    common = ["quarantine", "show", entry["quarantine_id"], "--data", str(desk.folder)]
    shown = CliRunner().invoke(app, common).stdout
    assert "\\x1b]0;title\\x07" in shown
    assert "\x1b" not in shown
    assert CliRunner().invoke(app, [*common, "--raw"]).stdout_bytes == data


def found(desk: Desk, uri: str) -> list[str]:
    answer = desk.get("/v1/items", uri=uri)
    return [answer.json()["item_id"]] if answer.status_code == 200 else []


def layers(desk: Desk, item_id: str) -> set[str]:
    """How far the layers have come."""
    told = desk.get(f"/v1/items/{item_id}").json()["layers"]
    return {layer["status"] for layer in told.values()} - {"skipped"}
