"""The overlays that widen or open the stack: three brokers of which one may go, and the stores within a developer's reach."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import httpx
import pytest
from aiokafka.admin import AIOKafkaAdminClient
from wiredesk.kafka import free_port
from wiredesk.testing import wait_for
from wiredesk_core.index.opensearch.mapping import SCHEMA_VERSION
from wiredesk_core.lifecycle import Standing
from wiredesk_core.topics import TOPICS

pytestmark = [pytest.mark.compose, pytest.mark.slow]

DECIDED_SECONDS = 300.0
PORTS = {name: str(free_port()) for name in ("KAFKA_PORT", "POSTGRES_PORT", "OPENSEARCH_PORT")}


@pytest.fixture(scope="module")
def stack(start_stack: Any) -> Any:
    """One stack for the whole file, its tests in order: the last one takes it down."""
    return start_stack("front", "enrichment", overlays=["three-brokers", "development"], KAFKA_REPLICATION="3", **PORTS)


def test_one_of_three_brokers_goes_and_nothing_is_lost_or_doubled(stack: Any, wires: ModuleType) -> None:
    made = wires.make_wires(seed=31, stories=120)
    journal = wires.push_while(stack, made, {1: lambda: stack.compose("stop", "--timeout", "20", "kafka-2")})
    decided = stack.wait_decided(journal, DECIDED_SECONDS)
    assert {receipt for receipt, found in decided.items() if len(found) != 1} == set()
    wires.assert_dispositions_add_up(journal, {receipt: found[0] for receipt, found in decided.items()})
    assert of_alpha(wires.served_now(stack)) == standing_open(wires.expected(made))
    stack.up("front", "enrichment", "kafka-2")
    assert len(stack.containers("kafka-2")) == 1


def of_alpha(served: dict[str, Any]) -> dict[str, Any]:
    return {uri: state for uri, state in served.items() if uri.startswith("urn:alpha:")}


def standing_open(states: dict[str, Any]) -> dict[str, Any]:
    return {uri: state for uri, state in states.items() if state[0] is Standing.open}


async def test_a_developer_reaches_the_broker_from_outside_and_sees_three_copies_of_each_topic(stack: Any) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=f"127.0.0.1:{PORTS['KAFKA_PORT']}")
    await admin.start()
    try:
        described = await admin.describe_topics([topic.name for topic in TOPICS])
    finally:
        await admin.close()
    copies = {len(partition["replicas"]) for topic in described for partition in topic["partitions"]}
    assert copies == {3}


def test_an_index_that_was_lost_is_mended_from_the_archive(stack: Any) -> None:
    before = found(stack)
    assert before["total"] >= 50
    with httpx.Client(base_url=f"http://127.0.0.1:{PORTS['OPENSEARCH_PORT']}", timeout=30) as opensearch:
        opensearch.delete(f"/wiredesk-open-v{SCHEMA_VERSION}").raise_for_status()
    stack.compose("exec", "-T", "indexing", "python3", "-m", "wiredesk_indexing.mend")
    wait_for(lambda: found(stack) == before, "all is found again", 60)


def found(stack: Any) -> dict[str, Any]:
    """How many items are found, and the newest of them."""
    page = stack.get("/v1/items", limit=5).json()
    return {"total": page.get("total"), "newest": [item["item_id"] for item in page.get("items", ())]}


def test_down_leaves_nothing(stack: Any) -> None:
    stack.down()
    assert stack.remains() == ""
