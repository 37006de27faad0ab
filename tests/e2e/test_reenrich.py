"""A desk whose model came later: its items get the layers that they lack, and nobody is told news."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from typer.testing import CliRunner
from wiredesk.__main__ import app
from wiredesk.testing import Desk, wait_for

pytestmark = [pytest.mark.broker, pytest.mark.models, pytest.mark.slow]

BODY = "The harbour was flooded on Monday, and the ferries stayed in port all day, the harbour master said."


def story(number: int) -> bytes:
    told = {
        "uri": f"urn:alpha:{number}",
        "version": "1",
        "headline": f"Flood {number}",
        "body_text": BODY,
        "language": "en",
    }
    return json.dumps(told).encode()


def reenrich(desk: Desk, *arguments: str) -> dict[str, Any]:
    ran = CliRunner().invoke(app, ["reenrich", "--since", "1h", "--data", str(desk.folder), "--json", *arguments])
    assert ran.exit_code == 0, ran.output
    told: dict[str, Any] = json.loads(ran.stdout)
    return told


def served(desk: Desk, uri: str = "urn:alpha:1") -> dict[str, Any]:
    item: dict[str, Any] = desk.get("/v1/items", uri=uri).json()
    return item


def is_enriched(desk: Desk, uri: str) -> bool:
    """Whether its layers have come; not while the item is not served at all."""
    status: str = served(desk, uri).get("layers", {}).get("embedding", {}).get("status", "pending")
    return status != "pending"


def test_items_are_enriched_again_by_a_desk_that_can_do_more(start_desk: Callable[..., Desk]) -> None:
    desk = start_desk(workers=1, environ={"ENRICHMENT_EMBEDDING_MODEL": ""})
    desk.push_until_taken("alpha", [story(1), story(2)], key="two")
    for uri in ("urn:alpha:1", "urn:alpha:2"):
        wait_for(partial(is_enriched, desk, uri), f"{uri} has its layers", 60)
    before = served(desk)
    assert before["layers"]["embedding"]["reason"] == "no embedding model is installed"
    assert reenrich(desk)["enriched_again"] == 0

    desk.down()
    desk.up()
    assert reenrich(desk, "--all", "--dry-run")["enriched_again"] == 2
    assert reenrich(desk, "--all") == {"looked_at": 2, "enriched_again": 2, "finished": True}
    after = served(desk)
    assert after["layers"]["embedding"]["status"] == "done"
    assert desk.get("/v1/items", uri="urn:alpha:1", fields="embedding").json()["embedding"].startswith("f16:")
    assert after["revision"] == before["revision"] + 1
    assert reenrich(desk, "--all")["enriched_again"] == 2
    assert served(desk)["revision"] == after["revision"]
