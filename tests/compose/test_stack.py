"""The stack of docker-compose.yml as an operator has it: samples through the published port, wider in mid-stream, hurt, gone."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from wiredesk.connection import Address, Connection
from wiredesk.pushing import Outcome, follow_all, parcels_of, push_all
from wiredesk.testing import wait_for
from wiredesk_core.lifecycle import Standing

pytestmark = [pytest.mark.compose, pytest.mark.slow]

STORIES = 620
BATCH = 50
DECIDED_SECONDS = 600.0


PRESS = """
[press]
language = "en"
silence = 0.2
feeds = [
    { url = "http://press:8000/feed.xml", every = [2, 10] },
    { name = "missing", url = "http://press:8000/missing.xml", every = [2, 10] },
]
"""
"""A provider with a feed that answers and one that does not, which falls silent within seconds."""
FEED = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>Harbour Press</title><link>http://press:8000/</link><description>News</description>
<item><guid>harbour-1</guid><title>Ferry back in port</title><description>The night ferry is back.</description></item>
</channel></rss>
"""


@pytest.fixture(scope="module")
def stack(start_stack: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One stack for the whole file, its tests in order: the last one takes it down."""
    folder = tmp_path_factory.mktemp("press")
    folder.chmod(0o755)
    (folder / "feed.xml").write_text(FEED, "utf-8")
    overlays = ["observability", "tests/compose/feeds.yml"]
    services = ("front", "enrichment", "prometheus", "press")
    return start_stack(*services, overlays=overlays, providers=PRESS, PRESS_FOLDER=str(folder))


def test_the_samples_go_through_the_published_port(stack: Any, repository: Path) -> None:
    told = push_samples(stack, repository)
    fates = {line.disposition for line in told}
    assert {"accepted", "quarantined"} <= fates, told
    assert "undecided" not in fates
    chips = next(line.item_id for line in told if "09-chips" in line.file)
    wait_for(lambda: is_enriched(stack, chips), "the article is enriched", 120)
    assert stack.get("/v1/items", q="telescope OR volcano").json()["items"]
    gone = [stack.get(f"/v1/items/{line.item_id}").status_code for line in told if line.item_id]
    assert 410 in gone


def push_samples(stack: Any, repository: Path) -> list[Outcome]:
    """What became of every sample wire."""
    parcels = parcels_of([str(repository / "samples/wires")], None)
    ingest, gateway = (Address(stack.address(service), stack.token) for service in ("ingest", "gateway"))
    with Connection(ingest) as pushing, Connection(gateway) as reading:
        refused, pending = push_all(parcels, pushing)
        return refused + follow_all(pending, reading, 120.0)


def is_enriched(stack: Any, item_id: str) -> bool:
    layers = stack.get(f"/v1/items/{item_id}").json().get("layers", {})
    return bool(layers) and all(layer["status"] in ("done", "skipped") for layer in layers.values())


def test_wider_in_mid_stream_and_hurt_on_the_way_nothing_is_lost_or_doubled(stack: Any, wires: ModuleType) -> None:
    made = wires.make_wires(seed=23, stories=STORIES)
    assert len(made) >= 1000
    journal = wires.push_while(
        stack,
        made,
        {
            5: lambda: stack.compose(
                "up",
                "-d",
                "--no-recreate",
                "--scale",
                "enrichment=3",
                "--scale",
                "indexing=2",
                "enrichment",
                "indexing",
            ),
            9: lambda: stack.kill("indexing"),
            12: lambda: stack.kill("enrichment"),
            15: lambda: stack.compose("restart", "--timeout", "20", "kafka"),
        },
    )
    assert len(stack.containers("enrichment")) == 3
    assert len(stack.containers("indexing")) == 2
    decided = stack.wait_decided(journal, DECIDED_SECONDS)
    assert {receipt for receipt, found in decided.items() if len(found) != 1} == set()
    wires.assert_dispositions_add_up(journal, {receipt: found[0] for receipt, found in decided.items()})
    should = wires.expected(made)
    served = {uri: state for uri, state in wires.served_now(stack).items() if uri.startswith("urn:alpha:")}
    assert served == {uri: state for uri, state in should.items() if state[0] is Standing.open}
    wires.wait_followed(stack, "alpha", should)


def test_prometheus_sees_every_replica_and_every_panel_has_figures_after_the_load(stack: Any, repository: Path) -> None:
    replicas = {"ingest": 1, "enrichment": 3, "indexing": 2, "gateway": 1}
    wait_for(lambda: scraped(stack) == replicas, f"prometheus scrapes {replicas}", 60)
    panels = json.loads(run(repository, "-c", PANELS))
    assert len(panels) >= 20
    empty = [panel for panel in panels if not has_figures(stack, panel)]
    assert empty == []


PANELS = "import json, sys; sys.path.insert(0, 'deploy/observability'); import dashboards; print(json.dumps(dashboards.panel_queries()))"


def run(repository: Path, *arguments: str) -> str:
    return subprocess.run(
        [sys.executable, *arguments], cwd=repository, capture_output=True, text=True, check=True
    ).stdout


def scraped(stack: Any) -> dict[str, int]:
    """How many replicas of each service answer."""
    found = ask(stack, "/api/v1/query", query="sum by (job) (up)")
    return {series["metric"]["job"]: int(series["value"][1]) for series in found}


def has_figures(stack: Any, query: str) -> bool:
    """Whether a question had an answer other than zero at some moment of the last quarter of an hour."""
    now = time.time()
    found = ask(stack, "/api/v1/query_range", query=query, start=now - 900, end=now, step=5)
    return any(float(value) > 0 for series in found for _, value in series["values"])


def ask(stack: Any, path: str, **asked: Any) -> list[Any]:
    answer = httpx.get(stack.address("prometheus").replace("https", "http") + path, params=asked, timeout=30).json()
    assert answer["status"] == "success", answer
    result: list[Any] = answer["data"]["result"]
    return result


def test_status_from_outside_tells_what_waits_and_how_many_stand_where(stack: Any) -> None:
    doors = ["--url", stack.address("gateway"), "--ingest", stack.address("ingest"), "--key", stack.token]
    told = json.loads(run(Path.cwd(), "-m", "wiredesk", "status", "--json", *doors))
    assert told["lag"].keys() >= {"ingest: wire.received", "enrichment: item.accepted", "indexing: item.enriched"}
    assert sum(told["counts"]["items"].values()) >= STORIES
    assert told["refuses"] == []


def test_down_leaves_nothing(stack: Any) -> None:
    stack.down()
    assert stack.remains() == ""
