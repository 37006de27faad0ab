"""The desk as a person meets it: it starts, serves, stops on Ctrl-C and finds everything again."""

from __future__ import annotations

import json
from typing import Any

import pytest

pytestmark = [pytest.mark.broker, pytest.mark.models, pytest.mark.slow]

FERRY = json.dumps(
    {
        "uri": "urn:alpha:ferry",
        "version": "1",
        "headline": "Ferry returns",
        "body_text": "The ferry sails to Oslo again.",
    }
).encode()


def test_a_desk_stops_within_ten_seconds_and_finds_everything_again(start_desk: Any) -> None:
    desk = start_desk()
    pushed = desk.push("alpha", FERRY)
    assert pushed.status_code == 202
    desk.wait_decided([pushed.json()["receipts"][0]["receipt_id"]], 20)
    before = desk.get("/v1/items", uri="urn:alpha:ferry").json()
    assert desk.down() < 10
    desk.up()
    after = desk.get("/v1/items", uri="urn:alpha:ferry").json()
    assert (after["item_id"], after["text"]) == (before["item_id"], before["text"])
    assert desk.down() < 10
